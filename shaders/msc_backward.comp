#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// msc_backward: d_in (+)= d_out (1 + n cos(n in)); one thread a column and row.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       n [rows] at `frequencies`
// 2 d_out      r       [rows][stride]
// 3 d_in       rw      [rows][stride]
#include "common/kernel.glsl"
#include "enc/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint ACCUMULATE = 0;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 3) buffer DIn { real d_in[]; };
layout(push_constant) uniform Push { inr_push_msc push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    real slope = enc_kernel_unit(slot_in[at], effective[push.frequencies + gl_GlobalInvocationID.y]).d;
    d_in[at] = (ACCUMULATE != 0 ? d_in[at] : R(0.0)) + d_out[at] * slope;
}
