#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// msc_backward: d_in (+)= d_out (1 + n cos(n in)) - n^2 sin(n in) sum of in_k d_out_k over the TANGENTS,
// d_in_k (+)= d_out_k (1 + n cos(n in)); tangents lie as in msc. One thread a column and row.
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
layout(constant_id = 1) const uint TANGENTS = 0;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 3) buffer DIn { real d_in[]; };
layout(push_constant) uniform Push { inr_push_msc push; };

void put(uint at, real d)
{
    d_in[at] = (ACCUMULATE != 0 ? d_in[at] : R(0.0)) + d;
}

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    real x = slot_in[at];
    real n = effective[push.frequencies + gl_GlobalInvocationID.y];
    real slope = enc_kernel_unit(x, n).d;
    real along = R(0.0);
    for (uint k = 1; k <= TANGENTS; k++) {
        uint tangent = at + k * push.count;
        along += slot_in[tangent] * d_out[tangent];
        put(tangent, d_out[tangent] * slope);
    }
    put(at, d_out[at] * slope + (TANGENTS != 0 ? enc_kernel_unit_second(x, n) * along : R(0.0)));
}
