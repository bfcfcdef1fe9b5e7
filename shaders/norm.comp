#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// norm: out[r] = gamma_r (in[r] - mean) / sqrt(var + epsilon) + delta_r over the rows of each column
// (layer norm, Ba et al. 2016), one thread a column: its loads are those of its neighbours' rows.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       gamma [rows] at `gamma`, delta [rows] at `delta`
// 2 out        w       [rows][stride]
// 3 moments    w       [2][stride]: mean, 1 / sqrt(var + epsilon)
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real slot_out[]; };
layout(std430, binding = 3) writeonly buffer Moments { real moments[]; };
layout(push_constant) uniform Push { inr_push_norm push; };

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    real sum = R(0.0);
    for (uint r = 0; r < push.rows; r++)
        sum += slot_in[r * push.stride + j];
    real mean = sum / real(push.rows);
    real squares = R(0.0);
    for (uint r = 0; r < push.rows; r++) {
        real away = slot_in[r * push.stride + j] - mean;
        squares += away * away;
    }
    real scale = R(1.0) / inr_sqrt(squares / real(push.rows) + push.epsilon);
    for (uint r = 0; r < push.rows; r++) {
        uint at = r * push.stride + j;
        slot_out[at] = effective[push.gamma + r] * ((slot_in[at] - mean) * scale) +
                       effective[push.delta + r];
    }
    moments[j] = mean;
    moments[push.stride + j] = scale;
}
