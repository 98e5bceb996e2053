"""Compares what the program reads with the truth.  usage: check.py FOLDER --program PATH [--show N] [--only WORD]

FOLDER is what make.py wrote: PDFs, truth.json, hostile/ and hostile.json. Prints right / unknown / wrong by field, by producer, by layout
and by wording, then the hostile files. Exit 1 if a verdict is wrong, anything is falsely usable, or the reader fell below its floors.
"""

import argparse, collections, json, os, re, resource, subprocess, sys, time, unicodedata

OK, UNKNOWN = "no_defect_found", "unknown"
KEY = ["form", "kind", "patent_number", "title", "holder", "filed_on", "granted_on", "completed_on"]
MORE = ["requester", "priority_on", "corrected", "text_version"]
CHUNK = 40
# The aim, and what the reader has reached: these floors are only ever raised.
RIGHT_SHARE_MIN, FACTS_WRONG_MAX = 0.99, 0
# Within 2 s; where other work holds the processors up, 2 s of processor time and 10 s by the clock.
HOSTILE_SECONDS_MAX, HOSTILE_CLOCK_SECONDS_MAX = 2.0, 10.0


TWINS = str.maketrans("戶", "户")  # two characters that one glyph of the fonts used serves


def plain(value):
    return "".join(unicodedata.normalize("NFKC", value).split()).translate(TWINS) if isinstance(value, str) else value


def same(field, want, got):
    if field == "patent_number":
        return re.sub(r"^(CN|ZL)+|[.\s]", "", plain(got).upper()) == want
    if field == "form":
        return got in (want, want + "A")
    if field in ("holder", "requester"):
        return sorted(re.split("[;,、]", plain(got))) == sorted(re.split("[;,、]", plain(want)))
    return plain(got) == plain(want)


def judge_fact(field, want, got):
    if got is None:
        return "right" if want is None or isinstance(want, list) and None in want else UNKNOWN
    if want is None:
        return "wrong"
    if isinstance(want, list):
        return "right" if any(same(field, w, got) for w in want if w) else "wrong"
    return "right" if same(field, want, got) else "wrong"


def judge_verdicts(want, got):
    """right, unknown or wrong for each item. `all` stands for every item where all are alike; an item nobody counted must not be sound."""
    out = {}
    alike = len({json.dumps(v) for v in want.values()}) == 1
    answers = dict(got)
    if alike and set(answers) == {"all"}:
        answers = dict.fromkeys(want, answers["all"])
    elif set(want) == {"all"} and answers and "all" not in answers:
        worst = {answers[k] for k in answers}
        answers = {"all": worst.pop() if len(worst) == 1 else UNKNOWN}
    for item, truth in want.items():
        allowed = truth if isinstance(truth, list) else [truth]
        answer = answers.get(item, UNKNOWN)
        out[item] = "right" if answer in allowed else UNKNOWN if answer == UNKNOWN else "wrong"
    for item in set(answers) - set(want):
        if answers[item] == OK:
            out[item] = "wrong"
    return out


def reads_as_usable(answer, in_part=True):
    """Usable, or it would be once somebody proved authenticity and looked up the register; a flag of hidden text sends it to a person.
    `in_part`: whether it may be so for some of its claims."""
    if "hidden_text" in str((answer.get("facts") or {}).get("flags", "")):
        return False
    if answer["overall"] == "usable" or answer["overall"] == "usable_in_part" and not in_part:
        return True
    bad = {f["check"] for f in answer["findings"] if f["result"] != "pass"}
    return answer["overall"] == "unverified" and not bad & {"report.kind", "patent.number", "report.dates", "report.coverage", "report.verdict"}


