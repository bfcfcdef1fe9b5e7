#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// msc: out = in + sin(n in), n one number a row, and its TANGENTS; tangent k of column j is column
// (1 + k) count + j. One thread a column and row.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       n [rows] at `frequencies`
// 2 out        w       [rows][stride]
#include "common/kernel.glsl"
#include "enc/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint TANGENTS = 0;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_msc push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    inr_slope s = enc_kernel_unit(slot_in[at], effective[push.frequencies + gl_GlobalInvocationID.y]);
    result[at] = s.f;
    for (uint k = 1; k <= TANGENTS; k++)
        result[at + k * push.count] = s.d * slot_in[at + k * push.count];
}
