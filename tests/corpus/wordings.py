"""The conclusions of utility-model reports: what each report says, and how a careful patent attorney reads it.

A wording is a dict: `claims` (how many the patent has), `conclusion` (lines, or [(ticked, line)] for printed options), `opinion`
(lines), `scope` (what was searched and why not the rest), `verdicts` (the truth; a list names all answers that are right),
`usable` (False where nobody may rely on it). Written from the published form and from how examiners phrase, never from a reader of reports.
"""

from words import BAD, CLEAN, LISTS, NEGATIVE, OK, OUT, UNKNOWN

Q = "权利要求"
NAMES = list(LISTS)
REASONS = [
    "不符合专利法第2条第3款关于实用新型保护客体的规定",
    "属于专利法第5条规定的不授予专利权的情形",
    "属于专利法第25条规定的不授予专利权的范围",
    "不具备专利法第22条第4款规定的实用性",
    "说明书未对该主题作出清楚、完整的说明，以致所属技术领域的技术人员不能实现",
    "权利要求未以说明书为依据且保护范围不清楚，无法进行有意义的检索",
]


def each(*parts):
    return {str(n): v for numbers, v in parts for n in numbers}


def split(rng, n, bad_share=0.5):
    """The claims 1..n in two non-empty parts, in blocks as dependent claims come."""
    while True:
        bad, flag = [], rng.random() < 0.7
        for i in range(1, n + 1):
            if i > 1 and rng.random() < 0.35:
                flag = rng.random() < bad_share
            if flag:
                bad.append(i)
        if 0 < len(bad) < n:
            return bad, [i for i in range(1, n + 1) if i not in bad]


def novelty(rng, n, bad):
    """Detail lines that fit: what lacks novelty lacks inventive step too; what has novelty may still lack inventive step."""
    good = [i for i in range(1, n + 1) if i not in bad]
    lst = LISTS[rng.choice(["hyphen", "spelled", "zhi"])]
    out = []
    if bad:
        deep = bad[: rng.randrange(0, len(bad) + 1)]
        rest = [i for i in range(1, n + 1) if i not in deep]
        if deep:
            out.append(f"{lst(Q, deep)}不具备专利法第22条第2款规定的新颖性。")
        if rest:
            out.append(f"{lst(Q, rest)}具备专利法第22条第2款规定的新颖性。")
        late = [i for i in bad if i not in deep]
        if late:
            out.append(f"{lst(Q, late)}不具备专利法第22条第3款规定的创造性。")
        if good:
            out.append(f"{lst(Q, good)}具备专利法第22条第3款规定的创造性。")
    else:
        out.append(f"全部{lst(Q, good)}具备专利法第22条第2款规定的新颖性和第22条第3款规定的创造性。")
    return out


def wording(claims, conclusion, verdicts, opinion=(), scope=None, usable=None, hard=False):
    good = all(v == OK for v in verdicts.values())
    return {
        "claims": claims,
        "conclusion": conclusion,
        "opinion": list(opinion),
        "scope": scope,
        "verdicts": verdicts,
        "usable": good if usable is None else usable,
        "hard": hard,
    }


def all_clean(rng):
    n = rng.choice([1, 2, 4, 6, 8, 9, 10, 10, 12, 15, 20])
    every = range(1, n + 1)
    lst = LISTS[rng.choice(NAMES)](Q, every)
    text = rng.choice(
        [
            f"全部{lst}{CLEAN}。",
            f"{lst}均{CLEAN}。",
            f"全部权利要求（共{n}项）{CLEAN}。",
            f"{lst}{CLEAN}。",
            f"全部权利要求（{lst}）{CLEAN}。",
            f"经检索，全部{lst}均{CLEAN}。",
        ]
    )
    return wording(n, [text], each((every, OK)), novelty(rng, n, []))


def all_bad(rng):
    n = rng.choice([1, 3, 5, 7, 10])
    every = list(range(1, n + 1))
    lst = LISTS[rng.choice(NAMES)](Q, every)
    text = rng.choice([f"全部{lst}{NEGATIVE}。", f"{lst}均{NEGATIVE}。", f"全部权利要求（共{n}项）{NEGATIVE}。", f"全部权利要求（{lst}）{NEGATIVE}。"])
    return wording(n, [text], each((every, BAD)), novelty(rng, n, every))


