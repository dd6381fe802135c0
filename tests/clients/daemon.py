"""A `softeuicc run` of one's own, and what can be measured of it from outside: descriptors, memory, processor time. Used
by test_hostile_clients.py and test_pcsc.py. Linux only (/proc)."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

EID = "89049032123451234512345678901235"
SELECT_ISDR = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")
GET_EID = bytes.fromhex("80E2910006BF3E035C015A00")
GET_EID_ANSWER = bytes.fromhex("BF3E125A10" + EID + "9000")
OFF, ON, RESET, ATR = 0, 1, 2, 4
HANG_SECONDS = 60  # a bound on waits that only a daemon that hangs reaches, on any machine


def frame(payload):
    return struct.pack(">H", len(payload)) + payload


def receive(connection, n):
    got = b""
    while len(got) < n:
        piece = connection.recv(n - len(got))
        if not piece:
            raise EOFError("the daemon closed the connection")
        got += piece
    return got


def receive_frame(connection):
    return receive(connection, struct.unpack(">H", receive(connection, 2))[0])


def exchange(connection, apdu):
    connection.sendall(frame(apdu))
    return receive_frame(connection)


def held_port(port=0, address="127.0.0.1"):
    """A socket that keeps a port and does not listen there. Whoever connects is refused, and nobody gets the port by
    chance, but who asks for it with SO_REUSEADDR, as the daemon and vpcd do, listens there."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((address, port))
    except OSError:
        held.close()
        raise
    return held


class Folder:
    """A temporary folder with a card file in it."""

    def __init__(self, program):
        self.program = program
        self.path = tempfile.mkdtemp(prefix="softeuicc-")
        self.card = os.path.join(self.path, "card")
        subprocess.run([program, "create", "--card", self.card, "--eid", EID], check=True, stdout=subprocess.DEVNULL)

    def info(self):
        """What the card file says of the card, read while the daemon runs."""
        got = subprocess.run([self.program, "info", "--json", "--card", self.card], check=True, capture_output=True)
        return got.stdout

    def remove(self):
        shutil.rmtree(self.path)


class Daemon:
    """Without `stdout` and `stderr` the log goes to a file: read it with said()."""

    def __init__(self, folder, *arguments, **streams):
        self.log = os.path.join(folder.path, "log")
        log = open(self.log, "wb")
        streams.setdefault("stdout", log)
        streams.setdefault("stderr", log)
        self.process = subprocess.Popen([folder.program, "run", "--card", folder.card, *arguments], **streams)
        log.close()
        self.sanitized = b"__asan_init" in open(folder.program, "rb").read()

    def said(self):
        with open(self.log, "rb") as log:
            return log.read().decode("utf-8", "replace")

    def wait_said(self, words):
        end = time.monotonic() + HANG_SECONDS
        while words not in self.said():
            assert self.process.poll() is None, f"the daemon ended: {self.said()}"
            assert time.monotonic() < end, f"never said: {words}\n{self.said()}"
            time.sleep(0.005)

    def port(self):
        """Of --listen."""
        mark = "listening on 127.0.0.1:"
        self.wait_said(mark)
        end = time.monotonic() + HANG_SECONDS
        while "\n" not in self.said().split(mark)[1]:
            assert time.monotonic() < end, self.said()
            time.sleep(0.005)
        return int(self.said().split(mark)[1].split()[0])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """Resident bytes that are its own."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            pages = file.read().split()
        return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGESIZE")

    def processor(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9

    def idle(self, seconds):
        """Processor time that it takes while nobody asks for anything."""
        before = self.processor()
        time.sleep(seconds)
        return self.processor() - before

    def wait_idle(self, what, seconds=0.1, limit=0.001):
        """Until it rests: at once, or when it is done with what came before. One that spins never does."""
        end = time.monotonic() + HANG_SECONDS
        while True:
            used = self.idle(seconds)
            if used < limit:
                return
            assert time.monotonic() < end, f"{what}: {used:.3f} s of processor time in {seconds} s of rest"

    def end(self):
        """SIGTERM must end it, whatever it is doing; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(HANG_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("SIGTERM did not end the daemon") from None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def connect(port, buffers=None):
    """A TCP connection; `buffers`: bytes for the receive buffer."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if buffers:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
    connection.settimeout(HANG_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.connect(("127.0.0.1", port))
    return connection


def abort(connection):
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
