#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// pair: out = a b with its TANGENTS, or with PRODUCT = 0 a + b, element by element; one thread a column and
// row. Tangent k of column j is column (1 + k) count + j; those of sums are columns like others. a and b may
// be one slot.
//
// binding  access  shape
// 0 a      r       [rows][stride]
// 1 b      r       [rows][stride]
// 2 out    w       [rows][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint PRODUCT = 1;
layout(constant_id = 1) const uint TANGENTS = 0;

layout(std430, binding = 0) readonly buffer A { real slot_a[]; };
layout(std430, binding = 1) readonly buffer B { real slot_b[]; };
layout(std430, binding = 2) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_pair push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    real a = slot_a[at];
    real b = slot_b[at];
    result[at] = PRODUCT != 0 ? a * b : a + b;
    for (uint k = 1; k <= TANGENTS; k++) {
        uint to = at + k * push.count;
        result[to] = a * slot_b[to] + slot_a[to] * b;
    }
}
