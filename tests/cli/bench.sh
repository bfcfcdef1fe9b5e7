# SPDX-License-Identifier: MIT
# bench.sh - A suite runs, stops and goes on, survives failed rows, and every output has the same columns.
. "$(dirname "$0")/common.sh"
picture make a.png 24x17 3 8
cat >tiny.json <<'END'
{"name": "tiny", "signals": [{"name": "bandlimited", "bandwidth": [0.7, 0.8], "side": 21}, {"file": "a.png", "label": "picture"}],
 "models": ["siren", {"name": "narrow finer", "preset": "finer", "config": {"network": {"n_hidden_layers": 2}}}],
 "sizes": [300, 900], "seeds": [1], "mode": ["parameters", "time"], "budget": {"steps": 12, "seconds": 0.02}}
END
quick=(--device cpu --threads 1)

run 0 bench tiny.json -o out1 "${quick[@]}" --csv rows.csv --json
json 'len(d["rows"]) == 24 and all(r["status"] == "done" for r in d["rows"])'
json 'all(0 < r["parameters"] <= r["size"] for r in d["rows"])'
json '{r["model"] for r in d["rows"]} == {"siren", "narrow finer"} and {r["signal"] for r in d["rows"]} == {"bandlimited", "picture"}'
json 'all(r["steps"] == 12 for r in d["rows"] if r["mode"] == "parameters") and all(r["seconds"] > 0 for r in d["rows"])'
json 'all(r["psnr"] > 0 and r["psnr_mean"] > 0 and r["device"] and r["version"] and r["bytes"] > 4 * r["parameters"] for r in d["rows"])'
json 'd["verdict"].count("equal parameters") == 2 and d["verdict"].count("equal time") == 2'
"$python" - <<'END' || fail "CSV, JSON and the results file do not agree"
import csv, json
rows = json.load(open("out"))["rows"]
table = list(csv.DictReader(open("rows.csv")))
lines = [json.loads(line) for line in open("out1/results.jsonl")]
assert open("rows.csv").read() == open("out1/results.csv").read()
assert json.load(open("out1/results.json"))["rows"] == rows and len(lines) == len(table) == len(rows)
for line, row, cells in zip(lines, rows, table):
    assert list(row) == list(cells), "columns differ"
    for key, value in row.items():
        assert line[key] == value, key
        assert cells[key] == ("" if value is None else cells[key])
        if isinstance(value, (int, float)):
            assert abs(float(cells[key]) - value) <= 1e-6 * abs(value), key
END
[ "$(grep -c '^|' out1/results.md)" -eq 26 ] || fail "results.md is not a table of 24 rows"
[ "$(find out1/pictures -name '*.png' | wc -l)" -eq 51 ] || fail "not two pictures a row and one a signal"

# the page: 24 rows; of both sizes the larger has pictures: three signals and two models
"$python" "$tests/report.py" out1/report.html 24 15 || fail "the report"

# nothing runs twice; a line that was cut is run again; a changed suite runs what changed
cp out1/results.jsonl before
run 0 bench tiny.json -o out1 "${quick[@]}"
cmp -s before out1/results.jsonl || fail "finished rows were run again"
has err '24 of 24 rows are done already'
head -c -20 before >out1/results.jsonl
run 0 bench tiny.json -o out1 "${quick[@]}"
[ "$(wc -l <out1/results.jsonl)" -eq 24 ] || fail "the row that was cut is not there once"
run 0 bench tiny.json -o out1 "${quick[@]}" --steps 13
[ "$(wc -l <out1/results.jsonl)" -eq 36 ] || fail "other steps did not run the 12 rows anew"

# selectors
run 0 bench tiny.json "${quick[@]}" --signals picture --models siren --sizes 4e2 --mode parameters --seeds 7,8 --json
json '[(r["size"], r["seed"], r["model"]) for r in d["rows"]] == [(400, 7, "siren"), (400, 8, "siren")]'
run 0 bench tiny.json "${quick[@]}" --signals bandlimited --bandwidths 0.8 --models siren --sizes 6000 --mode bytes --json
json 'len(d["rows"]) == 1 and 5600 < d["rows"][0]["bytes"] <= 6000'

