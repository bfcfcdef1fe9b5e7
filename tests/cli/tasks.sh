# SPDX-License-Identifier: MIT
# tasks.sh - Arrays, volumes and sounds go in and come out; every task has its numbers, and what does
# not fit together is refused.
. "$(dirname "$0")/common.sh"
small=("${tiny[@]}" --steps 40)
run 0 signal spheres --dims 3 --side 14 --bandwidth 0.1 -o balls.npy
run 0 signal bandlimited --dims 3 --side 9 --bandwidth 0.7 -o waves.npy
run 0 signal bandlimited --side 21 --bandwidth 0.4 -o plane.npy
run 0 signal bandlimited --side 21 --bandwidth 0.4 -o plane.png
run 0 signal sierpinski --side 21 --bandwidth 0.2 -o mask.png
run 0 signal sierpinski --side 20 --bandwidth 0.2 -o other.png
"$python" "$tests/signal_file.py" wav tone.wav 5 || fail "tone.wav"

# cross-entropy asks for outputs and targets in [0,1]
unit=(--loss bce --output-activation sigmoid --target-low 0)
run 0 fit balls.npy -o bce.inr "${tiny[@]}" --steps 400 --lr 5e-3 "${unit[@]}" --json
json 'd["task"] == "occupancy" and d["iou"] > 0.4'
refuse 2 'loss bce needs outputs from 0 to 1: use --output-activation sigmoid' fit balls.npy -o x.inr --loss bce
refuse 2 'sigmoid gives 0 to 1' fit balls.npy -o x.inr --loss bce --output-activation sigmoid
refuse 2 'projections' fit plane.png -o x.inr --task ct "${unit[@]}"
refuse 2 'targets in \[0,1\]' fit tone.wav -o x.inr --rescale off --init pytorch "${unit[@]}"

# a volume of bools is occupancy: iou from fit, from eval and from the rendered array are the same
run 0 fit balls.npy -o balls.inr "${small[@]}" --json
cp out fit.json
json 'd["task"] == "occupancy" and 0 <= d["iou"] <= 1'
run 0 eval balls.npy balls.inr --device cpu --json
json 'abs(d["iou"] - j("fit.json")["iou"]) < 1e-9 and abs(d["psnr"] - j("fit.json")["psnr"]) < 1e-6'
run 0 render balls.inr -o back.npy --device cpu
"$python" "$tests/signal_file.py" check back.npy '|b1' 14 14 14 any || fail "back.npy"
run 0 eval balls.npy back.npy --json
json 'abs(d["iou"] - j("fit.json")["iou"]) < 1e-9'
run 0 info balls.inr --json
json 'd["task"] == "occupancy" and d["shape"] == [14, 14, 14] and d["sample"] == "bool"'
run 0 info balls.npy
has out 'volume, 14 x 14 x 14'
run 0 fit balls.npy -o low.inr "${small[@]}" --threshold 0.2 --json
json 'd["iou"] != j("fit.json")["iou"]'

# other shapes, slices, floats that are left alone
run 0 fit waves.npy -o waves.inr "${small[@]}"
run 0 render waves.inr -o large.npy --size 5x6x7 --device cpu --json
json '[d["width"], d["height"], d["length"]] == [5, 6, 7]'
"$python" "$tests/signal_file.py" check large.npy '<f4' 7 6 5 any || fail "large.npy"
run 0 render waves.inr -o twice.npy --scale 2 --device cpu --json
json '[d["width"], d["height"], d["length"]] == [18, 18, 18]'
run 0 render waves.inr -o slice.png --slice 8 --scale 3 --device cpu --json
json '[d["width"], d["height"]] == [27, 27]'
run 0 render balls.inr -o raw.npy --depth float --device cpu
"$python" "$tests/signal_file.py" check raw.npy '<f4' 14 14 14 any || fail "raw.npy"
run 0 eval waves.inr twice.npy --device cpu --json
json 'd["exact"]'
has err 'rendered at 18 x 18 x 18'
refuse 2 'needs --slice' render waves.inr -o no.png
refuse 2 'no slice 9' render waves.inr -o no.png --slice 9
refuse 2 'WxHxD' render waves.inr -o no.npy --size 4x5
refuse 2 'leave it out' render waves.inr -o no.npy --slice 1

