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

# what is made can be fitted
run 0 signal star --side 24 -o star.png
run 0 fit star.png -o star.inr "${tiny[@]}" --steps 5

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
