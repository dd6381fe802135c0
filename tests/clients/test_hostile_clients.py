#!/usr/bin/env python3
"""Clients that do what no client should, on each transport of the daemon: TCP (--listen), vpcd (the peer is this test),
standard input. After each the next client finds a working card, the card file says the same as before, no descriptor is
left over, memory does not grow and the processor rests. Called by meson with the program's path; a
second argument runs only the cases whose name contains it. HOSTILE_ROUNDS=N repeats each more often."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time

from daemon import (ATR, GET_EID, GET_EID_ANSWER, HANG_SECONDS, OFF, ON, RESET, SELECT_ISDR, Daemon, Folder, abort, connect,
                    exchange, frame, held_port, receive_frame)

ROUNDS = int(os.environ.get("HOSTILE_ROUNDS", "0"))  # 0: 2 over TCP, 1 over vpcd, where each costs most of a second
MEMORY_GROWTH = 2 << 20  # bytes
CHANNELS = 19

draw = random.Random(5)


def friendly(connection):
    """What a client that behaves sees; the card is on."""
    assert exchange(connection, SELECT_ISDR)[-2] in (0x61, 0x90)
    answer = exchange(connection, GET_EID)
    assert answer == GET_EID_ANSWER, answer.hex()


# ---- TCP: each case gets a new connection, and may leave it open or not ----

def vanish_in_the_length(c, port):
    c.sendall(b"\x00")


def vanish_in_mid_frame(c, port):
    c.sendall(b"\x00\x20" + SELECT_ISDR[:7])


def vanish_in_mid_chain(c, port):
    exchange(c, SELECT_ISDR)
    c.sendall(frame(bytes.fromhex("80E2110003BF3E03")))


def vanish_before_the_answer(c, port):
    c.sendall(frame(SELECT_ISDR) + frame(GET_EID))


def break_instead_of_closing(c, port):
    c.sendall(frame(SELECT_ISDR) * 50)
    abort(c)


def longest_frame(c, port):
    answer = exchange(c, bytes.fromhex("80E2910000FFF8") + bytes(0xFFF8))
    assert len(answer) == 2 and answer[0] != 0x90, answer.hex()
    exchange(c, b"\xff" * 65535)


def longest_frame_announced(c, port):
    c.sendall(b"\xff\xff" + bytes(1000))


def empty_frames(c, port):
    c.sendall(frame(b"") * 5000)
    friendly(c)


def never_reads(c, port):
    """Sends until nothing more goes; the card waits for room, and does not spin meanwhile."""
    c.settimeout(0.3)
    try:
        while True:
            c.sendall((frame(SELECT_ISDR) + frame(GET_EID)) * 500)
    except TimeoutError:
        pass


def flood(c, port):
    n = 3000
    c.sendall(frame(bytes.fromhex("80FF000000")) * n)
    for _ in range(n):
        assert receive_frame(c)[0] in (0x6D, 0x6E)


def all_channels(c, port):
    opened = 0
    while True:
        answer = exchange(c, bytes.fromhex("0070000001"))
        if answer[-2:] != b"\x90\x00":
            break
        opened += 1
        assert opened <= CHANNELS, "more channels than there are"
    assert opened > 0
    for number in range(1, opened + 1):
        head = number if number < 4 else 0x40 | (number - 4)
        exchange(c, bytes([head]) + SELECT_ISDR[1:])


def reset_between_get_responses(c, port):
    """61xx, then a reset in the place of each GET RESPONSE: what was left is gone."""
    for control in (RESET, ON, OFF):
        exchange(c, SELECT_ISDR)
        answer = exchange(c, bytes.fromhex("80E2910003BF2200"))
        assert answer[0] == 0x61, answer.hex()
        c.sendall(frame(bytes([control])))
        if control == OFF:
            assert exchange(c, bytes.fromhex("80C0000010")) == b""
            c.sendall(frame(bytes([ON])))
        answer = exchange(c, bytes.fromhex("80C0000010"))
        assert len(answer) == 2 and answer[0] not in (0x61, 0x90), answer.hex()


def power_at_any_moment(c, port):
    for _ in range(200):
        c.sendall(frame(bytes([draw.randrange(256)])))
        if draw.random() < 0.5:
            c.sendall(frame(SELECT_ISDR))
    time.sleep(0.05)


def slow_bytes(c, port):
    for byte in frame(bytes([ON])) + frame(SELECT_ISDR):
        c.sendall(bytes([byte]))
        time.sleep(0.002)
    assert receive_frame(c)[-2] in (0x61, 0x90)


def half_open(c, port):
    """The client has said all it will, and waits."""
    c.sendall(frame(SELECT_ISDR))
    c.shutdown(socket.SHUT_WR)
    receive_frame(c)


def many_connections(c, port):
    """More than wait in line; each goes as it came, some with bytes that nobody asked for."""
    others = []
    for i in range(100):
        other = socket.socket()
        other.setblocking(False)
        other.connect_ex(("127.0.0.1", port))
        if i % 3 == 0:
            try:
                other.send(b"\xff\xfe\xfd")
            except OSError:
                pass
        others.append(other)
    for i, other in enumerate(others):
        abort(other) if i % 2 else other.close()


def nonsense(c, port):
    """Random bytes: lengths and commands as they fall, for as long as they are taken."""
    # drawn before the first goes: how many are taken must not move what other cases draw
    pieces = [draw.randbytes(4000) for _ in range(20)]
    c.settimeout(0.05)
    try:
        for piece in pieces:
            c.sendall(piece)
            while True:
                receive_frame(c)
    except (OSError, EOFError):
        pass


def next_client(daemon, port):
    """The seconds until a new client has its answer, and the descriptors that the daemon has open then. It serves one
    client at a time, so that it has closed by then what those before left."""
    start = time.monotonic()
    c = connect(port)
    friendly(c)
    took = time.monotonic() - start
    descriptors = daemon.descriptors()
    c.close()
    return took, descriptors


def wait_keepalive(port):
    """Until the daemon's side of a connection has a keep-alive timer (state 01, its local port is ours)."""
    end = time.monotonic() + HANG_SECONDS
    while True:
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table]
        if any(row[3] == "01" and row[1].endswith(f":{port:04X}") and row[5].startswith("02:") for row in rows):
            return
        assert time.monotonic() < end, "a peer that is gone holds the card for ever"
        time.sleep(0.01)


