#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_synthesis_back: gradients of the picture and of the first convolution to those of the grids at full size,
// with the sums of those of both layers.
//
// binding     access  shape
// 0 row       r       one inr_latent_step_row
// 1 params    r       [parameters]
// 2 planes    r       those of grid 0
// 3 d_out     r       [pixels]
// 4 d_e       r       [pixels]
// 5 d_planes  w       those of grid 0
// 6 partials  w       [INR_LATENT_SUMS_SYNTHESIS][groups]
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Planes { real planes[]; };
layout(std430, binding = 3) readonly buffer DOut { vec4 d_out[]; };
layout(std430, binding = 4) readonly buffer DE { vec4 d_e[]; };
layout(std430, binding = 5) writeonly buffer DPlanes { real d_planes[]; };
layout(std430, binding = 6) writeonly buffer Partials { real partials[]; };

const uint GRIDS = INR_LATENT_LEVELS + 1; // and 1
const uint S2 = HIDDEN + GRIDS;

// Rows: the picture's gradient; hidden units, then their gradients; grids and 1.
const uint OUT = 0, UNITS = 4, U = UNITS + HIDDEN, ROWS = U + GRIDS;

#include "latent/synth.glsl"
#include "latent/edge.glsl"
#include "latent/outer.glsl"

#define TAKE(q, t)                                                                                 \
    {                                                                                              \
        vec4 d = d_e[q];                                                                           \
        [[unroll]] for (uint o = 0; o < EDGE; o++)                                                 \
            d_z += weights1[o * TAPS + t] * d[o];                                                  \
    }

void main()
{
    const uint lane = gl_LocalInvocationID.x, pixels = push.width * push.height;
    real first_sums[OUTER_PART(INR_LATENT_SUMS_S1)], second_sums[OUTER_PART(INR_LATENT_SUMS_S2)];
    const uint every = every_of(push.height);
    OUTER_ZERO(first_sums, INR_LATENT_SUMS_S1)
    OUTER_ZERO(second_sums, INR_LATENT_SUMS_S2)
    load_synthesis(lane);
    load_first(lane);
    for (uint first = gl_WorkGroupID.x * INR_LATENT_GROUP; first < pixels; first += push.groups * INR_LATENT_GROUP) {
        const uint pixel = min(first + lane, pixels - 1);
        const bool inside = first + lane < pixels;
        vec4 u[INPUTS], d_u[INPUTS], d_z = d_out[pixel];
        barrier();
        EACH_TAKER(place_of(pixel), TAKE)
        d_z = inside ? d_z : vec4(0.0);
        synthesis_inputs(pixel, u);
        put4(OUT, lane, d_z);
        for (uint o = 0; o < HIDDEN; o++)
            put(UNITS + o, lane, synthesis_hidden(o, u));
        [[unroll]] for (uint k = 0; k < INR_LATENT_LEVELS; k++)
            put(U + k, lane, u[k / 4][k % 4]);
        put(U + INR_LATENT_LEVELS, lane, R(1.0));
        barrier();
        if (learns(first, every))
            OUTER_ADD(second_sums, OUT, 4, UNITS, S2)
        barrier();
        [[unroll]] for (uint k = 0; k < 4 * INPUTS; k++)
            d_u[k / 4][k % 4] = dot(out_weights[HIDDEN + k], d_z);
        for (uint o = 0; o < HIDDEN; o++) {
            const real d = get(UNITS + o, lane) > R(0.0) ? dot(out_weights[o], d_z) : R(0.0);
            put(UNITS + o, lane, d);
            [[unroll]] for (uint j = 0; j < INPUTS; j++)
                d_u[j] += hidden_weights[o * INPUTS + j] * d;
        }
        if (inside)
            [[unroll]] for (uint k = 0; k < LEVELS; k++)
                d_planes[k * pixels + pixel] = step_row.step * d_u[k / 4][k % 4];
        barrier();
        if (learns(first, every))
            OUTER_ADD(first_sums, UNITS, HIDDEN, U, GRIDS)
    }
    OUTER_STORE(first_sums, INR_LATENT_SUMS_S1, 0, real(every))
    OUTER_STORE(second_sums, INR_LATENT_SUMS_S2, INR_LATENT_SUMS_S1, real(every))
}
