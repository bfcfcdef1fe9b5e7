#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// ceiling_shared: 16 n reads of four words a thread from memory that a workgroup shares, neighbours
// side by side.
//
// binding  access  shape
// 0 sink   w       [1], never written: the sums stay below its threshold
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) writeonly buffer Sink { real sink[]; };
layout(push_constant) uniform Push { inr_push_ceiling push; };

const uint ROWS = 512; // 8 KiB

shared vec4 rows[ROWS];

void main()
{
    uint lane = gl_LocalInvocationID.x;
    for (uint i = lane; i < ROWS; i += INR_GROUP)
        rows[i] = vec4(push.tiny * real(i));
    barrier();
    vec4 sum = vec4(push.tiny);
    for (uint i = 0; i < push.n; i++)
        [[unroll]] for (uint k = 0; k < 16; k++)
            sum += rows[(lane + (i + k) * INR_GROUP) % ROWS];
    if (sum.x + sum.y + sum.z + sum.w > R(1e30))
        sink[0] = sum.x;
}
