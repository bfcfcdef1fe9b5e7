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
elif [ -n "${CI:-}" ]; then
    fail "CI needs a Vulkan device: install mesa-vulkan-drivers"
fi

run 0 bench speed --device cpu --threads 1 --widths 16,32 --batches 512 --seconds 0.02 --json --csv speed.csv
json '[row["width"] for row in d] == [16, 32]'
json 'all({"width", "batch", "samples_per_second", "gflops", "sgemm_ratio"} <= set(r) for r in d)'
json 'all(r["samples_per_second"] > 0 for r in d)'
[ "$(wc -l <speed.csv)" -eq 3 ] || fail "the CSV has not one line a row"
run 0 bench speed --device cpu --threads 1 --widths 8 --batches 64 --seconds 0.01 --reps 3 --activation wire
has out '^wire '
finish
