#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// rbf_jet: tangents of the windows that rbf has written, one thread a sample and unit. Tangent k of column
// j is column (1 + k) count + j.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 effective  r       mu [rows][dims] at `centre`, gamma [rows] at `gamma`
// 2 out        rw      [rows][stride]
#include "common/kernel.glsl"
#include "enc/window.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_rbf push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint u = inr_row();
    if (j >= push.count || u >= push.rows)
        return;
    uint at = u * push.stride + j;
    real y = result[at];
    real gamma = effective[push.gamma + u];
    for (uint k = 0; k < push.dims; k++) {
        real away = coords[k * push.stride + j] - effective[push.centre + u * push.dims + k];
        result[at + (1 + k) * push.count] = enc_window_slope(y, away, gamma);
    }
}
