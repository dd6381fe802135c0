#!/bin/sh
# softeuicc-install: both packages of profiles/ into a card file and into a running card over TCP, and what it says when
# the card or the user is wrong. Called by meson (tools/install/meson.build):
# test_install.sh SOFTEUICC_INSTALL SOFTEUICC PROFILES_FOLDER MAKE_PKI
set -eu
. "$(dirname "$0")/command.sh"
install=$(absolute "$1")
softeuicc=$(absolute "$2")
profiles=$(absolute "$3")
make_pki=$(absolute "$4")
operational=$profiles/operational.der
tiny=$profiles/tiny.der
enter_scratch

exits() { # STATUS PATTERN ARGUMENT...: standard output or standard error has a line that fits the pattern
    status=0
    wanted=$1
    pattern=$2
    shift 2
    "$install" "$@" >out 2>err </dev/null || status=$?
    [ $status -eq "$wanted" ] || wrong "$*: exit status $status, expected $wanted: $(cat out err)"
    grep -qE -e "$pattern" out err || wrong "$*: said '$(cat out err)', not '$pattern'"
    # A failure is always said where people look for it.
    [ $status -eq 0 ] || grep -q '^softeuicc-install: ' err || wrong "$*: nothing on standard error"
}

says() { # PATTERN: the run before also said this
    grep -qE -e "$1" out err || wrong "said '$(cat out err)', not '$1'"
}

has() { # CARD PATTERN: its list of profiles has such a line
    "$softeuicc" profiles --card "$1" >list
    grep -qE -e "$2" list || wrong "$1: has '$(cat list)', not '$2'"
}

listen() { # CARD: serves it on a free port, which becomes $port
    "$softeuicc" run --card "$1" --listen 127.0.0.1:0 >log 2>&1 &
    daemon=$!
    tries=0
    port=
    while [ -z "$port" ] && [ $tries -lt 600 ]; do
        sleep 0.1
        port=$(sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+)$/\1/p' log)
        tries=$((tries + 1))
    done
    [ -n "$port" ] || wrong "no port: $(cat log)"
}

unlisten() {
    kill "$daemon"
    wait "$daemon" || wrong "the card ended with status $?"
    daemon=
}

# ---- into a card file ----

"$softeuicc" create --card a.card >created
exits 0 '^result +installed as a0000005591010ffffffff89[0-9a-f]{8}; signature right, number [0-9]+$' "$operational" --card a.card
says '^ +PE status ok\(0\)$'
says '^bound .* under profile protection keys$'
has a.card '89000101000000000010 disabled operational +"softeuicc operational" by "softeuicc"'
exits 0 'under session keys' "$tiny" --card a.card --session-keys --block 255 --enable --write-bpp tiny.bpp
says '^enabled +with REFRESH$'
has a.card '89000101000000000028 enabled '
[ "$(head -c 2 tiny.bpp | od -An -tx1 | tr -d ' ')" = bf36 ] || wrong 'no bound profile package was written'
# Its own result was delivered and left the card; notifications for others' addresses stay.
"$softeuicc" notifications --card a.card >list
[ "$(grep -c 'smdp.example.com' list)" -eq 2 ] || wrong "notifications: $(cat list)"
! grep -q testsmdpplus1 list || wrong "the result is still there: $(cat list)"

# ---- the card says no: by name, with its own reason, and nothing changes ----

