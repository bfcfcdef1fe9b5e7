#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// norm_backward: with n = (in - mean) scale and g = gamma d_out,
//     d_in (+)= scale (g - mean of g - n mean of g n),
// means over the rows of a column; one thread a column.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       gamma [rows] at `gamma`
// 2 moments    r       [2][stride]: mean, scale
// 3 d_out      r       [rows][stride]
// 4 d_in       rw      [rows][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint ACCUMULATE = 0;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer Moments { real moments[]; };
layout(std430, binding = 3) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 4) buffer DIn { real d_in[]; };
layout(push_constant) uniform Push { inr_push_norm push; };

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    real mean = moments[j];
    real scale = moments[push.stride + j];
    real sum = R(0.0);
    real along = R(0.0);
    for (uint r = 0; r < push.rows; r++) {
        uint at = r * push.stride + j;
        real g = effective[push.gamma + r] * d_out[at];
        sum += g;
        along += g * ((slot_in[at] - mean) * scale);
    }
    sum /= real(push.rows);
    along /= real(push.rows);
    for (uint r = 0; r < push.rows; r++) {
        uint at = r * push.stride + j;
        real g = effective[push.gamma + r] * d_out[at];
        real d = scale * (g - sum - (slot_in[at] - mean) * scale * along);
        d_in[at] = (ACCUMULATE != 0 ? d_in[at] : R(0.0)) + d;
    }
}
