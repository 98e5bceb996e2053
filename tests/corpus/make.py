"""Writes the corpus.  usage: make.py FOLDER [--small]

FOLDER gets the PDFs and truth.json. Needs what install.sh installs. Seeded: the same programs give the same reports.
"""
import argparse, json, os, random, sys, time

import flow, form
from design import Design, truth

SEED = 20261125
PLAIN_BOXES = ["square", "root-square", "root-shell", "root", "drawn"]
TRUTH = {}


def keep(name, r, producer, layout, hard=False):
    TRUTH[name] = truth(r) | {"producer": producer, "layout": layout, "hard": hard}


def layout_of(r):
    return r["style"]["header"] + ("" if r["style"]["ruled"] else ", borderless")


def box_for(r, producer, rng):
    """Ballot boxes need a font that has them; a box drawn as lines needs a producer that draws."""
    allowed = {"reportlab": PLAIN_BOXES, "reportlab-cid": PLAIN_BOXES, "fpdf2": PLAIN_BOXES}.get(producer)
    if allowed and r["style"]["box"] not in allowed:
        r["style"]["box"] = rng.choice(allowed)


def plain_reports(design, out, count):
    producers = {"reportlab": (flow.reportlab, ["hei", "ming"]), "reportlab-cid": (flow.reportlab, ["STSong-Light"]), "fpdf2": (flow.fpdf2, ["hei", "sans-cff"]), "typst": (flow.typst, ["hei", "serif-cff", "ming"])}
    for i in range(count):
        for producer, (draw, fonts) in producers.items():
            r = design.report(doubtful=i % 6 == 5)
            box_for(r, producer, design.rng)
            more = {"font": design.rng.choice(fonts)}
            if producer.startswith("reportlab"):
                more |= {"watermark": design.rng.choice(["", "", "国家知识产权局"]), "seal": design.rng.random() < 0.4, "rotate": design.rng.choice([0, 0, 0, 0, 90])}
            name = f"{producer}-{i:03}-{r['family'].replace('_', '-')}.pdf"
            draw(design.doc(r, form, **more), os.path.join(out, name))
            keep(name, r, producer, layout_of(r) + (", rotated" if more.get("rotate") else ""))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--small", action="store_true")
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    started = time.monotonic()
    plain_reports(Design(SEED), a.out, 10 if a.small else 40)
    json.dump(TRUTH, open(os.path.join(a.out, "truth.json"), "w"), ensure_ascii=False, indent=1)
    print(f"{len(TRUTH)} reports in {time.monotonic() - started:.0f} s")


main()
