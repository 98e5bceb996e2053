"""One report set out as its form: a list of blocks that every producer draws in its own way.

Blocks: ("h", text) ("p", text) ("tick", on, text) ("table", rows, widths in %, ruled) ("break",); a cell is text, a line feed in it is a new
line; the last cell of a short row goes over the rest.
`style` names how this copy is set (labels, digits, dates, boxes, sheets); the facts are the same in all.
"""

from words import DATE_STYLES, NUMBER_STYLES, UM, law_words, wide_digits

FILLER = [
    "国家知识产权局应请求人的请求，根据{report}和{request}的规定，对本专利进行检索、分析和评价，作出本专利权评价报告。",
    "本报告所引用的对比文件1公开了一种置物架，其包括立柱、层板以及设置于层板两侧的卡扣件，层板的外侧边缘呈圆弧过渡。",
    "经整体观察、综合判断，本专利与对比设计的相同点在于：整体均由三层矩形层板和四根立柱组成；不同点在于：层板表面镂空纹样不同。",
    "对比文件1与本专利属于相同的技术领域，其说明书第[0021]-[0035]段及附图1-3公开了上述技术内容。",
    "专利权评价报告不属于行政决定，不能就此提起行政复议或者行政诉讼；其可以作为人民法院或者管理专利工作的部门审理、处理专利侵权纠纷的证据。",
    "专利权人或者利害关系人认为本报告存在需要更正的错误的，可以自收到本报告之日起2个月内提出更正请求。",
]
BOXES = {
    "square": ("■", "□"),
    "root-square": ("[√]", "[ ]"),
    "root-shell": ("〔√〕", "〔　〕"),
    "ballot": ("☑", "☐"),
    "ballot-x": ("☒", "☐"),
    "root": ("√", "□"),
    "drawn": (None, None),
}


def title(r):
    words = {"220702": "实用新型专利检索报告"}.get(r["form"]) or ("实用新型" if r["kind"] == UM else "外观设计") + "专利权评价报告"
    return words + ("（更正）" if r["corrected"] and r["style"].get("corrected_in_title", True) else "")


def code_line(r):
    code = r["form"] + ("A" if r["corrected"] and r["style"].get("code_a") else "")
    return {"plain": f"表格代码 {code}", "dated": f"{code}  2019.4", "dated-long": f"{code}\n2023.1", "zh": f"表格编号：{code}", "none": ""}[r["style"]["code"]]


def date(r, d):
    return DATE_STYLES[r["style"]["dates"]](d)


def pairs(r):
    s = r["style"]
    name = s["name_label"] or ("实用新型名称" if r["kind"] == UM else "外观设计产品名称")
    out = [
        (s["number_label"], NUMBER_STYLES[s["number"]](r["patent_number"])),
        ("申请日", date(r, r["filed_on"])),
        ("优先权日", date(r, r["priority_on"]) if r["priority_on"] else s["no_priority"]),
        (s["granted_label"], date(r, r["granted_on"])),
        (name, r["title"]),
        ("专利权人", r["holder"]),
        ("请求人", r["requester"]),
        ("请求日", date(r, r["requested_on"])),
    ]
    if s["more"]:
        out += [("总页数", "共{pages}页"), ("引用文件副本", f"{len(r['cited'])}份")]
    return [(spaced(k, s["spacing"]), v) for k, v in out]


def spaced(label, how):
    if how == "none" or len(label) > 5:
        return label
    return {"blank": " ", "two": "  ", "ideographic": "\u3000"}[how].join(label)


def header(r):
    """The label and value cells, in the layout of this copy."""
    p, how, colon = pairs(r), r["style"]["header"], r["style"]["colon"]
    ruled = r["style"]["ruled"]
    if how == "two-pairs":
        rows = [[k + colon, v, *([p[i + 1][0] + colon, p[i + 1][1]] if i + 1 < len(p) else ["", ""])] for i, (k, v) in enumerate(p) if i % 2 == 0]
        return [("table", rows, [19, 31, 17, 33], ruled)]
    if how == "merged":
        short = [x for x in p if len(x[1]) < 16 and not x[0].replace(" ", "").replace("\u3000", "").endswith(("名称", "人"))]
        rows = [
            [k + colon, v, *([short[i + 1][0] + colon, short[i + 1][1]] if i + 1 < len(short) else ["", ""])] for i, (k, v) in enumerate(short) if i % 2 == 0
        ]
        return [("table", rows[:1] + [[k + colon, v] for k, v in p if (k, v) not in short] + rows[1:], [19, 31, 17, 33], ruled)]
    if how == "one-pair":
        return [("table", [[k + colon, v] for k, v in p], [28, 72], ruled)]
    if how == "stacked":
        rows = []
        for i in range(0, len(p), 2):
            two = p[i : i + 2] + [("", "")] * (2 - len(p[i : i + 2]))
            rows += [[k for k, _ in two], [v for _, v in two]]
        return [("table", rows, [50, 50], ruled)]
    if how == "stacked-cells":
        return [("table", [[f"{k}\n{v}" for k, v in p[i : i + 2]] + [""] * (2 - len(p[i : i + 2])) for i in range(0, len(p), 2)], [50, 50], ruled)]
    if how == "joined-cells":
        return [("table", [[f"{k}：{v}" for k, v in p[i : i + 2]] + [""] * (2 - len(p[i : i + 2])) for i in range(0, len(p), 2)], [50, 50], ruled)]
    if how == "lines":
        return [("p", f"{k}：{v}") for k, v in p]
    raise ValueError(how)


def tick(r, on, text):
    yes, no = BOXES[r["style"]["box"]]
    return ("tick", on, text) if yes is None else ("p", f"{yes if on else no} {text}")


