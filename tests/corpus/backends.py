"""Writers of placed marks (canvas.py): ReportLab's canvas, cairo through rsvg-convert, matplotlib, MuPDF, and a hand-written PDF with predefined CMaps.

Each takes (pages, path, options); options: font, rules, rotate, watermark.
"""

import html, io, json, math, os, subprocess, tempfile
from functools import partial

from canvas import H, W
from flow import FONTS

TURN = {0: None, 90: (0, 1, -1, 0, H, 0), 180: (-1, 0, 0, -1, W, H), 270: (0, -1, 1, 0, 0, W)}


def box_of(rotate):
    return (W, H) if rotate in (0, 180) else (H, W)


def reportlab(pages, path, o):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    name = o["font"]
    pdfmetrics.registerFont(UnicodeCIDFont(name) if name not in FONTS else TTFont(name, FONTS[name][0], subfontIndex=FONTS[name][1]))
    c = Canvas(path, pagesize=(W, H), invariant=1)  # it turns the box itself
    for marks in pages:
        if o["rotate"]:
            c.setPageRotation(o["rotate"])
            c.transform(*TURN[o["rotate"]])
        if o.get("watermark"):
            c.saveState()
            c.setFillGray(0.88), c.setFont(name, 44), c.translate(300, 420), c.rotate(45)
            c.drawCentredString(0, 0, o["watermark"])
            c.restoreState()
        for m in marks:
            if m[0] == "text":
                c.setFont(name, m[3])
                c.drawString(m[1], m[2], m[4])
            elif o["rules"] == "stroke":
                c.setLineWidth(m[5])
                c.line(*m[1:5])
            else:
                thin(c, m)
        c.showPage()
    c.save()


def thin(c, m):
    """A line as a filled polygon, as office programs write borders."""
    x1, y1, x2, y2, w = m[1:6]
    n = math.hypot(x2 - x1, y2 - y1) or 1
    dx, dy = -(y2 - y1) / n * w / 2, (x2 - x1) / n * w / 2
    p = c.beginPath()
    p.moveTo(x1 + dx, y1 + dy), p.lineTo(x2 + dx, y2 + dy), p.lineTo(x2 - dx, y2 - dy), p.lineTo(x1 - dx, y1 - dy), p.close()
    c.drawPath(p, stroke=0, fill=1)


def cairo(pages, path, o):
    """One SVG a page; rsvg-convert draws them with pango and cairo."""
    family = FONTS[o["font"]][2]
    with tempfile.TemporaryDirectory() as tmp:
        files = []
        for i, marks in enumerate(pages):
            out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}pt" height="{H}pt" viewBox="0 0 {W} {H}">']
            if o.get("watermark"):
                out.append(
                    f'<text x="150" y="500" font-size="44" fill="#dddddd" font-family="{family}" transform="rotate(-45 300 420)">{o["watermark"]}</text>'
                )
            for m in marks:
                if m[0] == "text":
                    out.append(
                        f'<text x="{m[1]:.2f}" y="{H - m[2]:.2f}" font-size="{m[3]}" font-family="{family}" xml:space="preserve">{html.escape(m[4])}</text>'
                    )
                elif o["rules"] == "stroke":
                    out.append(f'<line x1="{m[1]:.2f}" y1="{H - m[2]:.2f}" x2="{m[3]:.2f}" y2="{H - m[4]:.2f}" stroke="black" stroke-width="{m[5]}"/>')
                else:
                    x, y = min(m[1], m[3]), H - max(m[2], m[4])
                    if m[1] == m[3] or m[2] == m[4]:
                        out.append(f'<rect x="{x - 0.3:.2f}" y="{y - 0.3:.2f}" width="{abs(m[1] - m[3]) + 0.6:.2f}" height="{abs(m[2] - m[4]) + 0.6:.2f}"/>')
                    else:
                        out.append(f'<line x1="{m[1]:.2f}" y1="{H - m[2]:.2f}" x2="{m[3]:.2f}" y2="{H - m[4]:.2f}" stroke="black" stroke-width="{m[5]}"/>')
            files.append(f"{tmp}/{i:03}.svg")
            open(files[-1], "w").write("\n".join(out) + "</svg>")
        subprocess.run(["rsvg-convert", "-f", "pdf", "-o", path, *files], check=True, stderr=subprocess.DEVNULL)


def matplotlib(pages, path, o):
    import matplotlib as mpl

    mpl.use("pdf")
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D

    mpl.rcParams["pdf.fonttype"] = 3 if o.get("type3") else 42
    font = FontProperties(fname=single_font(o["font"]))
    with PdfPages(path) as out:
        for marks in pages:
            figure = Figure(figsize=(W / 72, H / 72))
            for m in marks:
                if m[0] == "text":
                    figure.text(m[1] / W, m[2] / H, m[4].replace("$", r"\$"), fontproperties=font, fontsize=m[3], parse_math=False)
                else:
                    figure.add_artist(Line2D([m[1] / W, m[3] / W], [m[2] / H, m[4] / H], color="black", linewidth=m[5]))
            out.savefig(figure)


