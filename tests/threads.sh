#!/usr/bin/env bash
# What cards in different threads share (src/euicc.h allows that), under gcc's thread sanitizer: clones of one card, the
# nodes and entries of their stores, the random provider, decoded tables. Any race fails.
#     tests/threads.sh BUILD [--all]    BUILD is made if it is not there; --all: also 1,000 cards that share nothing
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:?usage: tests/threads.sh BUILD [--all]}
if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" "$root" -Dtests=enabled -Db_sanitize=thread -Db_lundef=false >/dev/null
fi
export TEST_KAT_DIR="$root/tests/kat" TSAN_OPTIONS=halt_on_error=1 CK_DEFAULT_TIMEOUT=600
[ "${2:-}" = --all ] || export CK_RUN_CASE=clones
ninja -C "$build" tests/unit/test_store tests/unit/test_crypto_random \
    tests/conformance/conformance_session_determinism >"$build/threads-build.log" ||
    { tail -20 "$build/threads-build.log"; exit 2; }
"$build/tests/conformance/conformance_session_determinism"
unset CK_RUN_CASE
"$build/tests/unit/test_store"
"$build/tests/unit/test_crypto_random"
