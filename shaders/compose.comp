#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// compose: features of the nearest radial basis functions, out[f] = sum_k sin(share_k m_f) w[k][f]. One
// thread a column and PART features, the parts along y.
//
// binding      access  shape
// 0 places     r       [2 NEAREST][stride], of nearest.comp
// 1 params     r       w [kernels][features] at `weight`
// 2 effective  r       m [features] at `frequencies`
// 3 out        w       [features][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Places { uint places[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Effective { real effective[]; };
layout(std430, binding = 3) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_compose push; };

#include "common/compose.glsl"

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint first = gl_WorkGroupID.y * PART;
    real sum[PART];
    for (uint f = 0; f < PART; f++)
        sum[f] = R(0.0);
    for (uint k = 0; k < NEAREST; k++) {
        uint at = inr_features_of(k, j);
        real share = inr_share_of(k, j);
        for (uint f = first; f < min(first + PART, push.features); f++)
            sum[f - first] += inr_factor(share, f) * params[at + f];
    }
    for (uint f = first; f < min(first + PART, push.features); f++)
        result[f * push.stride + j] = sum[f - first];
}
