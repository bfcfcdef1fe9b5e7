#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_grow: grid `grid` + 1 and those above, at its size, to the size of grid `grid`: planes j - 1 there to
// planes j here.
//
// binding    access  shape
// 0 grids    r       [LEVELS]
// 1 planes   rw
#include "latent/net.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 1) buffer Planes { real planes[]; };

void main()
{
    const inr_latent_grid_row to = grids[push.grid], from = grids[push.grid + 1];
    const uint thread = inr_thread(), j = thread / to.points, i = thread % to.points; // plane j + 1
    if (push.grid + 1 + j >= LEVELS)
        return;
    const int r = int(i / to.width), x = int(i % to.width);
    const uint at = from.plane + j * from.points;
    real sum = R(0.0);
    [[unroll]] for (int a = 0; a < 4; a++) {
        uint row = uint(inr_latent_clamp(inr_latent_first(r) + a, int(from.height))) * from.width;
        real line = R(0.0);
        [[unroll]] for (int b = 0; b < 4; b++) {
            uint col = uint(inr_latent_clamp(inr_latent_first(x) + b, int(from.width)));
            line += inr_latent_tap[x % 2 != 0 ? 3 - b : b] * planes[at + row + col];
        }
        sum += inr_latent_tap[r % 2 != 0 ? 3 - a : a] * line;
    }
    planes[to.plane + (j + 1) * to.points + i] = sum;
}
