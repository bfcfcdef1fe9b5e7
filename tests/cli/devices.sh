# SPDX-License-Identifier: MIT
# devices.sh - Devices are listed and explained; without a Vulkan driver the program still starts; the
# benchmark prints its table.
. "$(dirname "$0")/common.sh"

run 0 devices
has out '\* *[0-9]+ '
run 0 devices --json
json 'd["devices"][0]["kind"] == "CPU" and d["why"] and sum(x["chosen"] for x in d["devices"]) == 1'
run 0 devices --device cpu --json
json 'd["devices"][0]["chosen"]'
refuse 5 'CPU' selftest --device cpu

# no driver: the loader finds an empty list
VK_ICD_FILENAMES=/nonexistent VK_DRIVER_FILES=/nonexistent "$program" selftest >out 2>err
[ $? -eq 5 ] || fail "selftest without a driver must end with code 5"
has err 'install'
VK_ICD_FILENAMES=/nonexistent VK_DRIVER_FILES=/nonexistent "$program" devices >out 2>err ||
    fail "devices without a driver"
has out 'cpu'

# the software device, where there is one, must compute what the CPU does
if "$program" devices 2>/dev/null | grep -q llvmpipe; then
    run 0 selftest --device llvmpipe
    has out ' passed, 0 failed'
    has out 'PASS  act backward'
    # a compressed file is the same picture, to a level of its 8 bits, at any size
    for size in 8x6 37x29; do
        run 0 decompress "$tests/../golden/inrz/accept/rgb.inrz" -o cpu.png --size $size --device cpu -f
        run 0 decompress "$tests/../golden/inrz/accept/rgb.inrz" -o vulkan.png --size $size --device llvmpipe -f
        run 0 eval cpu.png vulkan.png --json
        json 'd["max_error"] <= 1.001 / 255'
    done
    # tables read as 16-bit floats: training goes on with the 32-bit ones, a little differently
    picture make grain.png 24x20 3 8
    for halves in "" --half-tables; do
        run 0 fit grain.png -o grain.inr -f --preset hash --levels 2 --log2-table 8 --steps 30 --batch 256 --device llvmpipe \
            $halves --fixed-point --json
        cp out "halves$(echo $halves | wc -w).json"
    done
    json '1e-6 < abs(j("halves0.json")["psnr"] - d["psnr"]) < 0.2 and d["psnr"] > 10'
    # points with normals: 30 steps of the gradient's loss, the same but for the order of sums; IoU and the error are
    # means over fixed points, of which few lie where two floats could differ in sign
    "$python" -c '
for i in range(1000):
    z, a = 1 - (2 * i + 1) / 1000, 2.399963 * i
    x, y = (1 - z * z) ** 0.5 * __import__("math").cos(a), (1 - z * z) ** 0.5 * __import__("math").sin(a)
    print(x, y, z, x, y, z)' >ball.xyz
    # (sines of few turns: those of a preset multiply the differences of a step by hundreds in the next)
    kernels="neurbf --width 16 --kernels 64 --kernel-features 4 --kernel ivq --unit-low 1 --unit-high 10 --log2-table 8"
    for model in "siren --width 32 --layers 1" "$kernels"; do
        for device in cpu llvmpipe; do
            run 0 fit ball.xyz -o $device.inr -f --preset $model --loss geometry --steps 30 --batch 256 --pool 2048 \
                --device $device --threads 1 --json
            cp out $device.json
        done
        json 'all(abs(j("cpu.json")[k] - d[k]) < 1e-5 for k in ("iou", "iou_near", "distance_error"))'
    done
elif [ -n "${CI:-}" ]; then
    fail "CI needs a Vulkan device: install mesa-vulkan-drivers"
fi

# what a device can do, and the floor of a step: 6 flops a weight but for the first data gradient, 32 bytes a
# parameter, 48 bytes a hidden unit and sample where every layer lies in memory
run 0 bench device --device cpu --threads 1 --seconds 0.05 --widths 16 --batches 1000 --layers 1 --json
json 'all(d[k] > 0 for k in ("fp32_flops", "read_bytes", "write_bytes", "copy_bytes")) and d["matrix_flops"] is None'
json 'd["floors"][0]["flops"] == 1000 * (6 * (2 * 16 + 16 * 16 + 16 * 3) - 2 * 2 * 16)'
json 'd["floors"][0]["bytes"] == 1000 * 3 + 32 * (3 * 16 + 17 * 16 + 17 * 3)'
# words a sample: the first layer, two of sines, the one between, the last, the loss
json 'd["floors"][0]["bytes_layered"] == d["floors"][0]["bytes"] + 4000 * (52 + 2 * 80 + 112 + 60 + 9)'
if "$program" devices 2>/dev/null | grep -q llvmpipe; then
    run 0 bench device --device llvmpipe --seconds 0.01 --widths 16 --batches 64 --json
    json 'all(d[k] > 0 for k in ("fp32_flops", "copy_bytes", "shared_bytes", "launch_seconds", "submit_seconds"))'
    run 0 bench speed --device llvmpipe --widths 8 --batches 64 --seconds 0.01 --json
    json 'all(d[0][k] > 0 for k in ("step_seconds", "device_step_seconds", "host_step_seconds", "first_step_seconds"))'
fi
refuse 2 'does not go with' bench device --device cpu --csv x.csv

run 0 bench speed --device cpu --threads 1 --widths 16,32 --batches 512 --seconds 0.02 --json --csv speed.csv
json '[row["width"] for row in d] == [16, 32]'
json 'all({"width", "batch", "samples_per_second", "gflops", "sgemm_ratio"} <= set(r) for r in d)'
json 'all(r["device_step_seconds"] is None and r["first_step_seconds"] > 0 for r in d)'
json 'all(r["samples_per_second"] > 0 for r in d)'
[ "$(wc -l <speed.csv)" -eq 3 ] || fail "the CSV has not one line a row"
run 0 bench speed --device cpu --threads 1 --widths 8 --batches 64 --seconds 0.01 --reps 3 --activation wire
has out '^wire '
finish
