#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_shrink: gradients of planes j of grid `grid` to those of planes j - 1 of the next: the adjoint of
// latent_grow.
//
// binding      access  shape
// 0 grids      r       [LEVELS]
// 1 d_planes   rw
#include "latent/net.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 1) buffer DPlanes { real d_planes[]; };

void main()
{
    const inr_latent_grid_row from = grids[push.grid], to = grids[push.grid + 1];
    const uint thread = inr_thread(), j = thread / to.points, i = thread % to.points;
    if (push.grid + 1 + j >= LEVELS)
        return;
    const int r = int(i / to.width), x = int(i % to.width);
    const uint at = from.plane + (j + 1) * from.points;
    real across[8], sum = R(0.0);
    [[unroll]] for (int b = 0; b < 8; b++)
        across[b] = inr_latent_share(max(2 * x - 3 + b, 0), x, int(to.width));
    for (int a = 0; a < 8; a++) {
        int row = 2 * r - 3 + a;
        if (row < 0 || row >= int(from.height))
            continue;
        real line = R(0.0);
        [[unroll]] for (int b = 0; b < 8; b++) {
            int col = 2 * x - 3 + b;
            if (col >= 0 && col < int(from.width))
                line += across[b] * d_planes[at + uint(row) * from.width + uint(col)];
        }
        sum += inr_latent_share(row, r, int(to.height)) * line;
    }
    d_planes[to.plane + j * to.points + i] = sum;
}
