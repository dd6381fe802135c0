"""Headless Chromium, driven over the DevTools protocol on a pipe (--remote-debugging-pipe: requests on its descriptor 3,
answers on 4, each ended by a NUL). Used by test_page.py. Python standard library only."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class BrowserError(Exception):
    """The browser or the page did not do what was asked."""


def find():
    """The program, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page. Use it as a context."""

    def __init__(self, program, patience=120):
        self.patience = patience
        self.folder = tempfile.mkdtemp()
        self.number = 0
        self.events = []
        self.rest = b""
        requests, self.write_to = os.pipe()
        self.read_from, answers = os.pipe()
        # The child wants them as 3 and 4: moved there by the shell, whatever numbers they have here.
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--disable-dev-shm-usage", f"--user-data-dir={self.folder}", "--remote-debugging-pipe", "about:blank"]
        moved = ["sh", "-c", f'exec "$@" 3<&{requests} 4>&{answers}', "sh", *command]
        self.child = subprocess.Popen(moved, pass_fds=(requests, answers), stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(requests)
        os.close(answers)
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.write_to)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        os.close(self.read_from)
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self, end):
        """The next one."""
        while b"\0" not in self.rest:
            ready = select.select([self.read_from], [], [], max(0, end - time.monotonic()))[0]
            piece = os.read(self.read_from, 1 << 20) if ready else b""
            if not piece:
                raise BrowserError("the browser ended" if ready else "the browser gave no answer in time")
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.write_to, json.dumps(request).encode() + b"\0")
        end = time.monotonic() + self.patience
        while True:
            came = self.message(end)
            if came.get("id") == self.number:
                if "error" in came:
                    raise BrowserError(f"{method}: {came['error']}")
                return came["result"]
            self.events.append(came)

    def open(self, url):
        """Goes there and waits until it is loaded; a hash alone is a step on the same page."""
        self.events.clear()
        came = self.ask("Page.navigate", url=url)
        if "errorText" in came:
            raise BrowserError(f"{url}: {came['errorText']}")
        end = time.monotonic() + self.patience
        while "loaderId" in came and not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message(end))

    def run(self, script):
        """The value of an expression on the page."""
        came = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in came:
            raise BrowserError(f"{script}: {came['exceptionDetails']}")
        return came["result"].get("value")

    def until(self, script, patience=60):
        """True as soon as the expression is; the page hears of a new hash a little later than the browser."""
        end = time.monotonic() + patience
        while not self.run(script):
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def key(self, name, text=""):
        """Presses a key where the focus is."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                     windowsVirtualKeyCode={"Enter": 13, "Tab": 9, " ": 32}.get(name, 0), text=text if kind == "keyDown" else "")

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def problems(self):
        """What went wrong on the page: exceptions, errors of its console, and anything fetched."""
        self.run("1")
        bad = []
        for event in self.events:
            method, what = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown" or (method == "Log.entryAdded" and what["entry"]["level"] == "error"):
                bad.append(json.dumps(what)[:400])
            url = what.get("request", {}).get("url", "") if method == "Network.requestWillBeSent" else ""
            if url and not url.startswith("file://"):
                bad.append("fetched " + url)
        return bad

    def picture(self, path, width=1200, height=1600, dark=False, whole=False):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        came = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(came["data"]))
