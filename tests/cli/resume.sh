# SPDX-License-Identifier: MIT
# resume.sh - Ctrl-C saves and exits with 130; what was saved goes on to the very same parameters; a
# killed program leaves its last checkpoint.
. "$(dirname "$0")/common.sh"
picture make a.png 24x17 3 8
: >out
: >err
long=("${tiny[@]}" --steps 100000000 --save-every 1000)

# stop.py takes what follows its first words as the program and its arguments
stop()
{
    local want=$1 got
    shift
    last="(stopped) $*"
    "$python" "$tests/stop.py" "$@" >out 2>err
    got=$?
    [ "$got" -eq "$want" ] || fail "exit code $got instead of $want"
}

for signal in SIGINT SIGTERM; do
    rm -f b.inr
    stop 130 $signal b.inr 0.05 "$program" fit a.png -o b.inr "${long[@]}" --json
    json 'd["interrupted"] is True and d["complete"] is False and d["steps"] > 0'
    has err '--resume b.inr'
    run 0 info b.inr --json
    json 'd["complete"] is False and d["resumable"] is True'
    run 0 render --device cpu b.inr -o b.png -f
done

# two halves equal the whole
whole=("${tiny[@]}" --steps 20000 --save-every 1000)
run 0 fit a.png -o whole.inr "${whole[@]}" --save-every 0
rm -f half.inr
stop 130 SIGINT half.inr 0.02 "$program" fit a.png -o half.inr "${whole[@]}"
run 0 fit a.png -o half.inr --resume half.inr --json
json 'd["steps"] == 20000 and d["complete"] is True'
"$python" "$tests/tensors.py" whole.inr half.inr || fail "a resumed fit differs from a whole one"

# what cannot go on says so
refuse 3 'optimiser state|keep-state' fit a.png -o c.inr --resume whole.inr
picture make other.png 24x17 3 16
refuse 3 'another image' fit other.png -o c.inr --resume b.inr -q
refuse 2 'leave out --preset' fit a.png -o c.inr --resume b.inr --preset wire
refuse 2 'leave out --width' fit a.png -o c.inr --resume b.inr --width 99
cp b.inr d.inr
refuse 4 'd.inr' fit a.png -o d.inr --resume b.inr

# killed at random moments
for pause in 0.00 0.013 0.05 0.11; do
    rm -f k.inr
    stop 137 SIGKILL k.inr $pause "$program" fit a.png -o k.inr "${long[@]}"
    run 0 info k.inr
    stop 130 SIGINT k.inr 0.1 "$program" fit a.png -o k.inr --resume k.inr
done

# a second Ctrl-C does not wait for the step under way, which would take a minute here
run 0 signal star --side 1000 -o big.npy
stop 130 SIGINT,SIGINT big.npy 0.5 "$program" fit big.npy -o big.inr --device cpu --threads 1 --width 512 --batch-mode full --steps 9
lacks err 'go on with'
[ ! -e big.inr ] || fail "a second Ctrl-C has saved something"
finish
