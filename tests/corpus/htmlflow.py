"""Producers fed with HTML or DOCX: WeasyPrint, Chromium (one process for all), MuPDF, LibreOffice (one process for all)."""

import base64, html, json, os, shutil, subprocess, tempfile, time, urllib.request

from flow import FONTS


def page(doc, css=""):
    """The report as HTML. Running header, footer and marks are said in CSS, which each producer takes as far as it can."""
    family = FONTS[doc["font"]][2]
    foot = doc["footer"].replace("{page}", '" counter(page) "')
    rules = (
        f"@page{{size:A4{' landscape' if doc['rotate'] else ''};margin:2cm;"
        + (f'@bottom-center{{content:"{foot}";font:9pt "{family}"}}' if foot else "")
        + (f'@top-left{{content:"{doc["header"]}";font:9pt "{family}"}}' if doc["header"] else "")
        + "}"
    )
    out = []
    for kind, *b in doc["blocks"]:
        text = lambda s: html.escape(s).replace("\n", "<br>").replace("  ", "&nbsp; ")
        if kind == "break":
            out.append('<div class="break"></div>')
        elif kind == "table":
            rows = "".join(
                "<tr>"
                + "".join(
                    f'<td style="width:{w}%" colspan="{len(b[1]) - i if i + 1 == len(row) else 1}">{text(c)}</td>' for i, (c, w) in enumerate(zip(row, b[1]))
                )
                + "</tr>"
                for row in b[0]
            )
            out.append(f'<table class="{"ruled" if b[2] else "bare"}">{rows}</table>')
        elif kind == "tick":
            mark = '<path d="M2 6 L5 9 L10 1" fill="none" stroke="#000" stroke-width="1.4"/>' if b[0] else ""
            out.append(
                f'<p><svg width="12" height="12" viewBox="0 0 12 12"><rect x="1" y="1" width="10" height="10" fill="none" stroke="#000"/>{mark}</svg> {text(b[1])}</p>'
            )
        elif kind == "h":
            out.append(f"<h1>{text(b[0])}</h1>")
        else:
            out.append(f"<p>{text(b[0])}</p>")
    mark = f'<div class="mark">{doc["watermark"]}</div>' if doc["watermark"] else ""
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><style>{rules}
*{{box-sizing:border-box}}body{{font-family:"{family}","DejaVu Sans";font-size:10.5pt;line-height:1.6}}h1{{text-align:center;font-size:18pt;font-weight:normal}}p{{margin:2pt 0}}
table{{border-collapse:collapse;width:100%;margin:4pt 0;table-layout:fixed}}td{{padding:3pt 5pt;vertical-align:middle;word-break:break-all}}.ruled td{{border:1px solid #000}}
.break{{break-after:page;page-break-after:always}}.mark{{position:fixed;top:40%;left:15%;font-size:44pt;color:#dcdcdc;transform:rotate(-45deg);z-index:-1}}{css}</style></head><body>{mark}{"".join(out)}</body></html>"""


def weasyprint(doc, path):
    from weasyprint import HTML

    HTML(string=page(doc)).write_pdf(path)


def wkhtmltopdf(doc, path):
    with tempfile.NamedTemporaryFile("w", suffix=".html") as source:
        source.write(page(doc).replace('<div class="break"></div>', '<div style="page-break-after:always"></div>'))
        source.flush()
        subprocess.run(
            ["wkhtmltopdf", "-q", source.name, path],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=900,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )


def mupdf(doc, path):
    import pymupdf

    file, index, family = FONTS[doc["font"]]
    store = pymupdf.Archive()
    store.add(open(file, "rb").read(), "cjk.ttc")
    css = f'@font-face{{font-family:"{family}";src:url(cjk.ttc)}} body,p,td,h1{{font-family:"{family}"}}'
    story = pymupdf.Story(page(doc).replace('<div class="break"></div>', '<div style="page-break-after:always"></div>'), user_css=css, archive=store)
    writer = pymupdf.DocumentWriter(path)
    box, more = pymupdf.paper_rect("a4"), True
    while more:
        device = writer.begin_page(box)
        more, _ = story.place(box + (55, 55, -55, -55))
        story.draw(device)
        writer.end_page()
    writer.close()
    with pymupdf.open(path) as whole:
        whole.subset_fonts()
        small = whole.tobytes(garbage=3, deflate=True)
    open(path, "wb").write(small)


def chromium(docs):
    """[(doc, path)]: one browser prints them all, over its debugging protocol."""
    import websocket

    folder = tempfile.mkdtemp()
    browser = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if os.path.exists(f"{folder}/DevToolsActivePort"):
                break
            time.sleep(0.1)
        time.sleep(0.5)
        port = open(f"{folder}/DevToolsActivePort").read().split()[0]
        target = next(t for t in json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json")) if t["type"] == "page")
        socket = websocket.create_connection(target["webSocketDebuggerUrl"], suppress_origin=True, timeout=900)
        serial = iter(range(1, 10**9))

        def call(method, **params):
            n = next(serial)
            socket.send(json.dumps({"id": n, "method": method, "params": params}))
            while True:
                answer = json.loads(socket.recv())
                if answer.get("id") == n:
                    return answer["result"]

        frame = call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        for doc, path in docs:
            call("Page.setDocumentContent", frameId=frame, html=page(doc))
            foot = f"<div style=\"font:9pt '{FONTS[doc['font']][2]}';width:100%;text-align:center\">{doc['footer'].replace('{page}', '<span class=pageNumber></span>')}</div>"
            got = call(
                "Page.printToPDF",
                preferCSSPageSize=True,
                printBackground=True,
                displayHeaderFooter=bool(doc["footer"]),
                headerTemplate="<span></span>",
                footerTemplate=foot,
            )
            open(path, "wb").write(base64.b64decode(got["data"]))
        socket.close()
    finally:
        browser.terminate()
        browser.wait()
        shutil.rmtree(folder, ignore_errors=True)


def docx(doc, path):
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    d = Document()
    family = FONTS[doc["font"]][2]
    look = d.styles["Normal"]
    look.font.name, look.font.size = family, Pt(10.5)
    look.element.rPr.rFonts.set(qn("w:eastAsia"), family)
    look.paragraph_format.space_after = Pt(2)
    part = d.sections[0]
    part.page_width, part.page_height, part.left_margin, part.right_margin = Cm(21), Cm(29.7), Cm(2), Cm(2)
    part.header.paragraphs[0].text, part.footer.paragraphs[0].text = doc["header"], doc["footer"].replace("{page}", "").strip()
    for kind, *b in doc["blocks"]:
        if kind == "break":
            d.add_page_break()
        elif kind == "table":
            t = d.add_table(rows=len(b[0]), cols=len(b[1]), style="Table Grid" if b[2] else "Normal Table")
            for row, cells in zip(b[0], t.rows):
                for text, cell, w in zip(row, cells.cells, b[1]):
                    cell.text, cell.width = text, Cm(17 * w / 100)
                if len(row) < len(b[1]):
                    cells.cells[len(row) - 1].merge(cells.cells[-1])
        else:
            p = d.add_paragraph(b[0])
            if kind == "h":
                p.alignment = WD_ALIGN_PARAGRAPH.CENTER
                p.runs[0].font.size = Pt(18)
    d.save(path)


def libreoffice(docs):
    """[(doc, path)]: one office process converts them all."""
    with tempfile.TemporaryDirectory() as tmp:
        for doc, path in docs:
            docx(doc, f"{tmp}/{os.path.basename(path)[:-4]}.docx")
        sources = sorted(f"{tmp}/{f}" for f in os.listdir(tmp))
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp}/profile", "--headless", "--convert-to", "pdf", "--outdir", f"{tmp}/out", *sources],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=1500,
        )
        for _, path in docs:
            shutil.copy(f"{tmp}/out/{os.path.basename(path)}", path)
