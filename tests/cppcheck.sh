#!/usr/bin/env bash
# cppcheck over every own source that a build compiles, with the flags of its compile database; clean or exit status 1.
#     tests/cppcheck.sh BUILD
# What it says wrongly is in tests/cppcheck.suppressions, each with the reason.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: tests/cppcheck.sh BUILD}" && pwd)
command -v cppcheck >/dev/null || { echo "cppcheck is not installed"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each file once, without what the build generated; the own headers come with the files.
python3 - "$build/compile_commands.json" "$root" "$work/commands.json" <<'PYTHON'
import json, os, re, sys
database, root, out = sys.argv[1:]
own = tuple(os.path.join(os.path.realpath(root), room) + os.sep for room in ('src', 'tests', 'tools'))
files = {}
for command in json.load(open(database)):
    path = os.path.realpath(os.path.join(command['directory'], command['file']))
    if path.startswith(own):
        # cppcheck reads -DNAME=\"text\", but not '-DNAME="text"'
        command['command'] = re.sub("'([^']*)'", lambda m: m[1].replace('"', '\\"'), command['command'])
        files.setdefault(path, command)
json.dump(list(files.values()), open(out, 'w'))
print(len(files), 'files')
PYTHON

cppcheck --project="$work/commands.json" -j2 --quiet --error-exitcode=1 --std=c11 --max-configs=1 \
    --enable=warning,performance,portability --library=posix,gnu --inline-suppr \
    --suppressions-list="$root/tests/cppcheck.suppressions" --template='{file}:{line}: {severity}: {id}: {message}'
