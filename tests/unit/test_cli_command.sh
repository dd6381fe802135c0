#!/bin/sh
# The softeuicc program where it makes, shows, serves and resets cards: help, options that it refuses and with which words,
# where a new card comes from (personality, EID, certificates, seed), what JSON and text say, and that a refused command
# leaves the file as it was. Called by meson (tools/install/meson.build):
# test_cli_command.sh SOFTEUICC SOFTEUICC_INSTALL PROFILES_FOLDER CERTIFICATES_FOLDER
set -eu
. "$(dirname "$0")/command.sh"
softeuicc=$(absolute "$1")
install=$(absolute "$2")
profiles=$(absolute "$3")
certificates=$(absolute "$4")
program=$softeuicc
enter_scratch

prints() { # TEXT: the last command printed a line that begins like this
    grep -q -e "^$1" out || wrong "printed '$(cat out)', no line begins with '$1'"
}

json() { # EXPRESSION: true of the last command's output `d`
    python3 -c 'import json, sys; d = json.load(open("out", encoding="utf-8")); assert eval(sys.argv[1]), d' "$1" ||
        wrong "JSON: not $1"
}

unchanged() { # the card file is what it was at the last `cp some.card before`
    cmp -s some.card before || wrong 'a refused command changed the card file'
}

# ---- help and the command line ----
exits 2 '^usage: softeuicc COMMAND'
exits 0 '' help
cp out overview
exits 0 '' --help
cmp -s out overview || wrong '--help is not help'
for command in run create info profiles fs notifications eim reset personalities; do
    grep -q "^  $command " overview || wrong "help does not list $command"
    exits 0 '' help $command
    cp out wanted
    exits 0 '' $command --help
    prints "usage: softeuicc $command"
    cmp -s out wanted || wrong "help $command is not $command --help"
done
exits 0 '' version
prints 'softeuicc [0-9]'
exits 0 '' --version
exits 2 'frobnicate: no such command; see softeuicc help' help frobnicate
exits 2 'frobnicate: no such command; see softeuicc help' frobnicate
exits 2 'expected a command first' --card some.card
exits 2 'info: --nothing is not an option here' info --nothing
exits 2 'info: -m is not an option here' info -m
exits 2 'info: --card needs a value' info --card
exits 2 'info: extra was not expected' info extra
exits 2 '--vpcd, --stdio and --listen exclude each other' run --stdio --vpcd 127.0.0.1:1
exits 2 '--card and --memory exclude each other' run --card some.card --memory --stdio
exits 2 '--verbose and --quiet exclude each other' run --memory --stdio -v -q
exits 2 '--allow-remote: expected --listen with it' run --memory --stdio --allow-remote
for seed in -1 0y 99999999999999999999 x; do exits 2 'expected a number from 0 to' run --memory --stdio --seed=$seed; done
for size in 0 -1 4294967296 0x10 1k; do exits 2 'expected a number of bytes' create --card some.card --memory-size=$size; done
for eid in 1 8904903212345123451234567890123 890490321234512345123456789012345 8904903212345123451234567890123x; do
    exits 2 'expected 32 decimal digits' create --card some.card --eid $eid
done
[ ! -e some.card ] || wrong 'a wrong option made a card file'

# ---- personalities ----
exits 0 '' personalities
cp out names
exits 0 '' personalities list --json
python3 -c 'import json; assert json.load(open("out")) == open("names").read().split()' || wrong 'personalities --json'
for name in $(cat names); do
    exits 0 '' personalities show "$name"
    cp out "$name.personality"
    exits 0 '' personalities show "$name" --json
    json "d['name'] == '$name' and d['text'] == open('$name.personality').read()"
done
exits 1 'none: no such personality' personalities show none
exits 2 'expected list, or show NAME' personalities show
exits 2 'expected list, or show NAME' personalities drop

