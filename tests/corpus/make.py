"""Writes the corpus.  usage: make.py FOLDER [--part good|hostile]

FOLDER gets the PDFs and truth.json, and hostile/ with hostile.json. Needs what `install` installs. Seeded: the same programs, the same reports.
"""

import argparse, collections, datetime, json, logging, multiprocessing, os, shutil, time

import backends, canvas, flow, form, hostile, htmlflow, rewrite
from design import SIMULATED, Design, truth
from words import BAD, DE, UM, UNKNOWN, zl
from wordings import wording

SEED = 20261125
PLAIN_BOXES = ["square", "root-square", "root-shell", "root", "drawn"]
TEXT_BOXES = ["square", "root-square", "root-shell", "root", "ballot", "ballot-x"]

# Producers that break lines themselves: how many reports, which fonts, which boxes they can set.
FLOWING = {
    "reportlab": (flow.reportlab, 34, ["hei", "ming"], PLAIN_BOXES),
    "reportlab-cid": (flow.reportlab, 22, ["STSong-Light"], PLAIN_BOXES),
    "fpdf2": (flow.fpdf2, 28, ["hei", "sans-cff", "ming"], PLAIN_BOXES),
    "typst": (flow.typst, 34, ["hei", "serif-cff", "ming"], None),
    "weasyprint": (htmlflow.weasyprint, 26, ["hei", "serif-cff", "ming"], None),
    "mupdf-story": (htmlflow.mupdf, 14, ["hei", "ming"], PLAIN_BOXES[:-1]),
    "wkhtmltopdf": (htmlflow.wkhtmltopdf, 18, ["hei", "ming"], None),
}
BATCHED = {
    "chromium": (htmlflow.chromium, 34, ["hei", "sans-cff", "ming"], None),
    "libreoffice": (htmlflow.libreoffice, 28, ["hei", "ming", "serif-cff"], TEXT_BOXES),
}
# Producers that place what canvas.py laid out.
PLACED = {
    "placed-reportlab": (backends.reportlab, 26, ["hei", "ming"]),
    "placed-reportlab-cid": (backends.reportlab, 12, ["STSong-Light"]),
    "placed-cairo": (backends.cairo, 26, ["hei", "serif-cff", "ming"]),
    "placed-matplotlib": (backends.matplotlib, 6, ["hei"]),
    "placed-matplotlib-type3": (backends.matplotlib, 4, ["hei"]),
    "placed-mupdf": (backends.mupdf, 8, ["hei", "ming"]),
    "placed-mupdf-china-s": (backends.mupdf, 10, ["china-s"]),
    "placed-prawn": (backends.prawn, 8, ["hei", "ming"]),
    "placed-tcpdf": (backends.tcpdf, 12, ["cid0cs"]),
    "placed-perl": (backends.perl, 12, ["Song"]),
    "by-hand": (backends.by_hand, 36, ["none"]),
}
# What a producer runs, where that is more than Python. Debian 13 has no wkhtmltopdf.
PROGRAMS = {
    "chromium": "chromium",
    "libreoffice": "soffice",
    "wkhtmltopdf": "wkhtmltopdf",
    "placed-cairo": "rsvg-convert",
    "placed-prawn": "ruby",
    "placed-tcpdf": "php",
    "placed-perl": "perl",
}
REPORTS_MIN, PRODUCERS_MIN = 400, 14
REWRITTEN_EACH, LONG_PAGES = 4, [12, 30, 60, 120, 200]


