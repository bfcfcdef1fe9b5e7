#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// pair_backward: da (+)= d_out b + sum_k d_out_k b_k over the TANGENTS, da_k (+)= d_out_k b, or with PRODUCT
// = 0 da (+)= d_out; one thread a column and row, tangents as in pair. Run once for each input that learns;
// twice for a slot multiplied by itself.
//
// binding  access  shape
// 0 b      r       [rows][stride], the other input
// 1 d_out  r       [rows][stride]
// 2 da     rw      [rows][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint PRODUCT = 1;
layout(constant_id = 1) const uint ACCUMULATE = 0;
layout(constant_id = 2) const uint TANGENTS = 0;

layout(std430, binding = 0) readonly buffer B { real slot_b[]; };
layout(std430, binding = 1) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 2) buffer DA { real slot_da[]; };
layout(push_constant) uniform Push { inr_push_pair push; };

void put(uint at, real d)
{
    slot_da[at] = (ACCUMULATE != 0 ? slot_da[at] : R(0.0)) + d;
}

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    real b = PRODUCT != 0 ? slot_b[at] : R(1.0);
    real d = d_out[at] * b;
    for (uint k = 1; k <= TANGENTS; k++) {
        uint from = at + k * push.count;
        d += d_out[from] * slot_b[from];
        put(from, d_out[from] * b);
    }
    put(at, d);
}
