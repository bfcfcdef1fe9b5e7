#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// encode: out = [x if include_input; cos(2 pi F x); sin(2 pi F x)], one thread a column and frequency.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 effective  r       F [frequencies][dims] at `table`
// 2 out        w       [(dims) + 2 frequencies][stride]
#include "common/kernel.glsl"
#include "enc/frequency.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real features[]; };
layout(push_constant) uniform Push { inr_push_encode push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint f = gl_GlobalInvocationID.y;
    if (j >= push.count)
        return;
    uint base = push.include_input != 0 ? push.dims : 0;
    if (f >= push.frequencies) {
        uint d = f - push.frequencies;
        features[d * push.stride + j] = coords[d * push.stride + j];
        return;
    }
    // Unfused, so that every device sees the phase the CPU sees: it may be hundreds of turns.
    precise real t = R(0.0);
    for (uint d = 0; d < push.dims; d++) {
        precise real term = effective[push.table + f * push.dims + d] * coords[d * push.stride + j];
        t = t + term;
    }
    inr_sc sc = enc_frequency(t);
    features[(base + f) * push.stride + j] = sc.c;
    features[(base + push.frequencies + f) * push.stride + j] = sc.s;
}
