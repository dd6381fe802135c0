#!/usr/bin/env bash
# softeuicc-bench as its users run it: on the built-in card, on a wrong one, on a card file, through a socket, on a card that
# does not answer; reports that other programs read.
# usage: run.sh BENCH SOFTEUICC INSTALL PROFILES CASES whole|sample SOFTEUICC-PROFILE
# sample, for sanitizers: every path through the program, but the whole suite only once, on the built-in card.
set -eu
bench=$1
softeuicc=$2
install=$3
profiles=$4
cases=$5
extent=$6
profile=$7
folder=$(mktemp -d)
daemon=
finish()
{
    if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT

problem()
{
    echo "run.sh: $*" >&2
    exit 1
}

# expect STATUS COMMAND...: its exit status; what it says is in $folder/out
expect()
{
    local wanted=$1 came=0
    shift
    "$@" >"$folder/out" 2>&1 || came=$?
    [ "$came" = "$wanted" ] || { tail -20 "$folder/out"; problem "exit status $came instead of $wanted: $*"; }
}

says()
{
    grep -qF -- "$1" "$folder/out" || { tail -20 "$folder/out"; problem "does not say: $1"; }
}

run()
{
    expect "$1" "$bench" run --cases "$cases" "${@:2}"
}

# judged JSON VERDICT: the ids with this verdict, sorted, one a line
judged()
{
    python3 - "$1" "$2" <<'PYTHON'
import json, sys
for case in json.load(open(sys.argv[1]))["cases"]:
    if case["verdict"] == sys.argv[2]:
        print(case["id"])
PYTHON
}

# ---- usage ----
expect 2 "$bench"
expect 2 "$bench" run --nonsense
expect 2 "$bench" run --card builtin --connect 127.0.0.1:1
expect 2 "$bench" run --seed x
expect 2 "$bench" run --pin 00
run 2 'no such case'
run 2 --pin 30303030FFFFFFFF
says "for a card that is not built in"
expect 0 "$bench" --help
expect 0 "$bench" --version
expect 0 "$bench" list --cases "$cases" --states
expect 0 "$bench" list --cases "$cases" --verbose
says "SGP.22 5.7.15"
expect 0 "$bench" list --cases "$cases" 'ES10c.GetEID/*'
says "ES10c.GetEID/01-nominal"
mkdir -p "$folder/bad/x"
printf 'group G\nclause C\ncase a\ntitle T\ntest\nfly\n' >"$folder/bad/x/a.case"
expect 2 "$bench" list --cases "$folder/bad"
says "a.case:6: there is no step \"fly\""
printf 'group G\nclause C\ncase a\ntitle T\ntest\n> 00A4\n< *\n' | tee "$folder/bad/x/a.case" >"$folder/bad/x/b.case"
expect 2 "$bench" list --cases "$folder/bad"
says "case G/a is there already"

# a report that cannot be written is no surprise at the end of the run
run 3 --html "$folder/no/where.html"
says "No such file"
! grep -q passed "$folder/out" || problem "runs although the report cannot be written"
run 0 --json "$folder/new.json" --junit "$folder/new.xml" 'ES10c.GetEID/*'

# ---- the built-in card: everything passes, alone and in processes, with the same answers ----
chosen=()
least=2000
if [ "$extent" = sample ]; then
    run 0
    says "0 failed, 0 errors"
    chosen=(ES10c 'ISD-R.Selection')
    least=300
fi
run 0 --json "$folder/one.json" --junit "$folder/one.xml" --html "$folder/one.html" "${chosen[@]}"
says "0 failed, 0 errors"
run 0 --jobs 3 --json "$folder/three.json" ES10c
python3 -m json.tool "$folder/one.json" >/dev/null
python3 - "$folder" "$least" <<'PYTHON'
import json, sys, xml.dom.minidom
folder, least = sys.argv[1], int(sys.argv[2])
one, three = (json.load(open(f"{folder}/{name}.json")) for name in ("one", "three"))
def said(report):
    return [(c["id"], c["verdict"], [(d.get("sent"), d.get("came")) for d in c["dialogue"]]) for c in report["cases"]]
again = {c["id"] for c in three["cases"]}
assert len(again) > 300 and [c for c in said(one) if c[0] in again] == said(three), "processes give other answers"
# what it lacks: the second generation's ISD-R, EAP
skipped = [c["id"] for c in one["cases"] if c["verdict"] == "skip"]
lacks = ["ISD-R.Selection/15-enabled-bit", "ISD-R.Selection/16-no-enabled-bit", "Profile.Elements/18-eap"]
assert skipped == [name for name in lacks if name in {c["id"] for c in one["cases"]}], skipped
assert one["summary"]["pass"] == len(one["cases"]) - len(skipped) >= least
for case in one["cases"]:
    if case["id"] in skipped:
        continue
    assert case["requirements"] and case["title"]
    assert any(d["kind"] == "expect" and d["section"] == "test" for d in case["dialogue"]), case["id"]
eid = next(c for c in one["cases"] if c["id"] == "ES10c.GetEID/01-nominal")
assert any(f["name"] == "eidValue" for d in eid["dialogue"] for f in d.get("answer", [])), "no decoded fields"
document = xml.dom.minidom.parse(f"{folder}/one.xml")
assert len(document.getElementsByTagName("testcase")) == len(one["cases"])
PYTHON
# cards of other kinds: what they are not does not apply to them, the rest passes
personalities="iot both sgp22-2.3"
[ "$extent" = whole ] || personalities=
for personality in $personalities; do
    run 0 --personality "$personality" --jobs 2
    says "0 failed, 0 errors"
    [ "$(grep -oE '^[0-9]+ passed' "$folder/out" | cut -d' ' -f1)" -gt 1500 ] || problem "$personality: hardly a case applies"
done
run 0 --personality iot 'ES10c.*'
says "applies only if: consumer"
# this one leaves out what SGP.32 5.9.2 demands, for IPAs that cannot read it
run 1 --personality iot-1.0 --jobs 2 "${chosen[@]:+IoT.I*}"
says "FAIL  IoT.Information/01-iot-specific-info"
says " 1 failed, 0 errors"
# Ctrl-C: the case at work is finished, and what came is reported
run_interrupted()
{
    "$bench" run --cases "$cases" "$@" --repeat 1000 --json "$folder/cut.json" >"$folder/out" 2>&1 &
    local running=$! status=0
    # it says how far it is after the first case, and listens to signals by then
    for _ in $(seq 600); do
        grep -q ' of ' "$folder/out" && break
        sleep 0.1
    done
    kill -INT "$running"
    wait "$running" || status=$?
    [ "$status" = 3 ] || problem "interrupted, exit status $status"
    says "interrupted after"
    python3 - "$folder/cut.json" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["interrupted"] and len(report["cases"]) == report["summary"]["pass"], report["summary"]
PYTHON
}
run_interrupted
run_interrupted --jobs 2
run 0 --repeat 3 'ES10b.GetEUICCChallenge/*'

# ---- wrong cards (test_wrong_cards.py has more of them) ----
echo 'at ES10c.DeleteProfile: set deleteResult to 127' >"$folder/delete.rules"
run 1 --mutate "$folder/delete.rules" --junit "$folder/wrong.xml" 'ES10c.ProfileStates/*'
python3 - "$folder/wrong.xml" <<'PYTHON'
import sys, xml.dom.minidom
document = xml.dom.minidom.parse(sys.argv[1])
names = [node.parentNode.getAttribute("name") for node in document.getElementsByTagName("failure")]
assert sorted(names) == ["05-delete-unknown", "06-delete-enabled", "07-delete-disabled"], names
PYTHON
run 1 --mutate "$folder/delete.rules" --stop-at-first --verbose 'ES10c.*'
[ "$(grep -c FAIL "$folder/out")" = 1 ] || problem "--stop-at-first goes on"
run 1 --mutate "$folder/delete.rules" --stop-at-first --jobs 2 'ES10c.*'
echo 'at ES10a.GetEuiccConfiguredAddresses: mute' >"$folder/mute.rules"
run 3 --mutate "$folder/mute.rules" 'ES10a.*' 'ES10b.Information'
says "no answer to"
echo 'nonsense' >"$folder/bad.rules"
run 3 --mutate "$folder/bad.rules"
says "line 1"

# ---- a foreign card: nothing is lost without leave ----
expect 0 "$softeuicc" create --card "$folder/a.card"
expect 0 "$install" "$profiles/operational.der" --card "$folder/a.card" --enable
"$softeuicc" profiles --card "$folder/a.card" >"$folder/before"
"$softeuicc" notifications --card "$folder/a.card" >>"$folder/before"
run 0 --card "$folder/a.card" --json "$folder/a.json"
says "destructive: --allow-destructive"
says "needs a profile that may be changed"
"$softeuicc" profiles --card "$folder/a.card" >"$folder/after"
"$softeuicc" notifications --card "$folder/a.card" >>"$folder/after"
diff -u "$folder/before" "$folder/after" || problem "a case changed a foreign card"
[ "$(judged "$folder/a.json" skip | wc -l)" -gt 10 ] || problem "a foreign card: nothing was skipped"
# (a few: each change waits for the disk; the whole is run behind the socket)
run 0 --card "$folder/a.card" --allow-destructive 'ES10c.ProfileStates/*' 'UICC.PIN'

# ---- a foreign card whose profile has PINs of its own ----
sed 's/pinValue "0000"/pinValue "4321"/; s/pinValue "88888888"/pinValue "ZYXWVUTS"/' "$profiles/test.profile" >"$folder/own.profile"
cp "$profiles/test.metadata" "$folder/own.metadata"
expect 0 "$profile" encode "$folder/own.profile" -o "$folder/own.der"
expect 0 "$softeuicc" create --card "$folder/own.card"
expect 0 "$install" "$folder/own.der" --card "$folder/own.card" --enable

# card COMMAND...: the last answer
card()
{
    printf '%s\n' "$@" | "$softeuicc" run --card "$folder/own.card" --stdio --quiet 2>"$folder/card" | grep . | tail -1
}
# has_tries PIN1 ADM1: the answers to an empty VERIFY PIN
has_tries()
{
    local came
    came="$(card 0020000100) $(card 0020000A00)"
    [ "$came" = "$1 $2" ] || problem "tries of PIN1 and ADM1: $came, not $1 $2"
}
# foreign OPTION...: cases that need something of the user
asking=('ES10c.SetNickname/*' 'UICC.AccessRules/*' 'UICC.Authenticate/2*' 'UICC.Files/3*' 'UICC.Pin/2*')
foreign()
{
    run 0 --card "$folder/own.card" --json "$folder/own.json" "$@" "${asking[@]}"
}
# needing WORDS VERDICT REASON...: all cases that begin with the test profile and need just these came out so
needing()
{
    python3 - "$folder/own.json" "$@" <<'PYTHON'
import json, sys
cases = json.load(open(sys.argv[1]))["cases"]
for words, verdict, reason in zip(*[iter(sys.argv[2:])] * 3):
    chosen = [c for c in cases if set(c["needs"]) == set(words.split())
              and c["state"] in ("test", "installed") and not c["destructive"]]
    assert chosen, f"no case needs just {words}"
    other = [(c["id"], c["verdict"], c.get("reason")) for c in chosen
             if c["verdict"] != verdict or reason not in (c.get("reason") or "")]
    assert not other, other
PYTHON
}
right_pin=34333231FFFFFFFF
right_adm=5A59585756555453
iccid=89000101000000000044
[ "$(card 80AA000005A903830107 0070000001 01A4040010A0000005591010FFFFFFFF8900000100 \
    81E2910015BF29125A0A9800101000000000004490046D696E6500)" = bf29038001009000 ] || problem "no nickname"
has_tries 63c3 63ca
foreign
needing pin skip "needs the value of PIN1: --pin HEX" adm skip "needs the value of ADM1: --adm HEX" \
    profile skip "needs a profile that may be changed: --profile ICCID" \
    enabled-profile skip "needs leave to change the enabled profile"
has_tries 63c3 63ca
foreign --profile "$iccid" --pin "$right_pin" --adm "$right_adm"
needing pin pass "" adm pass "" profile pass "" enabled-profile pass "" "enabled-profile pin" pass ""
has_tries 63c3 63ca
for value in "$right_pin" "$right_adm"; do
    ! grep -qi "$value" "$folder/own.json" || problem "the report gives away $value"
done
grep -q '"hidden":"a value of --pin or --adm"' "$folder/own.json" || problem "the report does not say what it hides"
"$softeuicc" profiles --card "$folder/own.card" | grep -q 'called "mine"' || problem "the nickname is gone"
foreign --profile 89000101000000009995
needing profile skip "89000101000000009995 is not on this card" \
    enabled-profile skip "89000101000000009995 is not on this card"
# a wrong value costs one try a run, and never the last one
foreign --pin 30303030FFFFFFFF --adm 3838383838383838
needing pin skip "the value is wrong (2 tries left)" adm skip "the value is wrong (9 tries left)"
has_tries 63c2 63c9
asking=('UICC.AccessRules/08*' 'UICC.Pin/20*')
foreign --pin 30303030FFFFFFFF
has_tries 63c1 63c9
foreign --pin 30303030FFFFFFFF
needing pin skip "it has 1 try left and is not risked"
has_tries 63c1 63c9
# with leave the profile is replaced by that of the same ICCID which the bench knows
foreign --allow-destructive --pin "$right_pin" --adm "$right_adm"
needing pin pass ""

# ---- through a socket; and when the card goes away ----
"$softeuicc" run --memory --listen 127.0.0.1:0 >"$folder/daemon" 2>&1 &
daemon=$!
port=
for _ in $(seq 600); do
    port=$(sed -nE 's/.*listening on (127\.0\.0\.1:[0-9]+)$/\1/p' "$folder/daemon")
    [ -n "$port" ] && break
    sleep 0.1
done
[ -n "$port" ] || problem "the daemon does not listen: $(cat "$folder/daemon")"
run 0 --connect "$port" --timeout 20000 "${chosen[@]}"
# (not all: most begin with a memory reset and a download, which take longer than they do)
[ "$extent" = sample ] || chosen=(ES10c ES6 'UICC.P*' Download.Retry)
run 0 --connect "$port" --timeout 20000 --allow-destructive --json "$folder/b.json" "${chosen[@]}"
# each reason is one that leave does not help against
python3 - "$folder/b.json" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
skipped = [c for c in report["cases"] if c["verdict"] == "skip"]
left = [c["id"] for c in skipped if not c["reason"].startswith("applies only if: ")
        and "to bring it there the card has to be: " not in c["reason"]]
assert not left, f"with leave something was skipped: {left}"
iot = {c["id"] for c in report["cases"] if c["family"] == "iot"}
assert len({c["id"] for c in skipped} - iot) < 60, "with leave too much does not apply"
ids = [c["id"] for c in report["cases"]]
assert ids == sorted(ids), "the report is in the order of the run"
PYTHON
kill "$daemon"
wait "$daemon" || true
daemon=
# (not the daemon's port: another program may have it by now, but this one is never given by chance)
run 3 --connect 127.0.0.1:1
says "no connection"
run 3 --reader "no reader has this name"
echo "run.sh: all as it has to be"
