// SPDX-License-Identifier: MIT
// scatter.glsl - Adding to entries of a table, binding 3, from many threads. The kernel defines
// SCATTER_FLOAT where it is for devices that add floats in memory; others compare and swap. FIXED adds
// whole numbers of 64 bits, whose sum is the same in any order.
#ifndef INR_COMMON_SCATTER
#define INR_COMMON_SCATTER

#include "common/fixed.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

#ifdef SCATTER_FLOAT

layout(std430, binding = 3) buffer Scatter { real scatter[]; };

void inr_scatter(uint at, real v, real fixed_scale)
{
    if (v != R(0.0))
        atomicAdd(scatter[at], v);
}

#else

layout(constant_id = 4) const uint FIXED = 0;
layout(std430, binding = 3) buffer Scatter { uint scatter[]; };

void scatter_fixed(uint at, real v)
{
    inr_fixed x = inr_fixed_from(v);
    uint before = atomicAdd(scatter[2 * at], x.low);
    uint carry = before + x.low < before ? 1 : 0;
    if (x.high + carry != 0)
        atomicAdd(scatter[2 * at + 1], x.high + carry);
}

void inr_scatter(uint at, real v, real fixed_scale)
{
    if (FIXED != 0) {
        scatter_fixed(at, v * fixed_scale);
        return;
    }
    if (v == R(0.0))
        return;
    uint seen = 0;
    uint expected = 1;
    while (seen != expected) {
        expected = seen;
        seen = atomicCompSwap(scatter[at], expected,
                              floatBitsToUint(uintBitsToFloat(expected) + v));
    }
}

#endif

#endif
