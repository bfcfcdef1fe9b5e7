#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// rbf: out[u] = exp(-gamma_u |x - mu_u|^2 / 2), one thread a column and unit.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 effective  r       mu [rows][dims] at `centre`, gamma [rows] at `gamma`
// 2 out        w       [rows][stride]
#include "common/kernel.glsl"
#include "enc/window.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_rbf push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint u = inr_row();
    if (j >= push.count || u >= push.rows)
        return;
    real squares = R(0.0);
    for (uint d = 0; d < push.dims; d++) {
        real away = coords[d * push.stride + j] - effective[push.centre + u * push.dims + d];
        squares += away * away;
    }
    result[u * push.stride + j] = enc_window(squares, effective[push.gamma + u]);
}
