"""Texts that contradict themselves, leave something out, or say nothing clear: the answer is `unknown`, and never `usable`.

Where only some items are in doubt, the others may be answered as written or as unknown; a list names what is right.
"""

from words import BAD, CLEAN, DE, NEGATIVE, OK, OUT, UM, UNKNOWN
import wordings, wordings_design
from wordings import each, wording

EITHER_OK, EITHER_BAD = [OK, UNKNOWN], [BAD, UNKNOWN]


def doubtful(claims, conclusion, verdicts, opinion=(), scope=None):
    return wording(claims, conclusion, verdicts, opinion, scope, usable=False)


def opinion_contradicts(rng):
    n = rng.choice([4, 6, 8])
    k = rng.randrange(1, n + 1)
    return UM, doubtful(
        n, [f"全部权利要求1-{n}{CLEAN}。"], each((range(1, n + 1), EITHER_OK), ([k], UNKNOWN)), [f"权利要求{k}不具备专利法第22条第3款规定的创造性。"]
    )


def in_both_lists(rng):
    n, k = rng.choice([(8, 4), (10, 5), (6, 2)])
    return UM, doubtful(
        n, [f"权利要求1-{k}{NEGATIVE}，权利要求{k}-{n}{CLEAN}。"], each((range(1, k), EITHER_BAD), ([k], UNKNOWN), (range(k + 1, n + 1), EITHER_OK))
    )


def left_out(rng):
    return UM, doubtful(
        8,
        ["本专利共有8项权利要求。", f"权利要求1-3{NEGATIVE}，权利要求5-8{CLEAN}。"],
        each((range(1, 4), EITHER_BAD), ([4], UNKNOWN), (range(5, 9), EITHER_OK)),
    )


def none_ticked(rng):
    return UM, doubtful(
        5,
        [(False, f"全部权利要求1-5{CLEAN}。"), (False, f"全部权利要求1-5{NEGATIVE}。"), (False, f"权利要求____{NEGATIVE}，权利要求____{CLEAN}。")],
        each((range(1, 6), UNKNOWN)),
    )


def two_ticked(rng):
    return UM, doubtful(
        5,
        [(True, f"全部权利要求1-5{CLEAN}。"), (True, f"全部权利要求1-5{NEGATIVE}。"), (False, f"权利要求____{NEGATIVE}，权利要求____{CLEAN}。")],
        each((range(1, 6), UNKNOWN)),
    )


def design_none_ticked(rng):
    return DE, doubtful(
        1, [(False, f"全部外观设计{CLEAN}。"), (False, f"全部外观设计{NEGATIVE}。"), (False, f"该外观设计的____{NEGATIVE}，____{CLEAN}。")], {"all": UNKNOWN}
    )


def both_said(rng):
    return DE, doubtful(1, [f"全部外观设计{CLEAN}。", f"全部外观设计{NEGATIVE}。"], {"all": UNKNOWN})


def sheet_contradicts(rng):
    """The first page says one thing, the continuation sheet another."""
    return DE, doubtful(
        1,
        [f"全部外观设计{CLEAN}。"],
        {"all": UNKNOWN},
        ["该外观设计与对比设计1属于实质相同的外观设计，不符合专利法第23条第1款的规定。", f"综上所述，全部外观设计{NEGATIVE}。"],
    )


def lost_word(rng):
    said = rng.choice(
        [
            "未发现存在符合授予专利权条件的缺陷",
            "未发现不存在不符合授予专利权条件的缺陷",
            "发现存在不符合授予专利权条件的缺陷或未发现存在不符合授予专利权条件的缺陷",
            "是否符合授予专利权条件有待进一步检索",
        ]
    )
    return UM, doubtful(4, [f"全部权利要求1-4{said}。"], each((range(1, 5), UNKNOWN)))


def no_conclusion(rng):
    return UM, doubtful(6, ["（见续页）"], each((range(1, 7), UNKNOWN)), ["本报告的评价意见另页附送。"])


def design_no_conclusion(rng):
    return DE, doubtful(1, [], {"all": UNKNOWN}, ["本专利与对比设计1的相同点在于整体形状，不同点在于表面图案。"])


def backwards(rng):
    return UM, doubtful(8, [f"权利要求8-3{NEGATIVE}，权利要求1、2{CLEAN}。"], each(([1, 2], EITHER_OK), (range(3, 9), [UNKNOWN, BAD])))


def all_but_not_searched(rng):
    """`All` in the conclusion, while the scope says that two were never searched: those two are in no case sound."""
    scope = {"all": False, "seen": "1-6", "unseen": "权利要求7-8", "reason": "说明书未对该主题作出清楚、完整的说明"}
    return UM, doubtful(8, [f"全部权利要求{CLEAN}。"], each((range(1, 7), EITHER_OK), ([7, 8], [OUT, UNKNOWN])), [], scope)


def only_detail(rng):
    return UM, doubtful(5, [], each((range(1, 6), UNKNOWN)), ["权利要求1-5具备专利法第22条第2款规定的新颖性。"])


def hypothetical(rng):
    said = rng.choice(
        [
            f"如果专利权人在规定期限内提交修改文本，则权利要求1-5{CLEAN}",
            f"在权利要求1-5得到说明书支持的前提下，权利要求1-5{CLEAN}",
            f"无法得出权利要求1-5{CLEAN}的结论",
        ]
    )
    return UM, doubtful(5, [f"{said}。"], each((range(1, 6), UNKNOWN)))


def blanks_left(rng):
    return UM, doubtful(6, [f"权利要求____{NEGATIVE}，权利要求____{CLEAN}。"], each((range(1, 7), UNKNOWN)))


def struck_number(rng):
    return UM, doubtful(10, [f"权利要求1-3{NEGATIVE}，权利要求4-1O{CLEAN}。"], each((range(1, 4), EITHER_BAD), (range(4, 11), [UNKNOWN, OK])))


def mutated(rng):
    """One character of the conclusion lost, doubled or swapped with the next: the truth or unknown, never another verdict."""
    kind = rng.choice([UM, UM, DE])
    w = rng.choice(
        [wordings.all_clean, wordings.all_bad, wordings.partly]
        if kind == UM
        else [wordings_design.whole_clean, wordings_design.whole_bad, wordings_design.similar_partly]
    )(rng)
    line = rng.randrange(len(w["conclusion"]))
    text = w["conclusion"][line]
    at = rng.choice([i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fff"])
    how = rng.choice(["lost", "lost", "doubled", "swapped"])
    mended = {
        "lost": text[:at] + text[at + 1 :],
        "doubled": text[:at] + text[at] + text[at:],
        "swapped": text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
    }[how]
    lines = w["conclusion"][:line] + [mended] + w["conclusion"][line + 1 :]
    return kind, w | {"conclusion": lines, "verdicts": {k: [v, UNKNOWN] for k, v in w["verdicts"].items()}}


ALL = [
    opinion_contradicts,
    opinion_contradicts,
    in_both_lists,
    left_out,
    none_ticked,
    two_ticked,
    design_none_ticked,
    both_said,
    sheet_contradicts,
    lost_word,
    lost_word,
    no_conclusion,
    design_no_conclusion,
    backwards,
    all_but_not_searched,
    only_detail,
    hypothetical,
    hypothetical,
    blanks_left,
    struck_number,
    mutated,
    mutated,
    mutated,
    mutated,
    mutated,
    mutated,
]
