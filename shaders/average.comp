#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// average: params = the average of the parameters over the steps, from the parameters of the last and
// their lag, see optimizer.glsl; one thread a parameter.
//
// binding   access  shape
// 0 held    r       [n]
// 1 lag     r       [n]
// 2 params  w       [n]
#include "common/kernel.glsl"
#include "common/math.glsl"
#include "common/optimizer.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Held { real held[]; };
layout(std430, binding = 1) readonly buffer Lag { real lag[]; };
layout(std430, binding = 2) writeonly buffer Params { real params[]; };
layout(push_constant) uniform Push { inr_push_average push; };

void main()
{
    uint i = inr_thread();
    if (i < push.n)
        params[i] = inr_lag_average(held[i], lag[i], push.share);
}
