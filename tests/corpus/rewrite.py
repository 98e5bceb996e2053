"""The same report after another program rewrote its file: (source, target). What a person sees does not change."""

import io, os, subprocess, tempfile


def run(*words):
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=900)
    if done.returncode not in (0, 3):  # qpdf says 3 for warnings
        raise RuntimeError(f"{words[0]}: {done.stderr.decode()[-300:]}")


def qpdf(*options):
    return lambda s, t: run("qpdf", *options, s, t)


def mutool(s, t):
    run("mutool", "clean", "-gggg", "-z", s, t)


def ghostscript(s, t):
    run("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", f"-sOutputFile={t}", s)


def cairo(s, t):
    run("pdftocairo", "-pdf", s, t)


def pikepdf(s, t):
    import pikepdf as pike

    with pike.open(s) as d:
        d.save(t, object_stream_mode=pike.ObjectStreamMode.generate, compress_streams=True)


def pypdf(s, t):
    from pypdf import PdfWriter

    w = PdfWriter(clone_from=s)
    w.compress_identical_objects()
    w.write(t)


def incremental(s, t):
    """A viewer added its own metadata after the end of the file."""
    from pypdf import PdfWriter

    w = PdfWriter(io.BytesIO(open(s, "rb").read()), incremental=True)
    w.add_metadata({"/Title": "专利权评价报告"})
    w.write(t)


def no_to_unicode(s, t):
    """The map from glyphs to characters is gone; the glyphs are as before."""
    import pikepdf as pike

    with pike.open(s) as d:
        for o in d.objects:
            if isinstance(o, pike.Dictionary) and "/ToUnicode" in o:
                del o["/ToUnicode"]
        d.save(t)


def wrong_to_unicode(s, t):
    """The map is there and says the wrong characters, as some printer drivers write it: each code is answered as its neighbour's."""
    import re
    import pikepdf as pike

    with pike.open(s) as d:
        for o in d.objects:
            if isinstance(o, pike.Dictionary) and "/ToUnicode" in o:
                text = o.ToUnicode.read_bytes()
                text = re.sub(rb"<([0-9A-Fa-f]{4})>(?=\s*(?:\n|\r|$))", lambda m: b"<%04X>" % (int(m[1], 16) + 0x1000 & 0xFFFF), text)
                o.ToUnicode = d.make_stream(text)
        d.save(t)


def pages_cut_and_joined(s, t):
    """Printed page by page and put together again."""
    import pikepdf as pike

    with pike.open(s) as d, pike.new() as out:
        for page in d.pages:
            out.pages.append(page)
        out.save(t)


def pictures(s, folder):
    from PIL import Image

    run("pdftoppm", "-r", "150", "-gray", s, folder + "/p")
    return [Image.open(os.path.join(folder, f)).convert("L") for f in sorted(os.listdir(folder)) if f.endswith(".pgm")]


def scan(s, t):
    """Printed and scanned: pictures of pages, a little askew."""
    with tempfile.TemporaryDirectory() as tmp:
        pages = [p.rotate(0.4, fillcolor=255) for p in pictures(s, tmp)]
        pages[0].save(t, save_all=True, append_images=pages[1:], resolution=150, quality=60)


def scan_over_text(s, t):
    """A picture of each page laid over the text that a recognition program left below it."""
    import pikepdf as pike

    with tempfile.TemporaryDirectory() as tmp, pike.open(s) as d:
        for page, picture in zip(d.pages, pictures(s, tmp)):
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=60)
            image = d.make_stream(
                data.getvalue(),
                Type=pike.Name.XObject,
                Subtype=pike.Name.Image,
                Width=picture.width,
                Height=picture.height,
                BitsPerComponent=8,
                ColorSpace=pike.Name.DeviceGray,
                Filter=pike.Name.DCTDecode,
            )
            name, box = page.add_resource(image, pike.Name.XObject), page.mediabox
            page.contents_add(b"q", prepend=True)
            page.contents_add(f"Q q {box[2]} 0 0 {box[3]} 0 0 cm {name} Do Q".encode())
        d.save(t)


SOUND = {
    "qpdf-linearised": qpdf("--linearize"),
    "qpdf-object-streams": qpdf("--object-streams=generate", "--recompress-flate"),
    "qpdf-qdf": qpdf("--qdf"),
    "qpdf-rc4-40": qpdf("--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"),
    "qpdf-rc4-128": qpdf("--allow-weak-crypto", "--encrypt", "", "owner", "128", "--"),
    "qpdf-aes-128": qpdf("--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"),
    "qpdf-aes-256": qpdf("--encrypt", "", "owner", "256", "--"),
    "mutool": mutool,
    "pdftocairo": cairo,
    "pikepdf": pikepdf,
    "pypdf": pypdf,
    "pypdf-incremental": incremental,
    "joined": pages_cut_and_joined,
}
# The text may be lost on a machine, though not to a person: unknown is right, another answer is not.
HARD = {"ghostscript": ghostscript, "no-tounicode": no_to_unicode, "wrong-tounicode": wrong_to_unicode}
# Pictures: what is recognised may be told, a verdict is unknown until a person has confirmed it.
PICTURES = {"scan": scan, "scan-over-text": scan_over_text}


def apply(job, target):
    """(tool, source): by name, since another process does it."""
    tool, source = job
    (SOUND | HARD | PICTURES)[tool](source, target)
