#!/usr/bin/env python3
"""Does the bench see what is wrong, and only that? wrong/cards names each wrong card, why a lab would care, and which cases
must have which verdict, as shell patterns: `fails PATTERN...`, `errors PATTERN...`, `skips PATTERN...`;
`!PATTERN` takes away from what stands before it. A card is one that is wrong inside
(wrong_cards.c), or a file of rules that turn its answers on the wire (wrong/NAME.rules, the language of tools/mutate). All
cases that a pattern means must have the verdict, and no others. Called by meson: test_wrong_cards.py PROGRAM CASES [CARD...]

With --update in front the lists are written anew from what came. Read the difference: each case that is new in a list has to
be one that this card deserves."""

import fnmatch
import glob
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "wrong", "cards")
WORDS = {"fails": "fail", "errors": "error", "skips": "skip"}


class Card:
    """What is wanted of one wrong card."""

    def __init__(self, name):
        self.name = name
        self.text = []
        self.wanted = {verdict: [] for verdict in WORDS.values()}


def read_table():
    cards = []
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            word, *rest = line.split() or [""]
            if word == "card":
                cards.append(Card(rest[0]))
            elif word in WORDS:
                cards[-1].wanted[WORDS[word]] += rest
            elif word and cards:
                cards[-1].text.append(line.rstrip("\n"))
    return cards


def run(program, cases, names):
    """{card: {case: (verdict, reason)}} of the cases that did not pass, and [(seconds, runs, card)], the slowest first."""
    paths = [os.path.join(HERE, "wrong", name) if name.endswith(".rules") else name for name in names]
    done = subprocess.run([program, cases, *paths], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{program} ended with {done.returncode}")
    came = {name: {} for name in ["right", *names]}
    times = []
    for line in done.stdout.splitlines():
        word, card, rest = line.split(" ", 2)
        what, _, more = rest.partition(" ")
        if word == "took":
            times.append((int(more) / 1e6, int(what), os.path.basename(card)))
        else:
            came[os.path.basename(card)][what] = (word, more)
    return came, sorted(times, reverse=True)


def problems_of(card, came, right, judged):
    problems = []
    if not card.wanted["fail"] and not card.wanted["error"]:
        problems.append("names no case that sees it")
    for verdict, patterns in card.wanted.items():
        is_so = {case for case, (v, _) in came.items() if v == verdict and case not in right}
        wanted = set()
        for pattern in patterns:
            meant = set(fnmatch.filter(judged, pattern.removeprefix("!")))
            if not meant:
                problems.append(f"there is no case {pattern}")
            wanted = wanted - meant if pattern.startswith("!") else wanted | meant
        problems += [f"{case}: not {verdict} but {came.get(case, ['pass'])[0]}" for case in sorted(wanted - is_so)]
        problems += [f"{case}: {verdict}: {came[case][1]}" for case in sorted(is_so - wanted)]
    return problems


def prefixes(case):
    """Where a pattern may end: group, first digit of the number, both curves of a case."""
    group, _, name = case.partition("/")
    return [group + "/", f"{group}/{name[:1]}", case.rpartition("-")[0] + "-"]


def cover(cases, judged):
    """Few patterns that mean just these of the judged cases."""
    patterns, left = [], set(cases)
    for case in sorted(cases):
        if case not in left:
            continue
        pattern, meant = case, {case}
        for prefix in prefixes(case):
            here = {other for other in judged if other.startswith(prefix)}
            if len(here) > 1 and here <= set(cases):
                pattern, meant = prefix + "*", here
                break
        patterns.append(pattern)
        left -= meant
    return patterns


def shorten(cases, judged):
    """Patterns for these cases: a group by what it has, or whole but what it has not."""
    cases, patterns = set(cases), []
    for group in sorted({case.split("/")[0] for case in cases}):
        of_group = {case for case in judged if case.split("/")[0] == group}
        but = [f"{group}/*"] + ["!" + pattern for pattern in cover(of_group - cases, of_group)]
        patterns.append(min(cover(of_group & cases, of_group), but, key=len))
    return sum(patterns, [])


def update(cards, came, judged):
    with open(TABLE, encoding="utf-8") as file:
        head = file.readline()
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(head)
        for card in cards:
            file.write(f"\ncard {card.name}\n" + "".join(f"{line}\n" for line in card.text))
            for word, verdict in WORDS.items():
                line = word
                for pattern in shorten({case for case, (v, _) in came[card.name].items() if v == verdict}, judged):
                    if len(line) + len(pattern) > 118 and line != word:
                        file.write(line + "\n")
                        line = word
                    line += " " + pattern
                if line != word:
                    file.write(line + "\n")


def main():
    arguments = sys.argv[1:]
    is_update = arguments[0] == "--update"
    program, cases, *chosen = arguments[is_update:]
    begin = time.monotonic()
    listed = subprocess.run([program, cases, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    judged = subprocess.run([program, cases, "--cases"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    listed += [os.path.basename(path) for path in glob.glob(os.path.join(HERE, "wrong", "*.rules"))]
    cards = read_table()
    if sorted(listed) != sorted(card.name for card in cards):
        sys.exit(f"not in both of {TABLE} and the program: {sorted(set(listed) ^ {card.name for card in cards})}")
    cards = [card for card in cards if not chosen or card.name in chosen]
    came, times = run(program, cases, [card.name for card in cards])
    right = came["right"]
    judged = [case for case in judged if case not in right]
    if is_update:
        if chosen:
            sys.exit("--update is for all cards")
        update(cards, came, judged)
        return
    bad = [f"right: {case}: {v} {why}" for case, (v, why) in right.items() if v != "skip"]
    for problem in bad:
        print(problem)
    for card in cards:
        problems = problems_of(card, came[card.name], right, judged)
        for problem in problems:
            print(f"{card.name}: {problem}")
        bad += problems[:1]
    print("the slowest: " + ", ".join(f"{card} {runs} runs {took:.1f} s" for took, runs, card in times[:5]))
    print(f"{len(cards)} wrong cards, {sum(runs for _, runs, _ in times)} runs, {len(bad)} judged otherwise than it has to be, {time.monotonic() - begin:.1f} s")
    sys.exit(1 if bad or not cards else 0)


main()
