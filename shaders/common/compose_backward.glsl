// SPDX-License-Identifier: MIT
// compose_backward.glsl - d w[k][f] += sin(share_k m_f) d_out[f] for every column and each of its nearest
// kernels, and what the TANGENTS give, which lie as in compose. One thread a column and PART features, the
// parts along y.
//
// binding      access  shape
// 0 places     r       [2 NEAREST][stride]
// 1 effective  r       m [features] at `frequencies`
// 2 d_out      r       [features][stride]
// 3 d          rw      as the parameters; FIXED: two words a scalar
#include "common/scatter.glsl"

layout(std430, binding = 0) readonly buffer Places { uint places[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer DOut { real d_out[]; };
layout(push_constant) uniform Push { inr_push_compose push; };

#include "common/compose.glsl"

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint first = gl_WorkGroupID.y * PART;
    for (uint k = 0; k < NEAREST; k++) {
        uint at = inr_features_of(k, j);
        real share = inr_share_of(k, j);
        vec3 slopes = inr_share_slopes_of(k, j);
        for (uint f = first; f < min(first + PART, push.features); f++) {
            uint from = f * push.stride + j;
            real d = inr_factor(share, f) * d_out[from];
            real along = R(0.0);
            for (uint a = 0; a < TANGENTS; a++)
                along += slopes[a] * d_out[from + (1 + a) * push.count];
            if (TANGENTS != 0)
                d += inr_factor_slope(share, f) * along;
            inr_scatter(at + f, d, push.fixed_scale);
        }
    }
}