# signals of every dimension, every task; a task's settings travel; models of one name by dimension
cat >tasks.json <<'END'
{"name": "tasks", "signals": [{"name": "spheres", "side": 24, "bandwidth": 0.2}, {"name": "spheres", "dims": 3, "side": 12, "bandwidth": 0.3}],
 "models": ["siren", {"name": "grid", "dims": 2}, {"name": "grid", "dims": 3, "config": {"encoding": {"interpolation": "linear"}}}],
 "sizes": [1000], "budget": {"steps": 30},
 "tasks": ["fit", {"task": "denoise", "noise": 0.2}, {"task": "super_resolution", "factor": 5}, {"task": "inpaint", "keep": 0.5}, "occupancy"]}
END
run 0 bench tasks.json "${quick[@]}" --json
json 'len(d["rows"]) == 20 and {r["shape"] for r in d["rows"]} == {"24x24", "12x12x12", "20x20", "10x10x10"}'
json 'all(r["shape"] in ("20x20", "10x10x10") for r in d["rows"] if r["task"] == "super_resolution 5")'
json 'all(r["iou"] is not None and r["psnr_mean"] > 10 for r in d["rows"])'
cp out tasks.out
json 'len({r["psnr"] for r in d["rows"] if r["model"] == "grid" and r["dims"] == 2 and r["task"] != "occupancy"}) == 4'
"$program" signal spheres --side 24 --seed 1234 --bandwidth 0.2 -o s.npy >/dev/null 2>&1 || fail "signal"
run 0 bench tasks.json s.npy "${quick[@]}" --tasks fit --models grid --json
json '[r["psnr"] for r in d["rows"]] == [r["psnr"] for r in j("tasks.out")["rows"] if r["task"] == "fit" and r["model"] == "grid" and r["dims"] == 2]'
run 0 bench tasks.json "${quick[@]}" --tasks fit --models siren --with lattice=left,steps=3 --clamp unit --json
json 'all(r["lattice"] == "left" and r["clamp"] == "unit" for r in d["rows"])'
refuse 2 'not a setting of a fit' bench tasks.json --with colour=red

# shards hold every row once, and merge
for i in 1 2; do
    run 0 bench tiny.json "${quick[@]}" --mode parameters --shard $i/2 -o parts
done
run 0 bench parts/results-1-of-2.jsonl parts/results-2-of-2.jsonl -o merged --json
json 'len(d["rows"]) == 12 and len({(r["signal"], r["bandwidth"], r["model"], r["size"]) for r in d["rows"]}) == 12'

# a row that fails is told and recorded, the others run
sed 's/300, 900/3, 900/' tiny.json >small.json
run 1 bench small.json "${quick[@]}" --mode parameters --signals picture --csv failed.csv
has err 'inrush: 2 of 4 rows failed'
has failed.csv 'failed,.*3 parameters are too few'
[ "$(grep -c ',done,' failed.csv)" -eq 2 ] || fail "the other rows did not run"

# Ctrl-C loses nothing
sed 's/"steps": 12/"steps": 1000000/' tiny.json >long.json
"$python" "$tests/stop.py" SIGINT out2/results.jsonl 0.3 "$program" bench long.json "${quick[@]}" -o out2 >out 2>err
[ $? -eq 130 ] || fail "an interrupted benchmark must exit with 130"
has err 'goes on'

# mistakes
echo '{"models": [{"name": "siren", "colour": 1}]}' >bad.json
refuse 3 'bad.json: unknown key "models\[0\].colour"' bench bad.json
echo '{"models": ["siren"], "signals": ["moon"]}' >bad.json
refuse 3 'bad.json: signals\[0\]: "moon" is no generated signal; they are ' bench bad.json
echo '{"models": [{"name": "siren", "config": {"network": {"omgea": 1}}}]}' >bad.json
refuse 3 'bad.json: model "siren": config: unknown key "network.omgea"' bench bad.json
echo '{"models": ["sirne"]}' >bad.json
refuse 3 'models\[0\]: "sirne" is no preset' bench bad.json
refuse 2 "'quick'" bench quack
refuse 2 'not in this suite, which has siren, narrow finer' bench tiny.json --models hash
refuse 2 'I/N is needed' bench tiny.json --shard 3/2 -o x
refuse 2 'does not go with' bench speed --shard 1/2
refuse 3 'no such file' bench -q nothing.png "${quick[@]}"
run 0 list suite
has out '^quick +[a-z]'

# one's own file: the last line says who won
run 0 bench a.png "${quick[@]}" --steps 5 --time 0.02 --sizes 1e3 --models siren,finer
tail -n 1 out >last
has last '^a.png: at equal parameters \(1,000\) (siren|finer) wins with [0-9.]+ dB, .*; in equal time \(.* s\) .*\.$'
finish
