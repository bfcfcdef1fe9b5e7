#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// fused_sums: d_effective (+)= scale * the sum of the workgroups' partial sums, in their order, one thread an
// entry; entries that the chain does not have become zero.
//
// binding        access  shape
// 0 place        r       [n] of each effective entry in a block, or INR_NO_SOURCE
// 1 partial      r       [blocks][pitch]
// 2 d_effective  rw      [n]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Place { uint place[]; };
layout(std430, binding = 1) readonly buffer Partial { real partial[]; };
layout(std430, binding = 2) buffer DEffective { real d_effective[]; };
layout(push_constant) uniform Push { inr_push_fused_sums push; };

void main()
{
    uint i = inr_thread();
    if (i >= push.n)
        return;
    uint at = place[i];
    real sum = R(0.0);
    if (at != INR_NO_SOURCE)
        for (uint b = 0; b < push.blocks; b++)
            sum += partial[b * push.pitch + at];
    d_effective[i] = (push.accumulate != 0 ? d_effective[i] : R(0.0)) + push.scale * sum;
}
