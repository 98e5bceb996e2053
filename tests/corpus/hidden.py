"""Reports that show one thing and carry another: text that nobody sees, and texts that lie about the glyphs.

Each file is a sound one-page design report, written by hand, whose conclusion is shown as `seen` and carried as `carried` in some hidden way.
`FILES(put)` calls put(name, bytes, verdicts that are permitted, whether it may read as usable).
"""

from backends import pdf, stream
from words import BAD, CLEAN, NEGATIVE, OK, UNKNOWN, zl

FONT = {
    5: b"<</Type/Font/Subtype/Type0/BaseFont/SimSun-UniGB-UTF16-H/Encoding/UniGB-UTF16-H/DescendantFonts[6 0 R]>>",
    6: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500 814 939 500]/FontDescriptor 7 0 R>>",
    7: b"<</Type/FontDescriptor/FontName/SimSun/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 90>>",
}
NUMBER, OTHER = zl("202130612354"), zl("202130999888")
POSITIVE, ADVERSE = f"全部外观设计{CLEAN}。", f"全部外观设计{NEGATIVE}。"
Y = 500


def glyphs(text):
    return b"<" + text.encode("utf-16-be").hex().encode() + b">"


def show(text, x=60, y=Y, size=11, before=b"", after=b""):
    return b"q %s BT /F1 %g Tf 1 0 0 1 %g %g Tm %s Tj ET %s Q" % (before, size, x, y, glyphs(text), after)


def number_of(n):
    return f"ZL{n[:12]}.{n[12]}"


def report(conclusion, number=NUMBER):
    """The page without tricks; `conclusion` is operators."""
    rows = [
        ("专利号", number_of(number), "申请日", "2021年9月15日"),
        ("优先权日", "无", "授权公告日", "2022年1月25日"),
        ("外观设计产品名称", "儿童水壶", "专利权人", "杭州临溪日用品有限公司"),
        ("请求人", "杭州临溪日用品有限公司", "总页数", "1"),
    ]
    ops = [show("外观设计专利权评价报告", 200, 790, 18)]
    for i, row in enumerate(rows):
        ops += [show(t, x, 742 - 24 * i, 10) for t, x in zip(row, (60, 150, 300, 385))]
    ops += [
        b"0.6 w "
        + b" ".join(b"55 %d m 545 %d l S" % (757 - 24 * i, 757 - 24 * i) for i in range(5))
        + b" "
        + b" ".join(b"%d 757 m %d 661 l S" % (x, x) for x in (55, 145, 295, 380, 545))
    ]
    ops += [
        show("评价所针对的文本：", 60, 630),
        show("■ 与授权公告一并公布的专利文件", 60, 612),
        show("□ 由生效的无效宣告请求审查决定维持有效的专利文件，其中涉及第 ____ 号无效宣告请求审查决定", 60, 594),
        show("E. 初步结论", 60, 524),
    ]
    ops += conclusion
    ops += [show("审查员　欧阳霁月", 60, 440), show("完成日期　2024年3月22日", 60, 420), show("表格代码 230701", 60, 400)]
    return ops


def document(ops, resources=b"", page=b"", catalog=b"", more=None, fonts=b""):
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R%s>>%s>>/Contents 4 0 R%s>>" % (fonts, resources, page),
        4: stream(b"\n".join(ops)),
    }
    return pdf(objects | FONT | (more or {}))


