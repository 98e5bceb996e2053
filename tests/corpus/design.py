"""Which reports are made: seeded draws of facts, wordings and styles, each value often enough."""

import datetime, random

import wordings, wordings_design, wordings_doubtful
from words import BAD, DE, DE_TITLES, EXAMINERS, PEOPLE, UM, UM_TITLES, company, days_between, zl

DAY = datetime.date
SIMULATED = ["模拟件 · 非行政机关出具", "（模拟件，仅供内部参考，非国家知识产权局出具）", "模拟专利权评价报告"]
STYLE = {
    "spacing": ["none", "none", "blank", "two", "ideographic"],
    "dates": ["cn", "cn", "cn", "cn0", "cn-blanks", "iso", "dots", "slashes", "wide"],
    "number": ["zl", "zl", "zl", "bare", "spaced", "zl-blank", "no-dot", "wide", "lower-x", "cn"],
    "number_label": ["专利号", "专利号", "专利号", "申请号或专利号"],
    "granted_label": ["授权公告日", "授权公告日", "授权公告日", "授权公告日期"],
    "name_label": ["", "", "", "发明创造名称"],
    "no_priority": ["无", "", "——", "/"],
    "more": [True, False],
    "colon": ["", "", "："],
    "header": ["two-pairs", "two-pairs", "merged", "merged", "one-pair", "stacked", "stacked-cells", "joined-cells", "lines"],
    "ruled": [True, True, True, False],
    "box": ["square", "root-square", "root-shell", "root", "drawn", "ballot", "ballot-x"],
    "code": ["plain", "plain", "dated", "dated-long", "zh", "none"],
    "code_a": [True, False],
    "scope": [0, 1, 2],
    "conclusion_label": ["E. 初步结论", "初步结论", "E 初步结论", "五、初步结论", "评价结论"],
    "conclusion_apart": [True, True, False],
    "sheet": ["专利权评价意见（续页）", "续页 II", "专利权评价报告 续页（Ⅱ）", "专利权评价意见"],
    "opinion_first": [True, False],
    "repeat": [True, False, False],
    "done_label": ["完成日期", "完成日期", "报告完成日期", "报告作出日期"],
    "cover": [False, False, False, True],
    "wide_digits": [False, False, False, False, True],
    "corrected_in_title": [True, True, False],
    "cited_apart": [False, False, True],
    "sheet_number": [False, True],
    "conclusion_late": [False, False, False, True],
}
HEADERS = ["", "", "专利权评价报告", "国家知识产权局"]
FOOTERS = ["第 {page} 页", "- {page} -", "", "第{page}页"]


class Deck:
    """Draws every value of a list before any again, in a shuffled order: so each comes often enough in a small corpus."""

    def __init__(self, rng, values):
        self.rng, self.values, self.left = rng, list(values), []

    def draw(self):
        if not self.left:
            self.left = self.rng.sample(self.values, len(self.values))
        return self.left.pop()


