#!/usr/bin/env bash
# softeuicc-bench as its users run it: on the built-in card, on a wrong one, on a card file, through a socket, on a card that
# does not answer; reports that other programs read.
# usage: run.sh BENCH SOFTEUICC INSTALL PROFILES CASES
set -eu
bench=$1
softeuicc=$2
install=$3
profiles=$4
cases=$5
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

# ---- the built-in card: everything passes, alone and in processes, with the same answers ----
run 0 --json "$folder/one.json" --junit "$folder/one.xml"
says "0 failed, 0 errors"
run 0 --jobs 3 --json "$folder/three.json"
python3 -m json.tool "$folder/one.json" >/dev/null
python3 - "$folder" <<'PYTHON'
import json, sys, xml.dom.minidom
folder = sys.argv[1]
one, three = (json.load(open(f"{folder}/{name}.json")) for name in ("one", "three"))
def said(report):
    return [(c["id"], c["verdict"], [(d.get("sent"), d.get("came")) for d in c["dialogue"]]) for c in report["cases"]]
assert said(one) == said(three), "processes give other answers"
assert one["summary"]["pass"] == len(one["cases"]) >= 100
for case in one["cases"]:
    assert case["requirements"] and case["title"]
    assert any(d["kind"] == "expect" and d["section"] == "test" for d in case["dialogue"]), case["id"]
eid = next(c for c in one["cases"] if c["id"] == "ES10c.GetEID/01-nominal")
assert any(f["name"] == "eidValue" for d in eid["dialogue"] for f in d.get("answer", [])), "no decoded fields"
document = xml.dom.minidom.parse(f"{folder}/one.xml")
assert len(document.getElementsByTagName("testcase")) == len(one["cases"])
PYTHON
# an IoT eUICC: what only consumer eUICCs have does not apply
run 0 --personality iot
says "does not apply: consumer"
run 0 --repeat 3 'ES10b.GetEUICCChallenge/*'

# ---- wrong cards (test_wrong_cards.py has more of them) ----
echo 'at ES10c.DeleteProfile: set deleteResult to 127' >"$folder/delete.rules"
run 1 --mutate "$folder/delete.rules" --junit "$folder/wrong.xml"
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
run 3 --mutate "$folder/mute.rules"
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
run 0 --card "$folder/a.card" --allow-destructive --json "$folder/b.json"
# (what is for IoT eUICCs does not apply to it)
left=$(judged "$folder/b.json" skip | grep -v '^IoT' || true)
[ -z "$left" ] || problem "with leave something was skipped: $left"

# ---- through a socket; and when the card goes away ----
"$softeuicc" run --memory --listen 127.0.0.1:0 >"$folder/daemon" 2>&1 &
daemon=$!
port=
for _ in $(seq 100); do
    port=$(grep -oE '127\.0\.0\.1:[0-9]+' "$folder/daemon" | head -1 || true)
    [ -n "$port" ] && break
    sleep 0.1
done
[ -n "$port" ] || problem "the daemon does not listen: $(cat "$folder/daemon")"
run 0 --connect "$port" --timeout 20000
kill "$daemon"
wait "$daemon" || true
daemon=
run 3 --connect "$port" --timeout 300
says "no connection"
run 3 --reader "no reader has this name"
echo "run.sh: all as it has to be"
