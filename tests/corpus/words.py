"""How examiners write: numbers with check digits, dates, lists of claims, names. Everything is invented; nobody is meant."""

import datetime

CLEAN, NEGATIVE = "未发现存在不符合授予专利权条件的缺陷", "不符合授予专利权条件"
OK, BAD, OUT, UNKNOWN = "no_defect_found", "defective", "not_searched", "unknown"
UM, DE = "utility_model", "design"

BRANDS = [
    "晴川",
    "骐骥",
    "霁禾",
    "拓峰",
    "岚栖",
    "声澜",
    "沐禾",
    "翎羽",
    "洁澜",
    "恒砺",
    "雾屿",
    "临溪",
    "乐沃",
    "途安",
    "禾塘",
    "顺合",
    "明光",
    "朔方",
    "青屿",
    "泊舟",
]
CITIES = [
    "深圳市",
    "宁波",
    "义乌市",
    "台州市",
    "永康市",
    "东莞市",
    "温州市",
    "佛山市",
    "汕头市",
    "珠海市",
    "中山市",
    "广州市",
    "杭州",
    "常州市",
    "厦门",
    "苏州",
]
TRADES = ["家居用品", "精密机械", "电子", "塑业", "日用品", "照明科技", "五金制品", "宠物用品", "文化创意", "智能科技"]
ENDS = ["有限公司", "有限公司", "有限公司", "股份有限公司", "（集团）有限公司", "科技发展有限公司"]
PEOPLE = ["欧阳霁月", "诸葛翊", "林若溪", "司徒望舒", "慕容听澜", "钟离砚秋", "王喆", "上官知微"]
EXAMINERS = ["欧阳霁月", "诸葛翊", "司徒望舒", "钟离砚秋", "慕容听澜"]
UM_TITLES = [
    "一种带有防滑结构的多功能置物架及其连接组件",
    "一种便携式榨汁杯",
    "一种折叠晾衣架",
    "一种可调节手机支架",
    "宠物饮水器",
    "一种多功能收纳盒",
    "一种电动牙刷刷头",
    "LED台灯及其散热底座",
    "一种用于3C产品的防水密封圈",
    "一种3D打印机的送料机构",
    "折叠式婴儿推车的锁止装置",
    "USB-C接口的快充数据线",
    "一种1.5匹空调的导风板组件",
    "一种具有除菌功能的鞋柜以及采用该鞋柜的玄关柜组合结构",
    "一种防脱落的挂钩（无痕）",
    "户外露营用的可拆卸式多层储物推车",
]
DE_TITLES = [
    "台灯",
    "便携式折叠置物架（三层）",
    "儿童水壶",
    "耳机充电盒",
    "保温杯",
    "香薰瓶",
    "加湿器",
    "手机壳（小熊）",
    "电动牙刷（T3）",
    "茶具套件",
    "包装盒",
    "带有温度显示图形用户界面的手机",
    "沙发（2023-A）",
    "玩具车（越野）",
    "宠物饮水机",
    "多功能桌面收纳盒",
]


def zl(stem):
    """Twelve digits and their check digit (ZC 0006-2003: weights 2..9, 2..5, modulo 11)."""
    rest = sum(int(d) * w for d, w in zip(stem, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])) % 11
    return stem + ("X" if rest == 10 else str(rest))


assert zl("202030123456") == "2020301234563" and zl("201920765432") == "201920765432X" and zl("201420522729") == "2014205227290"


