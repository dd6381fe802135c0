#!/bin/sh
# softeuicc run --mutate end to end: over TCP, on standard input and output, and what is said about wrong options.
# Called by meson (tests/unit/meson.build): test_mutate_command.sh SOFTEUICC
set -eu
. "$(dirname "$0")/command.sh"
softeuicc=$(absolute "$1")
enter_scratch

refuses() { # STATUS MESSAGE ARGUMENT...
    status=0
    wanted=$1
    message=$2
    shift 2
    "$softeuicc" run --memory --stdio "$@" >out 2>err </dev/null || status=$?
    [ $status -eq "$wanted" ] || wrong "$*: exit status $status, expected $wanted ($(cat err))"
    grep -q -e "$message" err || wrong "$*: said '$(cat err)', not '$message'"
}

refuses 1 '^softeuicc: --mutate none.rules: No such file' --mutate none.rules
refuses 2 'mutate-seed: expected --mutate with it' --mutate-seed 1
printf '# one\nat any: explode\n' >bad.rules
refuses 1 '^softeuicc: --mutate bad.rules: line 2: "explode": expected status SW' --mutate bad.rules
refuses 2 'mutate-seed x: expected a number' --mutate bad.rules --mutate-seed x
head -c 1100000 /dev/zero >big.rules
refuses 1 'big.rules: File too large' --mutate big.rules

# Standard input and output: the answers, and the same once more with the same seeds.
cat >stdio.rules <<'RULES'
at power on: ATR 3B 02 14 50
at ES10c.GetEID, time 2: status 6Fxx
at ES10c.GetEID, time 3: flip 4 bits in eidValue
at ES10c.GetEID, time 4: mute
RULES
cat >commands <<'COMMANDS'
atr
00A4040010A0000005591010FFFFFFFF8900000100
80E2910006BF3E035C015A00
80E2910006BF3E035C015A00
80E2910006BF3E035C015A00
80E2910006BF3E035C015A00
80E2910006BF3E035C015A00
reset
80E2910006BF3E035C015A00
COMMANDS
play() { # SEED OUT LOG
    "$softeuicc" run --memory --seed 1 --stdio --mutate stdio.rules --mutate-seed "$1" <commands >"$2" 2>"$3.all" ||
        wrong "seed $1: exit status $?"
    grep 'mutate: ' "$3.all" | sed 's/^[^ ]* //' >"$3"
}
play 7 one one.log
play 7 two two.log
play 8 three three.log
cmp -s one two || wrong "the same seed gave $(cat one two)"
cmp -s one.log two.log || wrong "the same seed said $(cat one.log two.log)"
cmp -s one three && wrong "another seed gave the same"
sed -n 1p one | grep -qx 3b021450 || wrong "the ATR is $(sed -n 1p one)"
sed -n 4p one | grep -qx '6f..' || wrong "the second GetEID is $(sed -n 4p one)"
[ "$(sed -n '6p;7p' one | tr '\n' ' ')" = 'mute mute ' ] || wrong "not mute: $(cat one)"
sed -n 8p one | grep -q '^3b9f' || wrong "no ATR after a reset: $(cat one)"
grep -q '^mutate: 4 rules of stdio.rules; the same again: --mutate-seed 7$' one.log || wrong "said $(cat one.log)"
grep -q '^mutate: rule 2 (line 2), ES10c.GetEID, time 2: status 9000 became 6F.. without its 21 bytes$' one.log ||
    wrong "said $(cat one.log)"
# Without rules that fire the answers are those without rules.
"$softeuicc" run --memory --seed 1 --stdio --quiet <commands >plain
echo 'at any, time 1000: mute' >idle.rules
"$softeuicc" run --memory --seed 1 --stdio --quiet --mutate idle.rules <commands >idle
cmp -s plain idle || wrong "idle rules change $(cat idle)"

# Over TCP, with a delay, and silence as an empty frame.
cat >tcp.rules <<'RULES'
at power on: ATR 3F FF
at ES10c.GetEID, time 1: delay 300 ms
at ES10c.GetEID, time 2: set eidValue to hex 11
at ES10c.GetEID, time 3: mute
RULES
"$softeuicc" run --memory --seed 1 --listen 127.0.0.1:0 --mutate tcp.rules --mutate-seed 1 >tcp.log 2>&1 &
daemon=$!
for _ in $(seq 1200); do
    port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9][0-9]*\)$/\1/p' tcp.log)
    [ -z "$port" ] || break
    sleep 0.05
done
[ -n "$port" ] || { cat tcp.log; exit 1; }
python3 - "$port" <<'PYTHON' || wrong "over TCP ($(cat tcp.log))"
import socket, struct, sys, time

card = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30)

def send(payload):
    card.sendall(struct.pack(">H", len(payload)) + payload)

def receive():
    data = b""
    need = 2
    while len(data) < need:
        piece = card.recv(need - len(data))
        assert piece, "closed"
        data += piece
        if len(data) == 2:
            need = 2 + struct.unpack(">H", data)[0]
    return data[2:]

def ask(digits):
    send(bytes.fromhex(digits))
    return receive().hex()

eid = "80E2910006BF3E035C015A00"
assert ask("04") == "3fff"
assert ask("00A4040010A0000005591010FFFFFFFF890000010000").endswith("9000")
start = time.monotonic()
assert ask(eid).startswith("bf3e125a10") and time.monotonic() - start >= 0.3
assert ask(eid) == "bf3e035a01119000"
assert ask(eid) == "" and ask(eid) == ""
send(b"\x02")
assert ask("04").startswith("3b9f")
assert ask("00A4040010A0000005591010FFFFFFFF890000010000").endswith("9000")
assert ask(eid).startswith("bf3e125a10")
PYTHON
kill "$daemon"
wait "$daemon" || wrong "the daemon: exit status $?"
daemon=
for rule in 1 2 3 4; do
    grep -q "mutate: rule $rule (line $rule), " tcp.log || wrong "rule $rule is not in the log: $(cat tcp.log)"
done
[ $failures -eq 0 ]