cp list before
exits 1 'refused: storeMetadata\(2\), installFailedDueToIccidAlreadyExistsOnEuicc\(9\); signature right' "$tiny" --card a.card
says "^softeuicc-install: .*tiny.der: not installed: loading: storeMetadata: installFailedDueToIccidAlreadyExistsOnEuicc\(9\)$"
says "the card's reason: .*SGP.22 5.5.3.*expected an ICCID that is not installed, came 89000101000000000028"
"$softeuicc" notifications --card a.card >list
cmp before list || wrong 'a refused package left a notification'
"$softeuicc" create --card b.card >created
exits 1 'loadProfileElements\(5\), installFailedDueToDataMismatch\(13\)' "$tiny" --card b.card --iccid 89000101000000000036
says '^ +its ICCID is 89000101000000000036: '
exits 1 'loadProfileElements\(5\), testProfileInstallFailedDueToInvalidNaaKey\(14\)' "$operational" --card b.card --class test
exits 1 'storeMetadata\(2\), incorrectInputValues\(1\)' "$tiny" --card b.card --provider 'a name of more than 32 characters'
# One letter of the template's OID (MF) changed: an element that the card does not know.
python3 - "$tiny" spoilt.der <<'PYTHON'
import sys
package = bytearray(open(sys.argv[1], "rb").read())
at = package.index(bytes.fromhex("67810f010201"))
package[at + 5] = 0x63
open(sys.argv[2], "wb").write(package)
PYTHON
exits 1 'loadProfileElements\(5\), installFailedDueToPEProcessingError\(12\)' spoilt.der --card b.card
says '^ +PE status template-not-supported\(9\)'
head -c 900 "$tiny" >short.der
exits 1 'loadProfileElements\(5\), installFailedDueToPEProcessingError\(12\)' short.der --card b.card
"$softeuicc" create --card small.card --memory-size 1000 >created
exits 1 'installFailedDueToInsufficientMemoryForProfile\(10\)' "$tiny" --card small.card
"$softeuicc" profiles --card b.card >list
[ "$(cat list)" = 'profiles        0' ] || wrong "b.card: $(cat list)"
exits 0 ' installed as ' "$tiny" --card b.card --ppr ppr1 --enable
exits 1 'operational.der: installed, but: enabling: the card said disallowedByPolicy\(3\)$' "$operational" --card b.card --enable
has b.card '89000101000000000010 disabled '

# ---- other names than the metadata's, and metadata out of the header ----

"$softeuicc" create --card c.card >created
cp "$tiny" alone.der
exits 0 '^metadata +from the package: "softeuicc tiny test profile" of "softeuicc test", operational$' alone.der --card c.card
has c.card '89000101000000000028 disabled operational +"softeuicc tiny test profile" by "softeuicc test"'
exits 0 ', provisioning, PPR2$' "$operational" --card c.card --name Über --provider me --class provisioning --ppr ppr2 \
    --notify 'install @ one.example.com' --notify 'install,delete@two.example.com'
has c.card '89000101000000000010 disabled provisioning +"Über" by "me"'
"$softeuicc" notifications --card c.card >list
for address in one two; do
    grep -q "install  $address.example.com for 89000101000000000010" list || wrong "notifications: $(cat list)"
done
! grep -q smdp.example.com list || wrong "--notify did not replace the file's: $(cat list)"

# ---- JSON ----

"$softeuicc" create --card d.card --eid 89049032123451234512345678901235 >created
exits 0 '' "$tiny" --card d.card --json
cp out good.json
exits 1 '' "$tiny" --card d.card --json
python3 - good.json out "$tiny" <<'PYTHON' || wrong "JSON: $(cat good.json out)"
import json, os, sys
good, bad = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
assert good["installed"] and not good["enabled"] and "error" not in good
assert good["eid"] == "89049032123451234512345678901235" and good["iccid"] == "89000101000000000028"
assert good["packageBytes"] == os.path.getsize(sys.argv[3]) < good["boundBytes"]
assert good["result"]["peStatus"] == [{"status": 0, "name": "ok"}] and len(good["result"]["isdpAid"]) == 32
assert not bad["installed"] and bad["stage"] == "loading" and "5.5.3" in bad["reason"]
result = bad["result"]
assert (result["bppCommandId"], result["bppCommand"]) == (2, "storeMetadata")
assert (result["errorReason"], result["errorReasonName"]) == (9, "installFailedDueToIccidAlreadyExistsOnEuicc")
assert result["sequenceNumber"] > good["result"]["sequenceNumber"]
PYTHON

# ---- other keys ----

"$softeuicc" create --card e.card >created
exits 0 'with the SGP.26 test brainpoolP256r1 keys' "$tiny" --card e.card --curve brainpool
"$make_pki" own >/dev/null
"$softeuicc" create --card own.card --pki own >created
exits 1 'authentication: the card does not verify under our CI; --pki DIR' "$tiny" --card own.card
exits 0 'with own P-256 keys' "$tiny" --card own.card --pki own
exits 0 'with own brainpoolP256r1 keys' "$operational" --card own.card --pki own --curve brainpool
cp own/dpauth-nist.key.hex own/dppb-nist.key.hex
exits 1 'own/dppb-nist.key.hex: is not the key of the certificate dppb-nist.der' "$tiny" --card own.card --pki own
cp own/dpauth-nist.der own/dppb-nist.der
exits 1 'dppb-nist.der: not the certificate of such a server' "$tiny" --card own.card --pki own
exits 1 '--pki .*: expected a folder with dpauth-nist.der' "$tiny" --card own.card --pki .