def single_font(name):
    """The one font of a collection as a file of its own, for programs that cannot choose."""
    from fontTools.ttLib import TTCollection

    kept = os.path.join(tempfile.gettempdir(), f"corpus-{name}.ttf")
    if not os.path.exists(kept):
        font = TTCollection(FONTS[name][0]).fonts[FONTS[name][1]]
        font.save(kept)
    return kept


def mupdf(pages, path, o):
    """MuPDF's own Chinese font, named and not embedded as `china-s`, or one that is embedded."""
    import pymupdf

    d = pymupdf.open()
    for marks in pages:
        page = d.new_page(width=W, height=H)
        if o["font"] != "china-s":
            page.insert_font(fontname="F0", fontfile=single_font(o["font"]))
        shape = page.new_shape()
        for m in marks:
            if m[0] == "text":
                page.insert_text((m[1], H - m[2]), m[4], fontsize=m[3], fontname="china-s" if o["font"] == "china-s" else "F0")
            else:
                shape.draw_line((m[1], H - m[2]), (m[3], H - m[4]))
                shape.finish(width=m[5])
        shape.commit()
    if o["font"] != "china-s":
        d.subset_fonts()
    d.save(path, garbage=3, deflate=True)


def script(program, name, pages, path, o):
    """A writer in another language: place.pl, place.rb or place.php."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as job:
        json.dump({"pages": pages, "file": single_font(o["font"]) if o["font"] in FONTS else None}, job)
        job.flush()
        done = subprocess.run([program, os.path.join(os.path.dirname(os.path.abspath(__file__)), name), job.name, path], capture_output=True, timeout=900)
    if done.returncode or not os.path.exists(path):
        raise RuntimeError(done.stderr.decode()[-400:] + done.stdout.decode()[-400:])


perl, prawn, tcpdf = partial(script, "perl", "place.pl"), partial(script, "ruby", "place.rb"), partial(script, "php", "place.php")

CMAPS = {"GBK-EUC-H": "gbk", "GBKp-EUC-H": "gbk", "GBK2K-H": "gb18030", "UniGB-UTF16-H": "utf-16-be", "UniGB-UCS2-H": "utf-16-be", "GB-EUC-H": "gb2312"}


def stream(data, extra=b""):
    return b"<</Length %d%s>>stream\n" % (len(data), extra) + data + b"\nendstream"


def pdf(objects, root=1):
    """A PDF of {number: bytes}, with its cross-reference table."""
    b = io.BytesIO()
    b.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    at = {}
    for n in sorted(objects):
        at[n] = b.tell()
        b.write(b"%d 0 obj\n" % n + objects[n] + b"\nendobj\n")
    start, last = b.tell(), max(objects)
    b.write(b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1))
    for n in range(1, last + 1):
        b.write(b"%010d 00000 %s \n" % (at.get(n, 0), b"n" if n in at else b"f"))
    b.write(b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, root, start))
    return b.getvalue()


def by_hand(pages, path, o):
    """No embedded font, no ToUnicode: only the name of a character map says what the bytes mean."""
    cmap, base = o["cmap"], o.get("base", "SimSun")
    codec = CMAPS[cmap]
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = []
    for i, marks in enumerate(pages):
        ops = [b"%d %d %d %d %d %d cm" % TURN[o["rotate"]]] if o["rotate"] else []
        for m in marks:
            if m[0] == "text":
                ops.append(b"BT /F1 %.2f Tf 1 0 0 1 %.2f %.2f Tm <%s> Tj ET" % (m[3], m[1], m[2], m[4].encode(codec, "replace").hex().encode()))
            elif o["rules"] == "stroke":
                ops.append(b"%.2f w %.2f %.2f m %.2f %.2f l S" % (m[5], *m[1:5]))
            elif m[1] == m[3] or m[2] == m[4]:
                ops.append(b"%.2f %.2f %.2f %.2f re f" % (m[1] - 0.3, m[2] - 0.3, m[3] - m[1] + 0.6, m[4] - m[2] + 0.6))
            else:
                ops.append(b"%.2f w %.2f %.2f m %.2f %.2f l S" % (m[5], *m[1:5]))
        page, content = 10 + 2 * i, 11 + 2 * i
        kids.append(b"%d 0 R" % page)
        box = box_of(o["rotate"])
        objects[page] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Rotate %d/Resources<</Font<</F1 5 0 R>>>>/Contents %d 0 R>>" % (
            *box,
            o["rotate"],
            content,
        )
        objects[content] = stream(b"\n".join(ops))
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    objects[5] = b"<</Type/Font/Subtype/Type0/BaseFont/%s-%s/Encoding/%s/DescendantFonts[6 0 R]>>" % (base.encode(), cmap.encode(), cmap.encode())
    objects[6] = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500 814 939 500]/FontDescriptor 7 0 R>>"
        % base.encode()
    )
    objects[7] = (
        b"<</Type/FontDescriptor/FontName/%s/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 90>>" % base.encode()
    )
    open(path, "wb").write(pdf(objects))
