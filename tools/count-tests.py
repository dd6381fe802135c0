#!/usr/bin/env python3
"""Reads meson's testlog.json and prints one line `passed N`, and `failed NAME: RESULT` or `skipped NAME: REASON` for
each other test. A test that skips itself (exit status 77) says why in a line that begins with "skip", or has failed.
Called by tools/test."""
import json
import sys


def reason(test):
    for line in reversed((test.get("stdout") or "").splitlines() + (test.get("stderr") or "").splitlines()):
        if line.lower().startswith("skip"):
            return line.split(":", 1)[-1].strip()
    return None


passed = 0
for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        passed += 1
    elif test["result"] == "SKIP":
        why = reason(test)
        print(*("skipped", f"{test['name']}: {why}") if why else ("failed", f"{test['name']}: skipped without a reason"))
    else:
        print("failed", f"{test['name']}: {test['result']}")
print("passed", passed)
