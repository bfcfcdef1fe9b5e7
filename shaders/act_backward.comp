#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// act_backward: dz (+)= act'(z)^T dh, one thread a column and unit.
//
// binding      access  shape
// 0 z          r       [planes_in * units][stride]
// 1 h          r       [planes_out * units][stride], read by plane activations
// 2 dh         r       as h
// 3 effective  r       constants at `constants`
// 4 dz         rw      as z
#include "common/kernel.glsl"
#include "act/switch.glsl"
#include "act/planes.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 3) const uint ACCUMULATE = 0;

layout(std430, binding = 0) readonly buffer Z { real slot_z[]; };
layout(std430, binding = 1) readonly buffer H { real slot_h[]; };
layout(std430, binding = 2) readonly buffer DH { real slot_dh[]; };
layout(std430, binding = 3) readonly buffer Effective { real effective[]; };
layout(std430, binding = 4) buffer DZ { real slot_dz[]; };
layout(push_constant) uniform Push { inr_push_act push; };

void put(uint at, real v)
{
    slot_dz[at] = (ACCUMULATE != 0 ? slot_dz[at] : R(0.0)) + v;
}

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    uint plane = push.units * push.stride;
    act_h h = act_h(R(0.0), R(0.0));
    if (IS_PLANE)
        h = ACT_READ_H(slot_h, at, plane);
    act_z d = act_backward(ACT_READ_Z(slot_z, at, plane), h, ACT_READ_H(slot_dh, at, plane),
                           ACT_READ_P(effective, push.constants));
    put(at, d.a);
    if (PLANES_IN > 1)
        put(at + plane, d.b);
    if (PLANES_IN > 2)
        put(at + 2 * plane, d.c);
    if (PLANES_IN > 3)
        put(at + 3 * plane, d.d);
}
