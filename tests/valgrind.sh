#!/usr/bin/env bash
# Unit and conformance tests under valgrind's memcheck: what is used before it is set (the address sanitizer does not see
# that), besides leaks and accesses outside. Any finding fails.
#     tests/valgrind.sh BUILD            a sample that goes through every room of src
#     tests/valgrind.sh BUILD --all      every test program
#     tests/valgrind.sh BUILD NAME...    these meson tests
# BUILD is made if it is not there, with -Dzero_init=false: variables that begin as zeros would hide what is looked for.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:?usage: tests/valgrind.sh BUILD [--all | NAME...]}
shift
jobs=${VALGRIND_JOBS:-2}
sample="asn1 personality saip scp secured_packet store_image tlv uicc_records"
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 2; }
if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" "$root" -Dtests=enabled -Dzero_init=false >/dev/null || exit 2
fi

# "NAME PROGRAM VARIABLE=VALUE..." of the tests that are programs of this build: all, or those named.
selection()
{
    meson introspect "$build" --tests | python3 -c '
import json, os, sys
build, names = sys.argv[1], sys.argv[2:]
options = json.load(os.popen("meson introspect --buildoptions " + build))
if any(o["name"] == "zero_init" and o["value"] for o in options):
    sys.exit(build + " was set up without -Dzero_init=false")
tests = {}
for test in json.load(sys.stdin):
    suites = {s.split(":")[-1] for s in test["suite"]}
    name, program = test["name"].replace("-", "_"), test["cmd"][0]
    if suites & {"unit", "conformance"} and len(test["cmd"]) == 1 and not program.endswith((".sh", ".py")):
        tests[name] = [program] + [k + "=" + v for k, v in test["env"].items()]
chosen = list(tests) if names == ["--all"] else [n.replace("-", "_") for n in names]
for name in chosen:
    if name not in tests:
        sys.exit(name + ": no test program of the suites unit and conformance")
    print(name, *tests[name])
' "$build" "$@"
}

# NAME PROGRAM VARIABLE=VALUE...: one test; check must not fork, or the children would be lost to sight.
run_one()
{
    local name=$1 program=$2 log begin=$SECONDS
    shift 2
    log=$(mktemp)
    if env CK_FORK=no CK_DEFAULT_TIMEOUT=0 "$@" valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite --show-leak-kinds=definite --track-origins="${VALGRIND_ORIGINS:-no}" \
        "$program" >"$log" 2>&1; then
        echo "$name: clean ($((SECONDS - begin)) s)"
        rm -f "$log"
        return 0
    fi
    cat "$log"
    echo "$name: FAILED"
    rm -f "$log"
    return 1
}
export -f run_one

# shellcheck disable=SC2086 # the sample is a list of words
[ $# -gt 0 ] || set -- $sample
chosen=$(selection "$@") || exit 2
programs=$(awk '{ print $2 }' <<<"$chosen" | sed "s|^$(realpath "$build")/||" | sort -u)
# shellcheck disable=SC2086 # a list of targets
ninja -C "$build" $programs >"$build/valgrind-build.log" || { tail -20 "$build/valgrind-build.log"; exit 2; }
# xargs answers 123 if one of them failed
xargs -P "$jobs" -L 1 bash -c 'run_one "$@"' _ <<<"$chosen"
