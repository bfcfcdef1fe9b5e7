#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// chebyshev: out row i (K + 1) + k = T_k(tanh x_i), K = `frequencies`, one thread a column and axis.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 out        w       [dims (K + 1)][stride]
#include "common/kernel.glsl"
#include "enc/chebyshev.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) writeonly buffer Out { real features[]; };
layout(push_constant) uniform Push { inr_push_encode push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint axis = gl_GlobalInvocationID.y;
    if (j >= push.count)
        return;
    uint at = axis * (push.frequencies + 1) * push.stride + j;
    real t = enc_chebyshev_argument(coords[axis * push.stride + j]);
    real before = t; // T_{-1} = T_1
    real value = R(1.0);
    for (uint k = 0; k <= push.frequencies; k++) {
        features[at + k * push.stride] = value;
        real next = enc_chebyshev_next(t, value, before);
        before = value;
        value = next;
    }
}
