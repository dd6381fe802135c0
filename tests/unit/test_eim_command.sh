#!/bin/sh
# softeuicc eim: list, add and remove on a card file, and what info tells of SGP.32 (SGP.32 3.5, 2.11.1.1.1).
# Called by meson (tests/unit/meson.build): test_eim_command.sh SOFTEUICC
set -eu
. "$(dirname "$0")/command.sh"
softeuicc=$(absolute "$1")
program=$softeuicc
enter_scratch

prints() { # TEXT: the last command printed a line that is TEXT
    grep -qx -e "$1" out || wrong "printed '$(cat out)', no line is '$1'"
}

# A public key that eIMs have published: SubjectPublicKeyInfo without its 30, P-256.
point=04FE584A6F450459574AECA195D0299737F74C89BA2D36DF9286EC25D973037A0FBA70D14DF3E1F7D0A305E57B95B731C4DE218D2D7F9F22113ED5D18C2E3DDF1C
key=A55BA059301306072A8648CE3D020106082A8648CE3D030107034200$point
# eimId "one" (type 2), FQDN "eim.test", counter 7, asks for a token; 30 and A5 with the lengths that follow
echo "3075 8003 6F6E65 8108 65696D2E74657374 820102 830107 8401FF $key" >one.hex
python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "3066 8003 74776F 830200FF $key" >two.der

exits 0 '' create --card iot.card --personality iot --eid 89049032123451234512345678901235
exits 0 '' eim --card iot.card
prints 'eIMs            0'
exits 0 '' eim add one.hex --card iot.card
prints 'added           one at eim.test, counter 7, token 1, key P-256'
exits 0 '' eim add - --card iot.card <two.der
prints 'added           two, counter 255, no token, key P-256'
exits 0 '' eim list --card iot.card
prints 'eIMs            2'
prints '  one at eim.test, counter 7, token 1, key P-256'
prints '  two, counter 255, no token, key P-256'
prints 'package results 0'

exits 0 '' info --card iot.card
prints 'SGP.32 version  1.2'
prints '  two, counter 255, no token, key P-256'
exits 0 '' eim list --card iot.card --json
cp out list.json
exits 0 '' info --card iot.card --json
python3 - list.json out <<'PYTHON' || wrong 'eim list --json and info --json'
import json, sys
list_, info = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
one = {"eimId": "one", "eimFqdn": "eim.test", "counterValue": 7, "associationToken": 1, "curve": "P-256"}
two = {"eimId": "two", "counterValue": 255, "curve": "P-256"}
assert list_ == {"eims": [one, two], "packageResults": 0}, list_
assert info["sgp32Version"] == "1.2" and info["eims"] == [one, two] and info["packageResults"] == 0, info
PYTHON

# What is refused changes nothing and says why.
exits 1 'one.hex: not added: adding an eIM (SGP.32 3.5.1.1.*: expected an eimId that is not associated, came one that is' eim add one.hex --card iot.card
sed 's/8401FF/840105/; s/6F6E65/6F6E66/' one.hex >token.hex
exits 1 'token.hex: not added: adding an eIM (SGP.32 .*associationToken' eim add token.hex --card iot.card
echo nonsense >nonsense
exits 1 'nonsense: not added: .*expected EimConfigurationData' eim add nonsense --card iot.card
exits 1 'missing: No such file or directory, expected a file with EimConfigurationData' eim add missing --card iot.card
exits 1 'three: no eIM of this card has this eimId' eim remove three --card iot.card
exits 1 'none.card: there is no such card file' eim list --card none.card
exits 0 '' eim list --card iot.card --json
cmp -s out list.json || wrong "a refused change changed something: $(cat out)"

# A token is never given again (SGP.32 2.11.1); the options that print less or in JSON.
exits 0 '' eim remove one --card iot.card --json
grep -qx '{"removed":{"eimId":"one",.*}}' out || wrong "remove --json printed '$(cat out)'"
exits 0 '' eim add one.hex --card iot.card --json
grep -q '"added":{"eimId":"one".*"associationToken":2' out || wrong "add --json printed '$(cat out)'"
exits 0 '' eim remove two --card iot.card --quiet
[ ! -s out ] || wrong "--quiet printed '$(cat out)'"
exits 0 '' eim list --card iot.card
prints 'eIMs            1'

# While a program has the card, only looking is possible.
mkfifo in answers
"$softeuicc" run --card iot.card --stdio --quiet <in >answers 2>&1 &
user=$!
exec 9>in 8<answers
# it has the card as soon as it answers, and not before
echo 00A40000023F00 >&9
read -r answer <&8
exits 0 '' eim list --card iot.card
exits 1 'is in use by another process' eim remove one --card iot.card
exec 9>&- 8<&-
wait $user

# Restored older files bring older counters back: the copy still has the eIM that the card forgets now.
cp iot.card older.card
exits 0 '' eim remove one --card iot.card
exits 0 '' eim list --card older.card
prints '  one at eim.test, counter 7, token 2, key P-256'

# A factory reset takes the eIMs, not the counter behind the tokens.
exits 0 '' reset --card older.card --yes
exits 0 '' eim list --card older.card
prints 'eIMs            0'
exits 0 '' eim add one.hex --card older.card
prints 'added           one at eim.test, counter 7, token 3, key P-256'

exits 0 '' create --card consumer.card
exits 0 '' eim --card consumer.card
prints 'eIMs            none: a consumer card, which speaks no SGP.32'
exits 1 'expected a card that speaks SGP.32, came a consumer card' eim add one.hex --card consumer.card
exits 0 '' info --card consumer.card
prints 'SGP.32 version  none'

exits 2 'expected list, add FILE or remove ID' eim add --card iot.card
exits 2 'expected list, add FILE or remove ID' eim frobnicate --card iot.card
exits 2 'was not expected' eim add one.hex two.der --card iot.card
exits 0 '' eim --help
grep -q '^usage: softeuicc eim \[list | add FILE | remove ID\]' out || wrong 'eim --help'

[ $failures -eq 0 ] || exit 1
echo 'softeuicc eim: all checks passed'