IMAGE = stream(b"\xff\xff\xff", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB")
BOX = b"q 1 g 50 %d 500 26 re f Q" % (Y - 8)
# How a text is carried without being seen: (operators that carry it, keyword arguments of document()).
WAYS = {
    "mode-3": lambda t: ([show(t, before=b"3 Tr")], {}),
    "mode-7": lambda t: ([show(t, before=b"7 Tr")], {}),
    "mode-3-inside": lambda t: ([b"BT 3 Tr /F1 11 Tf 1 0 0 1 60 %d Tm %s Tj 0 Tr ET" % (Y, glyphs(t))], {}),
    "right-of-page": lambda t: ([show(t, 9000)], {}),
    "below-page": lambda t: ([show(t, 60, -40)], {}),
    "just-outside": lambda t: ([show(t, 597)], {}),
    "outside-crop-box": lambda t: ([show(t, 60, 30)], {"page": b"/CropBox[0 60 595 842]"}),
    "tiny": lambda t: ([show(t, size=0.01)], {}),
    "one-point": lambda t: ([show(t, size=0.9)], {}),
    "tiny-by-matrix": lambda t: ([b"q 0.001 0 0 0.001 60 %d cm BT /F1 11 Tf %s Tj ET Q" % (Y, glyphs(t))], {}),
    "flat-by-matrix": lambda t: ([b"q 1 0 0 0.001 0 0 cm BT /F1 11 Tf 1 0 0 1 60 500000 Tm %s Tj ET Q" % glyphs(t)], {}),
    "squeezed": lambda t: ([show(t, before=b"0.01 Tz")], {}),
    "white-rgb": lambda t: ([show(t, before=b"1 1 1 rg")], {}),
    "white-gray": lambda t: ([show(t, before=b"1 g")], {}),
    "white-cmyk": lambda t: ([show(t, before=b"0 0 0 0 k")], {}),
    "white-space": lambda t: ([show(t, before=b"/CS0 cs 1 1 1 sc")], {"resources": b"/ColorSpace<</CS0[/CalRGB<</WhitePoint[0.95 1 1.09]>>]>>"}),
    "nearly-white": lambda t: ([show(t, before=b"0.985 g")], {}),
    "no-ink": lambda t: (
        [show(t, before=b"/CS0 cs 1 scn")],
        {"resources": b"/ColorSpace<</CS0[/Separation/None/DeviceGray 8 0 R]>>", "more": {8: b"<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>"}},
    ),
    "white-stroke": lambda t: ([show(t, before=b"1 Tr 1 G")], {}),
    "transparent": lambda t: ([show(t, before=b"/G0 gs")], {"resources": b"/ExtGState<</G0<</ca 0/CA 0>>>>"}),
    "nearly-transparent": lambda t: ([show(t, before=b"/G0 gs")], {"resources": b"/ExtGState<</G0<</ca 0.01/CA 0.01>>>>"}),
    "under-box": lambda t: ([show(t), BOX], {}),
    "under-strokes": lambda t: ([show(t), b"q 1 G 30 w 50 %d m 550 %d l S Q" % (Y + 4, Y + 4)], {}),
    "under-polygon": lambda t: ([show(t), b"q 1 1 1 rg 50 %d m 550 %d l 550 %d l 50 %d l h f* Q" % (Y - 8, Y - 8, Y + 20, Y + 20)], {}),
    "under-image": lambda t: ([show(t), b"q 500 0 0 26 50 %d cm /I Do Q" % (Y - 8)], {"resources": b"/XObject<</I 8 0 R>>", "more": {8: IMAGE}}),
    "under-form": lambda t: (
        [show(t), b"/X Do"],
        {"resources": b"/XObject<</X 8 0 R>>", "more": {8: stream(BOX, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]")}},
    ),
    "under-shading": lambda t: (
        [show(t), b"q 50 %d 500 26 re W n /S0 sh Q" % (Y - 8)],
        {
            "resources": b"/Shading<</S0<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 0]/Function 8 0 R/Extend[true true]>>>>",
            "more": {8: b"<</FunctionType 2/Domain[0 1]/C0[1]/C1[1]/N 1>>"},
        },
    ),
    "black-on-black": lambda t: ([b"q 0 g 50 %d 500 26 re f Q" % (Y - 8), show(t)], {}),
    "gray-on-gray": lambda t: ([b"q 0.9 g 50 %d 500 26 re f Q" % (Y - 8), show(t, before=b"0.9 g")], {}),
    "clipped": lambda t: ([show(t, before=b"0 0 10 10 re W n")], {}),
    "clipped-empty": lambda t: ([show(t, before=b"0 0 0 0 re W n")], {}),
    "clipped-away": lambda t: ([show(t, before=b"100 700 10 10 re W n 300 300 10 10 re W n")], {}),
    "form-box": lambda t: (
        [b"/X Do"],
        {"resources": b"/XObject<</X 8 0 R>>", "more": {8: stream(show(t), b"/Type/XObject/Subtype/Form/BBox[0 0 5 5]/Resources<</Font<</F1 5 0 R>>>>")}},
    ),
    "layer-off": lambda t: (
        [b"/OC /L BDC", show(t), b"EMC"],
        {"resources": b"/Properties<</L 8 0 R>>", "catalog": b"/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>", "more": {8: b"<</Type/OCG/Name(a)>>"}},
    ),
    "layer-off-by-base": lambda t: (
        [b"/OC /L BDC", show(t), b"EMC"],
        {"resources": b"/Properties<</L 8 0 R>>", "catalog": b"/OCProperties<</OCGs[8 0 R]/D<</BaseState/OFF>>>>", "more": {8: b"<</Type/OCG/Name(a)>>"}},
    ),
    "layer-off-membership": lambda t: (
        [b"/OC /L BDC", show(t), b"EMC"],
        {
            "resources": b"/Properties<</L<</Type/OCMD/OCGs 8 0 R/P/AllOn>>>>",
            "catalog": b"/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>",
            "more": {8: b"<</Type/OCG/Name(a)>>"},
        },
    ),
    "layer-off-form": lambda t: (
        [b"/X Do"],
        {
            "resources": b"/XObject<</X 9 0 R>>",
            "catalog": b"/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>",
            "more": {8: b"<</Type/OCG/Name(a)>>", 9: stream(show(t), b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 8 0 R/Resources<</Font<</F1 5 0 R>>>>")},
        },
    ),
    "annotation-hidden": lambda t: (
        [],
        {
            "page": b"/Annots[8 0 R]",
            "more": {
                8: b"<</Type/Annot/Subtype/FreeText/F 2/Rect[55 %d 545 %d]/DA(/F1 11 Tf)/Contents<FEFF%s>/AP<</N 9 0 R>>>>"
                % (Y - 8, Y + 20, t.encode("utf-16-be").hex().encode()),
                9: stream(show(t), b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"),
            },
        },
    ),
    "note-closed": lambda t: (
        [],
        {
            "page": b"/Annots[8 0 R]",
            "more": {8: b"<</Type/Annot/Subtype/Text/Open false/Rect[55 %d 60 %d]/Contents<FEFF%s>>>" % (Y, Y + 5, t.encode("utf-16-be").hex().encode())},
        },
    ),
    "actual-text": lambda t: ([b"/Span<</ActualText<FEFF%s>>>BDC" % t.encode("utf-16-be").hex().encode(), show(" "), b"EMC"], {}),
    "form-never-drawn": lambda t: (
        [],
        {"resources": b"/XObject<</X 8 0 R>>", "more": {8: stream(show(t), b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>")}},
    ),
    "metadata": lambda t: ([], {"catalog": b"/PageLabels<</Nums[0<</P<FEFF%s>>>]>>" % t.encode("utf-16-be").hex().encode()}),
    "field-value": lambda t: (
        [],
        {
            "catalog": b"/AcroForm<</Fields[8 0 R]>>",
            "page": b"/Annots[8 0 R]",
            "more": {8: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(c)/F 2/Rect[55 %d 545 %d]/V<FEFF%s>>>" % (Y, Y + 20, t.encode("utf-16-be").hex().encode())},
        },
    ),
    "blank-glyphs": lambda t: (
        [b"BT /F2 11 Tf 1 0 0 1 60 %d Tm <%s> Tj ET" % (Y, b"".join(b"%02X" % (i + 1) for i in range(len(t))))],
        {"fonts": b"/F2 20 0 R", "more": blank_font(t)},
    ),
}


def blank_font(text):
    """A Type 3 font whose glyphs draw nothing, and whose map says they are the text."""
    codes = b"".join(b"<%02X> <%04X>\n" % (i + 1, ord(c)) for i, c in enumerate(text))
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange %d beginbfchar\n%sendbfchar endcmap"
        % (len(text), codes)
    )
    names = b" ".join(b"/g%d" % (i + 1) for i in range(len(text)))
    return {
        20: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 1/LastChar %d/Widths[%s]/CharProcs<<%s>>/Encoding<</Type/Encoding/Differences[1 %s]>>/ToUnicode 22 0 R/Resources<<>>>>"
        % (len(text), b"1000 " * len(text), b" ".join(b"/g%d 21 0 R" % (i + 1) for i in range(len(text))), names),
        21: stream(b"1000 0 d0"),
        22: stream(cmap),
    }


def inside_form(text):
    return {8: stream(b"\n".join(report([show(text)])), b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>")}


# Sound pages that look like tricks and are none: all that stands in them is seen.
SHOWN = [
    ("white-background", lambda t: [b"q 1 g 0 0 595 842 re f Q"] + report([show(t)]), {}),
    ("white-cell", lambda t: report([BOX, show(t)]), {}),
    ("over-image", lambda t: [b"q 595 0 0 842 0 0 cm /I Do Q"] + report([show(t)]), {"resources": b"/XObject<</I 8 0 R>>", "more": {8: IMAGE}}),
    ("inside-form", lambda t: [b"/X Do"], {"resources": b"/XObject<</X 8 0 R>>", "more": inside_form(POSITIVE)}),
    ("inside-clip", lambda t: [b"q 0 0 595 842 re W n"] + report([show(t, before=b"50 %d 500 26 re W n" % (Y - 8))]) + [b"Q"], {}),
    (
        "layer-on",
        lambda t: [b"/OC /L BDC"] + report([show(t)]) + [b"EMC"],
        {"resources": b"/Properties<</L 8 0 R>>", "catalog": b"/OCProperties<</OCGs[8 0 R]/D<</ON[8 0 R]>>>>", "more": {8: b"<</Type/OCG/Name(a)>>"}},
    ),
    ("stroked", lambda t: report([show(t, before=b"2 Tr 0.2 w")]), {}),
    ("blue-ink", lambda t: report([show(t, before=b"0 0 0.6 rg")]), {}),
    ("half-seal-over-it", lambda t: report([show(t), b"q 0.85 0 0 RG 2 w 300 %d m 380 %d l 340 %d l h S Q" % (Y - 30, Y + 10, Y + 40)]), {}),
]


def carried(way, text, seen):
    ops, more = WAYS[way](text)
    return document(report(([show(seen, y=Y - 24)] if seen else []) + ops), **more)


def files(put):
    # Without tricks: if these are not read, that the others are not taken in proves nothing.
    put("control-good", document(report([show(POSITIVE)])), [OK], True, True)
    put("control-bad", document(report([show(ADVERSE)])), [BAD], False, True)
    for name, ops, more in SHOWN:
        put(f"control-{name}", document(ops(POSITIVE), **more), [OK], True, True)
    put("white-on-dark", document(report([b"q 0.2 g 50 %d 500 26 re f Q" % (Y - 8), show(POSITIVE, before=b"1 g")])), [OK, UNKNOWN], True)
    for way in WAYS:
        put(f"hidden-{way}-good-beside-bad", carried(way, POSITIVE, ADVERSE), [BAD, UNKNOWN], False)
        put(f"hidden-{way}-good-alone", carried(way, POSITIVE, ""), [UNKNOWN], False)
        put(f"hidden-{way}-bad-beside-good", carried(way, ADVERSE, POSITIVE), [OK, UNKNOWN], True)
    # What stood there was covered and something else written over it: no one may rely on the file.
    over = [show(ADVERSE), BOX, show(POSITIVE)]
    put("overlay-box", document(report(over)), [OK, UNKNOWN], False)
    put(
        "overlay-image",
        document(report([show(ADVERSE), b"q 500 0 0 26 50 %d cm /I Do Q" % (Y - 8), show(POSITIVE)]), resources=b"/XObject<</I 8 0 R>>", more={8: IMAGE}),
        [OK, UNKNOWN],
        False,
    )
    put(
        "overlay-annotation",
        document(
            report([show(ADVERSE)]),
            page=b"/Annots[8 0 R]",
            more={
                8: b"<</Type/Annot/Subtype/Stamp/F 4/Rect[50 %d 550 %d]/AP<</N 9 0 R>>>>" % (Y - 8, Y + 18),
                9: stream(BOX + b" " + show(POSITIVE), b"/Type/XObject/Subtype/Form/BBox[50 %d 550 %d]/Resources<</Font<</F1 5 0 R>>>>" % (Y - 8, Y + 18)),
            },
        ),
        [OK, UNKNOWN, BAD],
        False,
    )
    put("overlay-part", document(report([show("全部外观设计不符合授予专利权条件。"), b"q 1 g 126 %d 12 16 re f Q" % (Y - 3)])), [UNKNOWN, BAD], False)
    put("overlay-both-drawn", document(report([show(ADVERSE), show(POSITIVE)])), [UNKNOWN], False)
    put("struck-through", document(report([show(POSITIVE), b"q 1.2 w 60 %d m 340 %d l S Q" % (Y + 4, Y + 4)])), [UNKNOWN], False)
    put("two-numbers-hidden", document(report([show(POSITIVE)]) + [show("专利号 " + number_of(OTHER), before=b"3 Tr", y=300)]), [OK, UNKNOWN], True)
    put(
        "number-covered",
        document(report([show(POSITIVE)], OTHER) + [b"q 1 g 147 737 140 16 re f Q", show(number_of(NUMBER), 150, 742, 10)]),
        [OK, UNKNOWN],
        False,
    )
    lie = b"/Span<</ActualText<FEFF%s>>>BDC" % POSITIVE.encode("utf-16-be").hex().encode()
    put("actual-text-over-bad", document(report([lie, show(ADVERSE), b"EMC"])), [BAD, UNKNOWN], False)
    put("to-unicode-lies", lying_map(), [BAD, UNKNOWN], False)


def lying_map():
    """The predefined map is overruled by a ToUnicode that reads the adverse conclusion as a favourable one."""
    pairs = [("不", "未发现存在不"), ("件", "件的缺陷")]
    codes = b"".join(b"<%s> <%s>\n" % (a.encode("utf-16-be").hex().encode(), b.encode("utf-16-be").hex().encode()) for a, b in pairs)
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange %d beginbfchar\n%sendbfchar endcmap"
        % (len(pairs), codes)
    )
    more = {8: FONT[5].replace(b">>", b"/ToUnicode 9 0 R>>"), 9: stream(cmap)}
    return document(report([show(ADVERSE).replace(b"/F1", b"/F2")]), fonts=b"/F2 8 0 R", more=more)
