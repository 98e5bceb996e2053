"""Reports placed letter by letter: own line breaking and cells, so that the order in the file, the ruling lines and the fonts can be as awkward
as real form fillers make them. `lay_out` gives pages of marks; a backend writes them.

A mark: ("text", x, y, size, text, role) with the baseline at y from below, or ("line", x1, y1, x2, y2, width). Role: label, value, body, head, foot.
"""

import random

W, H, LEFT, RIGHT, TOP, FOOT = 595, 842, 57, 538, 785, 60
SIZE, LEAD = 10.5, 17


def width(text, size, half=0.5):
    """`half`: how wide this font sets the letters that take half a square in most."""
    return sum(size if ord(c) > 0x2FF else size * half for c in text)


def broken(text, room, size, half):
    """Lines no wider than `room`; breaks anywhere, as Chinese does."""
    out = []
    for part in text.split("\n"):
        line = ""
        for c in part:
            if width(line + c, size, half) > room:
                out.append(line)
                line = ""
            line += c
        out.append(line)
    return out


class Layout:
    def __init__(self, doc, half):
        self.doc, self.half, self.pages, self.y = doc, half, [], 0
        self.new_page()

    def new_page(self):
        self.marks = []
        self.pages.append(self.marks)
        self.y = TOP
        if self.doc["header"]:
            self.marks.append(("text", LEFT, 812, 9, self.doc["header"], "foot"))
        if self.doc["footer"]:
            text = self.doc["footer"].format(page=len(self.pages))
            self.marks.append(("text", (W - width(text, 9)) / 2, 30, 9, text, "foot"))

    def room_for(self, height):
        if self.y - height < FOOT:
            self.new_page()

    def lines(self, text, size, role, x=LEFT):
        for line in broken(text, RIGHT - x, size, self.half):
            self.room_for(LEAD)
            self.marks.append(("text", x, self.y - size, size, line, role))
            self.y -= LEAD

    def table(self, rows, widths, ruled, form_cells):
        edges = [LEFT]
        for w in widths:
            edges.append(edges[-1] + (RIGHT - LEFT) * w / 100)
        for row in rows:
            ends = edges[1 : len(row)] + edges[-1:]  # the last cell goes over the rest
            cells = [broken(c, ends[i] - edges[i] - 8, SIZE, self.half) for i, c in enumerate(row)]
            height = max(len(c) for c in cells) * (LEAD - 3) + 8
            self.room_for(height)
            for i, cell in enumerate(cells):
                y = self.y - (height - len(cell) * (LEAD - 3)) / 2 - SIZE
                role = ("label" if i % 2 == 0 else "value") if form_cells else "body"
                for line in cell:
                    self.marks.append(("text", edges[i] + 4, y, SIZE, line, role))
                    y -= LEAD - 3
            if ruled:
                for y in (self.y, self.y - height):
                    self.marks.append(("line", edges[0], y, edges[-1], y, 0.6))
                for x in edges[: len(row)] + edges[-1:]:
                    self.marks.append(("line", x, self.y, x, self.y - height, 0.6))
            self.y -= height
        self.y -= 6

    def tick(self, on, text):
        self.room_for(LEAD)
        x, y = LEFT + 2, self.y - 11
        for a in ((x, y, x + 9, y), (x, y + 9, x + 9, y + 9), (x, y, x, y + 9), (x + 9, y, x + 9, y + 9)):
            self.marks.append(("line", *a, 0.7))
        if on:
            self.marks += [("line", x + 1.5, y + 4.5, x + 4, y + 1.5, 1.3), ("line", x + 4, y + 1.5, x + 8.5, y + 8.5, 1.3)]
        self.lines(text, SIZE, "body", LEFT + 18)


def lay_out(doc, half=0.5):
    page = Layout(doc, half)
    for kind, *b in doc["blocks"]:
        if kind == "break":
            page.new_page()
        elif kind == "table":
            page.table(b[0], b[1], b[2], len(b[1]) in (2, 4))
        elif kind == "tick":
            page.tick(*b)
        elif kind == "h":
            page.room_for(40)
            page.marks.append(("text", (W - width(b[0], 18)) / 2, page.y - 22, 18, b[0], "head"))
            page.y -= 40
        else:
            page.lines(b[0], SIZE, "body")
    return page.pages


def reorder(pages, how, seed, half=0.5):
    """The same marks in another order in the file; what is seen stays the same."""
    rng, out = random.Random(seed), []
    for marks in pages:
        text, lines = [m for m in marks if m[0] == "text"], [m for m in marks if m[0] == "line"]
        rest = [m for m in text if m[5] not in ("label", "value")]
        labels, values = [m for m in text if m[5] == "label"], [m for m in text if m[5] == "value"]
        if how == "labels-first":
            marks = labels + rest + values + lines
        elif how == "values-first":
            marks = lines + values + labels + rest
        elif how == "values-upwards":
            marks = lines + rest + labels + values[::-1]
        elif how == "shuffled":
            marks = rng.sample(marks, len(marks))
        elif how == "columns":
            marks = lines + sorted(text, key=lambda m: (m[1] > W / 2, -m[2]))
        elif how == "upwards":
            marks = lines + text[::-1]
        elif how == "letters":
            marks = lines + [("text", m[1] + width(m[4][:i], m[3], half), m[2], m[3], c, m[5]) for m in text for i, c in enumerate(m[4]) if c.strip()]
        out.append(marks)
    return out


ORDERS = ["natural", "labels-first", "values-first", "values-upwards", "shuffled", "columns", "upwards", "letters"]
RULES = ["stroke", "thin-rectangles"]
