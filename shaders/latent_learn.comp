#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_learn: all that the loss says of a latent, as Adam's means; partial sums of the second ones. A workgroup
// takes tiles of one grid.
//
// binding      access  shape
// 0 row        r       one inr_latent_step_row
// 1 grids      r       [LEVELS]
// 2 d_planes   r       plane 0 of each grid: what the picture says
// 3 d_context  r       [CONTEXT + 1][points]: what the rate says
// 4 slope      r       [points]
// 5 moments    rw      [2][points]
// 6 partials   w       [groups]
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 2) readonly buffer DPlanes { real d_planes[]; };
layout(std430, binding = 3) readonly buffer DContext { real d_context[]; };
layout(std430, binding = 4) readonly buffer Slope { real slope[]; };
layout(std430, binding = 5) buffer Moments { real moments[]; };
layout(std430, binding = 6) writeonly buffer Partials { real partials[]; };

#include "latent/grid.glsl"
#include "latent/total.glsl"

// What neighbour i of the point at (r, x) of a grid says of that neighbour.
real said(inr_latent_grid_row grid, uint i, int r, int x)
{
    bool inside = r >= 0 && r < int(grid.height) && x >= 0 && x < int(grid.width);
    return inside ? d_context[i * push.points + grid.at + uint(r) * grid.width + uint(x)] : R(0.0);
}

// By the points of the next finer grid that have this one in their context: children, and those whose
// side is towards it.
real said_by_finer(inr_latent_grid_row finer, int r, int x)
{
    real sum = R(0.0);
    [[unroll]] for (uint i = 0; i < INR_LATENT_COARSE; i++)
        [[unroll]] for (int a = 0; a < 2; a++)
            [[unroll]] for (int b = 0; b < 2; b++) {
                int row = 2 * r + (i % 2 != 0 ? 2 - 3 * a : a), col = 2 * x + (i / 2 != 0 ? 2 - 3 * b : b);
                sum += said(finer, INR_LATENT_NEAR + i, row, col);
            }
    return sum;
}

void main()
{
    const uint lane = gl_LocalInvocationID.x, k = grid_of(gl_WorkGroupID.x);
    const inr_latent_grid_row grid = grids[k];
    real sum = R(0.0);
    for (uint i = first_point(grid); i < grid.points; i += grid.groups * INR_LATENT_GROUP) {
        const int r = int(i / grid.width), x = int(i % grid.width);
        const uint at = grid.at + i;
        real g = d_planes[grid.plane + i] + d_context[CONTEXT * push.points + at];
        [[unroll]] for (uint j = 0; j < INR_LATENT_NEAR; j++)
            g += said(grid, j, r - near_dy[j], x - near_dx[j]);
        if (k > 0)
            g += said_by_finer(grids[k - 1], r, x);
        g *= slope[at];
        moments[at] = inr_latent_decayed(moments[at], INR_LATENT_BETA1, g);
        const real second = inr_latent_decayed_square(moments[push.points + at], step_row.beta2, g);
        moments[push.points + at] = second;
        sum += second;
    }
    sum = total(sum);
    if (lane == 0)
        partials[push.partials + gl_WorkGroupID.x] = sum;
}