def run(program, files):
    """One answer a file, many files a run."""
    out = {}
    for chunk in [files[i : i + CHUNK] for i in range(0, len(files), CHUNK)]:
        done = subprocess.run([program, "report", "check", "--json", *chunk], capture_output=True, timeout=600)
        lines = [json.loads(x) for x in done.stdout.decode().splitlines() if x.startswith("{")]
        out |= {x["file"]: x for x in lines}
        if len(lines) != len(chunk):
            print("a run answered", len(lines), "of", len(chunk), "files, exit", done.returncode, done.stderr.decode()[-300:])
    return out


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def starved(answer):
    """Whether the reading was ended for time or memory."""
    return "'resources'" in str((answer.get("facts") or {}).get("readability"))


class Tally:
    def __init__(self):
        self.by = collections.defaultdict(collections.Counter)

    def add(self, key, outcome):
        self.by[key][outcome] += 1

    def show(self, heading):
        print(f"\n{heading:34} right unknown wrong")
        for key, c in sorted(self.by.items(), key=str):
            print(f"  {str(key):32} {c['right']:5} {c[UNKNOWN]:7} {c['wrong']:5}" + ("   <--" if c["wrong"] else ""))


def check_good(program, folder, truth, only):
    names = [n for n in sorted(truth) if only in n or only == truth[n]["family"]]
    answers = run(program, [os.path.join(folder, n) for n in names])
    again = [path for path, answer in answers.items() if starved(answer)]
    if again:
        print(f"{len(again)} readings ended for want of time or memory; each is asked once more, alone")
    for path in again:
        answers |= run(program, [path])
    fields, producers, layouts, families, pages = Tally(), Tally(), Tally(), Tally(), Tally()
    faults, usable = [], []
    for name in names:
        t, a = truth[name], answers.get(os.path.join(folder, name))
        if a is None:
            faults.append((name, "no answer", None, None))
            fields.add("verdicts", "wrong")
            continue
        got_facts, lines = a.get("facts") or {}, []
        for field in KEY + MORE:
            if field in t["facts"]:
                verdict = judge_fact(field, t["facts"][field], got_facts.get(field))
                if field == "corrected" and got_facts.get("form") is None:
                    verdict = UNKNOWN  # nothing was read, which `corrected` cannot say
                lines.append((field, verdict, t["facts"][field], got_facts.get(field)))
        if t["verdicts"] is not None:
            items = judge_verdicts(t["verdicts"], {v["item"]: v["verdict"] for v in a["verdicts"]})
            proven = all(v.get("page") and v.get("quote") for v in a["verdicts"] if v["verdict"] != UNKNOWN)
            fields.add("page and quote of each verdict", "right" if proven else "wrong")
            worst = "wrong" if "wrong" in items.values() else UNKNOWN if UNKNOWN in items.values() else "right"
            for verdict in items.values():
                fields.add("verdict, by item", verdict if not (t["hard"] and verdict == UNKNOWN) else "right")
            lines.append(("verdicts", worst, t["verdicts"], {v["item"]: v["verdict"] for v in a["verdicts"]}))
        for field, verdict, want, got in lines:
            if t["hard"] and verdict == UNKNOWN:
                verdict = "right"
            fields.add(field, verdict)
            for tally, key in ((producers, t["producer"]), (layouts, t["layout"]), (families, t["family"]), (pages, t["page"])):
                tally.add(key, verdict)
            if verdict != "right":
                faults.append((name, f"{field} {verdict}", want, got))
        if not t["usable"] and reads_as_usable(a, in_part=not t["family"].startswith("unusable")):
            usable.append(name)
    return fields, producers, layouts, pages, families, faults, usable, len(names)


