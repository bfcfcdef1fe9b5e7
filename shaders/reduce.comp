#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// reduce: out[i] (+)= scale * sum_s partial[s][i], in the order of s. WIDE gives a workgroup to each
// sum, for few sums of many terms; its order is fixed too.
//
// binding    access  shape
// 0 partial  r       [slices][pitch], from in_offset on
// 1 out      rw      [n] at out_offset
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint WIDE = 0;

layout(std430, binding = 0) readonly buffer Partial { real partial[]; };
layout(std430, binding = 1) buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_reduce push; };

shared real sums[WIDE != 0 ? INR_GROUP : 1];

void put(uint i, real sum)
{
    uint at = push.out_offset + i;
    result[at] = (push.accumulate != 0 ? result[at] : R(0.0)) + push.scale * sum;
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint i = WIDE != 0 ? gl_WorkGroupID.x : inr_thread();
    if (i >= push.n)
        return;
    real sum = R(0.0);
    if (WIDE == 0) {
        for (uint s = 0; s < push.slices; s++)
            sum += partial[push.in_offset + s * push.pitch + i];
        put(i, sum);
        return;
    }
    for (uint s = lane; s < push.slices; s += INR_GROUP)
        sum += partial[push.in_offset + s * push.pitch + i];
    sums[lane] = sum;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            sums[lane] += sums[lane + half_size];
        barrier();
    }
    if (lane == 0)
        put(i, sums[0]);
}
