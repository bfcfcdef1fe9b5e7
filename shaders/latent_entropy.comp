#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_entropy: bits of all points under the entropy network, and their gradients: to the points, by their own
// level and by each point of their context, and as sums to the network. A workgroup takes tiles of one grid.
//
// binding     access  shape
// 0 grids     r       [LEVELS]
// 1 params    r       [parameters]
// 2 planes    r       plane 0 of each grid
// 3 d_context w       [CONTEXT + 1][points] by each point of the context, by its own level
// 4 partials  w       [INR_LATENT_SUMS_ENTROPY][groups]
// 5 row       r       one inr_latent_step_row
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Grids { inr_latent_grid_row grids[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Planes { real planes[]; };
layout(std430, binding = 3) writeonly buffer DContext { real d_context[]; };
layout(std430, binding = 4) writeonly buffer Partials { real partials[]; };
layout(std430, binding = 5) readonly buffer Row { inr_latent_step_row step_row; };

// Rows: mean and scale; h2, then their gradients; the context; 1; h1, then their gradients.
const uint OUT = 0, H2 = 2, C = H2 + ENTROPY, ONE = C + CONTEXT, H1 = ONE + 1;
const uint ROWS = H1 + ENTROPY;

#include "latent/four.glsl"
#include "latent/grid.glsl"
#include "latent/outer.glsl"

const uint UNITS = ENTROPY / 4, NEIGHBOURS = CONTEXT / 4;

shared vec4 w1[ENTROPY * NEIGHBOURS], w2[ENTROPY * UNITS], w3[2 * (UNITS + NEIGHBOURS)];
shared vec2 w3_of[ENTROPY]; // both outputs' weights of a unit

void load(uint lane)
{
    for (uint i = lane; i < ENTROPY * NEIGHBOURS; i += INR_LATENT_GROUP)
        w1[i] = four(ENTROPY_W1 + 4 * i, 4);
    for (uint i = lane; i < ENTROPY * UNITS; i += INR_LATENT_GROUP)
        w2[i] = four(ENTROPY_W2 + 4 * i, 4);
    for (uint i = lane; i < 2 * (UNITS + NEIGHBOURS); i += INR_LATENT_GROUP)
        w3[i] = four(ENTROPY_W3 + 4 * i, 4);
    for (uint i = lane; i < ENTROPY; i += INR_LATENT_GROUP)
        w3_of[i] = vec2(params[ENTROPY_W3 + i], params[ENTROPY_W3 + ENTROPY + CONTEXT + i]);
}

// Beyond the borders everything is 0.
real level_at(inr_latent_grid_row grid, int r, int x)
{
    bool inside = r >= 0 && r < int(grid.height) && x >= 0 && x < int(grid.width);
    return inside ? planes[grid.plane + uint(r) * grid.width + uint(x)] : R(0.0);
}

void context_of(uint k, inr_latent_grid_row grid, int r, int x, out vec4 c[NEIGHBOURS])
{
    [[unroll]] for (uint i = 0; i < INR_LATENT_NEAR; i++)
        c[i / 4][i % 4] = level_at(grid, r + near_dy[i], x + near_dx[i]);
    c[NEIGHBOURS - 1] = vec4(0.0);
    if (k + 1 < LEVELS) {
        const inr_latent_grid_row above = grids[k + 1];
        const int down = r % 2 != 0 ? 1 : -1, side = x % 2 != 0 ? 1 : -1;
        c[NEIGHBOURS - 1] = vec4(level_at(above, r / 2, x / 2), level_at(above, r / 2 + down, x / 2),
                                 level_at(above, r / 2, x / 2 + side), level_at(above, r / 2 + down, x / 2 + side));
    }
}

void column(uint row, uint lane, out vec4 h[UNITS])
{
    [[unroll]] for (uint i = 0; i < ENTROPY; i++)
        h[i / 4][i % 4] = get(row + i, lane);
}

// Both hidden layers to their rows; mean and log2 of the scale.
vec2 forward(uint k, uint lane, vec4 c[NEIGHBOURS])
{
    vec4 h[UNITS];
    for (uint o = 0; o < push.units; o++) {
        real sum = params[ENTROPY_B1 + k * ENTROPY + o];
        [[unroll]] for (uint j = 0; j < NEIGHBOURS; j++)
            sum += dot(w1[o * NEIGHBOURS + j], c[j]);
        put(H1 + o, lane, max(sum, R(0.0)));
    }
    column(H1, lane, h);
    for (uint o = 0; o < push.units; o++) {
        real sum = params[ENTROPY_B2 + o];
        [[unroll]] for (uint j = 0; j < UNITS; j++)
            sum += dot(w2[o * UNITS + j], h[j]);
        put(H2 + o, lane, max(sum, R(0.0)));
    }
    column(H2, lane, h);
    vec2 result = vec2(params[ENTROPY_B3 + 2 * k], params[ENTROPY_B3 + 2 * k + 1]);
    [[unroll]] for (uint q = 0; q < 2; q++) {
        [[unroll]] for (uint j = 0; j < UNITS; j++)
            result[q] += dot(w3[q * (UNITS + NEIGHBOURS) + j], h[j]);
        [[unroll]] for (uint j = 0; j < NEIGHBOURS; j++)
            result[q] += dot(w3[q * (UNITS + NEIGHBOURS) + UNITS + j], c[j]);
    }
    return result;
}

void main()
{
    const uint lane = gl_LocalInvocationID.x, k = grid_of(gl_WorkGroupID.x);
    const inr_latent_grid_row grid = grids[k];
    const uint every = every_of(grid.height);
    real bits = R(0.0);
    const uint next = grid.groups * INR_LATENT_GROUP;
    real sums3[OUTER_PART(INR_LATENT_SUMS_E3)], sums2[OUTER_PART(INR_LATENT_SUMS_E2)];
    real sums1[OUTER_PART(INR_LATENT_SUMS_E1)];
    OUTER_ZERO(sums3, INR_LATENT_SUMS_E3)
    OUTER_ZERO(sums2, INR_LATENT_SUMS_E2)
    OUTER_ZERO(sums1, INR_LATENT_SUMS_E1)
    load(lane);
    for (uint first = (gl_WorkGroupID.x - grid.first) * INR_LATENT_GROUP; first < grid.points; first += next) {
        const uint i = min(first + lane, grid.points - 1);
        const bool inside = first + lane < grid.points;
        vec4 c[NEIGHBOURS], d_c[NEIGHBOURS], d_h1[UNITS];
        barrier();
        context_of(k, grid, int(i / grid.width), int(i % grid.width), c);
        const vec2 p = forward(k, lane, c);
        const inr_latent_rate r = inr_latent_laplace(planes[grid.plane + i], p.x, p.y);
        const real d_mean = inside ? r.d_mean : R(0.0), d_scale = inside ? r.d_scale : R(0.0);
        put(OUT, lane, d_mean);
        put(OUT + 1, lane, d_scale);
        bits += inside ? r.bits : R(0.0);
        [[unroll]] for (uint j = 0; j < NEIGHBOURS; j++) {
            put4(C + 4 * j, lane, c[j]);
            d_c[j] = w3[UNITS + j] * d_mean + w3[2 * UNITS + NEIGHBOURS + j] * d_scale;
        }
        put(ONE, lane, R(1.0));
        barrier();
        if (learns(first, every))
            OUTER_ADD(sums3, OUT, 2, H2, (ENTROPY + CONTEXT + 1))
        barrier();
        [[unroll]] for (uint j = 0; j < UNITS; j++)
            d_h1[j] = vec4(0.0);
        for (uint o = 0; o < push.units; o++) {
            const real d = get(H2 + o, lane) > R(0.0) ? dot(w3_of[o], vec2(d_mean, d_scale)) : R(0.0);
            put(H2 + o, lane, d);
            [[unroll]] for (uint j = 0; j < UNITS; j++)
                d_h1[j] += w2[o * UNITS + j] * d;
        }
        barrier();
        if (learns(first, every))
            OUTER_ADD(sums2, H2, ENTROPY, ONE, (1 + ENTROPY))
        barrier();
        [[unroll]] for (uint o = 0; o < ENTROPY; o++)
            put(H1 + o, lane, get(H1 + o, lane) > R(0.0) ? d_h1[o / 4][o % 4] : R(0.0));
        for (uint o = 0; o < push.units; o++) {
            const real d = get(H1 + o, lane);
            [[unroll]] for (uint j = 0; j < NEIGHBOURS; j++)
                d_c[j] += w1[o * NEIGHBOURS + j] * d;
        }
        if (inside) {
            [[unroll]] for (uint j = 0; j < CONTEXT; j++)
                d_context[j * push.points + grid.at + i] = d_c[j / 4][j % 4];
            d_context[CONTEXT * push.points + grid.at + i] = -d_mean;
        }
        barrier();
        if (learns(first, every))
            OUTER_ADD(sums1, H1, ENTROPY, C, (CONTEXT + 1))
    }
    OUTER_STORE(sums3, INR_LATENT_SUMS_E3, 0, real(every))
    OUTER_STORE(sums2, INR_LATENT_SUMS_E2, INR_LATENT_SUMS_E3, real(every))
    OUTER_STORE(sums1, INR_LATENT_SUMS_E1, INR_LATENT_SUMS_E3 + INR_LATENT_SUMS_E2, real(every))
    bits = total(bits);
    if (lane == 0)
        partials[push.partials + INR_LATENT_SUMS_BITS * push.groups + gl_WorkGroupID.x] = bits;
}
