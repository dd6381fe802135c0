#!/usr/bin/env bash
# softeuicc-eim as its users call it: what needs no card, then associations, packages, spoils and results on a card file.
# Usage: test_eim_tool.sh SOFTEUICC-EIM SOFTEUICC SOFTEUICC-INSTALL PROFILES-DIR
set -u

eim=$(realpath "$1")
softeuicc=$(realpath "$2")
install=$(realpath "$3")
profiles=$(realpath "$4")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
eid=89049032123451234512345678901235
failures=0

fail()
{
    echo "FAILED: $*" >&2
    sed 's/^/    /' out >&2
    failures=$((failures + 1))
}

# expect STATUS COMMAND...: runs it, output to the file `out`
expect()
{
    local status=$1 came
    shift
    "$@" >out 2>&1
    came=$?
    [ "$came" = "$status" ] || fail "$* gave $came, expected $status"
}

# says TEXT: the last output has it, whatever the columns
says()
{
    tr -s ' ' <out | grep -qF -- "$1" || fail "expected in the output: $1"
}

# lacks TEXT
lacks()
{
    ! grep -qF -- "$1" out || fail "not expected in the output: $1"
}

json()
{
    python3 -c "import json, sys; d = json.load(open('out')); assert $1, d" 2>json.error || fail "json: $1: $(tail -1 json.error)"
}

# --- usage ---
expect 0 "$eim" --help
says "sign DIR \"OPERATIONS\" --eid EID"
says "signature-bit"
expect 0 "$eim" --version
expect 2 "$eim"
says "expected a command"
expect 2 "$eim" frobnicate
says "frobnicate is no command"
expect 2 "$eim" sign dir "rat"
says "expected --eid"
expect 2 "$eim" sign dir
says "expected: softeuicc-eim sign DIR"
expect 2 "$eim" init dir --card x
says "--card does not belong to init"
expect 2 "$eim" associate dir
says "expected --card FILE, --reader NAME or --connect HOST:PORT"
expect 2 "$eim" send dir --card x
says "expected operations or --package FILE"
expect 2 "$eim" explain 00 --request --response
says "exclude each other"
expect 1 "$eim" show nowhere
says "softeuicc-eim init nowhere makes one"

# --- init, association ---
expect 1 "$eim" init one --curve p384
says "expected nist or brainpool"
expect 1 "$eim" init one --key 00
says "expected 64 hexadecimal digits"
expect 1 "$eim" init one --counter 8388608
says "expected a number from 0 to 8388607"
expect 0 "$eim" init one --id eim.example.com --key dbdf692db8acc555185438b9d5368dc96de971626e4f30dec8a9c2547bc597ed
says "eimFqdn: eim.example.com"
[ "$(stat -c %a one/eim.key)" = 600 ] || fail "eim.key can be read by others"
expect 1 "$eim" init one
says "File exists"
expect 0 "$eim" init two --id 1.3.6.1.4.1.99 --id-type oid --curve brainpool --certificate --ask-token
says "brainpoolP256r1 in a certificate"
expect 0 "$eim" association one --initial
cp out one.hex
expect 0 "$eim" explain one.hex
says "AddInitialEim request (SGP.32 5.9.4)"
says "right: structure"
expect 0 "$eim" association two -o two.der
expect 0 "$eim" explain two.der --json
json "d['ok'] and d['objects'][0]['name'] == 'EimConfigurationData'"
json "[m['tag'] for m in d['objects'][0]['members'] if m['depth'] == 0] == ['80', '82', '83', '84', 'A5']"
expect 1 "$eim" explain two.der --release 9.9
says "expected 1.0"

