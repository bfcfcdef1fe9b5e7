# SPDX-License-Identifier: MIT
# spectrum.sh - Spectra of every kind of signal, FreSh's table and choice, the plot; signals without a
# spectrum and files that cannot be read.
. "$(dirname "$0")/common.sh"
picture make a.png 64x48 3 8
picture make grey.png 24x17 3 8 flat
picture make one.png 1x1 1 8
"$python" "$tests/signal_file.py" npy volume.npy 16
"$python" "$tests/signal_file.py" npy broken.npy 16 nan
"$python" "$tests/signal_file.py" sdf sphere.npy 16
"$python" "$tests/signal_file.py" wav tone.wav 20
small=(--width 16 --layers 1 --inits 2 --device cpu --threads 1)

# every kind of signal; a picture has as many bins as half its shorter side
run 0 spectrum a.png --json
json 'd["shape"] == [64, 48] and d["channels"] == 3 and d["bins"] == 24 == len(d["spectrum"]) == len(d["radial"])'
json 'd["choice"] is None and d["candidates"] == [] and not d["flat"]'
run 0 spectrum volume.npy --json --bins 6
json 'd["shape"] == [16, 16, 16] and d["bins"] == 6 and min(d["spectrum"]) > 0'
# a tone of 20 cycles lies in bin 20
run 0 spectrum tone.wav --json
json 'd["rate"] == 8000 and d["shape"] == [2000] and d["radial"].index(max(d["radial"])) == 19'
json 'd["spectrum"][19] > 0.9 * sum(d["spectrum"])'
run 0 spectrum tone.wav
has out '^tone.wav: sound, 2000 samples at 8000 Hz, 1 channel; 512 bins$'
# a distance field is smooth: half of the magnitude is below a third of the bins
run 0 spectrum sphere.npy --json
json 'sum(d["spectrum"][:3]) > 0.5 * sum(d["spectrum"])'
"$program" spectrum - --json <a.png >out 2>err || fail "spectrum from standard input"
json 'd["source"] == "standard input"'

# the table: one row a candidate, one choice, which has the least distance
run 0 spectrum a.png --preset siren "${small[@]}" --json
cp out table.json
json '{"choice", "candidates", "knob", "bins", "inits", "spectrum", "radial", "field"} <= set(d)'
json 'd["knob"] == "first-omega" and d["inits"] == 2 and d["preset"] == "siren"'
json '[c["value"] for c in d["candidates"]] == [10 * i for i in range(1, 21)]'
json 'd["choice"] == min(d["candidates"], key=lambda c: c["distance"])["value"]'
json 'all(c["std"] >= 0 and c["inits"] == 2 for c in d["candidates"])'
json 'abs(sum(d["field"]) - 1) < 1e-6 and len(d["field"]) == d["bins"] == len(d["spectrum"])'
run 0 spectrum a.png --preset siren "${small[@]}"
[ "$(grep -c 'choice$' out)" -eq 1 ] || fail "not one choice in the table"
[ "$(grep -cE '^ +[0-9]+ +[0-9.]+ +[0-9.]+' out)" -ge 20 ] || fail "not a row for each candidate"
has out "^choice: first-omega $("$python" -c 'import json; print("%g" % json.load(open("table.json"))["choice"])'), "
# the same seed gives the same table, another one another
run 0 spectrum a.png --preset siren "${small[@]}" --json
cmp -s out table.json || fail "two equal runs differ"
run 0 spectrum a.png --preset siren "${small[@]}" --json --seed 5
json 'd["candidates"] != j("table.json")["candidates"]'
run 0 spectrum a.png --preset siren "${small[@]}" --json --full
json 'd["candidates"] != j("table.json")["candidates"] and abs(d["choice"] - j("table.json")["choice"]) <= 20'
run 0 spectrum a.png --preset siren "${small[@]}" --quick --json
json 'any(c["distance"] is None for c in d["candidates"]) and d["choice"] is not None'
json 'all((c["std"] is None) == (c["inits"] < 2) for c in d["candidates"])'
run 0 spectrum a.png --preset siren "${small[@]}" --quick
has out '^choice: '

# other knobs and other signals
run 0 spectrum a.png --preset ffn "${small[@]}" --quick --json
json 'd["knob"] == "encoding-sigma"'
run 0 spectrum a.png --preset finer "${small[@]}" --quick --json --fresh first-bias-scale
json 'd["knob"] == "first-bias-scale"'
run 0 spectrum volume.npy --activation sine "${small[@]}" --quick --bins 8 --json
json 'd["preset"] == "siren" and d["bins"] == 8'
run 0 spectrum tone.wav --preset siren "${small[@]}" --quick --json
json 'd["knob"] == "first-omega" and d["bins"] == 512'