def partly(rng):
    n = rng.choice([4, 6, 8, 10, 10, 12])
    bad, good = split(rng, n)
    name = rng.choice(NAMES)
    b, g = LISTS[name](Q, bad), LISTS[name](Q, good)
    lines = rng.choice(
        [
            [f"{b}{NEGATIVE}，{g}{CLEAN}。"],
            [f"{g}{CLEAN}，{b}{NEGATIVE}。"],
            [f"{b}{NEGATIVE}；", f"{g}{CLEAN}。"],
            [f"{b}{NEGATIVE}。", f"{g}{CLEAN}。"],
            [f"{b}均{NEGATIVE}；{g}均{CLEAN}。"],
            [f"1. {b}{NEGATIVE}。", f"2. {g}{CLEAN}。"],
            [f"（1）{b}{NEGATIVE}；（2）{g}{CLEAN}。"],
        ]
    )
    return wording(n, lines, each((bad, BAD), (good, OK)), novelty(rng, n, bad))


def dependents(rng):
    a, m = rng.choice([3, 4, 5]), rng.choice([2, 3, 4])
    first, second = list(range(1, a + 1)), list(range(a + 1, a + m + 1))
    bad_first = rng.random() < 0.5
    one = f"权利要求1及其从属权利要求2-{a}"
    two = f"权利要求{a + 1}及其从属权利要求{LISTS['hyphen']('', second[1:])}" if m > 1 else f"权利要求{a + 1}"
    one, two = rng.choice([(one, two), (one.replace("及其", "以及"), two.replace("及其", "以及")), (f"独立权利要求1和从属权利要求2-{a}", two)])
    x, y = (NEGATIVE, CLEAN) if bad_first else (CLEAN, NEGATIVE)
    bad = first if bad_first else second
    return wording(a + m, [f"{one}{x}，{two}{y}。"], each((first, BAD if bad_first else OK), (second, OK if bad_first else BAD)), novelty(rng, a + m, bad))


def except_some(rng):
    n = rng.choice([6, 8, 10])
    bad = sorted(rng.sample(range(2, n + 1), rng.choice([1, 2])))
    good = [i for i in range(1, n + 1) if i not in bad]
    b = LISTS["spelled"](Q, bad)
    text = rng.choice(
        [f"{b}{NEGATIVE}，其余权利要求{CLEAN}。", f"除{b}外，其余权利要求均{CLEAN}；{b}{NEGATIVE}。", f"{b}{NEGATIVE}，除此之外的其他权利要求{CLEAN}。"]
    )
    return wording(n, [f"本专利共有{n}项权利要求。", text], each((bad, BAD), (good, OK)), novelty(rng, n, bad))


def not_searched(rng):
    n = rng.choice([5, 7, 8, 10])
    cut = rng.randrange(2, n)
    seen, unseen = list(range(1, cut + 1)), list(range(cut + 1, n + 1))
    if rng.random() < 0.25:
        seen, unseen = unseen, seen
    lst = LISTS[rng.choice(["hyphen", "spelled", "zhi", "tilde-xiang"])]
    reason = rng.choice(REASONS)
    scope = {"all": False, "seen": LISTS["hyphen"]("", seen), "unseen": lst(Q, unseen), "reason": reason}
    if rng.random() < 0.6:
        return wording(n, [f"{lst(Q, seen)}{CLEAN}。"], each((seen, OK), (unseen, OUT)), [], scope)
    bad = seen[:1]
    good = seen[1:]
    text = f"{lst(Q, bad)}{NEGATIVE}，{lst(Q, good)}{CLEAN}。" if good else f"{lst(Q, bad)}{NEGATIVE}。"
    return wording(n, [text], each((bad, BAD), (good, OK), (unseen, OUT)), [f"{lst(Q, bad)}不具备专利法第22条第3款规定的创造性。"], scope)


def not_searched_but_defective(rng):
    """Left out of the search for a reason that is itself a defect, and the conclusion says so."""
    n = 8
    seen, unseen = [1, 2, 3, 4, 5, 6], [7, 8]
    scope = {"all": False, "seen": "1-6", "unseen": "权利要求7-8", "reason": REASONS[0]}
    return wording(
        n, [f"权利要求7-8{NEGATIVE}，权利要求1-6{CLEAN}。"], each((seen, OK)) | each((unseen, [BAD, OUT])), ["权利要求7-8不符合专利法第2条第3款的规定。"], scope
    )