# --- known answers: the eIM key of SGP.26 gives the published bytes ---
sed -i 's/^id = .*/id = testeim1/; s/^fqdn = .*/fqdn =/' one/eim.conf
expect 0 "$eim" association one --initial
says bf576ea06c306a80087465737465696d31830101a55ba059301306072a8648ce3d020106082a8648ce3d03010703420004bb9e8975
expect 0 "$eim" sign one "enable 8929901012345678905" --eid $eid --transaction 0102030405060708090A0B0C0D0E0F10
says bf518186304180087465737465696d315a108904903212345123451234567890123581010282100102030405060708090a0b0c0d0e0f10
cp out first.hex
expect 0 "$eim" explain first.hex --dir one
says "right: eimSignature: fits"
expect 0 "$eim" show one --json
json "d['cards'] == [{'eid': '$eid', 'counter': 2, 'key_known': False}]"
# The answer that fits it, of the SGP.26 test card without token.
answer=$(sed -n '/^c-enable-result.hex/,/^c-enable-result.source/p' "$profiles/../tests/kat/sgp32.txt" | sed '1d;$d' | tr -d ' \n')
expect 0 "$eim" explain "$answer" --dir one
says "right: answer: fits the package that was sent"
says "not checked: the card's signature"
says "enableResult 0 ok"
expect 1 "$eim" explain "${answer%????}ffff" --dir one --token 1 --eid $eid --certificates "$answer"
says "expected an answer to GetCerts"
expect 1 "$eim" explain "${answer/8301053003830100/8301053003830104}" --dir one
says "enableResult: 4 is no value of it in v1.2"
expect 1 "$eim" explain "$(printf %s "$answer" | cut -c1-100)"
says "not a DER TLV, or cut off"
expect 1 "$eim" explain "$answer"00
says "come after the object"
expect 0 "$eim" explain BF5A03800100
says "reads as request and as response"
expect 0 "$eim" explain BF5A03800100 --request
says "refreshFlag FALSE"
expect 0 "$eim" explain BF5803020101
says "rollbackNotAllowed"
expect 1 "$eim" explain BF5803800101
expect 0 "$eim" explain BF6404820201FE
says "resetEimConfigData"
expect 1 "$eim" explain BF6404820201FE --release 1.0
says "does not exist in v1.0"
expect 1 "$eim" explain nonsense
says "neither a file nor hexadecimal digits"
expect 1 "$eim" explain BF9900

# --- spoils and mistakes in operations ---
expect 1 "$eim" sign one "rat" --eid $eid --spoil nonsense
says "nonsense: no such mistake"
expect 1 "$eim" sign one "rat; list-eim" --eid $eid
says "never both"
expect 1 "$eim" sign one "enable 12" --eid $eid
says "expected an ICCID of 18 to 20 digits"
expect 1 "$eim" sign one "add-eim missing.der" --eid $eid
says "neither a file nor hexadecimal digits"
expect 1 "$eim" sign one "rat" --eid 123
says "expected 32 digits"
for spoil in key bit signature-bit token no-token der; do
    expect 0 "$eim" sign one "rat" --eid $eid --token 5 --spoil $spoil -o spoiled.der
    expect 1 "$eim" explain spoiled.der --dir one --token 5
    says "WRONG: eimSignature: does not fit"
done
expect 0 "$eim" sign one "rat" --eid $eid --token 5 --spoil no-eid,oversized --json
json "d['ok'] and not all(c['ok'] for c in d['objects'][0]['checks'])"

# --- on a card ---
if ! "$softeuicc" create --card card.db --personality iot --eid $eid >out 2>&1; then
    echo "no personality iot: the rest is skipped"
    [ "$failures" = 0 ]
    exit
