#!/usr/bin/env python3
"""Linker options for the functions that wrong_*.c put in front of the card's: wraps.py FILE..."""
import re
import sys

PREFIXES = {"WRAP_DECODER": "asn1_", "WRAP_CRITERIA": "asn1_"}
names = set()
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as source:
        text = source.read()
    names.update(re.findall(r"\b__wrap_(\w+)", text))
    names.update(PREFIXES.get(macro, "") + name for macro, name in re.findall(r"^(WRAP_\w+)\((\w+)", text, re.M))
print("\n".join(f"-Wl,--wrap={name}" for name in sorted(names) if not name.endswith("_")))