def scope(r, w):
    out = []
    if r["kind"] == UM or w["scope"]:
        word = "权利要求" if r["kind"] == UM else "外观设计"
        if w["scope"]:
            seen = w["scope"]["seen"] if w["scope"]["seen"].startswith("设计") else word + w["scope"]["seen"]
            out.append(tick(r, False, f"全部{word}"))
            out.append(tick(r, True, seen))
            unseen, reason = w["scope"]["unseen"], w["scope"]["reason"]
            out.append(
                tick(
                    r,
                    True,
                    {
                        0: f"{unseen}未检索，理由：{reason}。",
                        1: f"下列权利要求未进行检索：{unseen}。未检索的原因：{reason}。" if r["kind"] == UM else f"{unseen}未进行检索。原因：{reason}。",
                        2: f"{unseen}未检索，因为其{reason}。",
                    }[r["style"]["scope"] % 3],
                )
            )
        else:
            out.append(tick(r, True, f"全部{word}"))
    return [("p", "检索范围：")] + out if out else []


def cited(r):
    heads = ["类型", "文献号", "公开日", "分类号", "相关部分", "相关权利要求编号" if r["kind"] == UM else "相关设计"]
    return ("table", [heads] + [[c[0], c[1], date(r, c[2]), *c[3:]] for c in r["cited"]], [8, 24, 19, 14, 19, 16], r["style"]["ruled"])


def conclusion(r, w):
    out = []
    for line in w["conclusion"]:
        out.append(tick(r, *line) if isinstance(line, tuple) else ("p", line))
    if out and not r["style"]["conclusion_apart"] and out[0][0] == "p" and not isinstance(w["conclusion"][0], tuple):
        return [("p", r["style"]["conclusion_label"] + "：" + out[0][1])] + out[1:]
    return [("p", r["style"]["conclusion_label"])] + out


def sheets(r, w):
    """Continuation sheets: the opinion, then as many paragraphs as the length asks for."""
    law, s = law_words(r["filed_on"], r["completed_on"]), r["style"]
    out, size = [], 11
    running = [("p", f"专利号：{NUMBER_STYLES['zl' if s['number'] != 'as-is' else 'as-is'](r['patent_number'])}")] if s["sheet_number"] else []
    if s["cited_apart"]:
        out += [("break",), ("h", "续页 I"), *running, ("p", "D. 相关文件"), cited(r)]
    out += [("break",), ("h", s["sheet"]), *running]
    if s["conclusion_late"]:
        out += conclusion(r, w)
    body = [x.format(**law) for x in w["opinion"] if x]
    lines = ([FILLER[0].format(**law)] + body + [FILLER[4]]) if s["opinion_first"] else ([x.format(**law) for x in FILLER[:2]] + [FILLER[4]] + body)
    for i in range((r["pages"] - 2) * size):
        lines.append(f"{i + 1}. {FILLER[1 + i % 5].format(**law)}")
    out += [("p", x) for x in lines]
    if s["repeat"] and not s["conclusion_late"] and w["conclusion"] and not isinstance(w["conclusion"][0], tuple):
        out += [("p", "综上所述，" + w["conclusion"][0])] + [("p", x) for x in w["conclusion"][1:]]
    return out


def cover(r):
    """The letter that goes with an electronic report: other dates, other addresses."""
    return [
        ("h", "国家知识产权局"),
        ("p", f"发文日：{date(r, r['sent_on'])}"),
        ("p", f"收件人：{r['requester']}"),
        ("p", f"文件名称：{title(r)}"),
        ("p", "现将专利权评价报告随本函送达。任何单位或者个人可以查阅或者复制该报告。"),
        ("break",),
    ]


def blocks(r):
    w, s = r["wording"], r["style"]
    out = cover(r) if s["cover"] else []
    if r["simulated"]:
        out.append(("p", r["simulated"]))
    out += [("h", title(r))] + header(r)
    d = w.get("decision")
    out += [
        ("p", "评价所针对的文本："),
        tick(r, not d, "与授权公告一并公布的专利文件"),
        tick(r, bool(d), f"由生效的无效宣告请求审查决定维持有效的专利文件，其中涉及第 {d or '____'} 号无效宣告请求审查决定"),
    ]
    out += scope(r, w)
    out += [
        ("p", "A. 主题分类：" + ("IPC A47J 19/02(2006.01)I" if r["kind"] == UM else "洛迦诺分类 06-04")),
        ("p", "B. 检索领域：与主题分类相同及相近的领域"),
        ("p", "C. 数据库及检索式：CNTXT、VEN、CNDESIGN；检索式 1-5"),
    ]
    if not s["cited_apart"]:
        out += [("p", "D. 相关文件"), cited(r)]
    if not s["conclusion_late"]:
        out += conclusion(r, w)
    out.append(
        (
            "table",
            [["审查员", r["examiner"], "审核员", r["checker"]], [s["done_label"], date(r, r["completed_on"]), "盖章", "专利权评价报告专用章"]],
            [19, 31, 17, 33],
            s["ruled"],
        )
    )
    if code_line(r):
        out.append(("p", code_line(r)))
    out += sheets(r, w)
    out = [old_words(b) for b in out] if r["form"] == "220702" else out
    return [digits_wide(b) for b in out] if s["wide_digits"] else out


def deep(f, block):
    go = lambda x: f(x) if isinstance(x, str) else [go(y) for y in x] if isinstance(x, list) else x
    return (block[0], *(go(x) for x in block[1:]))


def digits_wide(block):
    return deep(wide_digits, block)


def old_words(block):
    """The search report of before 2009-10-01 in the words of its own form."""
    return deep(lambda x: x.replace("专利权评价意见", "检索意见").replace("专利权评价", "专利检索").replace("评价所针对", "检索所针对"), block)
