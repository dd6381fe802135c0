#!/usr/bin/env bash
# Are the hardening flags of meson.build in what was built? Looks at the program and the library with readelf, and first
# at a small program that has none of it, in which every check must fail. A meson test of builds without sanitizers:
#     tests/hardening.sh FOLDER-FOR-FILES "COMPILER..." PROGRAM LIBRARY
set -u
work=$1 compiler=$2 program=$3 library=$4

# wants NAME COMMAND...: says the name if the command fails
wants()
{
    local name=$1
    shift
    "$@" || echo "$name"
}

segment() { readelf -lW "$1" | grep -q "$2"; }
lacks_segment() { ! segment "$@"; }
dynamic() { readelf -dW "$1" | grep -qE "$2"; }
lacks_dynamic() { ! dynamic "$@"; }
uses() { readelf -W --dyn-syms "$1" | grep -qE " UND $2"; }

# The first instruction of a function that others may jump to.
has_landing_pads()
{
    case "$(uname -m)" in
    x86_64 | i?86) objdump -d --no-show-raw-insn "$1" | grep -A1 "<$2>:" | grep -qE 'endbr(64|32)' ;;
    aarch64) objdump -d --no-show-raw-insn "$1" | grep -A1 "<$2>:" | grep -qE 'bti|paciasp' ;;
    *) true ;; # none are known
    esac
}

# What a file lacks, one name a line: FILE FUNCTION-IN-IT
lacks()
{
    local file=$1 function=$2
    wants "position independent code" dynamic "$file" 'SONAME|FLAGS_1.*PIE'
    wants "no relocations in the code" lacks_dynamic "$file" TEXTREL
    wants "all symbols bound at the start" dynamic "$file" 'BIND_NOW|FLAGS_1.*NOW'
    wants "a read-only table of symbols (relro)" segment "$file" GNU_RELRO
    wants "a stack without code" segment "$file" 'GNU_STACK.* RW '
    wants "no memory that is written and run" lacks_segment "$file" 'RWE'
    wants "code apart from data (separate-code)" lacks_segment "$file" 'LOAD  *0x0*000 .* R E '
    wants "canaries on the stack" uses "$file" __stack_chk_fail
    wants "_FORTIFY_SOURCE" uses "$file" '__(memcpy|snprintf|vsnprintf|fprintf|printf|strcpy|explicit_bzero)_chk'
    wants "landing pads (CET, BTI)" has_landing_pads "$file" "$function"
}

# A program without anything; what the checks must find there. Text relocations a linker hardly makes any more.
cat >"$work/soft.c" <<'C'
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    char text[64];
    strcpy(text, argv[argc - 1]);
    return puts(text);
}
C
soft=(-O0 -U_FORTIFY_SOURCE -no-pie -fno-pie -fno-stack-protector -fcf-protection=none -mbranch-protection=none
    -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack -Wl,-z,noseparate-code)
case "$(uname -m)" in
aarch64) soft=("${soft[@]/-fcf-protection=none/}") ;;
*) soft=("${soft[@]/-mbranch-protection=none/}") ;;
esac
flags=()
for flag in "${soft[@]}"; do [ -n "$flag" ] && flags+=("$flag"); done
# shellcheck disable=SC2086 # the compiler may be two words
$compiler "${flags[@]}" -o "$work/soft" "$work/soft.c" 2>/dev/null || { echo "the program without hardening does not build"; exit 1; }
found=$(lacks "$work/soft" main | wc -l)
rm -f "$work/soft" "$work/soft.c"
if [ "$found" -ne 9 ]; then
    echo "hardening.sh finds $found of 9 things in a program that lacks them"
    exit 1
fi

status=0
for pair in "$program main" "$library euicc_create"; do
    read -r file function <<<"$pair"
    [ -f "$file" ] || { echo "there is no $file" && exit 1; }
    missing=$(lacks "$file" "$function")
    [ -z "$missing" ] && continue
    printf '%s lacks:\n%s\n' "$(basename "$file")" "$missing"
    status=1
done
exit $status