class Design:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.style = {k: Deck(self.rng, v) for k, v in STYLE.items()}
        self.good = {UM: Deck(self.rng, wordings.GOOD), DE: Deck(self.rng, wordings_design.GOOD)}
        self.doubtful = Deck(self.rng, wordings_doubtful.ALL)
        self.kinds = Deck(self.rng, [UM, UM, DE])
        self.titles = {UM: Deck(self.rng, UM_TITLES), DE: Deck(self.rng, DE_TITLES)}
        self.specials = Deck(self.rng, ["priority", "co-owner", "other-requester", "corrected", "old-law", "", "", ""])
        self.pages = Deck(self.rng, [2, 2, 2, 2, 2, 3, 3, 4, 6])

    def report(self, kind=None, doubtful=False, **fixed):
        rng = self.rng
        if doubtful:
            make = self.doubtful.draw()
            kind, wording = make(rng)
        else:
            kind = kind or self.kinds.draw()
            make = self.good[kind].draw()
            wording = make(rng)
        special = self.specials.draw()
        first = DAY(2010, 3, 1) if special == "old-law" else DAY(2017, 1, 1)
        filed = days_between(rng, first, DAY(2015, 12, 31) if special == "old-law" else DAY(2024, 6, 30))
        granted = filed + datetime.timedelta(days=rng.randrange(150, 420))
        completed = granted + datetime.timedelta(days=rng.randrange(40, 480))
        stem = f"{filed.year}{2 if kind == UM else 3}{rng.choice('0123')}{rng.randrange(10**6):06}"
        holder = company(rng)
        if special == "co-owner":
            holder = rng.choice([f"{holder}；{rng.choice(PEOPLE)}", f"{holder};{company(rng)}", rng.choice(PEOPLE)])
        r = {
            "kind": kind,
            "form": "220701" if kind == UM else "230701",
            "patent_number": zl(stem),
            "title": self.titles[kind].draw(),
            "holder": holder,
            "requester": company(rng) if special == "other-requester" else holder,
            "filed_on": filed,
            "granted_on": granted,
            "completed_on": completed,
            "requested_on": completed - datetime.timedelta(days=rng.randrange(20, 39)),
            "sent_on": completed + datetime.timedelta(days=rng.randrange(3, 20)),
            "priority_on": filed - datetime.timedelta(days=rng.randrange(60, 180)) if special == "priority" else None,
            "corrected": special == "corrected" or wording.get("corrects", False),
            "examiner": rng.choice(EXAMINERS),
            "checker": rng.choice(EXAMINERS),
            "simulated": "",
            "wording": wording,
            "family": make.__name__,
            "pages": self.pages.draw(),
            "style": {k: d.draw() for k, d in self.style.items()},
        }
        if not (r["style"]["code_a"] and r["style"]["code"] != "none"):
            r["style"]["corrected_in_title"] = True  # that it is a correction must be printed somewhere
        r["cited"] = self.cited(r)
        return r | fixed

    def cited(self, r):
        rng, before = self.rng, r["filed_on"]
        back = lambda: before - datetime.timedelta(days=rng.randrange(90, 1500))
        near = zl(r["patent_number"][:10] + f"{(int(r['patent_number'][10:12]) + 7) % 100:02}")
        number = [
            f"CN 2{rng.randrange(10**7, 10**8)} U",
            f"CN 3{rng.randrange(10**7, 10**8)} S",
            f"ZL{near[:12]}.{near[12]}",
            f"US D{rng.randrange(600000, 990000)} S",
            f"JP 2016-{rng.randrange(10000, 99999)} A",
        ]
        out = [("A", number[rng.randrange(5)], back(), "A47J43/04" if r["kind"] == UM else "06-04", "全文", "1" if r["kind"] == UM else "-")]
        if BAD in str(r["wording"]["verdicts"].values()):
            out.insert(
                0,
                (
                    rng.choice("XY"),
                    number[rng.randrange(5)],
                    back(),
                    "A47J19/02" if r["kind"] == UM else "07-01",
                    "说明书第[0021]-[0035]段，图1-3" if r["kind"] == UM else "主视图、立体图",
                    "1",
                ),
            )
        return out

    def doc(self, r, form, **more):
        rng = self.rng
        pages = str(max(2, r["pages"]))
        blocks = [form.deep(lambda x: x.replace("{pages}", pages), b) if b[0] == "table" else b for b in form.blocks(r)]
        return {
            "blocks": blocks,
            "header": rng.choice(HEADERS),
            "footer": rng.choice(FOOTERS),
            "watermark": "",
            "seal": False,
            "rotate": 0,
            "font": "hei",
        } | more


def truth(r):
    iso = lambda d: d.isoformat() if d else None
    decision = r["wording"].get("decision")
    return {
        "facts": {
            "form": r["form"],
            "kind": r["kind"],
            "patent_number": r["patent_number"],
            "title": r["title"],
            "holder": r["holder"],
            "filed_on": iso(r["filed_on"]),
            "granted_on": iso(r["granted_on"]),
            "completed_on": iso(r["completed_on"]),
            "requester": r["requester"],
            "priority_on": iso(r["priority_on"]),
            "corrected": r["corrected"],
            "text_version": {"decision": {"number": decision}} if decision else "granted",
        },
        "verdicts": r["wording"]["verdicts"],
        "usable": r["wording"]["usable"],
        "family": r["family"],
        "style": {k: r["style"][k] for k in ("header", "ruled", "box", "number", "dates", "spacing")},
    }
