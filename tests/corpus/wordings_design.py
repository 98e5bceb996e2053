"""The conclusions of design reports, by design, by set article, or for the design as a whole. Same shape as wordings.py."""

from words import BAD, CLEAN, LISTS, NEGATIVE, OK, OUT
from wordings import each, split, wording

D = "设计"


def whole_clean(rng):
    subject = rng.choice(["全部外观设计", "全部外观设计", "该外观设计", "本外观设计", "本专利外观设计", "全部外观设计均"])
    return wording(
        1,
        [f"{subject}{CLEAN}。"],
        {"all": OK},
        [
            rng.choice(
                ["该外观设计符合专利法第23条第1款和第2款的规定。", "本专利与对比设计1不属于相同或者实质相同的外观设计，符合专利法第23条第1款的规定。", ""]
            )
        ],
    )


def whole_bad(rng):
    subject = rng.choice(["全部外观设计", "该外观设计", "本外观设计"])
    why = rng.choice(
        [
            "该外观设计与对比设计1属于实质相同的外观设计，不符合专利法第23条第1款的规定。",
            "该外观设计与对比设计1、2的特征组合相比不具有明显区别，不符合专利法第23条第2款的规定。",
            "该外观设计专利申请的图片未清楚地显示要求专利保护的产品的外观设计，不符合专利法第27条第2款的规定。",
            "该外观设计不符合专利法第2条第4款的规定。",
            "该外观设计与他人在申请日以前已经取得的合法权利相冲突，不符合专利法第23条第3款的规定。",
            "该外观设计属于专利法第25条第1款第6项规定的不授予专利权的情形。",
        ]
    )
    return wording(1, [f"{subject}{NEGATIVE}。"], {"all": BAD}, [why])


def similar_all(rng):
    n = rng.choice([2, 3, 5, 10])
    every = list(range(1, n + 1))
    bad = rng.random() < 0.4
    lst = LISTS[rng.choice(["hyphen", "zhi", "spelled", "repeated-each", "spelled-and", "wide-digits"])](D, every)
    end = NEGATIVE if bad else CLEAN
    text = rng.choice([f"全部外观设计（{lst}）{end}。", f"{lst}均{end}。", f"全部外观设计{lst}{end}。"])
    return wording(
        n,
        [text],
        each((every, BAD if bad else OK)),
        ["设计1为基本设计。" + (f"{LISTS['spelled'](D, every)}与对比设计1相比均不具有明显区别，不符合专利法第23条第2款的规定。" if bad else "")],
    )


def similar_partly(rng):
    n = rng.choice([2, 3, 4, 6])
    bad, good = split(rng, n)
    word = rng.choice([D, D, "外观设计"])
    lst = LISTS[rng.choice(["hyphen", "zhi", "spelled", "repeated-each", "spelled-and", "ascii-comma"])]
    b, g = lst(word, bad), lst(word, good)
    text = rng.choice([f"该外观设计的{b}{NEGATIVE}，{g}{CLEAN}。", f"{g}{CLEAN}，{b}{NEGATIVE}。", f"该外观设计专利的{b}{NEGATIVE}；{g}{CLEAN}。"])
    return wording(
        n,
        [text],
        each((bad, BAD), (good, OK)),
        [
            f"{LISTS['spelled'](D, bad)}与对比设计1相比不具有明显区别，不符合专利法第23条第2款的规定。",
            f"{LISTS['spelled'](D, good)}符合专利法第23条第1款和第2款的规定。",
        ],
    )


def set_articles(rng):
    names = ["茶壶", "茶杯", "茶盘", "茶叶罐"][: rng.choice([2, 3, 4])]
    n = len(names)
    bad, good = split(rng, n)
    named = rng.random() < 0.6
    say = lambda numbers: "、".join(f"套件{i}（{names[i - 1]}）" if named else f"套件{i}" for i in numbers)
    if rng.random() < 0.4:
        return wording(n, [f"{say(range(1, n + 1))}{CLEAN}。"], each((range(1, n + 1), OK)), ["本专利为成套产品的外观设计，各套件均符合专利法第23条的规定。"])
    return wording(n, [f"该外观设计的{say(bad)}{NEGATIVE}，{say(good)}{CLEAN}。"], each((bad, BAD), (good, OK)), [f"{say(bad)}不符合专利法第23条第2款的规定。"])


def basic_design(rng):
    return wording(
        3,
        [f"设计1（基本设计）、设计3{CLEAN}，设计2{NEGATIVE}。"],
        each(([1, 3], OK), ([2], BAD)),
        ["设计2与对比设计2属于实质相同的外观设计，不符合专利法第23条第1款的规定。"],
    )


def design_options(rng):
    n = rng.choice([3, 4])
    bad, good = split(rng, n)
    pick = rng.choice("cbp")
    s = LISTS["spelled"]
    third = f"该外观设计的{s(D, bad)}{NEGATIVE}，{s(D, good)}{CLEAN}。" if pick == "p" else f"该外观设计的____{NEGATIVE}，____{CLEAN}。"
    lines = [(pick == "c", f"全部外观设计{CLEAN}。"), (pick == "b", f"全部外观设计{NEGATIVE}。"), (pick == "p", third)]
    verdicts = {"c": {"all": OK}, "b": {"all": BAD}, "p": each((bad, BAD), (good, OK))}[pick]
    opinion = {
        "c": ["本专利符合专利法第23条第1款和第2款的规定。"],
        "b": ["本专利与对比设计1相比不具有明显区别，不符合专利法第23条第2款的规定。"],
        "p": [f"{s(D, bad)}不符合专利法第23条第2款的规定。"],
    }[pick]
    return wording(n if pick == "p" else 1, lines, verdicts, opinion)


def design_quoted(rng):
    if rng.random() < 0.5:
        return wording(
            1,
            [f"全部外观设计{CLEAN}。"],
            {"all": OK},
            [
                rng.choice([f"请求人认为该外观设计{NEGATIVE}，其主张与对比设计1实质相同。", f"被控侵权人认为：“全部外观设计{NEGATIVE}”。"]),
                "经对比，二者区别明显，请求人的主张不成立。",
            ],
        )
    return wording(
        1, [f"全部外观设计{NEGATIVE}。"], {"all": BAD}, [f"专利权人认为全部外观设计{CLEAN}。", "上述意见不予采纳，该外观设计不符合专利法第23条第2款的规定。"]
    )


def design_not_searched(rng):
    scope = {"all": False, "seen": "设计1、设计2", "unseen": "设计3", "reason": "图片未清楚地显示设计3要求保护的产品的外观设计，无法进行有意义的检索"}
    return wording(3, [f"设计1、设计2{CLEAN}。"], each(([1, 2], OK), ([3], OUT)), [], scope)


GOOD = [
    whole_clean,
    whole_clean,
    whole_clean,
    whole_bad,
    whole_bad,
    similar_all,
    similar_partly,
    similar_partly,
    set_articles,
    set_articles,
    basic_design,
    design_options,
    design_quoted,
    design_not_searched,
]
