#!/usr/bin/env bash
# What the other scripts stand on: Debian packages that are missing, the build, and a running pcscd with vpcd.
# Run it (`tools/setup.sh run`, `tools/setup.sh test`) to install a group's packages, or source it for its functions:
# tools/run, tools/test, tools/demo and tools/bench do. Every function says what it does and may be called twice.

packages_build="gcc libc6-dev meson ninja-build pkg-config python3 libssl-dev libtasn1-6-dev libtasn1-bin libsqlite3-dev libxxhash-dev"
packages_build+=" zlib1g-dev libcjson-dev check libpcsclite-dev"
packages_run="$packages_build pcscd vsmartcard-vpcd opensc pcsc-tools"
packages_test="$packages_run clang clang-format clang-tidy libclang-rt-14-dev gcovr cppcheck valgrind binutils"
packages_test+=" sqlite3 openssl chromium"

# Debian's vsmartcard-vpcd (/etc/reader.conf.d/vpcd) makes two readers, "Virtual PCD 00 00" and "Virtual PCD 00 01", that
# wait for their card on ports 0x8C7B = 35963 and 35964. pcscd's own serial driver table has it; there is nothing to set.
vpcd_port=35963
vpcd_reader="Virtual PCD 00 00"
pcscd_pid=""
pcscd_log=""

say()
{
    printf '== %s\n' "$*"
}

die()
{
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Runs a command as root: directly, or with sudo. 1 if neither works.
as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

package_missing()
{
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" != installed ]
}

install_packages()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# setup_packages build|run|test: installs what is missing of the group, and nothing else.
setup_packages()
{
    local list missing=() package
    case "$1" in
    build) list=$packages_build ;;
    run) list=$packages_run ;;
    test) list=$packages_test ;;
    *) die "unknown group of packages \"$1\", expected build, run or test" ;;
    esac
    command -v dpkg-query >/dev/null || die "this is not Debian; install what stands for: $list"
    for package in $list; do
        if package_missing "$package"; then missing+=("$package"); fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        say "packages: all there"
        return
    fi
    say "packages: installing ${missing[*]}"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "neither root nor sudo here; let an administrator run: apt-get install ${missing[*]}"
    fi
    # A fresh machine has no package lists; one that has them may do without the (slow) update.
    install_packages "${missing[@]}" >/dev/null 2>&1 || { as_root apt-get update && install_packages "${missing[@]}"; } || {
        printf '%s\n' "The packages could not be installed; apt-get says why above. What helps:" \
            "  no network or a proxy in between: set http_proxy, or point /etc/apt/sources.list to a mirror that can be reached" \
            "  \"Could not get lock\": another apt-get runs; wait for it" \
            "  \"Unable to locate package\": the lists are of another release (Debian 12 is expected: /etc/debian_version) or" \
            "    main is not in /etc/apt/sources.list" \
            "  dpkg was interrupted: dpkg --configure -a" \
            "Or install them by hand and call again: apt-get install ${missing[*]}" >&2
        die "packages are missing: ${missing[*]}"
    }
}

# build_into DIRECTORY [MESON OPTION...]: configures (once; later the options are set again) and builds: all, or only what
# the meson suites that BUILD_SUITES names need.
build_into()
{
    local directory=$1
    shift
    say "building into $(basename "$directory")"
    if [ -f "$directory/build.ninja" ]; then
        meson configure "$directory" "$@" >/dev/null
    else
        meson setup "$directory" "$(dirname "${BASH_SOURCE[0]}")/.." "$@" >"$directory.setup.log" 2>&1 ||
            { cat "$directory.setup.log" >&2; rm -f "$directory.setup.log"; return 1; }
        rm -f "$directory.setup.log"
    fi
    # shellcheck disable=SC2046 # a list of targets
    ninja -C "$directory" --quiet $([ -z "${BUILD_SUITES:-}" ] || suite_targets "$directory" "$BUILD_SUITES")
}

# The targets that the tests of these suites need.
suite_targets()
{
    python3 - "$1" "$2" <<'PYTHON'
import json, os, subprocess, sys
folder, suites = sys.argv[1], set(sys.argv[2].split())
def introspect(what):
    return json.loads(subprocess.run(["meson", "introspect", folder, what], stdout=subprocess.PIPE, check=True).stdout)
files = {target["id"]: target["filename"] for target in introspect("--targets")}
needed = {name for test in introspect("--tests") if suites & {s.split(":")[-1] for s in test["suite"]}
          for depends in test["depends"] for name in files[depends]}
print("\n".join(sorted(os.path.relpath(name, os.path.realpath(folder)) for name in needed)))
PYTHON
}

# True if something listens on this TCP port (any address). Asking the kernel, not connecting: a connection to vpcd's port
# would be a card that is put in.
port_listens()
{
    awk -v port=":$(printf '%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 }
        END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# pcscd_start: a pcscd with vpcd's port open. One that runs is used; else one is started, as root, until pcscd_stop.
# 1 with a message if that is not possible.
pcscd_start()
{
    local tries
    if port_listens $vpcd_port; then
        say "pcscd: running already, vpcd waits on 127.0.0.1:$vpcd_port"
        return
    fi
    # Where systemd holds pcscd's socket, the first client starts the service.
    if [ -d /run/systemd/system ] && [ -S /run/pcscd/pcscd.comm ]; then
        opensc-tool --list-readers >/dev/null 2>&1
        for tries in $(seq 20); do
            if port_listens $vpcd_port; then
                say "pcscd: started by systemd, vpcd waits on 127.0.0.1:$vpcd_port"
                return
            fi
            sleep 0.1
        done
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { say "pcscd: does not run, and neither root nor sudo here to start it"; return 1; }
        sudo -v || return 1
    fi
    pcscd_log=$(mktemp "${TMPDIR:-/tmp}/softeuicc-pcscd.XXXXXX")
    # Not through as_root: in the background that would be a subshell's process number, and pcscd would outlive it.
    if [ "$(id -u)" -eq 0 ]; then
        pcscd --foreground >"$pcscd_log" 2>&1 &
    else
        sudo pcscd --foreground >"$pcscd_log" 2>&1 &
    fi
    pcscd_pid=$!
    for tries in $(seq 600); do
        if port_listens $vpcd_port; then
            say "pcscd: started (process $pcscd_pid, log $pcscd_log), vpcd waits on 127.0.0.1:$vpcd_port"
            return
        fi
        if ! kill -0 $pcscd_pid 2>/dev/null && ! as_root kill -0 $pcscd_pid 2>/dev/null; then break; fi
        sleep 0.1
    done
    say "pcscd: did not open vpcd's port 127.0.0.1:$vpcd_port; its log says:"
    tail -5 "$pcscd_log" >&2
    pcscd_stop
    return 1
}

# Ends the pcscd that pcscd_start started, and no other.
pcscd_stop()
{
    if [ -n "$pcscd_pid" ]; then
        as_root kill "$pcscd_pid" 2>/dev/null
        wait "$pcscd_pid" 2>/dev/null
        rm -f "$pcscd_log"
        pcscd_pid=""
    fi
    return 0
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -eu
    case "${1:-}" in
    build | run | test) setup_packages "$1" ;;
    *)
        echo "usage: tools/setup.sh build|run|test   installs the Debian packages that this needs and that are missing" >&2
        exit 2
        ;;
    esac
fi
