#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// ceiling_memory: n groups of four words a thread from or to memory, neighbours side by side, each
// word once.
//
// binding  access  shape
// 0 from   r       [n threads][4]
// 1 to     w       the same
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint WAY = 0; // 0 read, 1 write, 2 copy

layout(std430, binding = 0) readonly buffer From { vec4 from[]; };
layout(std430, binding = 1) writeonly buffer To { vec4 to[]; };
layout(push_constant) uniform Push { inr_push_ceiling push; };

void main()
{
    uint thread = inr_thread();
    vec4 sum = vec4(push.tiny);
    if (thread >= push.threads)
        return;
    for (uint i = 0; i < push.n; i++) {
        uint at = i * push.threads + thread;
        if (WAY == 0)
            sum += from[at];
        else
            to[at] = WAY == 1 ? sum : from[at];
    }
    if (WAY == 0 && sum.x + sum.y + sum.z + sum.w > R(1e30))
        to[thread] = sum;
}
