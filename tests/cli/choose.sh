# SPDX-License-Identifier: MIT
# choose.sh - Settings that the signal chooses: FreSh, the initialisers, reparameterised training,
# and a fit without any settings.
. "$(dirname "$0")/common.sh"
picture make a.png 40x28 3 8
picture make one.png 1x1 3 8
picture make grey.png 12x9 1 8 flat

# every spelling asks for FreSh, and the file says what it chose, under the same settings as it used
for words in "--init fresh" "--omega auto" "--fresh first-omega"; do
    # shellcheck disable=SC2086
    run 0 fit a.png -o a.inr "${tiny[@]}" --steps 20 $words -f --json
    json '"FreSh: first-omega" in d["chosen"]'
    has err 'FreSh: first-omega'
done
run 0 info a.inr --json
json '"FreSh" in d["chosen"]'
# the value it names is the one the field has
json 'float(d["chosen"].split("first-omega ")[1].split(",")[0]) == d["config"]["network"]["first_omega"] != 30'
run 0 fit a.png -o b.inr --preset ffn --width 16 --layers 1 --sigma auto --steps 5 --device cpu --json
json '"encoding-sigma" in d["chosen"]'
run 0 fit a.png -o c.inr --preset finer --width 16 --layers 1 --first-bias-scale auto --steps 5 --device cpu --json
json '"first-bias-scale" in d["chosen"]'
run 0 fit a.png -o d.inr --preset pe --width 16 --layers 1 --frequencies auto --steps 5 --device cpu --json
json '"frequencies" in d["chosen"]'

# the choice is made once: a resumed fit keeps it
run 0 fit a.png -o e.inr "${tiny[@]}" --steps 20 --omega auto --keep-state --json
cp out first.json
run 0 fit a.png -o f.inr --resume e.inr --steps 40 --device cpu --json
json 'd["chosen"] == j("first.json")["chosen"]'

# fields without the setting, and words that are none
run 2 fit a.png -o g.inr --preset relu --omega auto --steps 5 --device cpu
has err 'omega'
run 2 fit a.png -o g.inr --fresh sideways --steps 5
has err 'encoding-sigma'

# signals without a spectrum keep the preset's value and say so
run 0 fit one.png -o h.inr "${tiny[@]}" --omega auto --steps 5 --json
json '"constant" in d["chosen"]'
run 0 fit grey.png -o i.inr "${tiny[@]}" --omega auto --steps 5 --json
json '"constant" in d["chosen"]'

# a fit without settings; what it chose is one line and in the file; settings beside it are refused
run 0 fit a.png -o k.inr --auto --steps 60 --device cpu --json
json 'd["chosen"].startswith("auto: ")'
[ "$(grep -c 'auto: ' err)" -eq 1 ] || fail "--auto does not say in one line what it chose"
# with time to look, the best of the short trials wins, and the field is the one the sentence names
run 0 fit a.png -o race.inr --auto --steps 1000 --psnr 10 --device cpu --json
json '(lambda t: float(t.split("; ")[1].split(" dB")[0]) >= max(map(float, t.split("others ")[1].split("; ")[0].split(", "))))(d["chosen"])'
run 0 info race.inr --json
json 'float(d["chosen"].split("first-omega ")[1].split(",")[0]) == d["config"]["network"]["first_omega"]'
run 0 fit one.png -o l.inr --auto --steps 30 --device cpu
run 0 fit grey.png -o m.inr --auto --steps 30 --device cpu
run 2 fit a.png -o n.inr --auto --width 32 --steps 5
has err 'width'
run 2 fit a.png -o n.inr --auto --preset wire --steps 5
has err 'preset'

# first layers placed on the signal: fits repeat, the share counts, and a picture without edges says so
for init in ridges singularities; do
    run 0 fit a.png -o s-$init.inr "${tiny[@]}" --preset wire --init $init --steps 5
    run 0 fit a.png -o t.inr -f "${tiny[@]}" --preset wire --init $init --steps 5
    "$python" "$tests/tensors.py" s-$init.inr t.inr || fail "two equal fits with init $init differ"
done
! "$python" "$tests/tensors.py" s-ridges.inr s-singularities.inr 2>/dev/null || fail "edges changed nothing"
run 0 fit a.png -o t.inr -f "${tiny[@]}" --preset wire --init singularities --edge-share 0 --steps 5
"$python" "$tests/tensors.py" s-ridges.inr t.inr || fail "ridges are not singularities of share 0"
run 0 fit grey.png -o t.inr -f "${tiny[@]}" --preset wire --init singularities --steps 5
has err '0 of 11 first-layer units lie on edges'
run 0 fit one.png -o t.inr -f "${tiny[@]}" --preset gauss --init singularities --steps 5
has err '0 of 16 first-layer units'
run 0 fit a.png -o t.inr -f "${tiny[@]}" --preset wire --init singularities --steps 5 --keep-state
run 0 fit a.png -o u.inr --resume t.inr --steps 5 --device cpu
"$python" "$tests/tensors.py" t.inr u.inr || fail "resuming placed the first layer again"
run 2 fit a.png -o t.inr -f "${tiny[@]}" --preset siren --init ridges --steps 5
has err 'sine has none: use gauss'

# a reparameterised fit leaves a plain field of the plain size, unless it is to go on
for kind in fourier dct; do
    run 0 fit a.png -o p.inr "${tiny[@]}" --reparam $kind --reparam-frequencies 4 --reparam-phases 2 \
        --steps 30 -f --json
    json 'd["parameters"] == 2*16+16 + 16*16+16 + 16*3+3'
    run 0 eval --device cpu a.png p.inr --json
done
run 0 fit a.png -o q.inr "${tiny[@]}" --reparam fourier --reparam-frequencies 4 --reparam-phases 4 --steps 10 --keep-state --json
json 'd["parameters"] > 2*16+16 + 16*16+16 + 16*3+3'
run 0 fit a.png -o r.inr --resume q.inr --steps 30 --device cpu
finish
