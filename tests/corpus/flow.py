"""Producers that break lines and pages themselves. Each takes (doc, path); `doc` has blocks, header, footer, watermark, seal, rotate, font.

A ticked option of ("tick", on, text) is drawn as a box with two strokes where the producer can draw, else it was made text by form.py.
"""

FONTS = {
    "hei": ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0, "WenQuanYi Zen Hei"),
    "ming": ("/usr/share/fonts/truetype/arphic/uming.ttc", 0, "AR PL UMing CN"),
    "sans-cff": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2, "Noto Sans CJK SC"),
    "serif-cff": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2, "Noto Serif CJK SC"),
}


def reportlab(doc, path):
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table
    from xml.sax.saxutils import escape

    if doc["font"] == "STSong-Light":
        name = "STSong-Light"
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    else:
        name = doc["font"]
        pdfmetrics.registerFont(TTFont(name, FONTS[name][0], subfontIndex=FONTS[name][1]))
    body = ParagraphStyle("p", fontName=name, fontSize=10.5, leading=17, wordWrap="CJK")
    head = ParagraphStyle("h", parent=body, fontSize=18, leading=30, alignment=1)
    para = lambda s, st=body: Paragraph(escape(s).replace("\n", "<br/>").replace("  ", "&nbsp; "), st)

    class Tick(Flowable):
        def __init__(self, on, text):
            super().__init__()
            self.on, self.text, self.height = on, Paragraph(escape(text), ParagraphStyle("t", parent=body, leftIndent=18)), 17

        def wrap(self, w, h):
            self.width, self.height = self.text.wrap(w, h)
            return self.width, self.height

        def draw(self):
            c, y = self.canv, self.height - 14
            c.setLineWidth(0.7)
            c.rect(2, y, 9, 9)
            if self.on:
                c.setLineWidth(1.4)
                c.lines([(3.5, y + 4.5, 6, y + 1.5), (6, y + 1.5, 10.5, y + 8.5)])
            self.text.drawOn(c, 0, 0)

    flow = []
    for kind, *b in doc["blocks"]:
        if kind == "break":
            flow.append(PageBreak())
        elif kind == "table":
            look = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")] + ([("GRID", (0, 0), (-1, -1), 0.6, "black")] if b[2] else [])
            look += [("SPAN", (len(row) - 1, y), (-1, y)) for y, row in enumerate(b[0]) if len(row) < len(b[1])]
            flow += [
                Table([[para(c) for c in row] + [""] * (len(b[1]) - len(row)) for row in b[0]], colWidths=[w * 4.7 for w in b[1]], style=look),
                Spacer(1, 6),
            ]
        elif kind == "tick":
            flow.append(Tick(b[0], b[1]))
        else:
            flow.append(para(b[0], head if kind == "h" else body))

    def page(c, d):
        c.setFont(name, 9)
        if doc["footer"]:
            c.drawCentredString(297, 28, doc["footer"].format(page=d.page))
        if doc["header"]:
            c.drawString(60, 812, doc["header"])
        if doc["watermark"]:
            c.saveState()
            c.setFillGray(0.86), c.setFont(name, 44), c.translate(300, 400), c.rotate(45)
            c.drawCentredString(0, 0, doc["watermark"])
            c.restoreState()
        if doc["seal"] and d.page == 1:
            seal(c, name)
        if doc["rotate"]:
            c.setPageRotation(doc["rotate"])

    SimpleDocTemplate(path, invariant=1, title="", leftMargin=60, rightMargin=60).build(flow, onFirstPage=page, onLaterPages=page)


def seal(c, name):
    """A round red seal: letters on the circle, a star in the middle, over the foot of the page."""
    import math

    c.saveState()
    c.setStrokeColorRGB(0.85, 0, 0), c.setFillColorRGB(0.85, 0, 0), c.setLineWidth(2)
    c.translate(440, 150)
    c.circle(0, 0, 52)
    words = "专利权评价报告专用章"
    c.setFont(name, 10)
    for i, ch in enumerate(words):
        c.saveState()
        c.rotate(120 - 240 * i / (len(words) - 1))
        c.drawCentredString(0, 38, ch)
        c.restoreState()
    p = c.beginPath()
    for k in range(5):
        a = math.pi / 2 + k * 4 * math.pi / 5
        (p.moveTo if k == 0 else p.lineTo)(14 * math.cos(a), 14 * math.sin(a))
    p.close()
    c.drawPath(p, stroke=0, fill=1)
    c.restoreState()


