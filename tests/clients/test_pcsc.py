#!/usr/bin/env python3
"""The daemon behind a real pcscd with vpcd: pcscd is stopped and started, and killed, while the daemon runs; two clients
share the card, with transactions, or one has it alone; a client is killed in the middle of a transaction and of a command
chain. Each time the next client finds a working card, and the card file says what it said.

pcscd is this test's own: in a mount namespace with a /run/pcscd of its own, and on ports of its own, so that one that
runs already is neither used nor disturbed. Skips itself (77) where there is no pcscd or no such namespace to be had.
Called by meson with the program's path."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

from daemon import GET_EID, GET_EID_ANSWER, HANG_SECONDS, SELECT_ISDR, Daemon, Folder, held_port

RUN = "/run/pcscd"
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
READER = "softeuicc test"
SHARED, EXCLUSIVE = 2, 1
T0 = 1
LEAVE, RESET = 0, 1
SHARING_VIOLATION = 0x8010000B
STORE_DATA_BEGUN = bytes.fromhex("80E2110003BF3E03")


class PcscError(Exception):
    def __init__(self, code, what):
        super().__init__(f"{what}: {code:08X}")
        self.code = code


class IoRequest(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong)]


library = None


def call(name, *arguments):
    """A function of libpcsclite; anything but success is an exception."""
    global library
    if not library:
        library = ctypes.CDLL("libpcsclite.so.1")
    code = getattr(library, name)(*arguments) & 0xFFFFFFFF
    if code:
        raise PcscError(code, name)


class Client:
    """A PC/SC context of its own with a handle on the card."""

    def __init__(self, share=SHARED):
        self.context = ctypes.c_long()
        self.card = ctypes.c_long()
        call("SCardEstablishContext", ctypes.c_ulong(2), None, None, ctypes.byref(self.context))
        protocol = ctypes.c_ulong()
        try:
            call("SCardConnect", self.context, f"{READER} 00 00".encode(), ctypes.c_ulong(share), ctypes.c_ulong(T0),
                 ctypes.byref(self.card), ctypes.byref(protocol))
        except PcscError:
            call("SCardReleaseContext", self.context)
            raise

    def transmit(self, apdu):
        answer = ctypes.create_string_buffer(65538)
        n = ctypes.c_ulong(len(answer))
        send = IoRequest(T0, ctypes.sizeof(IoRequest))
        call("SCardTransmit", self.card, ctypes.byref(send), apdu, ctypes.c_ulong(len(apdu)), None, answer,
             ctypes.byref(n))
        return answer.raw[:n.value]

    def begin(self):
        call("SCardBeginTransaction", self.card)

    def end(self):
        call("SCardEndTransaction", self.card, ctypes.c_ulong(LEAVE))

    def close(self, how=LEAVE):
        for name, arguments in (("SCardDisconnect", (self.card, ctypes.c_ulong(how))),
                                ("SCardReleaseContext", (self.context,))):
            try:
                call(name, *arguments)
            except PcscError:
                pass  # the service or the card is gone


def works(client):
    assert client.transmit(SELECT_ISDR)[-2] in (0x61, 0x90)
    answer = client.transmit(GET_EID)
    assert answer == GET_EID_ANSWER, answer.hex()


def wait_for_card(what):
    """Until a new client has its answer."""
    start = time.monotonic()
    while True:
        try:
            client = Client()
            try:
                works(client)
            finally:
                client.close(RESET)
            took = time.monotonic() - start
            print(f"{what}: the card answers after {took:.2f} s", flush=True)
            return
        except PcscError as error:
            assert time.monotonic() - start < HANG_SECONDS, f"{what}: {error}"
            time.sleep(0.02)


def neighbouring_ports():
    """Two that are free, and kept for vpcd also while it is away: see held_port()."""
    while True:
        first = held_port(0, "0.0.0.0")
        try:
            return first, held_port(first.getsockname()[1] + 1, "0.0.0.0")
        except OSError:
            first.close()


class Service:
    """pcscd with one pair of vpcd's readers."""

    def __init__(self, folder, pcscd):
        self.held = neighbouring_ports()
        self.port = self.held[0].getsockname()[1]
        self.program = pcscd
        self.configuration = os.path.join(folder.path, "readers")
        os.mkdir(self.configuration)
        with open(os.path.join(self.configuration, "vpcd"), "w") as file:
            file.write(f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:0x{self.port:X}\nLIBPATH {DRIVER}\n'
                       f"CHANNELID 0x{self.port:X}\n")
        self.log = open(os.path.join(folder.path, "pcscd.log"), "ab")
        self.start()

    def start(self):
        # One that was killed leaves its number behind, and by now another process may have it.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(RUN, "pcscd.pid"))
        self.process = subprocess.Popen([self.program, "--foreground", "--config", self.configuration], stdout=self.log,
                                        stderr=self.log)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(HANG_SECONDS)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        for held in self.held:
            held.close()


# ---- cases ----

def pcscd_restarts(daemon, service):
    client = Client()
    works(client)
    service.stop()
    client.close()
    daemon.wait_idle("without pcscd", 0.7, 0.1)
    service.start()
    wait_for_card("pcscd was stopped and started")


def pcscd_is_killed(daemon, service):
    """While a client sends commands."""
    client = Client()
    works(client)
    wrong = []

    def work():
        try:
            while True:
                works(client)
        except PcscError:
            pass  # the kill
        except AssertionError as error:
            wrong.append(error)
        client.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(0.2)
    service.stop(signal.SIGKILL)
    thread.join(HANG_SECONDS)
    assert not thread.is_alive(), "the client hangs"
    assert not wrong, wrong
    service.start()
    wait_for_card("pcscd was killed")


