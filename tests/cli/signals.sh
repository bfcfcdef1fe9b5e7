# SPDX-License-Identifier: MIT
# signals.sh - Generated signals: what is written is what was described, in files that others read.
. "$(dirname "$0")/common.sh"

# without an output the signal is only described
run 0 signal star
has out '^signal     star$'
has out '1000 x 1000'
has out 'floor      6\.36 dB'
run 0 signal bandlimited --dims 3 --bandwidth 0.2 --side 20 --json
json 'd["shape"] == [21, 21, 21] and d["std"] == 0 and d["psnr_mean"] is None and d["seed"] == 1234'

# the study's numbers through the program
run 0 signal bandlimited --bandwidth 0.8 --json
json 'abs(d["std"] - 0.123625666) < 1e-8 and abs(d["psnr_mean"] - 18.16) < 0.005 and d["min"] < 0'
run 0 signal spheres --dims 3 --bandwidth 0.9 -o balls.npy --json
json 'd["mean"] == 0.093978 and d["bytes"] == 1000128'
"$python" "$tests/signal_file.py" check balls.npy '|b1' 100 100 100 0.093978 || fail "balls.npy"
run 0 signal phantom -o phantom.npy
"$python" "$tests/signal_file.py" check phantom.npy '<f4' 256 256 0.1237 || fail "phantom.npy"

# the same seed is the same file, another is not, and the default is the study's first
run 0 signal spheres --side 50 -o a.npy
run 0 signal spheres --side 50 -o b.npy --seed 1234
cmp -s a.npy b.npy || fail "the default seed is not 1234"
run 0 signal spheres --side 50 -o c.npy --seed 2024
! cmp -s a.npy c.npy || fail "another seed made the same signal"

# what lies in assets/ is what the program makes
run 0 signal spheres --dims 3 --bandwidth 0.3 --side 32 -o d.npy
cmp -s d.npy "$tests/../../assets/spheres.npy" || fail "assets/spheres.npy is another signal"

# pictures: binary ones exactly, clamping is said
run 0 signal sierpinski --side 64 --bandwidth 0.3 -o s.png
empty err
run 0 signal sierpinski --side 64 --bandwidth 0.3 -o s.npy
run 0 spectrum s.png --json
cp out png.json
run 0 spectrum s.npy --json
json 'd["radial"] == j("png.json")["radial"]'
run 0 signal bandlimited --bandwidth 0.9 --side 33 -o n.png
has err 'clamped'
run 0 signal bandlimited --bandwidth 0.9 --side 33 -o n.pfm
empty err

# comparing: arrays, and a picture with an array of its shape
run 0 signal spheres --dims 3 --side 24 -o x.npy
run 0 signal spheres --dims 3 --side 24 --seed 2024 -o y.npy
run 0 eval x.npy y.npy --json
json '0 < d["iou"] < 1 and d["ms_ssim"] is None and abs(d["psnr"] + 10 * __import__("math").log10(d["mae"])) < 1e-6'
json 'd["psnr_mean"] > d["psnr"] and d["max_error"] == 1 and 0 < d["ssim"] < 1'
run 0 eval x.npy x.npy --json
json 'd["psnr"] is None and d["exact"] and d["iou"] == 1'
run 0 eval s.png s.npy
has out 'infinite'
run 0 eval s.npy s.png --json
json 'd["exact"]'
run 0 signal bandlimited --bandwidth 0.9 -o n.npy
run 0 signal bandlimited --bandwidth 0.9 -o n.pgm
run 0 eval n.npy n.npy --clamp --json
json 'abs(d["psnr"] - 38.08) < 0.005 and d["ms_ssim"] > 0.99'
run 0 eval n.npy n.pgm
has out 'psnr       38\.08 dB'
has out 'floor      11\.93 dB'
has out 'ms-ssim    0\.99'
# pictures keep their convention: the peak of floats is the maximum of the reference
run 0 eval n.pfm n.pfm --json
json '"iou" not in d'
run 0 signal bandlimited --bandwidth 0.8 --side 33 -o m.pfm
run 0 eval n.pfm m.pfm --json
cp out plain.json
run 0 eval n.pfm m.pfm --threshold 0.3 --json
json 'abs(d["psnr"] - j("plain.json")["psnr"]) < 1e-6 and d["iou"] < 1'
run 0 eval n.pfm m.pfm --peak 1 --json
json 'd["psnr"] < j("plain.json")["psnr"] - 1'
refuse 3 'differ in shape' eval x.npy n.npy
refuse 2 'number is needed' eval x.npy y.npy --threshold much
refuse 2 'above zero' eval x.npy y.npy --peak 0

# what is made can be fitted
run 0 signal star --side 24 -o star.png
run 0 fit star.png -o star.inr "${tiny[@]}" --steps 5
run 0 eval star.inr star.png --device cpu --json
json '"ms_ssim" in d and "iou" not in d'

# wrong words
refuse 2 'choose one of bandlimited, spheres' signal circles
refuse 2 'too few' signal
refuse 2 'leave --bandwidth out' signal star --bandwidth 0.5
refuse 2 'leave --seed out' signal phantom --seed 3
refuse 2 '0.1 to 0.9' signal spheres --bandwidth 1
refuse 2 '0.1 to 0.9' signal spheres --bandwidth fine
refuse 2 '2 to 3' signal spheres --dims 4
refuse 2 '2 axes' signal star --dims 3
refuse 2 'side' signal star --side 0
refuse 2 'smaller side' signal spheres --dims 3 --side 2000
refuse 2 'no picture' signal spheres --dims 3 -o a.png
refuse 2 'suffix' signal star -o a.txt
refuse 4 'a.npy.*-f' signal star -o a.npy
refuse 4 'no/such' signal star -o no/such/a.npy
(ulimit -f 1 && "$program" signal star -o full.npy) >out 2>err
[ $? -eq 4 ] || fail "a file-size limit must end with code 4"
[ ! -e full.npy ] || fail "half a file was left"
[ "$(ls -A | grep -c tmp)" -eq 0 ] || fail "a failed write left a temporary file"
finish
