#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// sample_grid: out[d][j] = coordinate along axis d of the grid point drawn for column j.
//
// binding  access  shape
// 0 steps  r       [rows] the row of this step
// 1 out    w       [dims][stride]
#include "common/grid.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint MODE = 0; // INR_BATCH_*

layout(std430, binding = 0) readonly buffer Steps { inr_step_row steps[]; };
layout(std430, binding = 1) writeonly buffer Out { real coords[]; };
layout(push_constant) uniform Push { inr_push_sample push; };

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    uint i = inr_batch_index(MODE, push.first + j, push.batch, push.pool, push.seed_lo,
                             push.seed_hi, steps[push.row].index);
    for (uint d = 0; d < push.dims; d++) {
        uint n = d == 0 ? push.shape0 : d == 1 ? push.shape1 : push.shape2;
        coords[d * push.stride + j] = inr_grid_coord(i % n, n, int(push.lattice));
        i /= n;
    }
}