def check_hostile(program, folder, expected):
    """Every file answered within 2 s by a process of its own, no crash, never usable where it must not be."""
    bad, slowest, answered = [], (0, ""), 0
    for name in sorted(expected):
        path, want = os.path.join(folder, name), expected[name]
        started, spent = time.monotonic(), processor_seconds()
        try:
            done = subprocess.run([program, "report", "check", "--json", path], capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            bad.append((name, "no answer in 60 s"))
            continue
        clock = time.monotonic() - started
        seconds = min(clock, processor_seconds() - spent) if clock < HOSTILE_CLOCK_SECONDS_MAX else clock
        slowest = max(slowest, (seconds, name))
        lines = [json.loads(x) for x in done.stdout.decode().splitlines() if x.startswith("{")]
        if done.returncode not in (0, 1, 2) or len(lines) != 1:
            bad.append((name, f"exit {done.returncode}, {len(lines)} answers: {done.stderr.decode()[-200:]}"))
            continue
        if seconds > HOSTILE_SECONDS_MAX:
            bad.append((name, f"{seconds:.1f} s"))
        answer = lines[0]
        if not want["usable"] and reads_as_usable(answer):
            bad.append((name, "falsely usable"))
        answered += any(v["verdict"] != UNKNOWN for v in answer["verdicts"])
        if want.get("must") and not answer["verdicts"]:
            bad.append((name, "a sound page without tricks was not read, so its likes prove nothing"))
        for item in answer["verdicts"]:
            if want["verdicts"] is not None and item["verdict"] not in want["verdicts"]:
                bad.append((name, f"{item['item']}: {item['verdict']}, permitted {want['verdicts']}"))
                break
        for field, allowed in want.get("facts", {}).items():
            got = (answer.get("facts") or {}).get(field)
            if got is not None and not any(w is not None and same(field, w, got) for w in allowed):
                bad.append((name, f"{field}: {got!r}, permitted {allowed}"))
    return bad, slowest, answered


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("folder")
    ap.add_argument("--program", required=True)
    ap.add_argument("--show", type=int, default=60, help="how many faults to print")
    ap.add_argument("--only", default="", help="files whose name contains this, or one wording's name")
    ap.add_argument("--part", choices=["good", "hostile", "both"], default="both")
    a = ap.parse_args()
    failed = False
    if a.part != "hostile":
        truth = json.load(open(os.path.join(a.folder, "truth.json")))
        started = time.monotonic()
        fields, producers, layouts, pages, families, faults, usable, count = check_good(a.program, a.folder, truth, a.only)
        producers.show("by producer"), layouts.show("by layout"), pages.show("by order in the file"), families.show("by wording"), fields.show("by field")
        total = collections.Counter()
        for field in KEY + ["verdicts"]:
            total += fields.by[field]
        wrong = sum(c["wrong"] for field, c in fields.by.items() if field != "verdict, by item")
        share = total["right"] / max(1, sum(total.values()))
        files_right = fields.by["verdicts"]["right"] / max(1, sum(fields.by["verdicts"].values()))
        print(
            f"\n{count} reports in {time.monotonic() - started:.0f} s: key facts and verdicts {share:.2%} right, {total[UNKNOWN]} unknown, {wrong} wrong; "
            f"all verdicts right in {files_right:.2%} of reports; falsely usable {len(usable)}"
        )
        for name in usable:
            print("FALSELY USABLE", name)
        faults.sort(key=lambda f: ("wrong" not in f[1], f[0]))
        for name, what, want, got in faults[: a.show]:
            print(f"{name}: {what}\n    truth {json.dumps(want, ensure_ascii=False)}\n    read  {json.dumps(got, ensure_ascii=False)}")
        verdicts_wrong = sum(fields.by[f]["wrong"] for f in fields.by if "verdict" in f)
        failed = bool(usable) or verdicts_wrong > 0 or wrong > FACTS_WRONG_MAX or min(share, files_right) < RIGHT_SHARE_MIN
    if a.part != "good" and os.path.exists(os.path.join(a.folder, "hostile.json")):
        expected = json.load(open(os.path.join(a.folder, "hostile.json")))
        bad, slowest, answered = check_hostile(a.program, os.path.join(a.folder, "hostile"), {n: w for n, w in expected.items() if a.only in n})
        print(f"\nhostile: {len(expected)} files, {len(bad)} faults, {answered} answered with a verdict, slowest {slowest[0]:.2f} s ({slowest[1]})")
        for name, why in bad[: a.show]:
            print(f"  {name}: {why}")
        failed = failed or bool(bad)
    sys.exit(1 if failed else 0)


main()
