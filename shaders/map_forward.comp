#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// map_forward: effective[e] = +-params[source[e] >> 1], the sign in bit 0; entries without a source
// keep their constant.
//
// binding      access  shape
// 0 source     r       [n]
// 1 params     r       [n_params]
// 2 effective  w       [n]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Source { uint source[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) writeonly buffer Effective { real effective[]; };
layout(push_constant) uniform Push { inr_push_map push; };

void main()
{
    uint e = inr_thread();
    if (e >= push.n || source[e] == INR_NO_SOURCE)
        return;
    real v = params[source[e] >> 1];
    effective[e] = (source[e] & 1u) != 0 ? -v : v;
}
