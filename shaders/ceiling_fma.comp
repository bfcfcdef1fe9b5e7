#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// ceiling_fma: 64 n fused multiply-adds a thread in 16 chains that do not wait for one another. With
// n = 0 it is the kernel that does nothing.
//
// binding  access  shape
// 0 sink   w       [1], never written: the sums stay below its threshold
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) writeonly buffer Sink { real sink[]; };
layout(push_constant) uniform Push { inr_push_ceiling push; };

void main()
{
    real m = R(0.5) + push.tiny * real(gl_LocalInvocationID.x);
    real a[16];
    [[unroll]] for (uint k = 0; k < 16; k++)
        a[k] = push.tiny * real(k);
    for (uint i = 0; i < push.n; i++)
        [[unroll]] for (uint k = 0; k < 64; k++)
            a[k % 16] = fma(a[k % 16], m, push.tiny);
    real sum = R(0.0);
    [[unroll]] for (uint k = 0; k < 16; k++)
        sum += a[k];
    if (sum > R(1e30))
        sink[0] = sum;
}
