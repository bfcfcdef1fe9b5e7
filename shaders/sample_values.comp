#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// sample_values: out[c][j] = scale * pool[i][c] + shift, i the sample drawn for column j.
//
// binding  access  shape
// 0 steps  r       [rows] the row of this step
// 1-4 pool r       [samples][components] in the source's depth, packed in words, cut into four parts
// 5 out    w       [components][stride]
#include "common/grid.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint MODE = 0;  // INR_BATCH_*
layout(constant_id = 1) const uint DEPTH = 0; // enum inr_depth: u8, u16, f32

layout(std430, binding = 0) readonly buffer Steps { inr_step_row steps[]; };
layout(std430, binding = 1) readonly buffer Pool0 { uint pool0[]; };
layout(std430, binding = 2) readonly buffer Pool1 { uint pool1[]; };
layout(std430, binding = 3) readonly buffer Pool2 { uint pool2[]; };
layout(std430, binding = 4) readonly buffer Pool3 { uint pool3[]; };
layout(std430, binding = 5) writeonly buffer Out { real values[]; };
layout(push_constant) uniform Push { inr_push_sample push; };

uint word(uint part, uint at)
{
    switch (part) {
    case 0: return pool0[at];
    case 1: return pool1[at];
    case 2: return pool2[at];
    default: return pool3[at];
    }
}

// Element `at` of a part; integers as [0, 1].
real value(uint part, uint at)
{
    if (DEPTH == 0)
        return real((word(part, at >> 2) >> (8u * (at & 3u))) & 0xffu) / R(255.0);
    if (DEPTH == 1)
        return real((word(part, at >> 1) >> (16u * (at & 1u))) & 0xffffu) / R(65535.0);
    return uintBitsToFloat(word(part, at));
}

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    uint i = inr_batch_index(MODE, push.first + j, push.batch, push.pool, push.seed_lo,
                             push.seed_hi, steps[push.row].index);
    uint part = i / push.part;
    uint base = (i % push.part) * push.components;
    for (uint c = 0; c < push.components; c++) {
        precise real v = value(part, base + c) * push.scale;
        precise real shifted = v + push.shift;
        values[c * push.stride + j] = shifted;
    }
}
