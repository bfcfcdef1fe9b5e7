#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// chebyshev_jet: tangents of what chebyshev has written; features of coordinate i have one along it only.
// One thread a sample and axis; tangent k of column j is column (1 + k) count + j.
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
    real dt = R(1.0) - t * t;
    real before = t; // T_{-1} = T_1
    real value = R(1.0);
    real slope_before = dt;
    real slope = R(0.0);
    for (uint k = 0; k <= push.frequencies; k++) {
        for (uint d = 0; d < push.dims; d++)
            features[at + k * push.stride + (1 + d) * push.count] = d == axis ? slope : R(0.0);
        real next = enc_chebyshev_next(t, value, before);
        real next_slope = enc_chebyshev_next_slope(t, dt, value, slope, slope_before);
        before = value;
        value = next;
        slope_before = slope;
        slope = next_slope;
    }
}
