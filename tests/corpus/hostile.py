"""Broken and hostile PDFs: bombs, loops, nesting, huge numbers, thousands of pages, junk, damage; and what hidden.py hides.

`make(folder, damaged)` writes them and hostile.json: for each the verdicts that are permitted and whether it may read as usable.
`damaged` are (path, truth) of sound reports to mutilate: whatever is left of them, the answer is their truth or unknown.
"""

import json, os, random, re, zlib

import hidden
from backends import stream as whole_stream
from words import BAD, UNKNOWN

MB, GB = 1 << 20, 1 << 30
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
HELLO = b"BT /F1 12 Tf 72 700 Td (hello evaluation report) Tj ET"


def stream(data, extra=b"", length=None):
    text = whole_stream(data, extra)
    return text if length is None else text.replace(b"/Length %d" % len(data), b"/Length %d" % length, 1)


def build(objects, root=1, extra=b"", startxref=None, xref=True, size=None):
    out, at = [b"%PDF-1.7\n"], {}
    length = len(out[0])
    for n in sorted(objects):
        at[n] = length
        out.append(b"%d 0 obj\n" % n + objects[n] + b"\nendobj\n")
        length += len(out[-1])
    last = max(objects)
    if xref:
        out.append(
            b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
            + b"".join(b"%010d 00000 %s \n" % (at.get(n, 0), b"n" if n in at else b"f") for n in range(1, last + 1))
        )
    out.append(b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size or last + 1, root, extra, length if startxref is None else startxref))
    return b"".join(out)


def doc(content=None, pages=None, page=b"", res=b"", more=None, cat=b"", **how):
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % cat,
        2: pages or b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>%s>>/Contents 4 0 R%s>>" % (res, page),
        4: content or stream(HELLO),
        5: FONT,
    }
    return build(objects | (more or {}), **how)


