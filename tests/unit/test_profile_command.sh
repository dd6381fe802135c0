#!/bin/sh
# The command line of softeuicc-profile: exit statuses, messages with file and line, files and pipes.
# Called by meson (tools/saip/meson.build): test_profile_command.sh TOOL PACKAGE
set -eu
. "$(dirname "$0")/command.sh"
tool=$(absolute "$1")
package=$(absolute "$2")
program=$tool
enter_scratch

# Files and pipes give the same.
exits 0 '' decode "$package" -o source
exits 0 '' encode source -o made
cmp made "$package" || wrong 'decode, encode: other bytes'
"$tool" decode - <"$package" | "$tool" encode - >piped
cmp piped "$package" || wrong 'pipes: other bytes'

# A wrong source: file, line and reason; an older result stays as it is.
sed '4s/.*/    iccid 8900/' source >broken
exits 1 '^broken:4: iccid: expected 10 bytes, came 2$' encode broken -o made
cmp made "$package" || wrong 'a failed encode changed its output file'
exits 1 '^broken: byte [0-9]*: expected a profile element in DER$' decode broken
exits 1 'No such file' encode missing
exits 1 'No such file' encode source -o missing/x

head -c 500 "$package" >short
exits 1 'short: byte 131: expected a whole profile element in DER' check short
exits 1 'short: byte 131: ' info short
[ ! -s out ] || wrong 'info printed something for a broken package'
exits 0 '' check "$package"
grep -q 'of [0-9]* bytes that a card installs$' out || wrong "check: $(cat out)"

# Well-formed, but no card installs it: what the card would say, and where.
sed 's/eUICC-Mandatory-services {.*/eUICC-Mandatory-services { javacard }/' source >javacard
exits 0 '' encode javacard -o javacard.der
exits 1 'javacard.der: byte [0-9]*: package: a card refuses it, PEStatus runtime-not-supported(7): expected services' \
    check javacard.der
exits 0 'refuses it' info javacard.der
! grep -q '^files' out || wrong 'info counts the files of a package that is not installed'
sed 's/keyReference adm1/keyReference adm2/' source >pinless
exits 0 '' encode pinless -o pinless.der
exits 1 'end: a card refuses it, PEStatus pin-code-missing(11): expected ' check pinless.der
# A member that no card knows, in an element that need not be installed: a warning.
sed '/^gsm-access/,/^}/{s/^}/    [BF44] { [83] 00 }\n}/;s/mandated; //}' source >odd
exits 0 '' encode odd -o odd.der
exits 0 'odd.der: byte [0-9]*: gsm-access: a card warns, PEStatus invalid-parameter(6)$' check odd.der

exits 0 '' info "$package" --json
python3 - out "$package" <<'PYTHON' || wrong 'info --json'
import json, os, sys
info = json.load(open(sys.argv[1], encoding="utf-8"))
assert info["size"] == os.path.getsize(sys.argv[2]), info["size"]
assert sum(element["size"] for element in info["elements"]) == info["size"]
assert info["files"] > 50 and info["directories"] == 7 and info["content"] < info["memory"]
assert [a["kind"] for a in info["applications"]] == ["USIM", "ISIM", "security domain"], info["applications"]
assert {"name": "PIN2", "reference": 129, "path": "3F00/7FD0"} in info["pins"]
assert info["elements"][0]["element"] == "header" and info["elements"][-1]["element"] == "end"
PYTHON

exits 0 '' --help
grep -q '^usage: ' out || wrong '--help'
exits 2 '^usage: '
exits 2 'unknown command' frobnicate source
exits 2 'unknown option' encode --frobnicate source
exits 2 'a file name is missing' encode source -o
exits 2 'one file only' encode source source
exits 2 'belongs to info' check --json source
exits 1 'No space left' decode "$package" -o /dev/full

[ $failures -eq 0 ] || exit 1
echo 'softeuicc-profile: all checks passed'
