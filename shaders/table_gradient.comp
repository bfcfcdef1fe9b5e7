#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// table_gradient: d_params = sums in fixed point (FIXED) or what is there, plus l2 params; one thread a
// scalar of the tables.
//
// binding      access  shape
// 0 params     r       [n]
// 1 fixed      r       [n][2] with FIXED, else anything
// 2 d_params   rw      [n]
#include "common/fixed.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint FIXED = 0;

layout(std430, binding = 0) readonly buffer Params { real params[]; };
layout(std430, binding = 1) readonly buffer Fixed { uint sums[]; };
layout(std430, binding = 2) buffer DParams { real d_params[]; };
layout(push_constant) uniform Push { inr_push_table push; };

void main()
{
    uint i = inr_thread();
    if (i >= push.n)
        return;
    real d = R(0.0);
    if (FIXED != 0)
        d = push.unit * inr_fixed_units(inr_fixed(sums[2 * i], sums[2 * i + 1]));
    else
        d = d_params[i];
    if (push.l2 != R(0.0))
        d += push.l2 * params[i];
    d_params[i] = d;
}