fi
iccid=89000101000000000010
expect 0 "$install" "$profiles/operational.der" --card card.db
expect 1 "$eim" results one --card missing.db
says "softeuicc create"
expect 0 "$eim" init three --ask-token
expect 1 "$eim" send three "rat" --card card.db
says "the card says: ES10b.LoadEuiccPackage"
says "WRONG: package: refused by the card"
expect 0 "$eim" associate three --card card.db
says "associationToken 1"
says "right: certificates"
expect 1 "$eim" associate three --card card.db
says "an eIM is associated already"
expect 0 "$eim" send three "list; rat" --card card.db --json
json "d['ok'] and d['objects'][0]['name'] == 'LoadEuiccPackage'"
json "{c['name'] for c in d['objects'][0]['checks']} >= {'structure', 'euiccSign', 'answer'}"
expect 0 "$eim" send three "enable $iccid" --card card.db --keep
says "enableResult 0 ok"
says "switch: REFRESH, card reset"
expect 0 "$softeuicc" profiles --card card.db
says enabled
expect 0 "$eim" results three --card card.db --keep
says "results: 1"
says "right: euiccSign: fits"
expect 0 "$eim" results three --card card.db
expect 0 "$eim" results three --card card.db
says "results: 0"
expect 1 "$eim" send three "enable $iccid; rat" --card card.db
says "profileNotInDisabledState ended the package"
says "WRONG: package: stopped at operation 1"

# A package that was signed apart, sent twice.
expect 0 "$eim" sign three "rat" --eid $eid -o package.der
expect 0 "$eim" send three --package package.der --card card.db
expect 1 "$eim" send three --package package.der --card card.db
says "replayError"
says "a counterValue above the last one of this eIM"

# Every spoil with the answer that it must get; what is valid all the same passes.
while read -r spoil status words; do
    expect "$status" "$eim" send three "rat" --card card.db --spoil "$spoil"
    says "$words"
    lacks "WRONG: answer"
done <<'ROWS'
key 1 euiccPackageErrorUnsigned
counter 1 counterValueOutOfRange
negative 1 counterValueOutOfRange
huge 1 counterValueOutOfRange
empty-counter 1 euiccPackageErrorUnsigned
token 1 euiccPackageErrorUnsigned
zero-token 1 euiccPackageErrorUnsigned
no-token 1 euiccPackageErrorUnsigned
unsigned-token 0 executed
eid 1 invalidEid
bit 1 euiccPackageErrorUnsigned
signature-bit 1 euiccPackageErrorUnsigned
der 1 euiccPackageErrorUnsigned
high-s 0 executed
short-signature 1 euiccPackageErrorUnsigned
long-signature 1 euiccPackageErrorUnsigned
zero-signature 1 euiccPackageErrorUnsigned
both-lists 1 euiccPackageErrorUnsigned
no-list 1 euiccPackageErrorUnsigned
list-tag 1 euiccPackageErrorUnsigned
ber 0 executed
no-signature 1 euiccPackageErrorUnsigned
no-eim-id 1 6A80
no-eid 1 euiccPackageErrorUnsigned
no-counter 1 euiccPackageErrorUnsigned
twice 1 euiccPackageErrorUnsigned
order 1 euiccPackageErrorUnsigned
oversized 1 euiccPackageErrorUnsigned
unknown 0 executed
trailer 1 6A80
ROWS

# A second eIM, hand-over, and the end of the first.
expect 0 "$eim" send three "add-eim two.der; list-eim" --card card.db --json
json "d['ok']"
token=$(python3 -c "
import json
members = json.load(open('out'))['objects'][0]['members']
print(next(m['value'] for m in members if m['name'] == 'associationToken'))")
[ "$token" = 2 ] || fail "the second eIM got token $token, expected 2"
expect 0 "$eim" send two "list-eim" --token "$token" --card card.db
says "1.3.6.1.4.1.99"
expect 0 "$eim" send two "delete-eim eim.example.com; list-eim" --card card.db
says "deleteEimResult 0 ok"
expect 1 "$eim" send three "rat" --card card.db
says euiccPackageErrorUnsigned
expect 0 "$eim" send two "delete-eim self" --card card.db
says "lastEimDeleted"

# The older release.
expect 0 "$softeuicc" create --card old.db --personality iot-1.0
expect 0 "$eim" init old --release 1.0 --id eIM
expect 0 "$eim" associate old --card old.db
expect 0 "$eim" send old "list; rat" --card old.db
expect 1 "$eim" send old "unset-fallback" --card old.db
says "unknownOrDamagedCommand"

[ "$failures" = 0 ]
