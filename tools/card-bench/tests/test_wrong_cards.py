#!/usr/bin/env python3
"""Does the bench see what is wrong? Each wrong/NAME.rules makes a wrong card of the built-in one (the language is that of
tools/mutate); its lines `# fails: ID` and `# errors: ID` name all cases that must have these verdicts, shell patterns
allowed. No other case may, and each line must be about at least one case. Called by meson: test_wrong_cards.py BENCH CASES"""

import fnmatch
import glob
import json
import os
import subprocess
import sys

BENCH, CASES = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = {"fail": "# fails: ", "error": "# errors: "}


def verdicts(*arguments):
    done = subprocess.run([BENCH, "run", "--cases", CASES, "--json", "-", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{arguments}: no report: {done.stderr.decode()}")
    return {case["id"]: (case["verdict"], case.get("reason", "")) for case in report["cases"]}


def wishes(path, word):
    with open(path) as file:
        return [line[len(word):].strip() for line in file if line.startswith(word)]


def judge(path, right):
    """What is not as the file says."""
    wrong = verdicts("--mutate", path)
    problems = []
    said = 0
    for verdict, word in WORDS.items():
        patterns = wishes(path, word)
        said += len(patterns)
        came = {name for name, (v, _) in wrong.items() if v == verdict}
        for pattern in patterns:
            if not fnmatch.filter(came, pattern):
                problems.append(f"no case {pattern} has the verdict {verdict}")
        for name in sorted(came):
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                problems.append(f"{name}: {verdict}: {wrong[name][1]}")
    if not said:
        problems.append("names no case that sees it")
    for name, (verdict, _) in wrong.items():
        if verdict == "skip" and right[name][0] != "skip":
            problems.append(f"{name}: skip")
    return problems


def main():
    right = verdicts()
    bad = 0
    files = sorted(glob.glob(os.path.join(HERE, "wrong", "*.rules")))
    for path in files:
        problems = judge(path, right)
        print(f"{os.path.basename(path)}: {'as it has to be' if not problems else ''}")
        for problem in problems:
            print(f"    {problem}")
        bad += bool(problems)
    print(f"{len(files)} wrong cards, {bad} judged otherwise than their files say")
    sys.exit(1 if bad or not files else 0)


main()
