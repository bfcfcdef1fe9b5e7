#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// readout: m = A y, one thread a measurement, one z a channel.
//
// binding    access  shape
// 0 y        r       [channels][points]
// 1 turns    r       [angles][2] cosine and sine; not used by means
// 2 m        w       [channels][count]
#include "common/kernel.glsl"
#include "common/readout.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint KIND = INR_READ_RADON;

layout(std430, binding = 0) readonly buffer Grid { real grid[]; };
layout(std430, binding = 1) readonly buffer Turns { real turns[]; };
layout(std430, binding = 2) writeonly buffer Measured { real measured[]; };
layout(push_constant) uniform Push { inr_push_readout push; };

real block_mean(uint first, uint i)
{
    uint columns = push.width / push.factor;
    uint rows = push.height / push.factor_y;
    uint x = (i % columns) * push.factor;
    uint y = (i / columns % rows) * push.factor_y;
    uint z = (i / (columns * rows)) * push.factor_z;
    real sum = R(0.0);
    for (uint c = 0; c < push.factor_z; c++)
        for (uint b = 0; b < push.factor_y; b++) {
            uint at = first + ((z + c) * push.height + y + b) * push.width + x;
            for (uint a = 0; a < push.factor; a++)
                sum += grid[at + a];
        }
    return sum / TO_REAL(push.factor * push.factor_y * push.factor_z);
}

real pixel(uint first, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < int(push.width) && y < int(push.height);
    return inside ? grid[first + uint(y) * push.width + uint(x)] : R(0.0);
}

real projection(uint first, uint i)
{
    uint a = i / push.width;
    real c = turns[2 * a];
    real s = turns[2 * a + 1];
    real cx = R(0.5) * TO_REAL(push.width - 1u);
    real cy = R(0.5) * TO_REAL(push.height - 1u);
    real sum = R(0.0);
    for (uint y = 0; y < push.height; y++) {
        inr_radon_point p = inr_radon_source(TO_REAL(i % push.width) - cx, TO_REAL(y) - cy, c, s);
        real u = p.x + cx;
        real v = p.y + cy;
        if (!(u > R(-1.0) && v > R(-1.0) && u < TO_REAL(push.width) && v < TO_REAL(push.height)))
            continue;
        int left = int(floor(u));
        int upper = int(floor(v));
        real right = inr_radon_hat(u - TO_REAL(left + 1));
        real lower = inr_radon_hat(v - TO_REAL(upper + 1));
        sum += (R(1.0) - lower) * ((R(1.0) - right) * pixel(first, left, upper) +
                                   right * pixel(first, left + 1, upper)) +
               lower * ((R(1.0) - right) * pixel(first, left, upper + 1) +
                        right * pixel(first, left + 1, upper + 1));
    }
    return sum;
}

void main()
{
    uint i = inr_thread();
    uint channel = gl_WorkGroupID.z;
    if (i >= push.threads)
        return;
    uint first = channel * push.points;
    measured[channel * push.count + i] =
        KIND == uint(INR_READ_MEAN) ? block_mean(first, i) : projection(first, i);
}