def zeros(size, unit=b" "):
    """A zlib stream of `size` bytes: one compressed block again and again, so that a bomb costs its maker nothing."""
    block = unit * (MB // len(unit))
    piece = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = piece.compress(block) + piece.flush(zlib.Z_FULL_FLUSH)
    count, check = max(1, size // len(block)), 1
    for _ in range(count):
        check = zlib.adler32(block, check)
    return b"\x78\xda" + piece * count + b"\x03\x00" + check.to_bytes(4, "big")


FLATE = b"/Filter/FlateDecode"


def structure(put):
    put("empty", b""), put("text", "这不是PDF".encode()), put("header-only", b"%PDF-1.7\n"), put("random", b"%PDF-1.7\n" + random.Random(1).randbytes(200_000))
    put("prefix-garbage", b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + doc()), put("trailing-garbage", doc() + b"\0" * 5000)
    (
        put("wrong-startxref", doc(startxref=999999)),
        put("no-xref", doc(xref=False, startxref=0)),
        put("startxref-negative", doc().replace(b"startxref\n", b"startxref\n-")),
    )
    base = doc()
    put("xref-prev-self", base.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % base.rfind(b"xref\n0")))
    first = doc(extra=b"/Prev 0000000000")
    second = first + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (first.find(b"xref\n0"), len(first))
    put("xref-loop-two", second.replace(b"/Prev 0000000000", b"/Prev %010d" % len(first)))
    put("xref-size-huge", doc(size=2_000_000_000)), put("xref-count-huge", doc().replace(b"xref\n0 6", b"xref\n0 2000000000"))
    put("length-huge", doc(stream(HELLO, length=2_000_000_000))), put("length-negative", doc(stream(HELLO, length=-5)))
    put("length-self-ref", doc(b"<</Length 4 0 R>>stream\n" + HELLO + b"\nendstream")), put("no-endstream", doc(b"<</Length 10>>stream\n" + HELLO))
    put("encrypt-unknown", doc(extra=b"/Encrypt<</Filter/Foo/V 99/R 99/O(x)/U(y)/P -1>>/ID[(a)(b)]"))
    put("encrypt-password", doc(extra=b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/O<" + b"00" * 32 + b">/U<" + b"11" * 32 + b">/P -4>>/ID[<00><00>]"))
    put("encrypt-length-huge", doc(extra=b"/Encrypt<</Filter/Standard/V 2/R 3/Length 2000000000/O<00>/U<11>/P -4>>/ID[<00><00>]"))
    put("root-missing", doc().replace(b"/Root 1 0 R", b"/Root 99 0 R")), put("unclosed-string", doc().replace(b"(hello", b"(hello" + b"(" * 100))
    put("bytes-c0", doc().replace(b"hello", bytes(range(1, 32)))), put("ref-chain-loop", doc(more={4: b"6 0 R", 6: b"4 0 R"}))


def page_trees(put):
    put("pagetree-self", doc(pages=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"))
    put("pagetree-two-loop", doc(pages=b"<</Type/Pages/Kids[6 0 R]/Count 1>>", more={6: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1/Parent 2 0 R>>"}))
    put("pagetree-parent-loop", doc(pages=b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>"))
    more = {10 + i: b"<</Type/Pages/Count 10/Kids[%s]>>" % (b"%d 0 R " % (11 + i) * 10) for i in range(12)}
    put("pagetree-billion", doc(pages=b"<</Type/Pages/Kids[10 0 R]/Count 1>>", more=more | {22: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"}))
    deep = {10 + i: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (11 + i) for i in range(50_000)}
    put("pagetree-deep", doc(pages=b"<</Type/Pages/Kids[10 0 R]/Count 1>>", more=deep | {50_010: b"<</Type/Page/MediaBox[0 0 9 9]>>"}))
    put("count-huge", doc(pages=b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>")), put("count-negative", doc(pages=b"<</Type/Pages/Kids[3 0 R]/Count -1>>"))
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>"
    put(
        "pages-10k",
        doc(pages=b"<</Type/Pages/Count 10000/Kids[%s]>>" % b"".join(b"%d 0 R " % (10 + i) for i in range(10_000)), more={10 + i: leaf for i in range(10_000)}),
    )
    (
        put("mediabox-nan", doc(page=b"/MediaBox[0 0 1e308 99999999999999999999999999]/Rotate 91/UserUnit 1e300")),
        put("mediabox-empty", doc(page=b"/MediaBox[0 0 0 0]")),
    )


def nesting(put):
    for n in (1_000, 200_000):
        put(f"deep-array-{n}", doc(page=b"/X " + b"[" * n + b"]" * n)), put(f"deep-dict-{n}", doc(page=b"/X " + b"<</A " * n + b"1" + b">>" * n))
        put(f"deep-content-array-{n}", doc(stream(b"[" * n + b"]" * n + b" TJ " + HELLO))), put(f"deep-open-array-{n}", doc(page=b"/X " + b"[" * n))
        (
            put(f"deep-parens-{n}", doc(page=b"/X " + b"(" * n + b")" * n)),
            put(f"deep-q-{n}", doc(stream(b"q " * n + HELLO))),
            put(f"deep-bmc-{n}", doc(stream(b"/P BMC " * n + HELLO))),
        )


def bombs(put):
    for size, label in ((256 * MB, "256m"), (2 * GB, "2g")):
        put(f"bomb-content-{label}", doc(stream(zeros(size), FLATE)))
    twice = zlib.compress(zeros(4 * GB, b"\0"), 9)
    (
        put("bomb-double-4g", doc(stream(twice, b"/Filter[/FlateDecode/FlateDecode]"))),
        put("bomb-triple-4g", doc(stream(zlib.compress(twice, 9), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"))),
    )
    put("bomb-ops-512m", doc(stream(zeros(512 * MB, b"q Q 0 0 m 1 1 l S "), FLATE)))
    put("bomb-text-64m", doc(stream(zlib.compress(b"BT /F1 1 Tf " + b"(AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA) Tj " * (2 * MB) + b"ET", 6), FLATE)))
    put("bomb-manystreams", doc(more={3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[%s]>>" % (b"6 0 R " * 2000), 6: stream(zeros(64 * MB), FLATE)}))
    (
        put("filters-1000", doc(stream(HELLO, b"/Filter[" + b"/ASCIIHexDecode" * 1000 + b"]"))),
        put("lzw-garbage", doc(stream(random.Random(2).randbytes(100_000), b"/Filter/LZWDecode"))),
    )
    put("ascii85-z-bomb", doc(stream(zlib.compress(b"z" * (64 * MB) + b"~>", 1), b"/Filter[/FlateDecode/ASCII85Decode]")))
    put("runlength-bomb", doc(stream(zlib.compress(b"\x81 " * (8 * MB) + b"\x80", 1), b"/Filter[/FlateDecode/RunLengthDecode]")))
    put(
        "predictor-columns-huge",
        doc(stream(zlib.compress(HELLO), b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 2000000000/Colors 32/BitsPerComponent 16>>")),
    )
    put("objstm-n-huge", doc(more={6: stream(zlib.compress(b"1 0 2 5 1 2 3"), b"/Type/ObjStm/N 2000000000/First 8/Filter/FlateDecode")}))
    put("objstm-extends-self", doc(more={6: stream(zlib.compress(b"7 0 8 2 1 2"), b"/Type/ObjStm/N 2/First 8/Extends 6 0 R/Filter/FlateDecode")}))
    put("objects-400k-noxref", b"%PDF-1.7\n" + b"".join(b"%d 0 obj<</A 1>>endobj\n" % i for i in range(10, 400_000)) + doc(xref=False, startxref=0)[9:])


def fonts(put):
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>"
    below = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>%s>>"
    content = stream(b"BT /F1 12 Tf <00410042> Tj ET")
    cmap = lambda body: (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + body + b"\nendcmap"
    )
    one = stream(cmap(b"1 beginbfchar <0041> <4E2D> endbfchar"))
    put("bomb-tounicode-1g", doc(content, more={5: font, 6: below % b"", 7: stream(zeros(1 * GB), FLATE)}))
    put("tounicode-range-huge", doc(content, more={5: font, 6: below % b"", 7: stream(cmap(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange"))}))
    put(
        "tounicode-ranges-many",
        doc(
            content,
            more={
                5: font,
                6: below % b"",
                7: stream(zlib.compress(cmap(b"100 beginbfrange " + b"<0000> <FFFF> <0041>\n" * 200_000 + b"endbfrange"), 6), FLATE),
            },
        ),
    )
    put(
        "cmap-usecmap-self",
        doc(
            content,
            more={
                5: font.replace(b"/Identity-H", b" 8 0 R"),
                6: below % b"",
                7: one,
                8: stream(cmap(b"1 begincidrange <0000> <FFFF> 0 endcidrange"), b"/Type/CMap/CMapName/Z/UseCMap 8 0 R"),
            },
        ),
    )
    put("font-w-huge", doc(content, more={5: font, 6: below % b"/W[0 2000000000 500]", 7: one}))
    put("font-descendant-self", doc(content, more={5: font.replace(b"[6 0 R]", b"[5 0 R]"), 6: below % b"", 7: stream(cmap(b""))}))
    put(
        "matrix-extreme",
        doc(stream(b"1e38 0 0 1e38 1e38 1e38 cm 1e38 0 0 1e38 0 0 cm BT /F1 1e30 Tf 1e30 Tc 1e30 Tw 1e30 TL 99999999999999999999 Tz " + HELLO)),
    )


def drawings(put):
    form = lambda body, inside: stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<<%s>>/Font<</F1 5 0 R>>>>" % inside)
    put("form-self", doc(stream(b"/A Do " + HELLO), res=b"/XObject<</A 6 0 R>>", more={6: form(b"/A Do", b"/A 6 0 R")}))
    put(
        "form-billion",
        doc(
            stream(b"/A Do " + HELLO),
            res=b"/XObject<</A 10 0 R>>",
            more={10 + i: form(b"/A Do " * 10, b"/A %d 0 R" % (11 + i)) for i in range(12)} | {22: form(HELLO, b"")},
        ),
    )
    image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB%s"
    show = lambda name, body: put(name, doc(stream(b"/I Do " + HELLO), res=b"/XObject<</I 6 0 R>>", more={6: body}))
    show("image-dims-huge", stream(b"abc", image % (2_000_000_000, 2_000_000_000, b"")))
    show("image-flate-bomb", stream(zeros(2 * GB, b"\0"), image % (30000, 30000, FLATE)))
    show(
        "image-ccitt-huge",
        stream(
            b"\0" * 99,
            b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2000000000/Rows 2000000000>>",
        ),
    )
    show(
        "image-jbig2-huge",
        stream(b"\0\0\0\0\x30\0\x01\0\0\0\x13\x7f\xff\xff\xff\x7f\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0", image % (9, 9, b"/Filter/JBIG2Decode")),
    )
    put(
        "pattern-tiles",
        doc(
            stream(b"/Pattern cs /P scn 0 0 595 842 re f " + HELLO),
            res=b"/Pattern<</P 6 0 R>>",
            more={6: stream(b"0 0 m 1 1 l S", b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.0001/YStep 0.0001/Resources<<>>")},
        ),
    )


def actions(put):
    put(
        "js-open-action",
        doc(cat=b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);while\\(1\\){})>>/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>"),
    )
    put("launch-action", doc(cat=b"/OpenAction<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)>>>>", page=b"/AA<</O<</S/URI/URI(http://127.0.0.1:9/x)>>>>"))
    put("external-stream", doc(b"<</Length 0/F(/etc/hostname)/FFilter/FlateDecode>>stream\n\nendstream"))
    put(
        "xfa",
        doc(
            cat=b"/AcroForm<</XFA 6 0 R/Fields[]>>",
            more={6: stream(b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>")},
        ),
    )
    put(
        "names-loop",
        doc(
            cat=b"/Names<</Dests 6 0 R>>/Outlines 7 0 R/StructTreeRoot 8 0 R",
            more={6: b"<</Kids[6 0 R 6 0 R]>>", 7: b"<</First 7 0 R/Next 7 0 R/Last 7 0 R/Count 9>>", 8: b"<</Type/StructTreeRoot/K[8 0 R]/ParentTree 6 0 R>>"},
        ),
    )


def xref_streams(put):
    def one(extra, data=None):
        objects = {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1" + FONT + b">>>>>>",
            4: stream(HELLO),
        }
        out, at = b"%PDF-1.7\n", [0]
        for n, body in objects.items():
            at.append(len(out))
            out += b"%d 0 obj\n" % n + body + b"\nendobj\n"
        at.append(len(out))
        packed = zlib.compress(b"".join(b"\1" + v.to_bytes(4, "big") + b"\0" for v in at)) if data is None else data
        return out + b"5 0 obj\n" + stream(packed, b"/Type/XRef/Root 1 0 R/Filter/FlateDecode" + extra) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % at[-1]

    (
        put("xrefstm-ok", one(b"/W[1 4 1]/Size 6")),
        put("xrefstm-w-huge", one(b"/W[2000000000 2000000000 2000000000]/Size 6")),
        put("xrefstm-index-huge", one(b"/W[1 4 1]/Size 6/Index[0 2000000000]")),
    )
    put("xrefstm-w-zero", one(b"/W[0 0 0]/Size 2000000000/Index[0 2000000000]")), put("xrefstm-bomb-1g", one(b"/W[1 4 1]/Size 200000000", zeros(1 * GB, b"\0")))
    put("xrefstm-valid-bomb", one(b"/W[1 4 1]/Size 170000000", zeros(960 * MB, b"\1\0\0\0\x09\0")))


def large(put):
    (
        put("big-string-60m", doc(page=b"/X(" + b"A" * (60 * MB) + b")")),
        put("big-zeros-45m", b"%PDF-1.7\n" + b"\0" * (45 * MB)),
        put("big-objects-40m", b"%PDF-1.7\n" + b"1 0 obj " * (5 * MB)),
        put("big-open-40m", b"%PDF-1.7\n" + b"<" * (40 * MB)),
    )


def damage(put, path, permitted):
    """Cut, flipped and spliced: what is left may be read, and says what it said or nothing."""
    whole, name, rnd = open(path, "rb").read(), os.path.basename(path)[:-4], random.Random(os.path.basename(path))
    for share in (0.1, 0.5, 0.9, 0.99):
        put(f"cut-{int(share * 100)}-{name}", whole[: int(len(whole) * share)], permitted)
    for i in range(10):
        bytes_ = bytearray(whole)
        for _ in range(rnd.choice([1, 5, 50, 500])):
            bytes_[rnd.randrange(len(bytes_))] = rnd.randrange(256)
        put(f"flipped-{i:02}-{name}", bytes(bytes_), permitted)
    for i in range(3):
        p, q, n = rnd.randrange(len(whole)), rnd.randrange(len(whole)), rnd.randrange(1, 4000)
        put(f"spliced-{i:02}-{name}", whole[:p] + whole[q : q + n] + whole[p + rnd.randrange(0, n) :], permitted)


def lying(path):
    """The embedded font draws the adverse conclusion; its ToUnicode has it copied, and read by a careless machine, as the favourable one. None where the map has another form."""
    import io
    import pikepdf

    told = {b"4E0D": "未发现存在不", b"4EF6": "件的缺陷"}
    changed, out = set(), io.BytesIO()
    with pikepdf.open(path) as d:
        for o in d.objects:
            if isinstance(o, pikepdf.Dictionary) and isinstance(o.get("/ToUnicode"), pikepdf.Stream):
                text = o.ToUnicode.read_bytes()
                for code, words in told.items():
                    lie = b"<" + words.encode("utf-16-be").hex().upper().encode() + b">"
                    text, n = re.subn(rb"(<[0-9A-Fa-f]+>\s*)<" + code + rb">(?=\s*[\r\n])", lambda m: m[1] + lie, text, flags=re.I)
                    changed |= {code} if n else set()
                o.ToUnicode = d.make_stream(text)
        d.save(out)
    return out.getvalue() if changed == set(told) else None


def make(folder, damaged):
    os.makedirs(folder, exist_ok=True)
    expected = {}

    def put(name, data, verdicts=(UNKNOWN,), usable=False, must=False):
        open(os.path.join(folder, name + ".pdf"), "wb").write(data)
        expected[name + ".pdf"] = {"verdicts": list(verdicts), "usable": usable, "must": must}

    for part in (structure, page_trees, nesting, bombs, fonts, drawings, actions, xref_streams, large, hidden.files):
        part(put)
    for path in damaged:
        damage(put, path, [BAD, UNKNOWN])
        if lie := lying(path):
            put(f"lying-tounicode-{os.path.basename(path)[:-4]}", lie, [BAD, UNKNOWN])
    json.dump(expected, open(os.path.join(os.path.dirname(folder), "hostile.json"), "w"), indent=1)
    print(len(expected), "hostile files")
