#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// readout_adjoint: y = A^T m, one thread a point of the grid, one z a channel. A point gathers from
// all that see it, so that no sum needs atomics and its order is fixed.
//
// binding    access  shape
// 0 m        r       [channels][count]
// 1 turns    r       [angles][2] cosine and sine; not used by means
// 2 y        w       [channels][points]
#include "common/kernel.glsl"
#include "common/readout.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint KIND = INR_READ_RADON;

layout(std430, binding = 0) readonly buffer Measured { real measured[]; };
layout(std430, binding = 1) readonly buffer Turns { real turns[]; };
layout(std430, binding = 2) writeonly buffer Grid { real grid[]; };
layout(push_constant) uniform Push { inr_push_readout push; };

real block_share(uint first, uint x, uint y, uint z)
{
    uint columns = push.width / push.factor;
    uint rows = push.height / push.factor_y;
    uint at = (z / push.factor_z * rows + y / push.factor_y) * columns + x / push.factor;
    return measured[first + at] / TO_REAL(push.factor * push.factor_y * push.factor_z);
}

// What pixel (x, y) gives to the projection of one angle, by column.
real one_angle(uint first, real x, real y, real c, real s)
{
    real cx = R(0.5) * TO_REAL(push.width - 1u);
    real cy = R(0.5) * TO_REAL(push.height - 1u);
    inr_radon_point t = inr_radon_turned(x, y, c, s);
    int left = int(ceil(t.x + cx - INR_RADON_REACH));
    int upper = int(ceil(t.y + cy - INR_RADON_REACH));
    real sum = R(0.0);
    for (int i = left; i < left + INR_RADON_SEERS; i++) {
        if (i < 0 || i >= int(push.width))
            continue;
        real weight = R(0.0);
        for (int j = upper; j < upper + INR_RADON_SEERS; j++) {
            inr_radon_point p = inr_radon_source(TO_REAL(i) - cx, TO_REAL(j) - cy, c, s);
            if (j >= 0 && j < int(push.height))
                weight += inr_radon_hat(p.x - x) * inr_radon_hat(p.y - y);
        }
        sum += weight * measured[first + uint(i)];
    }
    return sum;
}

void main()
{
    uint i = inr_thread();
    uint channel = gl_WorkGroupID.z;
    if (i >= push.threads)
        return;
    uint first = channel * push.count;
    uint x = i % push.width;
    uint y = i / push.width % push.height;
    real sum = R(0.0);
    if (KIND == uint(INR_READ_MEAN)) {
        sum = block_share(first, x, y, i / (push.width * push.height));
    } else {
        real cx = R(0.5) * TO_REAL(push.width - 1u);
        real cy = R(0.5) * TO_REAL(push.height - 1u);
        for (uint a = 0; a < push.angles; a++)
            sum += one_angle(first + a * push.width, TO_REAL(x) - cx, TO_REAL(y) - cy,
                             turns[2 * a], turns[2 * a + 1]);
    }
    grid[channel * push.points + i] = sum;
}