def wide(text):
    """ASCII letters, digits and signs in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def wide_digits(text):
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


NUMBER_STYLES = {
    "zl": lambda n: f"ZL{n[:12]}.{n[12]}",
    "bare": lambda n: f"{n[:12]}.{n[12]}",
    "spaced": lambda n: f"ZL {n[:4]} {n[4]} {n[5:12]}.{n[12]}",
    "zl-blank": lambda n: f"ZL {n[:12]}.{n[12]}",
    "no-dot": lambda n: f"ZL{n}",
    "wide": lambda n: wide(f"ZL{n[:12]}.{n[12]}"),
    "lower-x": lambda n: f"ZL{n[:12]}.{n[12].lower()}",
    "cn": lambda n: f"CN{n[:12]}.{n[12]}",
    "as-is": lambda n: f"ZL{n[:-1]}.{n[-1]}",
}
DATE_STYLES = {
    "cn": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "cn0": lambda d: f"{d.year}年{d.month:02}月{d.day:02}日",
    "cn-blanks": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 日",
    "iso": lambda d: d.isoformat(),
    "dots": lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    "slashes": lambda d: f"{d.year}/{d.month:02}/{d.day:02}",
    "wide": lambda d: wide_digits(f"{d.year}年{d.month}月{d.day}日"),
}


def days_between(rng, first, last):
    return first + datetime.timedelta(days=rng.randrange((last - first).days + 1))


def company(rng, products=True):
    return rng.choice(CITIES) + rng.choice(BRANDS) + (rng.choice(TRADES) if products else "") + rng.choice(ENDS)


def runs(numbers):
    """[1,2,3,5] -> [(1,3),(5,5)]"""
    out = []
    for n in sorted(numbers):
        if out and out[-1][1] == n - 1:
            out[-1] = (out[-1][0], n)
        else:
            out.append((n, n))
    return out


def ranged(numbers, dash, comma):
    return comma.join(str(a) if a == b else f"{a}{comma}{b}" if b == a + 1 and dash in "至到" else f"{a}{dash}{b}" for a, b in runs(numbers))


def spelled(numbers, comma="、", last=None):
    xs = [str(n) for n in sorted(numbers)]
    return comma.join(xs) if last is None or len(xs) < 2 else comma.join(xs[:-1]) + last + xs[-1]


# Each takes the word (权利要求, 设计, 外观设计, 套件) and the numbers, and gives the noun phrase.
LISTS = {
    "hyphen": lambda w, n: w + ranged(n, "-", "、"),
    "zhi": lambda w, n: w + ranged(n, "至", "、"),
    "dao": lambda w, n: w + ranged(n, "到", "、"),
    "tilde-xiang": lambda w, n: w + ranged(n, "～", "、") + "项",
    "ascii-tilde": lambda w, n: w + ranged(n, "~", "、"),
    "en-dash": lambda w, n: w + ranged(n, "–", "、"),
    "em-dash": lambda w, n: w + ranged(n, "—", "，"),
    "wide-hyphen": lambda w, n: w + wide_digits(ranged(n, "－", "、")),
    "wide-digits": lambda w, n: w + wide_digits(ranged(n, "-", "、")),
    "di-xiang": lambda w, n: "第" + spelled(n) + "项" + w,
    "di-range": lambda w, n: "第" + ranged(n, "-", "、") + "项" + w,
    "w-di": lambda w, n: w + "第" + ranged(n, "至", "、") + "项",
    "spelled": lambda w, n: w + spelled(n),
    "spelled-and": lambda w, n: w + spelled(n, last="和"),
    "spelled-ji": lambda w, n: w + spelled(n, last="及"),
    "ascii-comma": lambda w, n: w + spelled(n, ","),
    "wide-comma": lambda w, n: w + spelled(n, "，"),
    "repeated": lambda w, n: "、".join(f"{w}{a}" if a == b else f"{w}{a}-{b}" for a, b in runs(n)),
    "repeated-each": lambda w, n: "、".join(f"{w}{x}" for x in sorted(n)),
    "repeated-ends": lambda w, n: "、".join(f"{w}{a}" if a == b else f"{w}{a}至{w}{b}" for a, b in runs(n)),
    "blanks": lambda w, n: w + " " + ranged(n, " - ", "、 ") + " ",
    "yiji": lambda w, n: (
        w
        + (
            ranged(n, "-", "、")
            if len(runs(n)) < 2
            else ranged([x for a, b in runs(n)[:-1] for x in range(a, b + 1)], "-", "、")
            + "以及"
            + w
            + ranged(list(range(runs(n)[-1][0], runs(n)[-1][1] + 1)), "-", "、")
        )
    ),
}


def law_words(filed, completed):
    """Article numbers as the form of its day cites them: the law renumbered in 2020 (in force 2021-06-01), the rules in 2010 and 2023."""
    old_law = completed < datetime.date(2021, 6, 1)
    old_rules = completed < datetime.date(2024, 1, 20)
    return {
        "report": "专利法第61条第2款" if old_law else "专利法第66条第2款",
        "request": "专利法实施细则第56条" if old_rules else "专利法实施细则第62条",
        "essential": "专利法实施细则第20条第2款" if old_rules else "专利法实施细则第23条第2款",
        "amend": "专利法第33条或者专利法实施细则第43条第1款" if old_rules else "专利法第33条或者专利法实施细则第49条第1款",
        "excluded": "专利法第5条或者第25条",
    }
