#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// encode_jet: tangents of what encode has written, and (with frequencies = 0 and include_input) the
// tangents of the coordinates themselves, which are the axes; one thread a sample and frequency. Tangent k
// of column j is column (1 + k) count + j.
//
// binding      access  shape
// 0 effective  r       F [frequencies][dims] at `table`
// 1 out        rw      [(dims) + 2 frequencies][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Effective { real effective[]; };
layout(std430, binding = 1) buffer Out { real features[]; };
layout(push_constant) uniform Push { inr_push_encode push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint f = gl_GlobalInvocationID.y;
    if (j >= push.count)
        return;
    if (f >= push.frequencies) {
        uint d = f - push.frequencies;
        for (uint k = 0; k < push.dims; k++)
            features[d * push.stride + (1 + k) * push.count + j] = R(d == k ? 1.0 : 0.0);
        return;
    }
    uint base = push.include_input != 0 ? push.dims : 0;
    uint cosine = (base + f) * push.stride + j;
    uint sine = (base + push.frequencies + f) * push.stride + j;
    real c = features[cosine];
    real s = features[sine];
    for (uint k = 0; k < push.dims; k++) {
        real w = R(6.283185307179586) * effective[push.table + f * push.dims + k];
        features[cosine + (1 + k) * push.count] = -w * s;
        features[sine + (1 + k) * push.count] = w * c;
    }
}
