#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_quantise: latents to what the networks see, with derivatives: rounded softly twice with noise
// between, or rounded. A workgroup takes tiles of one grid.
//
// binding    access  shape
// 0 row      r       one inr_latent_step_row
// 1 grids    r       [LEVELS]
// 2 value    rw      [points] multiplied by `rescale`
// 3 slope    w       [points] d y / d value
// 4 planes   w       plane 0 of each grid
#include "latent/net.glsl"
#include "common/random.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 2) buffer Value { real value[]; };
layout(std430, binding = 3) writeonly buffer Slope { real slope[]; };
layout(std430, binding = 4) writeonly buffer Planes { real planes[]; };

#include "latent/grid.glsl"

real noise_at(uint k, uint row, uint x, uint width)
{
    uint quarter = (width + 3) / 4, word = x / quarter;
    inr_u4 r = inr_philox(x % quarter, row, step_row.draw, INR_STREAM_LATENT + k, step_row.seed_lo, step_row.seed_hi);
    return inr_latent_bell(word == 0 ? r.x : word == 1 ? r.y : word == 2 ? r.z : r.w);
}

void main()
{
    const uint k = grid_of(gl_WorkGroupID.x);
    const inr_latent_grid_row grid = grids[k];
    const real inverse = step_row.inverse, scale = inr_latent_soft_scale(inverse);
    for (uint i = first_point(grid); i < grid.points; i += grid.groups * INR_LATENT_GROUP) {
        real v = value[grid.at + i] * step_row.rescale;
        inr_slope y = inr_latent_soften(v, inverse, scale);
        value[grid.at + i] = v;
        if (step_row.hard != 0) {
            y.f = floor(v + R(0.5));
        } else {
            real d = y.d;
            real added = step_row.noise * noise_at(k, i / grid.width, i % grid.width, grid.width);
            y = inr_latent_soften(y.f + added, inverse, scale);
            y.d *= d;
        }
        slope[grid.at + i] = y.d;
        planes[grid.plane + i] = y.f;
    }
}
