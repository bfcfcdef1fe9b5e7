# SPDX-License-Identifier: MIT
# compress.sh - Pictures and models become small files of the size asked for, and come back.
. "$(dirname "$0")/common.sh"
: >out
: >err
quick=(--device cpu --threads 1 --steps 60 --batch 256 --layers 1 --frequencies 5)

run 0 signal star --side 48 -o star.png
run 0 compress star.png -o star.inrz "${quick[@]}" --bytes 1200 --json
json '1140 <= d["bytes"] <= 1260 and d["psnr"] > 5 and abs(d["bpp"] - 8 * d["bytes"] / 48 / 48) < 1e-3'
[ "$(wc -c <star.inrz)" -ge 1140 ] && [ "$(wc -c <star.inrz)" -le 1260 ] || fail "the file has not the size that is said"
psnr=$(python3 -c 'import json; print("%.4f" % json.load(open("out"))["psnr"])')

# what is said of the file is true of what it decodes to, and of the picture made of it
run 0 eval star.inrz star.png --json --device cpu
json "abs(d[\"psnr\"] - $psnr) < 1e-3"
run 0 decompress star.inrz -o back.png --device cpu
run 0 eval back.png star.png --json --device cpu
json "abs(d[\"psnr\"] - $psnr) < 1e-3"
run 0 decompress star.inrz -o large.png --size 101x83 --device cpu
run 0 decompress star.inrz -o part.png --size 101x83 --crop 17,30,41x29 --device cpu
picture crop large.png part.png 17 30
run 0 info star.inrz
has out '48 x 48'

# the same words, the same bytes
run 0 compress star.png -o again.inrz "${quick[@]}" --bytes 1200
cmp -s star.inrz again.inrz || fail "the encoder is not deterministic"

# any model; fewer bits are fewer bytes
run 0 fit star.png -o star.inr "${tiny[@]}" --steps 20
run 0 compress star.inr -o eight.inrz --quantize-bits 8
run 0 compress star.inr -o four.inrz --quantize-bits 4
refuse 2 'quantize-bits up to 7' compress star.inr -o no.inrz --quantize-bits 8 --quantize-compand 1
[ "$(wc -c <four.inrz)" -lt "$(wc -c <eight.inrz)" ] || fail "four bits take more than eight"
run 0 fit star.png -o hash.inr --preset hash --steps 5 --device cpu --threads 1 --levels 3 --log2-table 8 --finest-resolution 16
run 0 compress hash.inr -o hash.inrz
run 0 render hash.inrz -o hash.png --device cpu

# networks in one another: a file that ends early is a smaller one, and says how good
run 0 compress star.png -o nested.inrz "${quick[@]}" --width 12 --nested 3 --json
json 'len(d["levels"]) == 3 and d["levels"][2]["bytes"] == d["bytes"] and d["levels"][2]["psnr"] == round(d["psnr"], 2)'
bytes=$(python3 -c 'import json; print(json.load(open("out"))["levels"][1]["bytes"])')
psnr=$(python3 -c 'import json; print(json.load(open("out"))["levels"][1]["psnr"])')
head -c "$bytes" nested.inrz >short.inrz
run 0 decompress short.inrz -o short.png --level 2 --device cpu
run 0 eval short.png star.png --json --device cpu
json "abs(d[\"psnr\"] - $psnr) < 6e-3"
run 0 decompress short.inrz -o shorter.png --level 3 --device cpu
has err 'this is level 2'
cmp -s short.png shorter.png || fail "the highest whole level is another picture"
run 0 decompress nested.inrz -o level.inr --level 2
run 0 render level.inr -o level.png --device cpu
cmp -s short.png level.png || fail "the model of a level gives another picture"
refuse 3 'behind level 2 of 3' decompress short.inrz -o no.png
run 0 info short.inrz --json
json '[l["whole"] for l in d["levels"]] == [True, True, False]'
refuse 2 'no level 4' decompress nested.inrz -o no.png --level 4
refuse 2 'whole number' decompress nested.inrz -o no.png --level 0

