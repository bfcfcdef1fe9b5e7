#!/bin/sh
# SPDX-License-Identifier: MIT
# check_spirv.sh GLSLANG SHADERS OUT: compile every kernel of kernels.txt as the build does and run
# spirv-val on it. Exit 77 (skipped) without spirv-val.
set -eu
command -v spirv-val > /dev/null || exit 77
mkdir -p "$3"
for kernel in $(grep '^[a-z]' "$2/kernels.txt"); do
    "$1" --quiet --target-env vulkan1.2 "-I$2" -V -o "$3/$kernel.spv" "$2/$kernel.comp"
    spirv-val --target-env vulkan1.2 "$3/$kernel.spv"
done
# With cooperative matrices, by whichever extension the compiler knows.
for extension in KHR NV; do
    for kernel in ceiling_matrix fused_matrix; do
        if "$1" --quiet --target-env vulkan1.2 "-I$2" "-DINR_MATRIX_$extension" -V -o "$3/matrix.spv" \
            "$2/$kernel.comp" > /dev/null 2>&1; then
            spirv-val --target-env vulkan1.2 "$3/matrix.spv"
        fi
    done
done