def options(rng):
    """The form prints three options; one is ticked."""
    n = rng.choice([5, 8, 10])
    bad, good = split(rng, n)
    pick = rng.choice("cbp")
    fill = LISTS["hyphen"]
    third = f"权利要求{fill('', bad)}{NEGATIVE}，权利要求{fill('', good)}{CLEAN}。" if pick == "p" else f"权利要求____{NEGATIVE}，权利要求____{CLEAN}。"
    lines = [
        (pick == "c", f"全部权利要求{f'1-{n}' if pick == 'c' else ''}{CLEAN}。"),
        (pick == "b", f"全部权利要求{f'1-{n}' if pick == 'b' else ''}{NEGATIVE}。"),
        (pick == "p", third),
    ]
    every = list(range(1, n + 1))
    verdicts = {"c": each((every, OK)), "b": each((every, BAD)), "p": each((bad, BAD), (good, OK))}[pick]
    return wording(n, lines, verdicts, novelty(rng, n, {"c": [], "b": every, "p": bad}[pick]))


def quoted_requester(rng):
    """The requester says the opposite; the report's own conclusion stands."""
    n = rng.choice([6, 8])
    every = list(range(1, n + 1))
    if rng.random() < 0.5:
        said = rng.choice(
            [
                f"请求人认为：本专利全部权利要求{NEGATIVE}，并提交了证据1-3。",
                f"请求人在请求书中主张“权利要求1-{n}{NEGATIVE}”。",
                f"被控侵权人陈述：权利要求1-{n}均不具备专利法第22条第3款规定的创造性。",
            ]
        )
        return wording(
            n,
            [f"全部权利要求1-{n}{CLEAN}。"],
            each((every, OK)),
            [said, "对上述主张，经审查不予支持，理由如下。", f"权利要求1-{n}具备专利法第22条第3款规定的创造性。"],
        )
    said = rng.choice(
        [
            f"专利权人在意见陈述书中认为：全部权利要求{CLEAN}。",
            f"请求人主张“权利要求1-{n}{CLEAN}”。",
            f"专利权人认为权利要求1-{n}具备专利法第22条第3款规定的创造性。",
        ]
    )
    return wording(
        n, [f"全部权利要求1-{n}{NEGATIVE}。"], each((every, BAD)), [said, "上述意见不能成立。", f"权利要求1-{n}不具备专利法第22条第3款规定的创造性。"]
    )


def formal_defects(rng):
    """Defects other than novelty and inventive step."""
    n = rng.choice([5, 7])
    bad = sorted(rng.sample(range(1, n + 1), 2))
    good = [i for i in range(1, n + 1) if i not in bad]
    lst = LISTS["spelled"]
    why = rng.choice(
        [
            "不符合专利法第26条第4款的规定，其保护范围不清楚。",
            "不符合{essential}的规定，缺少必要技术特征。",
            "不符合专利法第2条第3款的规定。",
            "不符合{amend}的规定，其修改超出了原说明书和权利要求书记载的范围。",
            "不具备专利法第22条第4款规定的实用性。",
            "不符合专利法第9条第1款的规定。",
        ]
    )
    return wording(
        n,
        [f"{lst(Q, bad)}{NEGATIVE}，{lst(Q, good)}{CLEAN}。"],
        each((bad, BAD), (good, OK)),
        [f"{lst(Q, bad)}{why}", f"{lst(Q, good)}具备专利法第22条第2款规定的新颖性和第22条第3款规定的创造性。"],
    )


def description_unclear(rng):
    n = rng.choice([3, 5])
    every = list(range(1, n + 1))
    return wording(n, [f"全部权利要求1-{n}{NEGATIVE}。"], each((every, BAD)), ["说明书不符合专利法第26条第3款的规定，未对实用新型作出清楚、完整的说明。"])


def many_claims(rng):
    n = rng.choice([36, 58])
    bad = [1, 2, 3, 5, 7, 8, 9, 10, 17, *range(21, 30)]
    good = [i for i in range(1, n + 1) if i not in bad]
    return wording(
        n,
        [f"权利要求1-3、5、7-10、17、21-29{NEGATIVE}，权利要求{LISTS['hyphen']('', good)}{CLEAN}。"],
        each((bad, BAD), (good, OK)),
        ["权利要求1-3、5、7-10、17、21-29不具备专利法第22条第3款规定的创造性。"],
    )


