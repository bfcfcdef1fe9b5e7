# SPDX-License-Identifier: MIT
# rates.sh - Pictures at the same number of bytes by our methods and by other programs: those of this test, which
# are scripts under the names of JPEG's and JPEG XL's, and the true ones where they are installed.
. "$(dirname "$0")/common.sh"
: >out
: >err
real=$("$python" -c "import sys; print(sys.executable)")
mkdir bin pictures
cat >bin/cjpeg <<END
#!$real -SE
import sys, zlib
words = sys.argv[1:]
if words == ["-version"]:
    sys.exit(print("made up for tests, version 7.25 (x)", file=sys.stderr))
step = 1 + 2 * (100 - int(words[words.index("-quality") + 1]))
data = open(words[-1], "rb").read()
head = b"\n".join(data.split(b"\n")[:3]) + b"\n"
levels = bytes((v + step // 2) // step for v in data[len(head):])
open(words[words.index("-outfile") + 1], "wb").write(head + bytes([step]) + zlib.compress(levels, 9))
END
cat >bin/djpeg <<END
#!$real -SE
import sys, zlib
data = open(sys.argv[-1], "rb").read()
head = b"\n".join(data.split(b"\n")[:3]) + b"\n"
step, levels = data[len(head)], zlib.decompress(data[len(head) + 1:])
open(sys.argv[sys.argv.index("-outfile") + 1], "wb").write(head + bytes(min(255, v * step) for v in levels))
END
printf '#!/bin/sh\necho "no licence found"\nexit 9\n' >bin/cjxl
cp bin/cjxl bin/djxl
chmod +x bin/*
mkdir tmp
export TMPDIR=$PWD/tmp
picture make pictures/kodim90.png 43x41 1 8
picture make pictures/kodim91.png 33x21 3 8
echo 'not a picture' >pictures/notes.txt
# fake CODE ARGUMENTS...: `run` where only the scripts are installed.
fake()
{
    local want=$1 got
    shift
    last="$*"
    PATH=$PWD/bin "$program" "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ] || fail "exit code $got instead of $want"
}
quick=(--device cpu --threads 1 --with 'steps=40,batch=256,layers=1,frequencies=4')

fake 1 bench compress pictures -o rd "${quick[@]}" --models weights,jpeg,jxl,avif --rates 3,1.5 --json
has err 'not installed, left out: avifenc and avifdec \(avif\)'
has err 'no licence found'
has err '4 of 12 rows failed'
json 'len(d["rows"]) == 12 and [r["signal"] for r in d["rows"]] == 6 * ["kodim90.png"] + 6 * ["kodim91.png"]'
json 'all(r["status"] == ("failed" if r["model"] == "jxl" else "done") for r in d["rows"])'
json 'all(r["coder"] == "cjpeg 7.25" and "-quality" in r["settings"] for r in d["rows"] if r["model"] == "jpeg")'
json 'all(abs(r["bpp"] - 8 * r["bytes"] / eval(r["shape"].replace("x", "*"))) < 1e-6 for r in d["rows"] if r["status"] == "done")'
json 'all(abs(r["bpp"] / r["rate"] - 1) < 0.25 and r["decode_seconds"] > 0 and r["seconds"] > 0 for r in d["rows"] if r["model"] == "jpeg" and r["signal"] == "kodim91.png")'
json 'all(abs(m["psnr"] - sum(r["psnr"] for r in d["rows"] if r["model"] == m["coder"] and r["rate"] == m["rate"]) / 2) < 1e-6 and m["pictures"] == 2 for m in d["means"])'
json 'len(d["means"]) == 4 and len(d["published"]) > 20 and all(b["percent"] is None for b in d["bd_rate"] if b["published"])'
[ -z "$(ls tmp)" ] || fail "temporary files are left"
"$python" - "$tests" <<'END' || fail "the page is not well-formed"
import sys, xml.etree.ElementTree as tree
text = open("rd/report.html").read()
root = tree.fromstring(text.replace("<!DOCTYPE html>\n", ""))
ids = [e.get("id") for e in root.iter("section")]
assert ids == ["charts", "means", "differences", "published", "rows", "protocol"], ids
assert len([e for e in root.iter("svg")]) >= 3 and "COIN" in text and "<script" not in text
END
grep -q 'Published, of 24 pictures' rd/results.md || fail "results.md has no published points"
[ "$(wc -l <rd/results.csv)" -eq 13 ] || fail "results.csv has not a line a row"

# nothing runs twice, failed rows are tried again; the results alone give the same tables
fake 1 bench compress pictures -o rd "${quick[@]}" --models weights,jpeg,jxl,avif --rates 3,1.5 --anchor weights --json
has err '8 of 12 rows are done already'
json 'all(b["anchor"] == "weights" for b in d["bd_rate"])'
cp out again.json
run 0 bench rd/results.jsonl --json
json '[{k: v if v is None or k == "coder" else round(v, 6) for k, v in m.items()} for m in d["means"]] == [{k: v if v is None or k == "coder" else round(v, 6) for k, v in m.items()} for m in j("again.json")["means"]]'
refuse 2 'no such curve' bench rd/results.jsonl --anchor nothing

# shards
for i in 1 2; do
    fake 0 bench compress pictures/kodim91.png "${quick[@]}" --models jpeg --rates 1,2,4 --shard $i/2 -o parts
done
fake 0 bench compress --models jpeg --rates 0.5 --device cpu
run 0 bench parts/results-1-of-2.jsonl parts/results-2-of-2.jsonl --json
json '[r["rate"] for r in d["means"]] == [1, 2, 4]'

# pictures that others do not take are failed rows; refusals
picture make deep.png 9x9 4 16
fake 1 bench compress deep.png --models jpeg --rates 1 --device cpu
has err '8 bits without alpha'
mkdir empty
refuse 3 'no pictures' bench compress empty --models jpeg
refuse 2 'up to 32 numbers' bench compress pictures --rates 0.1,x
refuse 2 'is there twice' bench compress pictures --rates 1,1
refuse 2 'none of weights, latent' bench compress pictures --models jpg
refuse 2 'does not go with' bench compress pictures --sizes 100
refuse 2 'does not go with' bench quick --rates 1
refuse 3 'pictures/notes.txt' bench compress pictures/notes.txt --models weights --device cpu

# the programs themselves
for pair in jpeg:cjpeg:djpeg webp:cwebp:dwebp jpeg2000:opj_compress:opj_decompress jxl:cjxl:djxl avif:avifenc:avifdec; do
    IFS=: read -r name encoder decoder <<<"$pair"
    if command -v "$encoder" >/dev/null && command -v "$decoder" >/dev/null; then
        run 0 bench compress pictures/kodim90.png --models "$name" --rates 4 --device cpu --json
        json 'len(d["means"]) == 1 and d["means"][0]["psnr"] > 15 and 1 < d["means"][0]["bpp"] < 12 and " " in d["rows"][0]["coder"]'
    else
        echo "skipped: $encoder and $decoder are not installed" >&2
    fi
done
finish
