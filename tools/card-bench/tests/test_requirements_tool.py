#!/usr/bin/env python3
"""tools/requirements: which clauses it sees in a text, which are related, and what it says of the tree. Called by meson:
test_requirements_tool.py TOOL BENCH"""

import importlib.machinery
import importlib.util
import subprocess
import sys
import unittest

TOOL, BENCH = sys.argv[1:3]
loader = importlib.machinery.SourceFileLoader("requirements_tool", TOOL)
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
sys.dont_write_bytecode = True
loader.exec_module(tool)


class Scan(unittest.TestCase):
    """scan() and what it stands on."""

    def seen(self, text, *clauses):
        self.assertEqual(tool.scan(text), set(clauses))

    def test_clauses(self):
        self.seen("/* PSMO enable (SGP.32 3.4.1, 5.13.1). */", "SGP.32 3.4.1", "SGP.32 5.13.1")
        self.seen("SGP.22 5.7.16 and SGP.32 3.5, 5.13.7 to 5.13.10)", "SGP.22 5.7.16", "SGP.32 3.5", "SGP.32 5.13.7",
                  "SGP.32 5.13.10")
        self.seen("ETSI TS 102 221 11.1.9; 3GPP TS 31.102 7.1", "TS 102 221 11.1.9", "TS 31.102 7.1")
        self.seen("GlobalPlatform Card 2.3 11.8.2; GP E.5.1", "GP 11.8.2", "GP E.5.1")
        self.seen("(SAIP 8.5.1; ISO/IEC 7816-4 7.3.7)", "SAIP 8.5.1", "ISO 7816-4 7.3.7")

    def test_next_line(self):
        self.seen("/* what is written in SGP.22\n * 5.7.13, and more */", "SGP.22 5.7.13")

    def test_none(self):
        self.seen("SGP.22 negative 36, version 2.5.0, AA SGP.220 1")

    def test_related(self):
        self.assertTrue(tool.related("SGP.22 5.7", "SGP.22 5.7.16"))
        self.assertTrue(tool.related("SGP.22 5.7.16", "SGP.22 5.7"))
        self.assertFalse(tool.related("SGP.22 5.7.1", "SGP.22 5.7.16"))
        self.assertEqual(tool.without(["A 1.10", "A 1.2", "B 1"], ["B 1.1"]), ["A 1.2", "A 1.10"])


class Tree(unittest.TestCase):
    """The tool on this tree."""

    def test_sections(self):
        done = subprocess.run([TOOL, "--bench", BENCH, "--files"], stdout=subprocess.PIPE, timeout=120, check=True)
        text = done.stdout.decode()
        for title in ("requirements without a case", "clauses of the code that no case names",
                      "clauses of cases that the code does not name", "files that name no clause, by room"):
            self.assertIn("== " + title, text)
        # a clause that cases of GetEID name, and so does the code
        self.assertNotIn("\nSGP.22 5.7.20:", text)


unittest.main(argv=sys.argv[:1])
