# SPDX-License-Identifier: MIT
# shapes.sh - Shapes come out as meshes and pictures, and are measured against each other.
. "$(dirname "$0")/common.sh"

# a block of 2 x 4 x 2 around (10, 0, 0)
cat >block.obj <<'END'
v 9 -2 -1
v 11 -2 -1
v 11 2 -1
v 9 2 -1
v 9 -2 1
v 11 -2 1
v 11 2 1
v 9 2 1
f 1 4 3 2
f 5 6 7 8
f 1 2 6 5
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
END
# moved by 0.1 along y
awk '$1 == "v" { $3 += 0.1 } { print }' block.obj >moved.obj
grep -v '^f 5' block.obj >open.obj

# a mesh becomes a finer mesh in its own units, in each format the same
run 0 render block.obj -o fine.ply --resolution 32
has err 'fine.ply: [0-9]* vertices, [0-9]* triangles'
run 0 render block.obj -o fine.stl --resolution 32 --json
json 'd["vertices"] - d["triangles"] / 2 == 2 and d["bytes"] == 84 + 50 * d["triangles"]'
run 0 render block.obj -o fine.obj --resolution 32
measure=(--samples 10000 --threads 1)
for suffix in ply stl obj; do
    run 0 eval block.obj fine.$suffix "${measure[@]}" --json
    json 'd["iou"] > 0.96 and d["chamfer"] < 0.01 and d["hausdorff"] < 0.2 and d["normal_error_deg"] < 6'
    json 'd["iou_near"] > 0.8 and abs(d["diagonal"] - 24 ** 0.5) < 1e-3 and d["distance_error"] is None'
done

# a mesh becomes points of its own triangles: on the block's walls, evenly by area, looking outwards
run 0 render block.obj -o cloud.xyz --points 3000
has err 'cloud.xyz: 3000 points with normals'
awk 'function abs(x) { return x < 0 ? -x : x }
    function at(x, n, side) { return abs(x - side) < 1e-5 && abs(n - (side > 0 ? 1 : -1)) < 1e-5 }
    { x = $1 - 10; if (!(at(x, $4, 1) || at(x, $4, -1) || at($2, $5, 2) || at($2, $5, -2) || at($3, $6, 1) ||
      at($3, $6, -1)) || abs(x) > 1.00001 || abs($2) > 2.00001 || abs($3) > 1.00001) bad++
      ends += abs($2) > 1.99999; up += $2 > 0 }
    END { exit bad || NF != 6 || abs(ends - 600) > 110 || abs(up - 1500) > 140 }' cloud.xyz ||
    fail "cloud.xyz is not spread over the block"
run 0 render block.obj -o cloud.ply --points 3000 --threads 2 --json
json 'd["points"] == 3000 and d["bytes"] > 24 * 3000'
run 0 render block.obj -o first.xyz --points 1000 --threads 2
head -n 1000 cloud.xyz | cmp -s - first.xyz || fail "fewer points are not the first of more"
run 0 render block.obj -o other.xyz --points 1000 --seed 1
! cmp -s first.xyz other.xyz || fail "--seed changes nothing"
# points of points: over the mesh that a grid gives
run 0 render cloud.ply -o again.ply --points 500 --resolution 32
run 0 info again.ply
has out 'a cloud of 500 points with normals'

# what is known: moved by 0.1 of 4, the volume shared is 3.9 of 4.1
run 0 eval block.obj moved.obj --json --threads 1 --samples 40000
json 'abs(d["iou"] - 3.9 / 4.1) < 0.02 and abs(d["hausdorff"] - 0.1) < 2e-3 and d["normal_error_deg"] < 5'
json 'abs(d["chamfer_relative"] - d["chamfer"] / d["diagonal"]) < 1e-8'
cp out first.json
run 0 eval block.obj moved.obj --json --threads 2 --samples 40000
json 'd == j("first.json")'
run 0 eval block.obj moved.obj --json --samples 40000 --seed 5
json 'd != j("first.json") and abs(d["chamfer"] - j("first.json")["chamfer"]) < 1e-3'
run 0 eval block.obj block.obj "${measure[@]}"
has out '^iou  *1\.00000'
run 0 eval block.obj open.obj "${measure[@]}" --json
has err 'open'
json 'd["iou"] is None and d["chamfer"] > 0.01'

