#!/usr/bin/env python3
"""The pages of `run --html` and `diff --html` in headless Chromium: what is shown at first, after a search, a filter, a
click, a key and a link; what a hostile title and comment become; that nothing is fetched; 600 cases. Called by meson: test_page.py BENCH CASES. Exit status 77 (skipped) without Chromium."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

import browser

BENCH, CASES = sys.argv[1:3]
HOSTILE = "</script><img src=x onerror=\"document.title='taken'\"><!-- <script>"


def check(is_so, what):
    if not is_so:
        sys.exit(f"test_page.py: not so: {what}")


def bench(*arguments, status=0):
    done = subprocess.run([BENCH, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    check(done.returncode == status, f"{arguments} ends with {status}: {done.returncode} {done.stderr.decode()[-400:]}")
    return done.stdout.decode()


class Page(browser.Browser):
    """A browser with questions about our pages."""

    def text(self, selector):
        return self.run(f"document.querySelector({selector!r}).textContent")

    def shown(self):
        """The ids of the cases that are to be seen."""
        return self.run("[...document.querySelectorAll('ol.cases > li')].filter(li => li.getClientRects().length)"
                        ".map(li => li.dataset.id)")

    def press(self, selector):
        self.run(f"document.querySelector({selector!r}).click()")

    def focus(self, selector):
        self.run(f"document.querySelector({selector!r}).focus()")

    def sound(self, what):
        check(self.problems() == [], f"{what}: {self.problems()}")


def check_first_look(page, url):
    page.open(url)
    check(page.run("document.title").startswith("FAIL"), "the title has the worst verdict")
    check("made wrong by" in page.text("header") and "null" not in page.text("header"), page.text("header"))
    check("Conformance of built-in card" in page.text("h1"), "the card stands in the heading")
    check(page.text("#count") == f"{len(page.shown())} of {len(page.shown())} cases" and len(page.shown()) > 50,
          "all cases are shown first")
    check(page.run("[...document.querySelectorAll('h2')].map(h => h.textContent)") ==
          ["At a glance", "The card", "Cases", "Requirements"], "headings")
    check(page.run("document.querySelectorAll('.body').length") == 0, "no dialogue is made before it is asked for")
    page.sound("first look")


def check_filters(page):
    everything = page.shown()
    page.focus("#search")
    page.type("delete-unknown")
    check(page.shown() == ["ES10c.ProfileStates/05-delete-unknown"], f"search: {page.shown()}")
    check(page.run("location.hash") == "#search=delete-unknown", "the search is in the hash")
    page.run("document.querySelector('#search').value = ''; "
             "document.querySelector('#search').dispatchEvent(new Event('input'))")
    check(page.shown() == everything, "an empty search shows all")
    page.press("[name=verdict][value=pass]")
    check(0 < len(page.shown()) < 10 and "ES10c.ProfileStates/05-delete-unknown" in page.shown(), f"verdict: {page.shown()}")
    page.press("[name=verdict][value=pass]")
    page.run("document.querySelector('#family').value = 'ES10a'; "
             "document.querySelector('#family').dispatchEvent(new Event('change'))")
    check(page.shown() and all(name.startswith("ES10a") for name in page.shown()), f"family: {page.shown()}")
    # a number at a glance leads to its cases
    page.run("[...document.querySelectorAll('button')].find(b => b.ariaLabel && b.ariaLabel.endsWith(', fail, ES10c')).click()")
    check(len(page.shown()) == 3, f"the failed ones of a family: {page.shown()}")
    page.sound("filters")


def check_case(page, url):
    page.open(url + "#case=ES10c.ProfileStates%2F05-delete-unknown")
    body = "[data-id='ES10c.ProfileStates/05-delete-unknown'] "
    check(page.until("document.activeElement.tagName === 'SUMMARY'"), "the case of the hash has the focus")
    check("expected BF33(800101) 9000" in page.text(body + ".reason"), "the reason")
    check(page.text(body + ".not-met .sides > :first-child") == "expected BF33(800101) 9000", "what was expected")
    check("BF 33 03 80 01 7F 90 00" in page.text(body + ".not-met .sides > :last-child"), "what came")
    check(page.text(body + ".not-met mark") == "7F", "the byte that differs is marked")
    check("deleteResult = 127 undefinedError" in page.text(body + ".body"), "fields have names")
    check("Requirements" in page.text(body + "dl") and "[object" not in page.text(body + ".body"), "what it is about")
    commands = page.run(f"document.querySelectorAll({body + 'svg.timing rect'!r}).length")
    check(commands > 3 and page.run(f"document.querySelectorAll({body + 'svg.timing rect title'!r}).length") == commands,
          "a bar for each command")
    check(page.run(f"document.querySelector({body + 'svg.timing'!r}).getAttribute('aria-label')").startswith(f"{commands} "),
          "the plot has words")
    # keys: Enter closes it, and opens it again; a requirement is a link to all its cases
    page.key("Enter", "\r")
    check(not page.run(f"document.querySelector({body + 'details'!r}).open"), "Enter closes a case")
    page.key("Enter", "\r")
    check(page.run(f"document.querySelector({body + 'details'!r}).open"), "Enter opens a case")
    page.press(body + "dl a")
    check(page.until("!document.querySelector('#requirement').hidden") and len(page.shown()) > 1, "a requirement's cases")
    page.press("#requirement button")
    check(page.until("document.querySelector('#requirement').hidden") and len(page.shown()) > 50, "all requirements again")
    page.sound("case")


def check_requirements(page):
    check(page.run("document.querySelectorAll('[data-source]').length") >= 7, "requirements by source")
    page.run("document.querySelector('#status').value = 'failed'; "
             "document.querySelector('#status').dispatchEvent(new Event('change'))")
    check(page.until("[...document.querySelectorAll('tr[data-status]')].some(r => !r.getClientRects().length)"), "some are hidden")
    seen = page.run("[...document.querySelectorAll('tr[data-status]')].filter(r => r.getClientRects().length)"
                    ".map(r => r.querySelector('th').textContent)")
    check("ES10c.DeleteProfile" in seen and "ES10c.GetEID" not in seen, f"failed requirements: {seen}")
    page.sound("requirements")


def check_looks(page, url):
    """Contrast of the text in both schemes; nothing wider than a narrow window; paper."""
    contrast = """(() => {
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => { v /= 255;
            return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
            if (!c.endsWith(', 0)')) return c; } return 'rgb(255, 255, 255)'; };
        let least = 99;
        for (const e of document.querySelectorAll('h1, p, summary span, summary, mark, .badge, a, button, .quiet, .why, li')) {
            if (!e.textContent || !e.getClientRects().length) continue;
            const a = light(getComputedStyle(e).color) + 0.05, b = light(ground(e)) + 0.05;
            least = Math.min(least, Math.max(a, b) / Math.min(a, b)); }
        return least; })()"""
    page.open(url + "#case=ES10c.ProfileStates%2F05-delete-unknown")
    for scheme in ("light", "dark"):
        page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        check(page.run(contrast) >= 4.5, f"{scheme}: contrast {page.run(contrast):.2f}")
    page.ask("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=False)
    check(page.run("document.documentElement.scrollWidth") <= 400, "a narrow window needs no sideways scrolling")
    page.ask("Emulation.clearDeviceMetricsOverride")
    page.ask("Emulation.setEmulatedMedia", media="print")
    check(page.run("getComputedStyle(document.querySelector('.filters')).display") == "none", "no filters on paper")
    page.ask("Emulation.setEmulatedMedia", media="")


def check_hostile(page, folder):
    """What is written to be markup is shown as text."""
    os.makedirs(f"{folder}/hostile/x")
    with open(f"{folder}/hostile/x/a.case", "w") as file:
        file.write(f"group Hostile\nclause {HOSTILE}\ncase a\ntitle {HOSTILE}\ntest\n# {HOSTILE}\n> 00A40004023F00\n< 6F00\n")
    bench("run", "--cases", f"{folder}/hostile", "Hostile", "--html", f"{folder}/hostile.html", "--json", f"{folder}/hostile.json", status=1)
    page.open(f"file://{folder}/hostile.html#case=Hostile%2Fa")
    check(page.until("!!document.querySelector('.reason') && !!document.querySelector('.why')"), "the case of the hash is open")
    check(page.run("document.images.length") == 0 and "taken" not in page.run("document.title"), "no markup came of it")
    check(HOSTILE in page.text("ol.cases summary") and HOSTILE in page.text(".reason") and HOSTILE in page.text(".why"),
          "it is shown as text")
    check(page.run("document.querySelectorAll('script').length") == 2, "no other script")
    page.sound("hostile texts")
    bench("diff", f"{folder}/hostile.json", f"{folder}/wrong.json", "--html", f"{folder}/hostile.html", status=1)
    page.open(f"file://{folder}/hostile.html")
    check(page.run("document.images.length") == 0 and HOSTILE in page.text("main"), "nor on the page of a comparison")


def check_diff(page, folder):
    bench("diff", f"{folder}/right.json", f"{folder}/wrong.json", "--html", f"{folder}/diff.html", status=1)
    page.open(f"file://{folder}/diff.html")
    check("3 differences" in page.text("#total"), page.text("#total"))
    check("05-delete-unknown" in page.text("section[aria-labelledby=verdicts]"), "the other verdicts")
    check("came bf330380017f9000" in page.text("section[aria-labelledby=verdicts]"), "and their reasons")
    page.sound("comparison")


def check_many(page, folder):
    """600 cases are there at once, and a search among them is."""
    os.makedirs(f"{folder}/many/x")
    with open(f"{folder}/many/x/a.case", "w") as file:
        file.write("group Many\nclause SGP.22 5.7.20\ngiven\nisd-r\n")
        for i in range(600):
            file.write(f"case {i:03}\ntitle case number {i}\ntest\nes10 BF3E(5C(5A))\n< BF3E(5A({{eid:16}})) 9000\n")
    bench("run", "--cases", f"{folder}/many", "Many", "--html", f"{folder}/many.html")
    begin = time.monotonic()
    page.open(f"file://{folder}/many.html")
    check(len(page.shown()) == 600, "600 cases")
    # the fastest of some, which a busy machine does not slow down
    search = ("(() => { const begin = performance.now(); const s = document.querySelector('#search'); s.value = '%s';"
              " s.dispatchEvent(new Event('input')); document.body.offsetHeight; return performance.now() - begin; })()")
    took = min(page.run(search % word) for word in ("101", "202", "303", "404", "599"))
    check(page.shown() == ["Many/599"], "one of 600 is found")
    print(f"600 cases: shown after {time.monotonic() - begin:.2f} s, a search takes {took:.0f} ms")
    check(took < 1000, "a search among 600 cases is fast")


def main():
    program = browser.find()
    if not program:
        print("skipped: Debian's package chromium is not installed (tools/setup.sh test)")
        sys.exit(77)
    folder = tempfile.mkdtemp()
    try:
        with open(f"{folder}/delete.rules", "w") as file:
            file.write("at ES10c.DeleteProfile: set deleteResult to 127\n")
        chosen = ("--cases", CASES, "ES10a*", "ES10c.GetEID", "ES10c.GetProfilesInfo", "ES10c.ProfileStates", "isd-r")
        bench("run", *chosen, "--json", f"{folder}/right.json")
        bench("run", *chosen, "--mutate", f"{folder}/delete.rules", "--json", f"{folder}/wrong.json", "--html",
              f"{folder}/wrong.html", status=1)
        url = f"file://{folder}/wrong.html"
        with Page(program) as page:
            check_first_look(page, url)
            check_filters(page)
            check_case(page, url)
            check_requirements(page)
            check_looks(page, url)
            check_hostile(page, folder)
            check_diff(page, folder)
            check_many(page, folder)
    finally:
        shutil.rmtree(folder)
    print("test_page.py: all as it has to be")


main()