def conditional_notes(rng):
    """A printed note speaks of conclusions in general; only the conclusion counts."""
    n = 7
    note = rng.choice(
        [
            f"注：评价结论为全部权利要求{CLEAN}的，不再逐项给出评价意见。",
            f"说明：本报告所称“{NEGATIVE}”，是指权利要求存在专利法实施细则规定的无效宣告理由所对应的缺陷。",
        ]
    )
    if rng.random() < 0.5:
        return wording(n, [f"权利要求1-7{CLEAN}。"], each((range(1, 8), OK)), [note])
    return wording(
        n,
        [f"权利要求1-4{NEGATIVE}，权利要求5-7{CLEAN}。"],
        each((range(1, 5), BAD), (range(5, 8), OK)),
        [note, "权利要求1-4不具备专利法第22条第3款规定的创造性。"],
    )


def maintained_by_decision(rng):
    """Claim 1 was declared invalid; the rest, maintained by the decision, were evaluated."""
    n = rng.choice([9, 13])
    number = rng.choice(["51234", "4W109876", "562147"])
    kept = range(2, n + 1)
    got = wording(
        n,
        [f"权利要求2-{n}{CLEAN}。"],
        each((kept, OK)),
        [
            f"第{number}号无效宣告请求审查决定宣告本专利权利要求1无效，在权利要求2-{n}的基础上维持本专利有效。",
            f"权利要求2-{n}具备专利法第22条第3款规定的创造性。",
        ],
    )
    return got | {"decision": number}


def other_report(rng):
    """The opinion speaks of another patent's report, of a cited document's claims, of what an earlier version said."""
    n = rng.choice([5, 9])
    every = list(range(1, n + 1))
    said = rng.choice(
        [
            f"本专利的同族专利CN 211234567 U的专利权评价报告的结论为：权利要求1-4{NEGATIVE}。该结论不影响本报告。",
            "对比文件1的权利要求1-3不具备专利法第22条第3款规定的创造性，已被第45678号无效宣告请求审查决定宣告无效，与本专利无关。",
            "本专利权利要求4为：“4. 根据权利要求1-3任一项所述的置物架，其特征在于：所述立柱与层板不相接触。”",
        ]
    )
    return wording(n, [f"全部权利要求1-{n}{CLEAN}。"], each((every, OK)), [said, f"权利要求1-{n}具备专利法第22条第3款规定的创造性。"])


def corrected_conclusion(rng):
    """A corrected report names what it corrects."""
    n = 6
    every = list(range(1, n + 1))
    if rng.random() < 0.5:
        got = wording(n, [f"全部权利要求1-6{CLEAN}。"], each((every, OK)), [f"原报告的初步结论“全部权利要求1-6{NEGATIVE}”有误，现予更正。"])
    else:
        got = wording(
            n,
            [f"权利要求1、2{NEGATIVE}，权利要求3-6{CLEAN}。"],
            each(([1, 2], BAD), ([3, 4, 5, 6], OK)),
            [f"原报告的初步结论“全部权利要求1-6{CLEAN}”有误，现予更正。", "权利要求1、2不具备专利法第22条第3款规定的创造性。"],
        )
    return got | {"corrects": True}


def part_of_claim(rng):
    """One claim refers to several; only one of its solutions is defective. For that claim the worst counts."""
    text = f"权利要求1{NEGATIVE}，权利要求3引用权利要求1的技术方案{NEGATIVE}，权利要求3引用权利要求2的技术方案以及权利要求2、4{CLEAN}。"
    return wording(
        4,
        [text],
        each(([1], BAD), ([3], [BAD, UNKNOWN]), ([2, 4], [OK, UNKNOWN])),
        ["权利要求1以及权利要求3引用权利要求1的技术方案不具备专利法第22条第3款规定的创造性。"],
        usable=False,
    )


GOOD = [
    all_clean,
    all_clean,
    all_bad,
    partly,
    partly,
    partly,
    dependents,
    except_some,
    not_searched,
    not_searched,
    not_searched_but_defective,
    options,
    options,
    quoted_requester,
    quoted_requester,
    formal_defects,
    description_unclear,
    many_claims,
    conditional_notes,
    maintained_by_decision,
    other_report,
    other_report,
    corrected_conclusion,
    part_of_claim,
]
