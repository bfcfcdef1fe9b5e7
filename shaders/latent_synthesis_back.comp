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

#include "latent/synth.glsl"
#include "latent/edge.glsl"
#include "latent/outer.glsl"

const uint GRIDS = INR_LATENT_LEVELS + 1; // and 1
const uint S2 = HIDDEN + GRIDS;

#define TAKE(q, t)                                                                                 \
    {                                                                                              \
        vec4 d = d_e[q];                                                                           \
        [[unroll]] for (uint o = 0; o < EDGE; o++)                                                 \
            d_z += weights1[o * TAPS + t] * d[o];                                                  \
    }

// The grids and 1 as right rows.
void put_inputs(uint row, uint lane, vec4 u[INPUTS])
{
    [[unroll]] for (uint k = 0; k < INR_LATENT_LEVELS; k++)
        put(row + k, lane, u[k / 4][k % 4]);
    put(row + INR_LATENT_LEVELS, lane, R(1.0));
}

void main()
{
    const uint lane = gl_LocalInvocationID.x, pixels = push.width * push.height;
    real first_sums[OUTER_PART(INR_LATENT_SUMS_S1)], second_sums[OUTER_PART(INR_LATENT_SUMS_S2)];
    OUTER_ZERO(first_sums, INR_LATENT_SUMS_S1)
    OUTER_ZERO(second_sums, INR_LATENT_SUMS_S2)
    load_synthesis(lane);
    load_first(lane);
    for (uint first = gl_WorkGroupID.x * INR_LATENT_GROUP; first < pixels; first += push.groups * INR_LATENT_GROUP) {
        const uint pixel = min(first + lane, pixels - 1);
        const bool inside = first + lane < pixels;
        vec4 u[INPUTS], hidden[UNITS], d_hidden[UNITS], d_u[INPUTS], d_z = d_out[pixel];
        barrier();
        EACH_TAKER(place_of(pixel), TAKE)
        d_z = inside ? d_z : vec4(0.0);
        synthesis_inputs(pixel, u);
        synthesis_hidden(u, hidden);
        put4(0, lane, d_z);
        [[unroll]] for (uint j = 0; j < UNITS; j++) {
            put4(4 + 4 * j, lane, hidden[j]);
            d_hidden[j] = vec4(0.0);
            [[unroll]] for (uint c = 0; c < CHANNELS; c++)
                d_hidden[j] += out_weights[c * (UNITS + INPUTS) + j] * d_z[c];
            d_hidden[j] = mix(vec4(0.0), d_hidden[j], greaterThan(hidden[j], vec4(0.0)));
        }
        put_inputs(4 + HIDDEN, lane, u);
        barrier();
        OUTER_ADD(second_sums, 4, S2)
        barrier();
        [[unroll]] for (uint j = 0; j < INPUTS; j++) {
            d_u[j] = vec4(0.0);
            [[unroll]] for (uint c = 0; c < CHANNELS; c++)
                d_u[j] += out_weights[c * (UNITS + INPUTS) + UNITS + j] * d_z[c];
            [[unroll]] for (uint o = 0; o < HIDDEN; o++)
                d_u[j] += hidden_weights[o * INPUTS + j] * d_hidden[o / 4][o % 4];
        }
        [[unroll]] for (uint j = 0; j < UNITS; j++)
            put4(4 * j, lane, d_hidden[j]);
        put_inputs(HIDDEN, lane, u);
        if (inside)
            [[unroll]] for (uint k = 0; k < LEVELS; k++)
                d_planes[k * pixels + pixel] = step_row.step * d_u[k / 4][k % 4];
        barrier();
        OUTER_ADD(first_sums, HIDDEN, GRIDS)
    }
    OUTER_STORE(first_sums, INR_LATENT_SUMS_S1, 0)
    OUTER_STORE(second_sums, INR_LATENT_SUMS_S2, INR_LATENT_SUMS_S1)
}