# an array of two axes makes pictures too, and a picture an array
run 0 fit plane.npy -o plane.inr "${small[@]}" --json
json 'd["task"] == "image"'
run 0 render plane.inr -o plane_back.png --device cpu
run 0 fit plane.png -o picture.inr "${small[@]}"
run 0 render picture.inr -o picture.npy --size 30x --device cpu
"$python" "$tests/signal_file.py" check picture.npy '<u2' 30 30 any || fail "picture.npy"
refuse 2 'models of volumes' render plane.inr -o no.png --slice 1

# a sound
run 0 fit tone.wav -o tone.inr "${small[@]}" --json
json 'd["task"] == "series" and d["ssim"] is None'
run 0 render tone.inr -o tone.npy --device cpu
"$python" "$tests/signal_file.py" check tone.npy '<f4' 2000 any || fail "tone.npy"
run 0 render tone.inr -o tone2.wav --scale 2 --device cpu
run 0 info tone2.wav --json
json 'd["shape"] == [4000] and d["rate"] == 16000 and d["sample"] == "float"'
run 0 render tone.inr -o same.wav --device cpu
run 0 render tone.inr -o again.wav --device cpu
cmp -s same.wav again.wav || fail "the same sound is not the same bytes"
run 0 eval same.wav tone.npy --json
json 'd["exact"]'
run 0 render tone.inr -o tone.flac --device cpu
run 0 eval tone.flac tone.npy --json
json 'd["psnr"] > 100'
refuse 2 'not of a sound; write a .npy' render waves.inr -o no.wav
run 0 info tone.inr
has out '8000 Hz'
refuse 2 'no picture' render tone.inr -o no.png
refuse 2 'preview' fit tone.wav -o no.inr "${small[@]}" --preview no.png

# unscaled, as the study measures
run 0 fit plane.npy -o off.inr "${small[@]}" --rescale off --task image
run 0 info off.inr --json
json 'd["config"]["task"]["rescale"] == "off"'

# noise, holes, small versions
run 0 fit plane.png -o d.inr "${small[@]}" --task denoise --noise 0.2 --json
json 'd["task"] == "denoise" and d["psnr"] > 10'
run 0 fit plane.png -o d2.inr "${small[@]}" --task denoise --reference plane.npy --json
json 'd["psnr"] > 10'
run 0 fit plane.png -o i.inr "${small[@]}" --task inpaint --keep 0.4 --json
json 'd["psnr_unknown"] is not None'
run 0 fit plane.png -o m.inr "${small[@]}" --task inpaint --mask mask.png
has out 'where unknown'
run 0 fit plane.png -o s.inr "${small[@]}" --task super_resolution --factor 3
run 0 info s.inr
has out 'super_resolution'
has out '21 x 21'
run 0 fit plane.png -o s2.inr "${small[@]}" --task super_resolution --factor 4
has err 'cut to 20 x 20'
refuse 3 'must agree' fit plane.png -o s3.inr "${small[@]}" --task super_resolution --reference waves.npy

run 0 fit plane.png -o r.inr "${small[@]}" --task super_resolution --factor 3 --readout mean
run 0 info r.inr --json
json 'd["config"]["task"]["readout"] == "mean" and d["width"] == 21'