# ---- making a card ----
eid=89049032123451234512345678901235
exits 0 '' create --card some.card --seed 7 --eid $eid --memory-size 300000
prints "EID  *$eid"
prints 'card .*(new)'
[ "$(stat -c %a some.card)" = 600 ] || wrong "the card file has mode $(stat -c %a some.card)"
exits 0 '' info --card some.card --json
json "d['eid'] == '$eid' and d['profiles'] == [] and d['notifications'] == []"
# 32 digits whose check digits are wrong (SGP.29 4)
exits 1 '--eid 89049032123451234512345678901236: ' create --card new.card --eid 89049032123451234512345678901236
exits 1 '--personality nowhere: No such file' create --card new.card --personality nowhere
grep -q ', expected a file or one of: default' err || wrong "no personality: $(cat err)"
printf 'atr = 3B00\0' >zero.personality
exits 1 'holds a zero byte, expected text' create --card new.card --personality zero.personality
echo 'frobnicate = 1' >wrong.personality
exits 1 '--personality wrong.personality: .*frobnicate' create --card new.card --personality wrong.personality
exits 1 '--personality wrong.personality with --memory-size: .*frobnicate' create --card new.card \
    --personality wrong.personality --memory-size 300000
[ ! -e new.card ] || wrong 'a card that could not be made left a file'

# The same seed makes the same card; a text of an own file is as good as its name.
exits 0 '' create --card one.card --seed 0x10 --personality default
exits 0 '' info --card one.card --json
cp out one.json
exits 0 '' create --card two.card --seed 16 --personality default.personality
exits 0 '' info --card two.card --json
sed 's/two\.card/one.card/' out | cmp -s - one.json || wrong 'two cards of one seed differ'

# ---- own certificates ----
mkdir pki
exits 1 'ci-nist.der: missing, expected ci-, eum-' create --card new.card --pki pki
cp "$certificates/ci-nist.der" "$certificates/eum-nist.der" "$certificates/eum-nist.key.hex" pki
cp "$certificates/ci-brainpool.der" pki
exits 0 'eum-brainpool.der: missing, so brainpool is left out' create --card pki.card --pki pki
rm pki/ci-brainpool.der
exits 0 '' create --card pki.card --pki pki --force
echo 12 >pki/eum-nist.key.hex
exits 1 'eum-nist.key.hex: not a private key, expected 64 hex digits' create --card new.card --pki pki
cp "$certificates/ci-nist.key.hex" pki/eum-nist.key.hex
exits 1 '--pki pki: ci-nist.der, eum-nist.der and eum-nist.key.hex: ' create --card new.card --pki pki
cp "$certificates/eum-nist.key.hex" pki
printf '\060\001\000\000' >pki/eum-nist.der
exits 1 'eum-nist.der: not a certificate, expected one DER SEQUENCE' create --card new.card --pki pki
rm pki/eum-nist.der && mkdir pki/eum-nist.der
exits 1 'eum-nist.der: Is a directory' create --card new.card --pki pki
[ ! -e new.card ] || wrong 'a card that could not be made left a file'

# ---- a file that is there, is not, or is no card ----
cp some.card before
exits 1 '; --force replaces it' create --card some.card
unchanged
exits 1 'holds a card already; --personality, --eid, --pki and --memory-size are for a new one' run --card some.card \
    --stdio --eid $eid
unchanged
exits 1 '; softeuicc create makes a card' info --card none.card
exits 1 '; softeuicc create makes a card' reset --card none.card --yes
[ ! -e none.card ] || wrong 'looking made a card file'
echo 'no card' >text.card
exits 1 'text.card: ' info --card text.card
exits 1 'text.card: ' create --card text.card --force
[ "$(cat text.card)" = 'no card' ] || wrong 'a file that is no card was overwritten'
exits 1 'expected a file name of 1 to' info --card "$(printf '%5000s' x)"
exits 1 'expected a file name of 1 to' info --card ''

