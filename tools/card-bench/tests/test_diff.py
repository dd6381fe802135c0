#!/usr/bin/env python3
"""`softeuicc-bench diff`: what counts as a difference and what does not, each change alone. Called by meson:
test_diff.py BENCH CASES"""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

BENCH, CASES = sys.argv[1:3]
# what does not draw lots: a signature of another length, say, comes in other pieces
CHOSEN = ["ES10a*", "ES10b.AuthenticateServer", "ES10b.GetEUICC*", "ES10c.GetEID", "ES10c.ProfileStates", "isd-r", "UICC.Select"]
FOLDER = tempfile.mkdtemp()
problems = []


def check(is_so, what):
    if not is_so:
        problems.append(what)


def write(name, report):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as file:
        file.write(report if isinstance(report, str) else json.dumps(report))
    return path


def diff(old, new, *options):
    """Its exit status and what it says."""
    done = subprocess.run([BENCH, "diff", write("old.json", old), write("new.json", new), *options],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    return done.returncode, done.stdout.decode()


def expect(what, old, new, status, *says, options=()):
    came, text = diff(old, new, *options)
    check(came == status, f"{what}: exit status {came} instead of {status}\n{text}")
    for one in says:
        check(one in text, f"{what}: does not say \"{one}\"\n{text}")


def case(report, name):
    return next(c for c in report["cases"] if c["id"] == name)


def commands(one, ins):
    return [d for d in one["dialogue"] if d["kind"] == "command" and d["sent"][2:4] == ins]


def changed(report, change):
    other = copy.deepcopy(report)
    change(other)
    return other


def run(seed):
    path = os.path.join(FOLDER, "run.json")
    subprocess.run([BENCH, "run", "--cases", CASES, "--seed", str(seed), "--json", path, *CHOSEN],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, check=True)
    with open(path) as file:
        return json.load(file)


def other_verdict(report):
    case(report, "ES10c.GetEID/01-nominal").update(verdict="fail", reason="expected a; came b")


def other_status(report):
    commands(case(report, "UICC.Select/05-not-found"), "a4")[-1]["came"] = "6a81"


def other_field(report):
    one = case(report, "ES10c.GetEID/01-nominal")
    fields = next(d["answer"] for d in one["dialogue"] if "answer" in d)
    fields[-1]["value"] = "not the same"


def field_gone(report):
    one = case(report, "ES10c.GetEID/01-nominal")
    next(d["answer"] for d in one["dialogue"] if "answer" in d).pop()


def other_expectation(report):
    next(d for d in case(report, "ES10c.GetEID/01-nominal")["dialogue"] if d["kind"] == "expect")["expected"] = "else"


def other_bytes(report):
    one = commands(case(report, "UICC.Select/01-mf"), "a4")[-1]
    one["came"] = one["came"][:6] + "%02x" % (int(one["came"][6:8], 16) ^ 1) + one["came"][8:]


def one_command_more(report):
    dialogue = case(report, "UICC.Select/01-mf")["dialogue"]
    dialogue.append(copy.deepcopy(next(d for d in dialogue if d["kind"] == "command")))


def slower(report):
    case(report, "ES10c.GetEID/01-nominal")["took"] += 90000


def another_skip(report):
    case(report, "ES10c.GetEID/01-nominal").update(verdict="skip", reason="needs this")


def main():
    right = run(1)
    name = "ES10c.GetEID/01-nominal"
    expect("the same", right, right, 0, "0 differences")
    expect("other random numbers", right, run(2), 0, "0 differences")
    expect("other random numbers, exactly", right, run(2), 1, "same verdict, other answers", options=["--exact"])
    expect("verdict", right, changed(right, other_verdict), 1, f"pass -> fail {name}", "new: expected a; came b")
    expect("verdict, back", changed(right, other_verdict), right, 1, f"fail -> pass {name}", "old: expected a; came b")
    expect("status word", right, changed(right, other_status), 1, "UICC.Select/05-not-found", "SELECT: 6a82 -> 6a81")
    expect("field", right, changed(right, other_field), 1, "BF3E/5A eidValue: ", "-> not the same")
    expect("field gone", right, changed(right, field_gone), 1, "BF3E/5A eidValue: ", "-> absent")
    expect("field new", changed(right, field_gone), right, 1, "BF3E/5A eidValue: absent -> ")
    expect("expectation", right, changed(right, other_expectation), 1, "expectation 1: ", "-> else")
    expect("bytes", right, changed(right, other_bytes), 1, "UICC.Select/01-mf", "SELECT: 62")
    expect("a command more", right, changed(right, one_command_more), 1, "commands: fewer -> more")
    expect("a case gone", right, changed(right, lambda r: r["cases"].remove(case(r, name))), 1, "cases gone: 1", name)
    expect("a case new", changed(right, lambda r: r["cases"].remove(case(r, name))), right, 1, "cases new: 1", name)
    expect("a fact", right, changed(right, lambda r: r["card"]["facts"].update(sgp22="3.1.0", own="1")), 1,
           "facts of the card that differ: 2", "2.5.0 -> 3.1.0", "own")
    expect("slower", right, changed(right, slower), 0, "more than twice as slow: 1", name)
    expect("skipped otherwise", changed(right, another_skip),
           changed(right, lambda r: case(r, name).update(verdict="skip", reason="needs that")), 1,
           "skip -> skip", "old: needs this", "new: needs that")
    expect("no JSON", right, "{\"program\": ", 3, "new.json: no JSON")
    expect("no report", right, [], 3, "the second file: not a report")
    expect("another format", changed(right, lambda r: r.update(format=2)), right, 3, "the first file: expected a report of format 1")
    expect("damaged cases", right, changed(right, lambda r: r.update(cases=[1, {"dialogue": 5, "id": {}}, None])), 1)
    came, text = diff(right, changed(right, other_verdict), "--json", "-")
    result = json.loads(text)
    check(came == 1 and result["verdicts"][0]["id"] == name and result["same"] == len(right["cases"]) - 1, text)
    check(subprocess.run([BENCH, "diff", "one.json"], stderr=subprocess.DEVNULL, check=False).returncode == 2, "usage")
    check(subprocess.run([BENCH, "diff", FOLDER, "/none"], stderr=subprocess.DEVNULL, check=False).returncode == 3, "no file")


try:
    main()
finally:
    shutil.rmtree(FOLDER)
for problem in problems:
    print(problem)
print(f"test_diff.py: {len(problems)} problems")
sys.exit(bool(problems))
