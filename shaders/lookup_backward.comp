#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// lookup_backward: dC[r][p] (+)= sum of d_out[r] over the columns whose point on one axis is p. A
// workgroup takes one point and as many rows as it has lanes: the lanes first mark the columns of
// that point, then each adds the marked columns of its row, in their order.
//
// binding        access  shape
// 0 coords       r       [dims][stride]
// 1 d_out        r       [rows][stride]
// 2 d_effective  rw      dC [rows][points] at `table`
#include "common/grid.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 2) buffer DEffective { real d_effective[]; };
layout(push_constant) uniform Push { inr_push_lookup_axis push; };

const uint WORD = 32;
const uint ROUND = INR_GROUP * WORD; // columns marked at a time
shared uint marks[INR_GROUP];

void mark(uint lane, uint first, uint point)
{
    for (uint i = lane; i < ROUND && first + i < push.count; i += INR_GROUP) {
        real x = coords[push.axis * push.stride + first + i];
        if (inr_grid_index(x, push.points, int(push.lattice)) == point)
            atomicOr(marks[i / WORD], 1u << i % WORD);
    }
}

real add_marked(uint at)
{
    real sum = R(0.0);
    for (uint w = 0; w < INR_GROUP; w++)
        for (uint left = marks[w]; left != 0; left &= left - 1)
            sum += d_out[at + w * WORD + findLSB(left)];
    return sum;
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint row = gl_WorkGroupID.y * INR_GROUP + lane;
    uint point = gl_WorkGroupID.z * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    if (point >= push.points)
        return;
    real sum = R(0.0);
    for (uint first = 0; first < push.count; first += ROUND) {
        marks[lane] = 0;
        barrier();
        mark(lane, first, point);
        barrier();
        if (row < push.rows)
            sum += add_marked(row * push.stride + first);
        barrier();
    }
    if (row >= push.rows)
        return;
    uint at = push.table + row * push.points + point;
    d_effective[at] = (push.accumulate != 0 ? d_effective[at] : R(0.0)) + sum;
}
