// SPDX-License-Identifier: MIT
// outer.glsl - Sums over the samples of a tile: [left][right] products of what its threads hold. Rows
// of both lie in shared memory, ROWS of them, which the kernel says before, a column for each thread.
#ifndef INR_LATENT_OUTER
#define INR_LATENT_OUTER

#include "latent/total.glsl"

// A sample more, for the banks of shared memory.
const uint PITCH = INR_LATENT_GROUP + 1;

shared real rows[ROWS * PITCH];

void put(uint row, uint lane, real v)
{
    rows[row * PITCH + lane] = v;
}

void put4(uint row, uint lane, vec4 v)
{
    [[unroll]] for (uint i = 0; i < 4; i++)
        put(row + i, lane, v[i]);
}

real get(uint row, uint lane)
{
    return rows[row * PITCH + lane];
}

// Networks learn from one tile of so many.
uint every_of(uint height)
{
    return height < INR_LATENT_MANY_ROWS ? 1 : step_row.every;
}

bool learns(uint first, uint every)
{
    return (first / INR_LATENT_GROUP + step_row.turn) % every == 0;
}

real product(uint row_a, uint row_b)
{
    real sum = R(0.0);
    for (uint p = 0; p < INR_LATENT_GROUP; p++)
        sum += rows[row_a * PITCH + p] * rows[row_b * PITCH + p];
    return sum;
}

// sums[i] += sum lane + i GROUP of the products of n_left rows from `left` on by n_right from `right`
// on; `sums` is an array of OUTER_PART(n) of them. Between barriers.
#define OUTER_PART(n) ((n + INR_LATENT_GROUP - 1) / INR_LATENT_GROUP)
#define OUTER_ADD(sums, left, n_left, right, n_right)                                              \
    [[unroll]] for (uint part = 0; part < OUTER_PART(n_left * n_right); part++) {                  \
        uint s = part * INR_LATENT_GROUP + gl_LocalInvocationID.x;                                 \
        if (s < n_left * n_right)                                                                  \
            sums[part] += product(left + s / n_right, right + s % n_right);                        \
    }
#define OUTER_ZERO(sums, n)                                                                        \
    [[unroll]] for (uint part = 0; part < OUTER_PART(n); part++)                                   \
        sums[part] = R(0.0);
// Times `weight` to partial sums `first` on.
#define OUTER_STORE(sums, n, first, weight)                                                                \
    [[unroll]] for (uint part = 0; part < OUTER_PART(n); part++) {                                 \
        uint s = part * INR_LATENT_GROUP + gl_LocalInvocationID.x;                                 \
        if (s < n)                                                                                 \
            partials[push.partials + (first + s) * push.groups + gl_WorkGroupID.x] =               \
                weight * sums[part];                                                               \
    }

#endif
