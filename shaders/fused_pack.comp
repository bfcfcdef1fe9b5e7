#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// fused_pack: packed <- effective, as common/fused.h lays it out, one thread a word.
//
// binding      access  shape
// 0 source     r       [floats + weights] effective entry, or INR_NO_SOURCE for zero
// 1 effective  r       [n_effective]
// 2 packed     w       words
#include "common/kernel.glsl"
#include "common/math.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint FORM = 0; // of the weights, INR_FUSED_*

layout(std430, binding = 0) readonly buffer Source { uint source[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Packed { uint packed[]; };
layout(push_constant) uniform Push { inr_push_fused_pack push; };

real entry(uint i)
{
    uint from = source[i];
    return from == INR_NO_SOURCE ? R(0.0) : effective[from];
}

real to_half(real v)
{
    return unpackHalf2x16(packHalf2x16(vec2(v, R(0.0)))).x;
}

void main()
{
    uint i = inr_thread();
    if (i < push.floats) {
        packed[i] = floatBitsToUint(entry(i));
        return;
    }
    i -= push.floats;
    if (FORM >= INR_FUSED_HALVES) {
        // The low halves of all weights follow the high ones.
        if (2 * i >= push.weights)
            return;
        vec2 v = vec2(entry(push.floats + 2 * i), entry(push.floats + 2 * i + 1));
        uint high = packHalf2x16(v);
        packed[push.floats + i] = high;
        packed[push.floats + push.weights / 2 + i] = packHalf2x16(v - unpackHalf2x16(high));
        return;
    }
    if (i >= push.weights)
        return;
    real v = entry(push.floats + i);
    real h = to_half(v);
    bool pairs = FORM == INR_FUSED_SUMS || i < push.first;
    packed[push.floats + i] =
        floatBitsToUint(FORM == INR_FUSED_FLOATS ? v : (pairs ? h + to_half(v - h) : h));
}