# ---- where the card is if nobody says ----
exits 0 '' create --quiet
[ -s data/softeuicc/card.db ] || wrong 'no card in XDG_DATA_HOME'
[ "$(stat -c %a data/softeuicc)" = 700 ] || wrong "its folder has mode $(stat -c %a data/softeuicc)"
[ ! -s out ] || wrong "create --quiet printed '$(cat out)'"
status=0
env -u XDG_DATA_HOME HOME="$scratch/home" "$softeuicc" create --quiet || status=$?
[ $status -eq 0 ] && [ -s home/.local/share/softeuicc/card.db ] || wrong 'no card below HOME'
status=0
env -u XDG_DATA_HOME -u HOME "$softeuicc" create 2>err || status=$?
[ $status -eq 1 ] && grep -q 'neither XDG_DATA_HOME nor HOME is set' err || wrong "no place for the card: $(cat err)"
status=0
echo file >a-file
env XDG_DATA_HOME="$scratch/a-file" "$softeuicc" create 2>err || status=$?
[ $status -eq 1 ] && grep -q 'a-file.*: cannot make this folder for the card file' err || wrong "a file in the way: $(cat err)"

# ---- what it holds ----
"$install" --card some.card "$profiles/tiny.der" --enable --notify install,delete@n.example.com >installed 2>&1 ||
    wrong "softeuicc-install: $(cat installed)"
iccid=89000101000000000028
exits 0 '' profiles --card some.card --json
json "[(p['iccid'], p['state'], p['name'], p['class']) for p in d['profiles']] == [('$iccid', 'enabled', 'softeuicc tiny', 'operational')]"
exits 0 '' profiles --card some.card
grep -q "$iccid.*enabled" out || wrong "profiles printed '$(cat out)'"
exits 0 '' notifications --card some.card
prints 'notifications   1$'
prints "  2      install  n.example.com for $iccid\$"
exits 0 '' notifications --card some.card --json
json "d == {'notifications': [{'sequenceNumber': 2, 'event': 'install', 'address': 'n.example.com', 'iccid': '$iccid', 'installationResult': False}]}"
exits 0 '' info --card some.card --json
json "len(d['profiles']) == 1 and len(d['notifications']) == 1"
cp some.card before
exits 2 'expected --yes' reset --card some.card
unchanged
exits 0 '' reset --card some.card --yes --json
json "d['eid'] == '$eid' and d['profiles'] == [] and d['notifications'] == []"
exits 0 '' profiles --card some.card --json
json "d['profiles'] == []"

# ---- serving ----
# SELECT ISD-R and GetEID, each with its GET RESPONSE, and a line that is no command
serve() { # ARGUMENT...
    printf '%s\n' 00A4040010A0000005591010FFFFFFFF8900000100 00C0000021 80E2910006BF3E035C015A 00C0000015 'no hex' |
        "$softeuicc" run --stdio "$@" >out 2>err
}
status=0
serve --memory --seed 1 --eid $eid --quiet || status=$?
[ $status -eq 0 ] || wrong "run --stdio: exit status $status: $(cat err)"
[ "$(sed -n 4p out)" = "bf3e125a10${eid}9000" ] || wrong "GetEID said '$(cat out)'"
[ "$(sed -n 5p out)" = 'error: line 5: expected pairs of hex digits, or on, off, reset or atr' ] ||
    wrong "a line that is no command said '$(sed -n 5p out)'"
cp out first
serve --memory --seed 1 --eid $eid --quiet || wrong 'the second run failed'
cmp -s out first || wrong 'two runs of one seed differ'
serve --card some.card -v || wrong "run -v: $(cat err)"
grep -q GetEID err || wrong "the log does not name GetEID: $(cat err)"
serve --card some.card --json || wrong "run --json: $(cat err)"
head -1 err | python3 -c 'import json, sys; d = json.loads(sys.stdin.readline()); assert d["eid"] == sys.argv[1], d' $eid ||
    wrong "the log does not begin with the card: $(head -1 err)"
# a run makes the card that its file lacks
serve --card made.card --eid $eid --quiet || wrong "a run without a card: $(cat err)"
exits 0 '' info --card made.card --json
json "d['eid'] == '$eid'"
exits 1 'nothing:1' run --memory --listen nothing:1
exits 1 '--allow-remote' run --memory --listen 0.0.0.0:0

[ $failures -eq 0 ] || exit 1
echo 'softeuicc: all checks passed'