# pictures
small=(--size 32x24 --threads 1)
run 0 render block.obj -o view.png "${small[@]}" --json
json '[d["width"], d["height"]] == [32, 24]'
run 0 render block.obj -o front.png "${small[@]}" --camera front --transparent --floating
run 0 render block.obj -o same.png "${small[@]}" --camera 0,0 --transparent --floating
cmp -s front.png same.png || fail "front is not 0,0"
run 0 render block.obj -o top.png "${small[@]}" --camera 10,80,4 --fov 40 --up z
! cmp -s view.png top.png || fail "another camera sees the same"

# models
run 0 fit block.obj -o block.inr --preset siren --width 32 --layers 2 --lr 1e-3 --steps 500 --batch 4096 \
    --device cpu --threads 1 --json
json 'd["task"] == "sdf"'
run 0 eval block.obj block.inr "${measure[@]}" --resolution 48 --device cpu --json
json 'd["iou"] > 0.93 and d["chamfer"] < 0.05 and d["distance_error"] < 0.1 and d["normal_error_deg"] < 20'
run 0 render block.inr -o model.ply --resolution 48 --device cpu --json
json 'd["triangles"] > 1000'
run 0 eval model.ply block.inr "${measure[@]}" --resolution 48 --device cpu --json
json 'd["iou"] > 0.95 and d["chamfer"] < 1e-6'
run 0 render block.inr -o model.xyz --points 200 --resolution 32 --device cpu
[ "$(wc -l <model.xyz)" -eq 200 ] || fail "a model gave other than 200 points"
run 0 render block.inr -o model.png "${small[@]}" --device cpu
run 0 signal spheres --dims 3 --side 14 --bandwidth 0.1 -o balls.npy
run 0 fit balls.npy -o balls.inr "${tiny[@]}" --steps 40
run 0 render balls.inr -o balls.obj --resolution 20 --device cpu --open
run 0 render balls.inr -o balls.png --slice 3 --device cpu

# arrays that are no cubes become meshes in voxels: 12 x 6 x 4, of which a block of 8 x 3 x 2 is inside
"$python" - <<'END'
header = b"{'descr': '|b1', 'fortran_order': False, 'shape': (4, 6, 12), }"
header += b" " * (117 - len(header)) + b"\n"
inside = lambda x, y, z: 2 <= x < 10 and 1 <= y < 4 and 1 <= z < 3
data = bytes(inside(x, y, z) for z in range(4) for y in range(6) for x in range(12))
open("bar.npy", "wb").write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data)
END
run 0 fit bar.npy -o bar.inr --preset grid --steps 150 --device cpu --threads 1
run 0 render bar.inr -o bar.obj --resolution 49 --device cpu
awk '$1 == "v" { for (d = 0; d < 3; d++) { v = $(d + 2); if (!(d in low) || v < low[d]) low[d] = v
    if (!(d in high) || v > high[d]) high[d] = v } }
    function near(a, b) { return a > b - 0.7 && a < b + 0.7 }
    END { exit !(near(low[0], 1.5) && near(high[0], 9.5) && near(low[1], 0.5) && near(high[1], 3.5) &&
                 near(low[2], 0.5) && near(high[2], 2.5)) }' bar.obj || fail "bar.obj is not where bar.npy is"

refuse 4 'exists' render block.inr -o model.ply --device cpu
refuse 2 'from 2 to 16384' render block.obj -o no.ply --resolution 1
refuse 2 'not for meshes' render block.obj -o no.ply --camera front
refuse 2 'not for pictures' render block.obj -o no.png --resolution 64
refuse 2 'not for pictures' render block.obj -o no.png --points 5
refuse 2 'points only' render block.obj -o no.xyz
refuse 2 'triangles only' render block.obj -o no.stl --points 5
refuse 2 "own triangles" render block.obj -o no.ply --points 5 --resolution 64
refuse 2 'for --points' render block.obj -o no.ply --seed 5
refuse 2 'points' render block.obj -o no.ply --points 0
refuse 2 'for meshes and pictures of shapes' render balls.inr -o no.npy --resolution 64
refuse 2 'AZIMUTH' render block.obj -o no.png --camera behind
refuse 2 'AZIMUTH' render block.obj -o no.png --camera 1,2,3,4
refuse 2 '1 to 120' render block.obj -o no.png --fov 0
refuse 2 'x, y or z' render block.obj -o no.png --up w
refuse 2 'WxH' render block.obj -o no.png --size 5
refuse 2 'another mesh' render block.obj -o no.npy
refuse 2 'is the input' render block.obj -o block.obj -f
refuse 2 'neither' eval block.obj balls.npy
refuse 2 'for signals' eval block.obj moved.obj --peak 1
refuse 3 'no.obj' eval no.obj block.obj
[ ! -e no.ply ] && [ ! -e no.png ] || fail "a refusal left a file"
finish
