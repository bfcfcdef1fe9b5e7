#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// compose: features of the nearest radial basis functions, out[f] = sum_k sin(share_k m_f) w[k][f], and
// their TANGENTS; tangent a of column j is column (1 + a) count + j. One thread a column and PART features,
// the parts along y.
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
    vec3 tangent[PART];
    for (uint f = 0; f < PART; f++) {
        sum[f] = R(0.0);
        tangent[f] = vec3(0.0);
    }
    for (uint k = 0; k < NEAREST; k++) {
        uint at = inr_features_of(k, j);
        real share = inr_share_of(k, j);
        vec3 slopes = inr_share_slopes_of(k, j);
        for (uint f = first; f < min(first + PART, push.features); f++) {
            real entry = params[at + f];
            sum[f - first] += inr_factor(share, f) * entry;
            if (TANGENTS != 0)
                tangent[f - first] += slopes * (inr_factor_slope(share, f) * entry);
        }
    }
    for (uint f = first; f < min(first + PART, push.features); f++) {
        uint to = f * push.stride + j;
        result[to] = sum[f - first];
        for (uint a = 0; a < TANGENTS; a++)
            result[to + (1 + a) * push.count] = tangent[f - first][a];
    }
}