def warm_up(port):
    """The buffers of the longest frame and of every channel are made once."""
    for case in (longest_frame, all_channels):
        c = connect(port)
        case(c, port)
        c.close()


def tcp_cases():
    return [vanish_in_the_length, vanish_in_mid_frame, vanish_in_mid_chain, vanish_before_the_answer,
            break_instead_of_closing, longest_frame, longest_frame_announced, empty_frames, never_reads, flood,
            all_channels, reset_between_get_responses, power_at_any_moment, slow_bytes, half_open, many_connections,
            nonsense]


def watched(daemon, what, case, rounds, before):
    """Runs the case some times; it gives the seconds and the descriptors of the next client. `before`: the daemon's
    descriptors and memory."""
    for _ in range(rounds):
        took, descriptors = case()
        assert daemon.process.poll() is None, f"{what}: the daemon is gone: {daemon.said()[-2000:]}"
        assert descriptors == before[0], f"{what}: {before[0]} descriptors became {descriptors}"
    grown = daemon.memory() - before[1]
    # A sanitizer keeps what is freed for a while.
    assert daemon.sanitized or grown <= MEMORY_GROWTH, f"{what}: {grown} bytes more"
    daemon.wait_idle(what)
    print(f"{what}: next client after {took * 1000:.0f} ms, memory {daemon.memory()} ({grown:+d})", flush=True)


def over_tcp(folder, wanted):
    daemon = Daemon(folder, "--listen", "127.0.0.1:0")
    try:
        port = daemon.port()
        info = folder.info()
        warm_up(port)
        before = next_client(daemon, port)[1], daemon.memory()
        for case in tcp_cases():
            if wanted not in case.__name__:
                continue

            def once():
                c = connect(port, 4096 if case is never_reads else None)
                case(c, port)
                if case in (never_reads, longest_frame_announced):
                    daemon.wait_idle(f"{case.__name__}: while it waits")
                if case is longest_frame_announced:
                    wait_keepalive(port)
                c.close()
                return next_client(daemon, port)

            watched(daemon, f"TCP, {case.__name__}", once, ROUNDS or (1 if case is never_reads else 2), before)
        assert folder.info() == info, "the card is not the one that it was"
        assert daemon.end() == 0
    finally:
        daemon.kill()


# ---- vpcd: the daemon is the client ----

