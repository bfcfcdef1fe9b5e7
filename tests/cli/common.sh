# SPDX-License-Identifier: MIT
# common.sh - What the scripts of this folder share: a scratch folder, assertions, test pictures.
# Usage: bash NAME.sh PROGRAM PYTHON, see CMakeLists.txt.
set -u
program=$(realpath "$1")
python=$2
tests=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
finished=no
# A script that does not come to its finish has proved nothing.
leave()
{
    local status=$?
    rm -rf "$scratch"
    [ "$finished" = yes ] || { echo "FAIL: the script ended before its finish" >&2; exit 1; }
    exit $status
}
trap leave EXIT
cd "$scratch" || exit 1
failures=0
last=''
# Tests run beside others; threads that spin while they wait would starve them.
export OMP_WAIT_POLICY=passive
# The smallest fit that still exercises everything.
tiny=(--device cpu --threads 1 --width 16 --layers 1)

fail()
{
    echo "FAIL: $*" >&2
    echo "  after: inrush $last" >&2
    sed 's/^/  stdout: /' out >&2
    sed 's/^/  stderr: /' err >&2
    failures=$((failures + 1))
}

# run CODE ARGUMENTS...: runs the program, keeps its output in out and err, checks the exit code.
run()
{
    local want=$1 got
    shift
    last="$*"
    "$program" "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ] || fail "exit code $got instead of $want"
}

# refuse CODE PATTERN ARGUMENTS...: exits with CODE, says one sentence that matches, prints no result.
refuse()
{
    local want=$1 pattern=$2
    shift 2
    run "$want" "$@"
    [ ! -s out ] || fail "an error must print nothing on standard output"
    [ "$(wc -l <err)" -eq 1 ] || fail "an error must be one line"
    grep -q '^inrush: ' err || fail "an error must start with 'inrush: '"
    grep -Eq -- "$pattern" err || fail "the error does not match: $pattern"
}

has()
{
    grep -Eq -- "$2" "$1" || fail "$1 does not match: $2"
}

lacks()
{
    ! grep -Eq -- "$2" "$1" || fail "$1 matches: $2"
}

empty()
{
    [ ! -s "$1" ] || fail "$1 should be empty"
}

# json EXPRESSION: evaluates Python on d, the document in out, and j(NAME), the one in another file.
json()
{
    "$python" -c '
import json, math, sys
def refuse(word): raise ValueError(word)
def j(name): return json.load(open(name), parse_constant=refuse)
d = j("out")
ok = eval(sys.argv[1])
sys.exit(0 if ok else 1)' "$1" 2>python_err || fail "not true of the JSON: $1 $(tail -n 1 python_err)"
}

picture()
{
    "$python" "$tests/picture.py" "$@" || fail "picture.py $*"
}

# tetra FILE.obj: a closed mesh of volume 1/6, the corner of a cube.
tetra()
{
    cat >"$1" <<'END'
v 0 0 0
v 1 0 0
v 0 1 0
v 0 0 1
f 1 3 2
f 1 2 4
f 1 4 3
f 2 3 4
END
}

finish()
{
    finished=yes
    [ "$failures" -eq 0 ] || echo "$failures failed" >&2
    exit $((failures > 0))
}
