#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// msc: out = in + sin(n in), n one number a row; one thread a column and row.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       n [rows] at `frequencies`
// 2 out        w       [rows][stride]
#include "common/kernel.glsl"
#include "enc/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

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
    result[at] = enc_kernel_unit(slot_in[at], effective[push.frequencies + gl_GlobalInvocationID.y]).f;
}
