#!/usr/bin/env python3
"""softeuicc-bench on a card in a PC/SC reader (the daemon behind a pcscd of the test's own): everything passes; a card that
stops answering, and one that is pulled, give errors within the timeout and never a hang. Skips itself (77) where there is
no pcscd or no namespace for one. Called by meson: test_reader.py BENCH SOFTEUICC CASES CLIENTS SLOW-RELEASE"""

import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, sys.argv[4])
import test_pcsc as pcsc  # noqa: E402  (tests/clients)
from daemon import Daemon, Folder  # noqa: E402

BENCH, PROGRAM, CASES = sys.argv[1:4]
SLOW_RELEASE = sys.argv[5]
HANG_SECONDS = 400  # a run; each of its thousands of commands waits for three processes, one after the other


def bench(folder, *arguments, preload=""):
    """Exit status, report, what it said, seconds."""
    path = os.path.join(folder.path, "report.json")
    start = time.monotonic()
    done = subprocess.run([BENCH, "run", "--cases", CASES, "--reader", pcsc.READER, "--json", path, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=HANG_SECONDS, check=False,
                          env={**os.environ, "LD_PRELOAD": preload})
    with open(path) as file:
        return done.returncode, json.load(file), done.stdout.decode(), time.monotonic() - start


# With leave, some of each family: all of it takes minutes here (a reader of vpcd needs a millisecond for each command, and
# many of them where other tests have the processors).
SOME = ("ATR", "ISD-R.*", "ES10a.*", "ES10b.G*", "ES10c.En*", "ES8+.StoreMetadata/0*", "Download.Nominal/01*", "OTA.[AEFM]*",
        "UICC.PIN", "UICC.R*")


def passes(folder, *arguments, least):
    status, report, said, took = bench(folder, *arguments)
    assert status == 0, (status, said)
    assert report["summary"]["pass"] >= least, said
    if "--allow-destructive" in arguments:
        left = [case["id"] for case in report["cases"] if case["verdict"] == "skip"
                and not case["reason"].startswith("applies only if: ")
                and "to bring it there the card has to be: " not in case["reason"]]
        assert not left, left
    print(f"{report['summary']['pass']} cases through the reader in {took:.1f} s")


def lets_the_reader_go(folder):
    """The context is released before the process ends; it ended in a crash now and then."""
    status, _, said, _ = bench(folder, "ES10c.GetEID/*", preload=SLOW_RELEASE)
    assert status == 0, (status, said)
    assert "context released\n" in said, said


def begun(path, *arguments):
    """A run that has its first case behind it (it says so at once) and takes many times as long as that."""
    running = subprocess.Popen([BENCH, "run", "--cases", CASES, "--reader", pcsc.READER, "--json", path, "--repeat", "20", *arguments],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    line = running.stdout.readline()
    assert b" of " in line, line
    return running


def ended(running, path):
    """Exit status, report, what it said."""
    said = running.communicate(timeout=HANG_SECONDS)[0]
    with open(path) as file:
        return running.returncode, json.load(file), said.decode()


def is_interrupted(folder):
    """Ctrl-C in the middle, as a shell sends it."""
    path = os.path.join(folder.path, "cut.json")
    running = begun(path)
    running.send_signal(signal.SIGINT)
    status, report, said = ended(running, path)
    assert status == 3, said
    assert report["interrupted"] and report["summary"]["error"] == 0, report["summary"]


def stops_answering(folder, daemon):
    """SIGSTOP: the reader waits for the card, for ever."""
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        status, report, said, _ = bench(folder, "--timeout", "700", "ES10c.GetEID/*")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert status == 3, said
    assert report["summary"]["error"] == len(report["cases"]), said
    assert all("no answer" in case["reason"] for case in report["cases"]), said


def is_pulled(folder, daemon):
    """In the middle of a run."""
    path = os.path.join(folder.path, "pulled.json")
    running = begun(path, "--timeout", "2000", "ES10c.*")
    daemon.kill()
    status, report, said = ended(running, path)
    assert status == 3, said
    assert any("no answer" in case.get("reason", "") for case in report["cases"]), said
    assert report["summary"]["fail"] == 0, said


def run(pcscd):
    folder = Folder(PROGRAM)
    service = daemon = None
    try:
        service = pcsc.Service(folder, pcscd)
        daemon = Daemon(folder, "--vpcd", f"127.0.0.1:{service.port}")
        pcsc.wait_for_card("at first")
        passes(folder, least=200)
        passes(folder, "--allow-destructive", *SOME, least=300)
        lets_the_reader_go(folder)
        is_interrupted(folder)
        stops_answering(folder, daemon)
        pcsc.wait_for_card("the card went on")
        is_pulled(folder, daemon)
    finally:
        if daemon:
            daemon.kill()
        if service:
            service.end()
        folder.remove()


def main():
    pcscd = pcsc.find_pcscd()
    if not pcscd or not os.path.exists(pcsc.DRIVER):
        pcsc.skip("pcscd with vpcd is not installed (tools/setup.sh run)")
    if os.environ.get("SOFTEUICC_PCSC_INSIDE"):
        os.makedirs(pcsc.RUN, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", pcsc.RUN], check=True)
        run(pcscd)
        return
    os.environ["SOFTEUICC_PCSC_INSIDE"] = "1"
    if os.geteuid() != 0:
        pcsc.skip("needs root for a pcscd of its own")
    os.makedirs(pcsc.RUN, exist_ok=True)
    probe = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", pcsc.RUN], capture_output=True,
                           check=False)
    if probe.returncode:
        pcsc.skip(f"no mount namespace to be had here: {probe.stderr.decode().strip()}")
    os.execvp("unshare", ["unshare", "--mount", "--kill-child", "--fork", sys.executable, "-B", *sys.argv])


main()