class Reader:
    """What stands for vpcd: the port that the card connects to."""

    def __init__(self):
        self.held = held_port()  # also while nobody listens
        self.port = self.held.getsockname()[1]
        self.open()

    def open(self):
        self.listener = held_port(self.port)
        self.listener.listen(4)
        self.listener.settimeout(HANG_SECONDS)

    def card(self):
        connection = self.listener.accept()[0]
        connection.settimeout(HANG_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def on(c):
    c.sendall(frame(bytes([ON])) + frame(bytes([ATR])))
    assert receive_frame(c)[0] == 0x3B


def reader_closes_at_once(c, reader):
    pass


def reader_closes_in_mid_command(c, reader):
    on(c)
    c.sendall(frame(SELECT_ISDR) + frame(GET_EID)[:5])


def reader_breaks(c, reader):
    on(c)
    c.sendall(frame(SELECT_ISDR) * 20)
    abort(c)


def reader_restarts(c, reader):
    on(c)
    c.close()
    reader.listener.close()
    time.sleep(0.3)
    reader.open()


def reader_talks_nonsense(c, reader):
    nonsense(c, 0)


def reader_announces_too_much(c, reader):
    c.sendall(b"\xff\xff\x00")


def reader_sends_empty_frames(c, reader):
    c.sendall(frame(b"") * 2000)
    on(c)


def reader_never_reads(c, reader):
    never_reads(c, 0)


def reader_asks_without_power(c, reader):
    c.sendall(frame(bytes([OFF])) + frame(SELECT_ISDR))
    try:
        assert c.recv(1) == b"", "an answer without power"
    except ConnectionResetError:
        pass


def over_vpcd(folder, wanted):
    reader = Reader()
    info = folder.info()
    daemon = Daemon(folder, "--vpcd", f"127.0.0.1:{reader.port}")
    try:
        cases = [reader_closes_at_once, reader_closes_in_mid_command, reader_breaks, reader_restarts,
                 reader_talks_nonsense, reader_announces_too_much, reader_sends_empty_frames, reader_never_reads,
                 reader_asks_without_power]
        state = {"card": reader.card()}
        on(state["card"])
        friendly(state["card"])
        longest_frame(state["card"], 0)
        before = daemon.descriptors(), daemon.memory()
        for case in cases:
            if wanted not in case.__name__:
                continue

            def once():
                case(state["card"], reader)
                state["card"].close()
                start = time.monotonic()
                state["card"] = reader.card()
                on(state["card"])
                friendly(state["card"])
                return time.monotonic() - start, daemon.descriptors()

            # It stays away for 0.7 s, so that pcscd misses it (src/transport/vpcd.c).
            watched(daemon, f"vpcd, {case.__name__}", once, ROUNDS or 1, before)
        assert folder.info() == info, "the card is not the one that it was"
        assert daemon.end() == 0
        print(f"vpcd: {len(daemon.said())} bytes of log")
    finally:
        daemon.kill()


def drops_are_not_all_logged(folder):
    """A peer that accepts and drops for ever fills no disk with log lines, and costs next to nothing."""
    reader = Reader()
    daemon = Daemon(folder, "--vpcd", f"127.0.0.1:{reader.port}")
    try:
        reader.card().close()
        daemon.wait_said("connected to vpcd")
        # It waits longer after each, from 40 to 500 ms: being late on this side cannot make that less.
        start = time.monotonic()
        for _ in range(7):
            reader.card().close()
        took = time.monotonic() - start
        assert took > 1.5, f"7 attempts in {took:.2f} s"
        assert daemon.said().count("vpcd") <= 6, daemon.said()
        daemon.wait_idle("between attempts", 0.3, 0.03)
        print(f"vpcd, drops: 7 in {took:.2f} s")
        assert daemon.end() == 0
    finally:
        daemon.kill()


# ---- standard input ----

def stdio(folder, lines, **streams):
    """Feeds the lines and gives what came back."""
    daemon = Daemon(folder, "--stdio", "--quiet", stdin=subprocess.PIPE, stdout=subprocess.PIPE, **streams)
    try:
        out = daemon.process.communicate(lines, timeout=HANG_SECONDS)[0]
        assert daemon.process.returncode == 0, daemon.said()
        return out.split(b"\n")[:-1]
    finally:
        daemon.kill()


def over_stdio(folder):
    before = folder.info()
    good = SELECT_ISDR.hex().encode() + b"\n" + GET_EID.hex().encode() + b"\n"
    lines = [b"\x00\xff\n", b"0" * 2000000 + b"\n", b"zz\n", b"8\n", b"\xc3\x28\n", b"00" * 65600 + b"\n", b"# no\n", b"\r\n",
             b"off\n", b"00A4\n", b"reset\n"]
    out = stdio(folder, b"".join(lines) + good + b"00A40000")  # the last one without its line end
    assert len(out) == len(lines) - 2 + 3, out  # comment and blank line have no answer
    assert [line.startswith(b"error") for line in out[:5]] == [True] * 5, out[:5]
    assert out[-2].decode().upper() == GET_EID_ANSWER.hex().upper(), out[-2]
    assert stdio(folder, draw.randbytes(100000).replace(b"#", b"") + b"\non\n" + good)[-1].decode().upper() == \
        GET_EID_ANSWER.hex().upper()
    assert stdio(folder, b"") == []
    assert folder.info() == before
    print("stdio: nonsense is answered line by line")


def stdio_never_read(folder):
    """Nobody takes the answers: the card waits without spinning, and SIGTERM ends it."""
    daemon = Daemon(folder, "--stdio", "--quiet", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        os.set_blocking(daemon.process.stdin.fileno(), False)
        line = b"80E2910006BF3E035C015A00\n" * 100
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            try:
                os.write(daemon.process.stdin.fileno(), line)
            except BlockingIOError:
                time.sleep(0.01)
        daemon.wait_idle("nobody reads the answers")
        daemon.end()
        print("stdio: answers that nobody reads do not keep SIGTERM from ending it")
    finally:
        daemon.kill()


def stdio_reader_gone(folder):
    """The one who read is gone: an error and the end, not a signal."""
    daemon = Daemon(folder, "--stdio", "--quiet", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        daemon.process.stdout.close()
        daemon.process.stdin.write(SELECT_ISDR.hex().encode() + b"\n")
        daemon.process.stdin.flush()
        assert daemon.process.wait(HANG_SECONDS) == 1
        assert "cannot write an answer" in daemon.said(), daemon.said()
        print("stdio: a reader that went away ends it with an error")
    finally:
        daemon.kill()


def log_never_read(folder):
    """The log goes into a pipe that nobody empties: SIGTERM ends the daemon all the same."""
    end_read, end_write = os.pipe()
    daemon = Daemon(folder, "--listen", "127.0.0.1:0", "--verbose", stdout=end_write)
    os.close(end_write)
    try:
        text = b""
        while b"listening on " not in text or not text.endswith(b"\n"):
            text += os.read(end_read, 65536)
        port = int(text.split(b"listening on 127.0.0.1:")[1].split()[0])
        c = connect(port)
        c.settimeout(0.5)
        try:
            for _ in range(20000):
                exchange(c, SELECT_ISDR)
        except TimeoutError:
            pass
        daemon.wait_idle("nobody reads the log")
        daemon.end()
        c.close()
        print("log: a pipe that nobody empties does not keep SIGTERM from ending it")
    finally:
        os.close(end_read)
        daemon.kill()


# ---- who may connect ----

def addresses_of(daemon):
    """Local addresses, as in /proc/net/tcp*, on which the daemon listens."""
    found = []
    folder = f"/proc/{daemon.process.pid}/fd"
    own = {os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as file:
                rows = [line.split() for line in file]
        except FileNotFoundError:
            continue
        found += [row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own]
    return found


def loopback_only(folder):
    daemon = Daemon(folder, "--listen", "0")
    try:
        daemon.port()
        assert addresses_of(daemon) == ["0100007F"], "not loopback, or not that alone"
        assert "warning" not in daemon.said()
        assert daemon.end() == 0
    finally:
        daemon.kill()
    for address in ("0.0.0.0:0", "[::]:0", "0:0", "[::ffff:0.0.0.0]:0"):
        daemon = Daemon(folder, "--listen", address)
        try:
            assert daemon.process.wait(HANG_SECONDS) == 1, f"{address} was taken"
            assert "--allow-remote" in daemon.said(), daemon.said()
        finally:
            daemon.kill()
    daemon = Daemon(folder, "--listen", "0.0.0.0:0", "--allow-remote", "--quiet")
    try:
        daemon.wait_said("warning: ")  # also with --quiet
        assert "whoever reaches it commands the card" in daemon.said(), daemon.said()
        assert daemon.end() == 0
    finally:
        daemon.kill()
    print("loopback only, unless --allow-remote says otherwise, with a warning")


def card_file_is_private(folder):
    """0600, whatever the umask; what SQLite and the lock put beside it too."""
    old = os.umask(0)
    path = tempfile.mkdtemp(prefix="softeuicc-")
    card = os.path.join(path, "card")
    daemon = None
    try:
        subprocess.run([folder.program, "create", "--card", card], check=True, stdout=subprocess.DEVNULL)
        inner = type("F", (), {"program": folder.program, "card": card, "path": path})
        daemon = Daemon(inner, "--listen", "0")
        daemon.port()
        for name in os.listdir(path):
            mode = os.stat(os.path.join(path, name)).st_mode & 0o777
            assert name == "log" or mode & 0o177 == 0, f"{name} has mode {mode:o}"
        assert daemon.end() == 0
        print("the card file and what lies beside it are 0600")
    finally:
        os.umask(old)
        if daemon:
            daemon.kill()
        subprocess.run(["rm", "-r", path], check=True)


def main():
    folder = Folder(sys.argv[1])
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    try:
        over_tcp(folder, wanted)
        over_vpcd(folder, wanted)
        others = [drops_are_not_all_logged, over_stdio, stdio_never_read, stdio_reader_gone, log_never_read,
                  loopback_only, card_file_is_private]
        for case in others:
            if wanted in case.__name__:
                case(folder)
    finally:
        folder.remove()


main()
