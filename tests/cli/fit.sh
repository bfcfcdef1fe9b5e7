# SPDX-License-Identifier: MIT
# fit.sh - Settings travel, results have their keys, and the PSNR reported is the PSNR of the picture.
. "$(dirname "$0")/common.sh"
picture make a.png 24x17 3 8

# what --print-config prints is what --config reads, and flags win over files over presets
run 0 fit --print-config --preset wire --width 40 --lr 0.002 --schedule cosine --steps 77 --psnr 31
cp out one.json
json 'd["network"]["n_neurons"] == 40 and d["budget"]["steps"] == 77'
run 0 fit --print-config --config one.json
cmp -s out one.json || fail "--print-config through --config is not the same"
run 0 fit --width 24 --print-config --config one.json
json 'd["network"]["n_neurons"] == 24 and d["budget"]["steps"] == 77'
# an activation resets its constants: the order of words must not matter
run 0 fit --print-config --omega 7 --activation gabor
cp out one.json
run 0 fit --print-config --activation gabor --omega 7
cmp -s out one.json || fail "the order of options matters"
"$program" fit --print-config --config - <one.json >out 2>err || fail "--config - failed"
cmp -s out one.json || fail "--config - is not the same"
# files of instant-ngp inherit, have comments, and nest optimizers; flags win over them too
run 0 fit --print-config --config "$tests/configs/image_tiled.json" --width 32
json 'd["encoding"]["otype"] == "TiledGrid" and d["network"]["n_neurons"] == 32'
json 'd["training"]["schedule"] == "decay" and d["optimizer"]["sparse"] and not d["network"]["bias"]'
refuse 3 'missing.json' fit a.png -o b.inr --config "$tests/configs/orphan.json"

# variance-informed initialisation: real and complex fields, its setting in files, reset by activation
for preset in siren gauss wire wire2d pe; do
    run 0 fit a.png -o v.inr -f "${tiny[@]}" --preset $preset --init vi3nr --steps 3
done
run 0 fit --print-config --preset gauss --init vi3nr --sigma-p 0.25
json 'd["network"]["sigma_p"] == 0.25 and d["network"]["init"] == "vi3nr"'
cp out one.json
run 0 fit --print-config --config one.json --activation gabor
json 'd["network"]["sigma_p"] == 0 and d["network"]["init"] != "vi3nr"'

# keys, and the same number from fit, eval and eval of the rendered picture
run 0 fit a.png -o a.inr "${tiny[@]}" --steps 60 --json
cp out fit.json
json 'set("psnr ssim steps seconds samples_per_second parameters bytes device preset seed".split()) <= set(d)'
json 'd["steps"] == 60 and d["complete"] and not d["interrupted"] and d["preset"] == "siren"'
json 'd["samples_per_second"] > 0 and d["parameters"] == 2*16+16 + 16*16+16 + 16*3+3'
[ "$(stat -c %s a.inr)" -eq "$("$python" -c 'import json; print(json.load(open("fit.json"))["bytes"])')" ] ||
    fail "bytes is not the size of the file"
run 0 eval --device cpu a.png a.inr --json
json 'abs(d["psnr"] - j("fit.json")["psnr"]) < 0.01 and abs(d["ssim"] - j("fit.json")["ssim"]) < 1e-4'
run 0 render a.inr -o b.png --device cpu
empty out
run 0 eval --device cpu a.png b.png --json
json 'abs(d["psnr"] - j("fit.json")["psnr"]) < 0.01 and {"psnr", "ssim", "mae"} <= set(d)'
run 0 eval --device cpu a.png a.png --json
json 'd["psnr"] is None and d["exact"] is True and d["mae"] == 0'
run 0 eval --device cpu a.png b.png
has out '^psnr +[0-9.]+ dB$'

# outputs that pass an activation: in the file, on the way back, and as far as they reach
for output in "sine" "sigmoid --target-low 0" "tanh --preset relu" "sigmoid --preset grid --lr 0.1"; do
    run 0 fit a.png -o o.inr -f "${tiny[@]}" --steps 60 --output-activation $output --json
    cp out output.json
    run 0 info o.inr --json
    json 'd["config"]["network"]["output_activation"].lower() == "'"${output%% *}"'"'
    run 0 eval --device cpu a.png o.inr --json
    json 'abs(d["psnr"] - j("output.json")["psnr"]) < 0.01'
done
refuse 2 'sigmoid gives 0 to 1' fit a.png -o x.inr --preset siren --output-activation sigmoid
refuse 2 'output-activation wire' fit a.png -o x.inr --output-activation wire
refuse 2 'output-omega' fit a.png -o x.inr --output-activation tanh --output-omega 3

# the same words give the same parameters
run 0 fit a.png -o c.inr "${tiny[@]}" --steps 60
"$python" "$tests/tensors.py" a.inr c.inr || fail "two equal fits differ"

# one line says which device; -q says nothing; results stay on standard output
has err 'cpu'
[ "$(wc -l <out)" -eq 1 ] || fail "the summary is not one line"
run 0 -q fit a.png -o d.inr "${tiny[@]}" --steps 5
empty err
has out 'dB'
"$program" fit - -o e.inr "${tiny[@]}" --steps 5 -q <a.png >out 2>err || fail "fit from standard input"

# a target that cannot be met still leaves a file
run 8 fit a.png -o f.inr "${tiny[@]}" --steps 3 --psnr 90 --json
json 'd["target_reached"] is False'
has err '^inrush: .*dB'
run 0 info f.inr
run 0 fit a.png -o g.inr "${tiny[@]}" --steps 2000 --psnr 15 --json
json 'd["target_reached"] is True and d["psnr"] >= 15'

run 0 info a.inr --json
json 'd["type"] == "model" and d["source"] == "a.png" and d["config"]["network"]["n_neurons"] == 16'
json 'd["parameters"] == j("fit.json")["parameters"] and d["tensors"][0]["name"] == "net.0.weight"'
run 0 info a.png --json
json 'd["type"] == "image" and [d["width"], d["height"], d["channels"]] == [24, 17, 3]'
run 0 info -v a.inr
has out '"n_neurons"'

run 0 fit a.png -o h.inr "${tiny[@]}" --steps 5 --preview h.png
run 0 info h.png
has out '24 x 17'
finish