# ---- a card that runs ----

"$softeuicc" create --card f.card >created
listen f.card
exits 1 'opening the card: f.card: is in use by another process; .*--connect' "$tiny" --card f.card
exits 0 ' installed as ' "$tiny" --connect "127.0.0.1:$port" --block 8 --enable
exits 0 ' installed as ' "$operational" --connect "localhost:$port" -v
says '^    > 81e2910006bf3e035c015a$'
exits 1 'installFailedDueToIccidAlreadyExistsOnEuicc\(9\)' "$operational" --connect "$port"
unlisten
grep -q 'LoadBoundProfilePackage .* -> installed' log || wrong "the card's log: $(cat log)"
has f.card '89000101000000000028 enabled '
has f.card '89000101000000000010 disabled '
# (a port that is never given by chance: the one from before may be another program's by now)
exits 1 "--connect 127.0.0.1:1: Connection refused; does softeuicc run --listen" "$tiny" --connect 127.0.0.1:1
exits 1 '--connect nowhere: not an address' "$tiny" --connect nowhere
exits 1 '--reader no such reader here: ' "$tiny" --reader 'no such reader here'

# ---- mistakes ----

exits 1 'no.card: there is no such card file; softeuicc create makes a card$' "$tiny" --card no.card
exits 1 'softeuicc/card.db: .*softeuicc create makes a card$' "$tiny"
echo text >text.card
exits 1 'text.card: ' "$tiny" --card text.card
exits 1 '^softeuicc-install: missing.der: No such file or directory$' missing.der --card a.card
exits 1 'tiny.profile: expected a profile package in DER, with its header first' "$profiles/tiny.profile" --card a.card
: >empty.der
exits 1 'empty.der: expected a profile package in DER' empty.der --card a.card
exits 1 'missing.metadata: No such file' "$tiny" --card a.card --metadata missing.metadata
printf 'iccid = 89000101000000000028\nclass = none\n' >bad.metadata
exits 1 'bad.metadata:2: class: expected test, provisioning or operational$' "$tiny" --card a.card --metadata bad.metadata
echo 'name = no number' >bad.metadata
exits 1 'bad.metadata: expected a line iccid = DIGITS$' "$tiny" --card a.card --metadata bad.metadata
exits 1 '--iccid 12: expected 18 to 20 digits' "$tiny" --card a.card --iccid 12
exits 1 '--ppr ppr3: expected ppr1, ppr2, both or none' "$tiny" --card a.card --ppr ppr3
exits 1 '--owner 1: expected six digits' "$tiny" --card a.card --owner 1
cp "$tiny" alone.der
exits 1 'gid1 and gid2 belong to an owner' alone.der --card a.card --gid1 42
exits 1 '--gid1 xyz: expected hexadecimal digits' "$tiny" --card a.card --gid1 xyz
exits 1 '--notify enable: expected EVENTS @ ADDRESS' "$tiny" --card a.card --notify enable
exits 1 '--icon missing.png: expected a file' "$tiny" --card a.card --icon missing.png
"$softeuicc" create --card g.card >created
exits 1 'write-bpp /dev/full: No space left' "$tiny" --card g.card --write-bpp /dev/full
"$softeuicc" profiles --card g.card >list
[ "$(cat list)" = 'profiles        0' ] || wrong "installed although --write-bpp failed: $(cat list)"
exits 2 'expected a profile package' --card a.card
exits 2 'expected one profile package, came 2' "$tiny" "$tiny"
exits 2 'exclude each other' "$tiny" --card a.card --connect 1
exits 2 '--block 7: expected a number from 8 to 255' "$tiny" --block 7
exits 2 '--block 256: ' "$tiny" --block 256
exits 2 '--curve P-521: expected nist or brainpool' "$tiny" --curve P-521
exits 2 '--frobnicate is no option' "$tiny" --frobnicate
exits 2 '--card needs a value' "$tiny" --card
exits 0 '^usage: softeuicc-install PACKAGE.der' --help
exits 0 '^softeuicc-install [0-9]' --version

[ $failures -eq 0 ] || exit 1
echo 'softeuicc-install: all checks passed'