def fpdf2(doc, path):
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    file, index, _ = FONTS[doc["font"]]

    class Paged(FPDF):
        def header(self):
            if doc["header"]:
                self.set_font("cjk", size=9)
                self.cell(0, 6, doc["header"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)

        def footer(self):
            if doc["footer"]:
                self.set_y(-14)
                self.set_font("cjk", size=9)
                self.cell(0, 6, doc["footer"].format(page=self.page_no()), align="C")

    pdf = Paged()
    pdf.add_font("cjk", fname=file, collection_font_number=index)
    pdf.add_page()
    for kind, *b in doc["blocks"]:
        pdf.set_font("cjk", size=18 if kind == "h" else 10)
        if kind == "break":
            pdf.add_page()
        elif kind == "table":
            with pdf.table(col_widths=b[1], first_row_as_headings=False, line_height=7, borders_layout="ALL" if b[2] else "NONE") as table:
                for cells in b[0]:
                    row = table.row()
                    for i, c in enumerate(cells):
                        row.cell(c, colspan=1 if i + 1 < len(cells) else len(b[1]) - i)
            pdf.ln(2)
        elif kind == "tick":
            x, y = pdf.get_x(), pdf.get_y()
            pdf.rect(x + 1, y + 1.5, 3.4, 3.4)
            if b[0]:
                pdf.set_line_width(0.5)
                pdf.line(x + 1.6, y + 3.2, x + 2.5, y + 4.5)
                pdf.line(x + 2.5, y + 4.5, x + 4.4, y + 1.4)
                pdf.set_line_width(0.2)
            pdf.set_x(x + 7)
            pdf.multi_cell(0, 7, b[1], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        else:
            pdf.multi_cell(0, 12 if kind == "h" else 7, b[0], align="C" if kind == "h" else "L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.output(path)


def typst(doc, path):
    import typst as compiler

    text = lambda s: " #linebreak() ".join('#text("' + part.replace("\\", "\\\\").replace('"', '\\"') + '")' for part in s.split("\n"))
    foot = f"footer: align(center)[#context text(size: 9pt)[{doc['footer'].format(page='#counter(page).display()')}]]" if doc["footer"] else "footer: none"
    head = f", header: {text(doc['header'])[1:]}" if doc["header"] else ""
    mark = f", background: rotate(-45deg, text(size: 44pt, fill: luma(225))[{doc['watermark']}])" if doc["watermark"] else ""
    out = [f'#set page(paper: "a4", margin: 2cm, {foot}{head}{mark})', f'#set text(font: ("{FONTS[doc["font"]][2]}", "DejaVu Sans"), size: 10.5pt, lang: "zh")']
    for kind, *b in doc["blocks"]:
        if kind == "break":
            out.append("#pagebreak()")
        elif kind == "table":
            over = lambda row, i: f"table.cell(colspan: {len(b[1]) - i})" if i + 1 == len(row) < len(b[1]) else ""
            cells = ",".join(over(row, i) + "[" + text(c) + "]" for row in b[0] for i, c in enumerate(row))
            out.append(f"#table(columns: ({','.join(f'{w}fr' for w in b[1])}), stroke: {'0.6pt' if b[2] else 'none'}, {cells})")
        elif kind == "h":
            out.append(f"#align(center)[#text(size: 18pt)[{text(b[0])}]]")
        elif kind == "tick":
            stroke = (
                "#place(dx: 1.5pt, dy: 1pt, curve(stroke: 1.3pt, curve.move((0pt, 3.5pt)), curve.line((2.5pt, 6.5pt)), curve.line((7pt, -1pt))))"
                if b[0]
                else ""
            )
            out.append(f"#box(width: 9pt, height: 9pt, stroke: 0.7pt)[{stroke}] " + text(b[1]))
        else:
            out.append(text(b[0]))
    open(path, "wb").write(compiler.compile("\n\n".join(out).encode()))