def two_clients_share(daemon, service):
    """Each on a logical channel of its own: what one begins the other does not end."""
    first, second = Client(), Client()
    try:
        channels = []
        for client in (first, second):
            answer = client.transmit(bytes.fromhex("0070000001"))
            assert len(answer) == 3 and answer[1:] == b"\x90\x00", answer.hex()
            channels.append(answer[0])
        assert channels[0] != channels[1], channels
        for client, channel in zip((first, second), channels):
            assert client.transmit(bytes([channel]) + SELECT_ISDR[1:])[-2] in (0x61, 0x90)
        for _ in range(50):
            # a chain that the first one begins, with the second one's commands in the middle
            assert first.transmit(bytes([0x80 | channels[0]]) + STORE_DATA_BEGUN[1:]) == b"\x90\x00"
            assert second.transmit(bytes([0x80 | channels[1]]) + GET_EID[1:]) == GET_EID_ANSWER
            rest = bytes.fromhex("E29101035C015A00")
            assert first.transmit(bytes([0x80 | channels[0]]) + rest) == GET_EID_ANSWER
    finally:
        first.close()
        second.close(RESET)
    wait_for_card("two clients shared")


def transactions(daemon, service):
    """While one holds a transaction the other waits, or is told to, and never gets in between."""
    first, second = Client(), Client()
    released = []
    got = []

    def other():
        while True:
            try:
                answer = second.transmit(GET_EID)
                got.append((bool(released), answer))
                return
            except PcscError as error:
                if error.code != SHARING_VIOLATION:
                    got.append((True, error))
                    return
                time.sleep(0.02)

    try:
        works(first)
        first.begin()
        assert first.transmit(STORE_DATA_BEGUN) == b"\x90\x00"
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        time.sleep(0.3)
        assert not got, "a command got into a transaction"
        assert first.transmit(bytes.fromhex("80E29101035C015A00")) == GET_EID_ANSWER
        released.append(True)
        first.end()
        thread.join(HANG_SECONDS)
        assert got == [(True, GET_EID_ANSWER)], got
    finally:
        first.close()
        second.close(RESET)
    wait_for_card("transactions")


def exclusive(daemon, service):
    first = Client(EXCLUSIVE)
    works(first)
    try:
        Client()
        raise AssertionError("a second client got in")
    except PcscError as error:
        assert error.code == SHARING_VIOLATION, error
    works(first)
    first.close(RESET)
    wait_for_card("one client had it alone")


def client_is_killed(daemon, service):
    """In a transaction, in the middle of a chain; then in the middle of a command."""
    for what in ("chain", "busy"):
        child = subprocess.Popen([sys.executable, "-B", __file__, "--child", what], stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"ready\n"
        time.sleep(0.05)
        child.kill()
        child.wait()
        child.stdout.close()
        wait_for_card(f"a client was killed ({what})")


def child(what):
    client = Client()
    works(client)
    client.begin()
    assert client.transmit(STORE_DATA_BEGUN) == b"\x90\x00"
    print("ready", flush=True)
    while what == "busy":
        client.transmit(SELECT_ISDR)
    time.sleep(60)


def daemon_is_killed(daemon, service):
    """kill -9 with a client on the card; the next process takes over."""
    client = Client()
    works(client)
    daemon.kill()
    client.close()
    following = Daemon(daemon.folder, "--vpcd", f"127.0.0.1:{service.port}")
    try:
        wait_for_card("the daemon was killed")
        assert following.end() == 0
    finally:
        following.kill()


# ---- the bench ----

def run(program, pcscd):
    folder = Folder(program)
    service = daemon = None
    try:
        service = Service(folder, pcscd)
        before = folder.info()
        daemon = Daemon(folder, "--vpcd", f"127.0.0.1:{service.port}")
        daemon.folder = folder
        wait_for_card("at first")
        descriptors = daemon.descriptors()
        for case in (two_clients_share, transactions, exclusive, client_is_killed, pcscd_restarts, pcscd_is_killed):
            case(daemon, service)
            assert daemon.process.poll() is None, f"{case.__name__}: the daemon is gone: {daemon.said()[-2000:]}"
        assert daemon.descriptors() <= descriptors, f"{descriptors} descriptors became {daemon.descriptors()}"
        daemon_is_killed(daemon, service)
        assert folder.info() == before, "the card is not the one that it was"
    finally:
        if daemon:
            daemon.kill()
        if service:
            service.end()
        folder.remove()


def skip(why):
    print(f"skip: {why}")
    sys.exit(77)


def find_pcscd():
    for path in ("/usr/sbin/pcscd", "/usr/local/sbin/pcscd"):
        if os.access(path, os.X_OK):
            return path
    return None


def main():
    if sys.argv[1] == "--child":
        child(sys.argv[2])
        return
    pcscd = find_pcscd()
    if not pcscd or not os.path.exists(DRIVER):
        skip("pcscd with vpcd is not installed (tools/setup.sh run)")
    if os.environ.get("SOFTEUICC_PCSC_INSIDE"):
        os.makedirs(RUN, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", RUN], check=True)
        run(sys.argv[1], pcscd)
        return
    os.environ["SOFTEUICC_PCSC_INSIDE"] = "1"
    if os.geteuid() != 0:
        skip("needs root for a pcscd of its own")
    os.makedirs(RUN, exist_ok=True)
    probe = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", RUN], capture_output=True)
    if probe.returncode:
        skip(f"no mount namespace to be had here: {probe.stderr.decode().strip()}")
    os.execvp("unshare", ["unshare", "--mount", "--kill-child", "--fork", sys.executable, "-B", __file__, sys.argv[1]])


if __name__ == "__main__":
    main()