# plots and rows
run 0 spectrum a.png --preset siren "${small[@]}" --plot a.svg --csv a.csv
"$python" - a.svg <<'END' || fail "the SVG is not what it should be"
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
words = " ".join(root.itertext())
lines = root.findall(".//{*}polyline")
assert root.tag.endswith("svg") and "cycles per side" in words and "choice: first-omega" in words
assert "prefers-color-scheme" in words and len(root.findall(".//{*}circle")) == 21 and len(lines) > 40
values = [float(v) for line in lines for point in line.get("points").split() for v in point.split(",")]
assert all(0 <= v <= 960 for v in values), "a line leaves the page"
END
[ "$(wc -l <a.csv)" -eq 25 ] || fail "the CSV has not a row for each bin"
[ "$(head -n 1 a.csv)" = cycles,fresh,radial,field ] || fail "the CSV has another heading"
run 0 spectrum a.png --plot b.png
"$python" "$tests/picture.py" head b.png >head || fail "the plot is no PNG"
grep -q '^1920 ' head || fail "the plot has another width: $(cat head)"
cp b.png before.png
refuse 4 'b.png.*-f' spectrum a.png --plot b.png
cmp -s b.png before.png || fail "the existing plot was changed"
run 0 spectrum volume.npy --plot b.png -f
! cmp -s b.png before.png || fail "-f did not replace the plot"
refuse 4 'no/such' spectrum a.png --plot no/such/a.svg
refuse 2 'svg or .png' spectrum a.png --plot a.pdf
refuse 2 'is the input' spectrum a.png --plot ./a.png -f
printf '\001<&\377>' >name
cp a.png "$(cat name).png"
run 0 spectrum "$(cat name).png" --plot odd.svg
"$python" -c 'import xml.dom.minidom as m; m.parse("odd.svg")' || fail "an odd name breaks the SVG"
run 0 spectrum "$(cat name).png" --plot odd.png

# no spectrum: one sentence, the preset's value stays, success
run 0 spectrum grey.png --preset siren "${small[@]}" --plot flat.svg
has out '^grey.png has no spectrum because it is constant; first-omega stays 30$'
[ "$(wc -l <out)" -eq 1 ] || fail "not one sentence"
run 0 spectrum one.png --preset ffn "${small[@]}"
has out '^one.png has no spectrum because it is a single point; encoding-sigma stays '
run 0 spectrum one.png
has out '^one.png has no spectrum'
run 0 spectrum one.png --plot one.svg --preset siren "${small[@]}" --json
json 'd["flat"] and d["bins"] == 0 and d["choice"] == 30 and d["candidates"][0]["distance"] is None'
run 0 spectrum grey.png --json
json 'd["flat"] and max(d["spectrum"]) == 0 and d["choice"] is None'

# what cannot be read or makes no sense
refuse 3 'broken.npy: .*index \[1, 2, 3\] is not a number' spectrum broken.npy
refuse 3 'missing.npy' spectrum missing.npy
head -c 300 volume.npy >short.npy
refuse 3 'short.npy: damaged .npy' spectrum short.npy
echo hello >text.npy
# a mesh: the distances in the cube about it, as a fit chooses by
printf 'v 9 0 0\nv 11 0 0\nv 9 2 0\nv 9 0 2\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n' >tetra.obj
run 0 spectrum tetra.obj --preset siren --width 16 --layers 1 --quick --inits 1 --bins 8 --device cpu --json
json 'd["shape"] == [65, 65, 65] and d["knob"] == "first-omega" and d["choice"] == 10 and d["spectrum"][0] > d["spectrum"][7]'
refuse 3 'no.obj' spectrum no.obj
refuse 3 'text.npy: not in a format that is known' spectrum text.npy
refuse 2 'preset.*siren.*wire' spectrum a.png --preset nonsense
run 2 spectrum a.png --preset relu --device cpu
has err 'no frequency to choose'
refuse 2 'exclude' spectrum a.png --preset siren --full --quick
refuse 2 'auto.*inrush fit' spectrum a.png --auto
refuse 2 'bins' spectrum a.png --bins 0
refuse 2 'bins' spectrum a.png --bins 513
refuse 2 'too few' spectrum
finish
