# SPDX-License-Identifier: MIT
# usage.sh - Wrong words end with code 2, one sentence, and the valid or nearest ones.
. "$(dirname "$0")/common.sh"
picture make a.png 24x17 3 8

refuse 2 'no command given'
refuse 2 "did you mean 'fit'" fti
refuse 2 'the commands are fit, render' qqqqqqqq
refuse 2 "did you mean 'render'" help rendr
refuse 2 'did you mean --steps' fit a.png -o a.inr --step 3
refuse 2 'unknown option --zzzzzz' fit a.png -o a.inr --zzzzzz
refuse 2 'unknown option -Z' fit a.png -o a.inr -Z
refuse 2 'takes no value' fit a.png -o a.inr --json=1
refuse 2 'needs a value' fit a.png -o a.inr --steps
refuse 2 'looks like an option' fit a.png -o --json
refuse 2 'steps.*-1' fit a.png -o a.inr --steps -1
refuse 2 'steps.*many' fit a.png -o a.inr --steps many
refuse 2 'width.*0' fit a.png -o a.inr --width=0
refuse 2 'preset.*siren.*wire' fit a.png -o a.inr --preset nonsense
refuse 2 'activation.*sine.*relu' fit a.png -o a.inr --activation nonsense
refuse 2 'no output given' fit a.png
refuse 2 'no input given' fit -o a.inr
refuse 2 'too many arguments' fit a.png b.png -o a.inr
refuse 2 'too few arguments' eval a.png
refuse 2 'a name that ends in .inr' fit a.png -o b.png
cp a.png scan
refuse 2 'is the input' fit scan -o ./scan -f
refuse 2 'standard output' fit a.png -o -
refuse 2 'kinds are|did you mean' list nonsense
refuse 2 "did you mean 'activation'" list activatoin
refuse 2 'goes with' list activation --activation sine
refuse 2 'goes with' list --omega 3
refuse 2 'goes with' list init --omega 3
refuse 2 'no constant' list init --activation relu --omega 3
refuse 2 'unknown activation' list init --activation nonsense
refuse 2 'mean square' list init --activation sine --omega 0
refuse 2 'mean square' fit a.png -o a.inr --init vi3nr --omega 0
refuse 2 'bash, zsh and fish' completion tcsh
refuse 2 'the suites are' bench nonsense
refuse 2 'whole numbers' bench speed --widths 64,,128
refuse 2 'whole number' bench speed --threads many
refuse 5 'nonsense' fit a.png -o a.inr --device nonsense
refuse 5 'nonsense' devices --device nonsense

# -qq silences errors, not the exit code
run 2 -qq fit
empty err

# options may stand anywhere, -- ends them, and the last of two wins
run 0 --json list activation
run 0 list -- preset
has out '^siren'
run 2 list -- --json
run 0 fit --print-config --width 8 --width=12 --seed 3
json 'd["network"]["n_neurons"] == 12 and d["training"]["seed"] == 3'

run 0 --version
has out '^inrush [0-9]+\.[0-9]+\.[0-9]+'
run 0 -qV
has out '^[0-9]+\.[0-9]+\.[0-9]+$'
for command in fit render eval info spectrum signal list devices selftest bench completion help; do
    run 0 help $command
    cp out help
    has out "^Usage: inrush $command"
    run 0 $command --help
    cmp -s out help || fail "help $command and $command --help differ"
    empty err
    [ "$(wc -L <out)" -le 80 ] || fail "help is wider than 80 columns"
done
finish
