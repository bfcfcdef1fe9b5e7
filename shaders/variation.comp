#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// variation: d_params += share d(sum over cells and features of enc_variation)/d params, one thread a
// scalar of a table: as the base of its own cell, and as the forward neighbour in those below it.
//
// binding      access  shape
// 0 params     r       [points2][points1][points0][features] at `offset`
// 1 d_params   rw      as params
#include "common/kernel.glsl"
#include "enc/variation.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint AXES = 2;

layout(std430, binding = 0) readonly buffer Params { real params[]; };
layout(std430, binding = 1) buffer DParams { real d_params[]; };
layout(push_constant) uniform Push { inr_push_variation push; };

const uint MAX_AXES = 3;
uint pitch[MAX_AXES];

// Differences of the cell whose base is scalar `at`, times share over their norm.
vec3 slopes(uint at)
{
    real d[MAX_AXES] = real[](R(0.0), R(0.0), R(0.0));
    for (uint a = 0; a < AXES; a++)
        d[a] = params[at + pitch[a]] - params[at];
    return push.share * enc_variation_slope(d[0], d[1], d[2]) * vec3(d[0], d[1], d[2]);
}

void main()
{
    uint i = inr_thread();
    if (i >= push.n)
        return;
    uint points[MAX_AXES] = uint[](push.points0, push.points1, push.points2);
    uint place[MAX_AXES];
    uint rest = i / push.features;
    uint step_size = push.features;
    for (uint a = 0; a < MAX_AXES; a++) {
        place[a] = rest % points[a];
        rest /= points[a];
        pitch[a] = step_size;
        step_size *= points[a];
    }
    // A cell needs a forward neighbour on every axis: one step down along `a`, or none, must reach one.
    uint at = push.offset + i;
    uint ends = 0;
    uint end_axis = 0;
    for (uint a = 0; a < AXES; a++)
        if (place[a] + 1 == points[a]) {
            ends++;
            end_axis = a;
        }
    real d = R(0.0);
    if (ends == 0) {
        vec3 own = slopes(at);
        d -= own.x + own.y + own.z;
    }
    for (uint a = 0; a < AXES; a++)
        if (place[a] > 0 && (ends == 0 || (ends == 1 && end_axis == a)))
            d += slopes(at - pitch[a])[a];
    d_params[at] += d;
}
