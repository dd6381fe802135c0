# What the tests of commands (test_*_command.sh and test_install.sh) share; sourced by them before anything else. `program`
# is what exits() runs, `daemon` a process that ends with the test.
daemon=
failures=0

absolute() {
    case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac
}

# A folder of the test's own is the working folder from here on. The default card file must be nobody's, and nobody types.
enter_scratch() {
    scratch=$(mktemp -d)
    trap leave_scratch EXIT
    trap 'exit 1' HUP INT TERM
    XDG_DATA_HOME=$scratch/data
    export XDG_DATA_HOME
    cd "$scratch"
    exec </dev/null
}

leave_scratch() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
    rm -rf "$scratch"
}

wrong() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

exits() { # STATUS MESSAGE ARGUMENT...: standard error has MESSAGE, or is empty
    status=0
    wanted=$1
    message=$2
    shift 2
    "$program" "$@" >out 2>err || status=$?
    [ $status -eq "$wanted" ] || wrong "$*: exit status $status, expected $wanted ($(cat err))"
    [ -n "$message" ] || [ ! -s err ] || wrong "$*: said '$(cat err)'"
    [ -z "$message" ] || grep -q -e "$message" err || wrong "$*: said '$(cat err)', not '$message'"
}
