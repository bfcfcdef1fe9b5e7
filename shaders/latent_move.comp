#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_move: the step of all latents.
//
// binding    access  shape
// 0 row      r       one inr_latent_step_row
// 1 grids    r       [LEVELS]
// 2 results  r       means of second means
// 3 moments  r       [2][points]
// 4 value    rw      [points]
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 2) readonly buffer Results { real results[]; };
layout(std430, binding = 3) readonly buffer Moments { real moments[]; };
layout(std430, binding = 4) buffer Value { real value[]; };

#include "latent/grid.glsl"

void main()
{
    const uint k = grid_of(gl_WorkGroupID.x);
    const inr_latent_grid_row grid = grids[k];
    const real own = R(1.0) - step_row.blend, rest = step_row.blend * results[k];
    real rate = step_row.rate;
    for (uint i = 0; i < k; i++)
        rate *= step_row.growth;
    for (uint i = first_point(grid); i < grid.points; i += grid.groups * INR_LATENT_GROUP) {
        const uint at = grid.at + i;
        value[at] -= inr_latent_stride(moments[at], moments[push.points + at], own, rest, rate, step_row.correct);
    }
}
