#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// norm_jet: tangents of what norm has written. With v = (in - mean) scale and means over the rows,
//     out_k = gamma w_k,   w_k = scale (in_k - mean of in_k - v c_k),   c_k = mean of v in_k.
// One thread a sample and tangent; tangent k of column j is column (1 + k) count + j.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       gamma [rows] at `gamma`
// 2 out        w       [rows][stride]
// 3 moments    rw      [2][stride]: mean, scale; of tangents: mean of in_k, c_k
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real slot_out[]; };
layout(std430, binding = 3) buffer Moments { real moments[]; };
layout(push_constant) uniform Push { inr_push_norm push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint tangent = j + (1 + gl_GlobalInvocationID.y) * push.count;
    real mean = moments[j];
    real scale = moments[push.stride + j];
    real sum = R(0.0);
    real along = R(0.0);
    for (uint r = 0; r < push.rows; r++) {
        real x = slot_in[r * push.stride + tangent];
        sum += x;
        along += (slot_in[r * push.stride + j] - mean) * scale * x;
    }
    sum /= real(push.rows);
    along /= real(push.rows);
    for (uint r = 0; r < push.rows; r++) {
        real v = (slot_in[r * push.stride + j] - mean) * scale;
        real x = slot_in[r * push.stride + tangent];
        slot_out[r * push.stride + tangent] = effective[push.gamma + r] * (scale * (x - sum - v * along));
    }
    moments[tangent] = sum;
    moments[push.stride + tangent] = along;
}