# latents: the same promises; one size
latents=(--method latent --device cpu --threads 1 --steps 24)
run 0 compress star.png -o latent.inrz "${latents[@]}" --json
json 'd["method"] == "latent" and d["psnr"] > 5 and abs(d["bpp"] - 8 * d["bytes"] / 48 / 48) < 1e-3'
psnr=$(python3 -c 'import json; print("%.4f" % json.load(open("out"))["psnr"])')
run 0 compress star.png -o latent2.inrz "${latents[@]}"
cmp -s latent.inrz latent2.inrz || fail "coding by latents is not deterministic"
run 0 decompress latent.inrz -o latent.png
run 0 eval latent.inrz star.png --json
json "abs(d[\"psnr\"] - $psnr) < 1e-3"
run 0 eval latent.png star.png --json
json "abs(d[\"psnr\"] - $psnr) < 1e-3"
run 0 info latent.inrz --json
json 'abs(d["entropy_bytes"] + d["synthesis_bytes"] + sum(d["grid_bytes"]) + 26 - d["bytes"]) < 8'
refuse 2 'which have one size' render latent.inrz -o no.png --scale 2
refuse 2 'the methods are' compress star.png -o no.inrz --method best
head -c 90 latent.inrz >cut.inrz
refuse 3 'cut or damaged' decompress cut.inrz -o no.png

# Ctrl-C: what there is, at once
"$python" "$tests/stop.py" SIGINT star.png 0.7 "$program" compress star.png -o stopped.inrz --effort 9 --device cpu --threads 1 >out 2>err
[ $? -eq 130 ] || fail "Ctrl-C must exit with 130"
run 0 decompress stopped.inrz -o stopped.png

# a target that cannot be met: the best is kept, and the exit code says so
run 8 compress star.png -o best.inrz --device cpu --threads 1 --steps 5 --batch 64 --layers 0 --frequencies 1 --psnr 90
[ -s best.inrz ] || fail "the best file was not kept"

# refusals: nothing is written
run 2 compress star.png -o no.inrz --bpp 1 --bytes 100
run 2 compress star.png -o no.inrz --bpp 0
run 2 compress star.png -o no.inrz --effort 10
run 2 compress star.png -o no.inrz "${quick[@]}" --bytes 9
run 2 compress star.png
run 4 compress star.png -o star.inrz "${quick[@]}" --bytes 1200
[ ! -e no.inrz ] || fail "a refused run wrote a file"
tetra tetra.obj
run 0 fit tetra.obj -o tetra.inr "${tiny[@]}" --preset siren --steps 40 --lr 5e-4 --batch 256 --pool 4096
run 0 compress tetra.inr -o tetra.inrz --quantize-bits 16
run 0 info tetra.inr --json
cp out frame
run 0 info tetra.inrz --json
json 'd["frame"] == j("frame")["frame"] and d["sign"] == j("frame")["sign"] and d["task"] == "sdf"'
run 0 decompress tetra.inrz -o tetra.ply --resolution 16 --device cpu
run 0 decompress tetra.inrz -o back.inr
run 0 render back.inr -o back.ply --resolution 16 --device cpu
cmp -s tetra.ply back.ply || fail "the model of a compressed shape gives another mesh"
run 0 eval tetra.obj tetra.inrz --json --device cpu --samples 20000
cp out compressed
run 0 eval tetra.obj tetra.inr --json --device cpu --samples 20000
json 'abs(d["iou"] - j("compressed")["iou"]) < 0.01'
refuse 2 'leave it out' decompress tetra.inrz -o no.inr --size 4x4x4
run 0 signal spheres --dims 3 --bandwidth 0.1 --side 12 -o balls.npy
run 0 fit balls.npy -o balls.inr "${tiny[@]}" --task occupancy --threshold 0.25 --lattice corners --steps 30
run 0 compress balls.inr -o balls.inrz --quantize-bits 16
run 0 decompress balls.inrz -o balls.ply --resolution 12 --device cpu
run 0 render balls.inr -o plain.ply --resolution 12 --device cpu
[ "$(head -c 300 balls.ply | grep -a 'element face')" = "$(head -c 300 plain.ply | grep -a 'element face')" ] ||
    fail "the threshold or the lattice of an occupancy is lost"
run 0 fit star.png -o scan.inr "${tiny[@]}" --task ct --angles 7 --steps 3
run 0 compress scan.inr -o scan.inrz
run 0 decompress scan.inrz -o rows.npy --sinogram --device cpu
run 0 info rows.npy
has out '48 x 7'
head -c 200 star.inrz >cut.inrz
run 3 decompress cut.inrz -o cut.png --device cpu
has err 'cut or damaged'
[ ! -e cut.png ] || fail "a damaged file gave a picture"
finish
