# SPDX-License-Identifier: MIT
# sdf.sh - Meshes and points become distances: what is said of them, what is refused, Ctrl-C and resuming.
. "$(dirname "$0")/common.sh"
: >out
: >err
small=("${tiny[@]}" --levels 4 --log2-table 10 --finest-resolution 32 --batch 256 --pool 4096 --steps 120 --lr 1e-2)

# a cube, the same without its lid, with a vertex that is no number, as text points
cat >cube.obj <<'END'
v 10 20 30
v 12 20 30
v 12 22 30
v 10 22 30
v 10 20 32
v 12 20 32
v 12 22 32
v 10 22 32
f 4 3 2 1
f 1 2 6 5
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
f 5 6 7 8
END
head -n 13 cube.obj >open.obj
sed 's/^v 12 22 32/v nan 22 32/' cube.obj >bad.obj
"$python" - <<'END'
import math
with open("ball.xyz", "w") as f:
    for i in range(400):
        z = 1 - (2 * i + 1) / 400
        r, a = math.sqrt(1 - z * z), 2.399963 * i
        x, y = r * math.cos(a), r * math.sin(a)
        f.write(f"{3 * x} {3 * y} {3 * z} {x} {y} {z}\n")
with open("bare.xyz", "w") as f:
    f.writelines(" ".join(line.split()[:3]) + "\n" for line in open("ball.xyz"))
END

run 0 fit cube.obj -o cube.inr "${small[@]}" --json
json 'd["task"] == "sdf" and d["preset"] == "hash" and d["iou"] > 0.6 and 0 < d["iou_near"] <= 1'
json 'd["frame"]["centre"] == [11, 21, 31] and abs(d["frame"]["scale"] - 0.95) < 1e-9'
json 'd["distance_error"] < 0.3 and "psnr" not in d and d["complete"]'
lacks err 'open'
run 0 info cube.inr
has out 'frame +x = \(p - \(11, 21, 31\)\) \* 0.95, sign'
run 0 info cube.inr --json
json 'd["task"] == "sdf" and d["frame"]["scale"] == 0.95'
run 0 fit cube.obj -o cube.inr -f "${small[@]}"
has out 'IoU 0\.[0-9]+, near the surface 0\.[0-9]+, distance error'
run 0 fit cube.obj -o seen.inr "${small[@]}" --preview seen.png
run 0 info seen.png
has out '512 x 512'

# what is wrong with a mesh is said in a sentence, and the fit goes on
run 0 fit open.obj -o open.inr "${small[@]}" --json
has err 'open.obj: .*open'
json 'd["sign"] == "winding" and d["iou"] > 0.3'
run 0 fit open.obj -o open.inr -f "${small[@]}" --sign none --json
json 'd["sign"] == "none" and "iou" not in d or d["iou"] is None'
run 0 fit bad.obj -o bad.inr "${small[@]}"
has err 'bad.obj: .*(finite|NaN|dropped)'
printf 'v 0 0 0\n' >nothing.obj
refuse 3 'nothing.obj' fit nothing.obj -o no.inr
refuse 3 'missing.obj' fit missing.obj -o no.inr

# settings
run 0 fit cube.obj -o in.inr "${small[@]}" --task occupancy --json
json 'd["task"] == "occupancy" and d["iou"] > 0.5 and "distance_error" not in d'
run 0 fit cube.obj -o cut.inr "${small[@]}" --loss truncated --loss-constant 0.1 --sign stab
run 0 fit cube.obj -o auto.inr --device cpu --auto --steps 4 --json
json 'd["chosen"].startswith("auto: hash")'
refuse 2 'leave out --task' fit cube.obj -o no.inr --task image
refuse 2 'psnr' fit cube.obj -o no.inr --psnr 30
refuse 2 'stab.*winding|winding.*stab' fit cube.obj -o no.inr --sign maybe
refuse 2 'model' fit cube.obj -o no.ply
run 0 fit cube.obj -o x.inr --print-config
has out '"l1"|"L1"'

# points: normals decide the loss
run 0 fit ball.xyz -o ball.inr "${tiny[@]}" --steps 60 --batch 128 --lr 1e-3 --pool 4096 --json
json 'd["preset"] == "siren" and d["sign"] == "normal" and d["iou"] > 0.1'
run 0 info ball.inr --json
json 'd["config"]["loss"]["otype"].lower() == "geometry" and d["config"]["loss"]["distance"] == 1000'
run 0 fit bare.xyz -o bare.inr "${small[@]}" --json
json 'd["sign"] == "none" and d["distance_error"] > 0'
refuse 2 "normals" fit bare.xyz -o no.inr --loss geometry -q

# Ctrl-C saves; what was saved goes on to the very same parameters
whole=("${small[@]}" --steps 6000 --reuse 2)
run 0 fit cube.obj -o whole.inr "${whole[@]}"
last="(stopped) fit"
"$python" "$tests/stop.py" SIGINT half.inr 0.02 "$program" fit cube.obj -o half.inr "${whole[@]}" \
    --save-every 500 >out 2>err
[ $? -eq 130 ] || fail "Ctrl-C must exit with 130"
has err '--resume half.inr'
run 0 fit cube.obj -o half.inr --resume half.inr --json
json 'd["steps"] == 6000 and d["complete"] is True'
"$python" "$tests/tensors.py" whole.inr half.inr || fail "a resumed fit differs from a whole one"
refuse 2 'leave out --near-sigma' fit cube.obj -o c.inr --resume half.inr --near-sigma 0.1

finish