# a picture from its projections, and from a file of projections
run 0 fit plane.png -o ct.inr "${small[@]}" --task ct --angles 9 --json
json 'd["task"] == "ct" and d["ssim"] is not None'
run 0 render ct.inr -o ct.png --device cpu
run 0 eval ct.inr plane.png --device cpu
run 0 fit plane.npy -o rows.inr "${small[@]}" --task ct --size 21x30 --json
json 'd["psnr"] is not None and d["ssim"] is None'
run 0 render rows.inr -o rows.npy --device cpu
"$python" "$tests/signal_file.py" check rows.npy '<f4' 30 21 any || fail "rows.npy"
# sinograms: what was trained on, what the field has, and what was trained on as an input again
run 0 fit plane.png -o ct.inr -f "${small[@]}" --task ct --angles 9 --sinogram sino.npy
"$python" "$tests/signal_file.py" check sino.npy '<f4' 9 21 any || fail "sino.npy"
run 0 fit sino.npy -o again.inr "${small[@]}" --task ct --size 21x21 --angles 50 --sinogram same.npy
cmp -s sino.npy same.npy || fail "the sinogram of a sinogram differs"
run 0 info again.inr --json
json 'd["config"]["task"]["angles"] == 9'
for model in ct again; do
    run 0 render $model.inr -o field.npy -f --sinogram --device cpu
    "$python" "$tests/signal_file.py" check field.npy '<f4' 9 21 any || fail "field.npy of $model"
done
run 0 render ct.inr -o field.npy -f --sinogram --device cpu
run 0 eval sino.npy field.npy --json
json 'd["psnr"] > 15'
run 0 render ct.inr -o sino.png --sinogram --device cpu
has err 'white is [0-9.]+'
run 0 info sino.png
has out '21 x 9'
refuse 2 'sinogram is of task ct, and this is image' render picture.inr -o no.npy --sinogram --device cpu -q
refuse 2 'source.s size' render ct.inr -o no.npy --sinogram --size 30x
refuse 2 'no sound' render ct.inr -o no.wav --sinogram --device cpu -q
refuse 2 'this is auto' fit plane.png -o no.inr --sinogram no.npy
refuse 2 'is the input' fit sino.npy -o no.inr --task ct --size 21x21 --sinogram sino.npy
refuse 3 'sinogram has 21 columns' fit plane.npy -o no.inr --task ct --size 20x30
refuse 2 'both sides' fit plane.npy -o no.inr --task ct --size 20x
refuse 2 'task ct' fit plane.npy -o no.inr --size 21x30

# a checkpoint goes on with its task, its noise and its mask
run 0 fit plane.png -o whole.inr "${tiny[@]}" --task inpaint --mask mask.png --schedule constant --steps 20 --keep-state
run 0 fit plane.png -o half.inr "${tiny[@]}" --task inpaint --mask mask.png --schedule constant --steps 10 --keep-state
run 0 fit plane.png -o half.inr --resume half.inr --mask mask.png --steps 20 --threads 1 --device cpu
"$python" "$tests/tensors.py" whole.inr half.inr || fail "a resumed task differs"
refuse 3 'another image' fit plane.png -o half.inr --resume half.inr --steps 30
refuse 2 'leave out --task' fit plane.png -o half.inr --resume half.inr --task denoise

# what does not fit together: one clear sentence each
refuse 3 'mask is of 20 x 20.*must agree' fit plane.png -o no.inr --task inpaint --mask other.png
refuse 2 'smaller --factor' fit plane.png -o no.inr --task super_resolution --factor 40
refuse 2 'take no noise' fit balls.npy -o no.inr --task denoise
refuse 2 'takes no mask' fit plane.png -o no.inr --mask mask.png
refuse 2 'takes no reference' fit plane.png -o no.inr --reference plane.png
refuse 2 'signals of 3 axes' fit plane.png -o no.inr --task volume
refuse 2 'unknown task' fit plane.png -o no.inr --task fold
refuse 2 'no spectrum' fit plane.png -o no.inr --task inpaint --omega auto
refuse 3 'missing.png' fit plane.png -o no.inr --task inpaint --mask missing.png
refuse 3 'axes' eval balls.inr plane.npy
[ ! -e no.inr ] && [ ! -e no.npy ] && [ ! -e no.png ] || fail "a refusal left an output"
run 0 list task
has out '^inpaint '
finish