class Plan:
    def __init__(self, out):
        self.out, self.design, self.truth, self.jobs = out, Design(SEED), {}, []
        self.batches, self.missing = collections.defaultdict(list), set()

    def made_here(self, producer):
        """Whether this machine has the program. The report is drawn either way, so that the others stay the same."""
        program = PROGRAMS.get(producer)
        if program and not shutil.which(program):
            self.missing.add(program)
            return False
        return True

    def keep(self, name, r, producer, page="upright", hard=False):
        layout = r["style"]["header"] + ("" if r["style"]["ruled"] else ", borderless")
        self.truth[name] = truth(r) | {"producer": producer, "layout": layout, "page": page, "hard": hard}
        return os.path.join(self.out, name)

    def boxed(self, r, allowed):
        if allowed and r["style"]["box"] not in allowed:
            r["style"]["box"] = self.design.rng.choice(allowed)
        return r

    def flowing(self):
        for producer, (draw, count, fonts, boxes) in (FLOWING | BATCHED).items():
            for i in range(count):
                r = self.boxed(self.design.report(doubtful=i % 5 == 4), boxes)
                self.flow_one(f"{producer}-{i:03}-{r['family'].replace('_', '-')}.pdf", r, producer, draw, fonts)

    def flow_one(self, name, r, producer, draw, fonts):
        rng = self.design.rng
        more, page = {"font": rng.choice(fonts)}, "upright"
        if producer != "libreoffice":
            more["watermark"] = rng.choice(["", "", "国家知识产权局", "仅供参考使用"]) if producer not in ("fpdf2", "mupdf-story") else ""
        if producer.startswith("reportlab"):
            more |= {"seal": rng.random() < 0.4, "rotate": rng.choice([0, 0, 0, 0, 90])}
            page = "on its side" if more["rotate"] else page
        doc = self.design.doc(r, form, **more)
        if not self.made_here(producer):
            return
        job = (draw, doc, self.keep(name, r, producer, page))
        if producer in BATCHED:
            self.batches[draw].append(job[1:])
        else:
            self.jobs.append(job)

    def placed(self):
        rng, cmaps = self.design.rng, list(backends.CMAPS)
        for producer, (draw, count, fonts) in PLACED.items():
            for i in range(count):
                r = self.boxed(self.design.report(doubtful=i % 5 == 4), PLAIN_BOXES)
                order = canvas.ORDERS[i % len(canvas.ORDERS)]
                rotate = rng.choice([0, 0, 90, 270, 180]) if draw in (backends.reportlab, backends.by_hand) else 0
                options = {
                    "font": rng.choice(fonts),
                    "rules": rng.choice(canvas.RULES),
                    "rotate": rotate,
                    "watermark": rng.choice(["", "", "国家知识产权局"]),
                    "type3": producer.endswith("type3"),
                }
                doc = self.design.doc(r, form)
                if draw is backends.by_hand:
                    options["cmap"] = self.encodable(doc, cmaps[i % len(cmaps)])
                if not self.made_here(producer):
                    continue
                name = f"{producer}-{i:03}-{r['family'].replace('_', '-')}.pdf"
                path = self.keep(
                    name, r, producer if draw is not backends.by_hand else "by-hand " + options["cmap"], order + (f", turned {rotate}" if rotate else "")
                )
                self.jobs.append((place, (draw, doc, order, options, i), path))

    def encodable(self, doc, cmap):
        """The map asked for, or one wider, if a character of this report is not in it."""
        text = json.dumps(doc["blocks"], ensure_ascii=False)
        for name in (cmap, "GBK-EUC-H", "UniGB-UTF16-H"):
            try:
                text.encode(backends.CMAPS[name])
                return name
            except UnicodeEncodeError:
                pass
        raise ValueError(doc)

    def special(self):
        """Reports that are read as well as any other, and that nobody may rely on; and long ones."""
        for i, (why, change) in enumerate(UNUSABLE * 3):
            r = self.boxed(self.design.report(kind=change.get("kind")), PLAIN_BOXES)
            r["wording"] = r["wording"] | {"usable": False}
            change = dict(change)
            change.pop("kind", None)
            shown = change.pop("shown", None)
            for key, value in change.items():
                r[key] = value(r) if callable(value) else value
            if "wording_of" in r:
                r["wording"] = r.pop("wording_of")
            r["style"]["number"] = "zl" if not shown else "as-is"
            producer = ["reportlab", "typst", "fpdf2"][i // len(UNUSABLE)]
            draw, _, fonts, _ = FLOWING[producer]
            name = f"{producer}-unusable-{i:02}-{why}.pdf"
            r["family"] = "unusable: " + why
            self.flow_one(name, r, producer, draw, fonts)
            if shown:
                self.truth[name]["facts"]["patent_number"] = [None, r["patent_number"]]
            if r["form"] == "220702":
                self.truth[name]["verdicts"] = None
        for producer in ("typst", "fpdf2", "weasyprint"):
            r = self.boxed(
                self.design.report(kind=DE, family="quiet_bad", wording=wording(1, ["全部外观设计不符合授予专利权条件。"], {"all": BAD})), PLAIN_BOXES
            )
            draw, _, fonts, _ = FLOWING[producer]
            self.flow_one(f"{producer}-quiet-bad.pdf", r, producer, draw, fonts)
        for i, pages in enumerate(LONG_PAGES):
            producer = ["typst", "reportlab", "fpdf2", "typst", "reportlab-cid"][i]
            draw, _, fonts, boxes = FLOWING[producer]
            r = self.boxed(self.design.report(kind=UM, pages=pages), boxes)
            self.flow_one(f"{producer}-long-{pages}.pdf", r, producer, draw, fonts)

    def rewritten(self):
        """After the others: sound reports of many producers, rewritten."""
        rng = self.design.rng
        sources = sorted(n for n, t in self.truth.items() if "long" not in n)
        embedded = [
            s for s in sources if not s.startswith(("by-hand", "reportlab-cid", "placed-reportlab-cid", "placed-mupdf-china-s", "placed-tcpdf", "placed-perl"))
        ]
        for tool in [*rewrite.SOUND, *rewrite.HARD, *rewrite.PICTURES]:
            hard = tool not in rewrite.SOUND
            fit = embedded if hard or tool == "pdftocairo" else sources
            if tool in rewrite.PICTURES:
                fit = [s for s in fit if self.truth[s]["page"] == "upright" and not s.startswith("scan")]
            for source in rng.sample(fit, REWRITTEN_EACH + 2 * (tool == "ghostscript")):
                name = f"{tool}-of-{source}"
                self.truth[name] = self.truth[source] | {"producer": tool, "hard": hard}
                if tool in rewrite.PICTURES and self.truth[source]["verdicts"]:
                    self.truth[name] |= {"verdicts": dict.fromkeys(self.truth[source]["verdicts"], UNKNOWN), "usable": False}
                yield rewrite.apply, (tool, os.path.join(self.out, source)), os.path.join(self.out, name)


def place(job, path):
    draw, doc, order, options, seed = job
    half = 1.0 if options["font"] == "china-s" else 0.5
    draw(canvas.reorder(canvas.lay_out(doc, half), order, seed, half), path, options)


def old_wording(r):
    return wording(7, ["权利要求1-7具备专利法第22条第2款规定的新颖性和第22条第3款规定的创造性。"], {"all": "unknown"}, usable=False)


def broken_digit(r):
    n = r["patent_number"]
    return n[:12] + ("3" if n[12] != "3" else "5")


DAY = datetime.date
UNUSABLE = [
    (
        "search-report",
        {
            "kind": UM,
            "form": "220702",
            "filed_on": DAY(2008, 8, 20),
            "granted_on": DAY(2009, 6, 17),
            "completed_on": DAY(2010, 3, 25),
            "requested_on": DAY(2010, 2, 25),
            "priority_on": None,
            "corrected": False,
            "patent_number": zl("200820145673"),
            "wording_of": old_wording,
        },
    ),
    (
        "search-report-2",
        {
            "kind": UM,
            "form": "220702",
            "filed_on": DAY(2007, 1, 22),
            "granted_on": DAY(2008, 2, 27),
            "completed_on": DAY(2009, 7, 3),
            "requested_on": DAY(2009, 6, 1),
            "priority_on": None,
            "corrected": False,
            "patent_number": zl("200720103388"),
            "wording_of": old_wording,
        },
    ),
    ("simulated", {"simulated": SIMULATED[0]}),
    ("simulated-2", {"simulated": SIMULATED[1]}),
    ("simulated-3", {"simulated": SIMULATED[2]}),
    ("check-digit", {"patent_number": broken_digit, "shown": True}),
    ("invention", {"kind": UM, "patent_number": lambda r: zl(r["patent_number"][:4] + "1" + r["patent_number"][5:12]), "shown": True}),
    ("masked", {"patent_number": lambda r: f"{r['patent_number'][:8]}××××{r['patent_number'][12]}", "shown": True}),
    ("too-long", {"patent_number": lambda r: r["patent_number"][:12] + "0" + r["patent_number"][12], "shown": True}),
    ("other-kind", {"kind": UM, "patent_number": lambda r: zl(r["patent_number"][:4] + "3" + r["patent_number"][5:12]), "shown": True}),
    ("completed-before-grant", {"completed_on": lambda r: r["granted_on"] - datetime.timedelta(days=90)}),
    ("completed-in-future", {"completed_on": DAY(2031, 3, 14)}),
]


def do(job):
    draw, what, path = job
    started = time.monotonic()
    try:
        draw(what, path)
    except Exception as e:
        return path, f"{type(e).__name__}: {e}", 0
    return path, None, time.monotonic() - started


def made(plan, jobs, pool):
    for path, fault, _ in pool.imap_unordered(do, jobs, chunksize=4):
        if fault:
            raise SystemExit(f"{path}: {fault}")


def good(out):
    plan, started = Plan(out), time.monotonic()
    plan.flowing(), plan.placed(), plan.special()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        batches = [pool.apply_async(draw, (docs,)) for draw, docs in plan.batches.items()]
        made(plan, plan.jobs, pool)
        for b in batches:
            b.get()
        print(f"{len(plan.truth)} reports drawn in {time.monotonic() - started:.0f} s", flush=True)
        made(plan, list(plan.rewritten()), pool)
    json.dump(plan.truth, open(os.path.join(out, "truth.json"), "w"), ensure_ascii=False, indent=1)
    producers = {t["producer"].split(" ")[0] for t in plan.truth.values()} - set(rewrite.SOUND) - set(rewrite.HARD) - set(rewrite.PICTURES)
    for program in sorted(plan.missing):
        print(f"NOT MADE: what {program} writes, which this machine lacks")
    print(f"{len(plan.truth)} reports by {len(producers)} producers in {time.monotonic() - started:.0f} s")
    if len(plan.truth) < REPORTS_MIN or len(producers) < PRODUCERS_MIN:
        raise SystemExit(f"fewer than {REPORTS_MIN} reports or {PRODUCERS_MIN} producers")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--part", choices=["good", "hostile", "both"], default="both")
    a = ap.parse_args()
    logging.disable(logging.WARNING)
    os.makedirs(a.out, exist_ok=True)
    if a.part != "hostile":
        good(a.out)
    if a.part != "good":
        known = json.load(open(os.path.join(a.out, "truth.json")))
        adverse = sorted(
            (t["family"] != "quiet_bad", n)
            for n, t in known.items()
            if t["family"] in ("quiet_bad", "all_bad", "whole_bad") and t["producer"] in ("fpdf2", "typst", "chromium", "weasyprint")
        )
        hostile.make(os.path.join(a.out, "hostile"), [os.path.join(a.out, n) for _, n in adverse[:7]])


if __name__ == "__main__":
    main()
