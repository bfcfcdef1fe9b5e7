#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// table_pack: the tables as 16-bit floats, two a word; one thread a word.
//
// binding    access  shape
// 0 params   r       [n]
// 1 halves   w       [(n + 1) / 2]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Params { real params[]; };
layout(std430, binding = 1) writeonly buffer Halves { uint halves[]; };
layout(push_constant) uniform Push { inr_push_table push; };

void main()
{
    uint i = inr_thread(), at = 2 * i;
    if (at >= push.n)
        return;
    vec2 v = vec2(params[at], at + 1 < push.n ? params[at + 1] : R(0.0));
    halves[i] = packHalf2x16(clamp(v, vec2(-65504.0), vec2(65504.0)));
}
