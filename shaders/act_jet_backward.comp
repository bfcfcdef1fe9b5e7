#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// act_jet_backward: dz (+)= act'(z)^T dh + sum over tangents t of d/dz <dh_t, tangent>, and
// dz_t (+)= act'(z)^T dh_t; one thread a sample and unit. Tangents lie as in act_jet.
//
// binding      access  shape
// 0 z          r       [planes_in * units][stride]
// 1 h          r       [planes_out * units][stride], read by plane activations
// 2 dh         r       as h
// 3 effective  r       constants at `constants`
// 4 dz         rw      as z
#include "common/kernel.glsl"
#include "act/jet.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 3) const uint ACCUMULATE = 0;

layout(std430, binding = 0) readonly buffer Z { real slot_z[]; };
layout(std430, binding = 1) readonly buffer H { real slot_h[]; };
layout(std430, binding = 2) readonly buffer DH { real slot_dh[]; };
layout(std430, binding = 3) readonly buffer Effective { real effective[]; };
layout(std430, binding = 4) buffer DZ { real slot_dz[]; };
layout(push_constant) uniform Push { inr_push_act push; };

void put_one(uint at, real v)
{
    slot_dz[at] = (ACCUMULATE != 0 ? slot_dz[at] : R(0.0)) + v;
}

void put(uint at, uint plane, act_z d)
{
    put_one(at, d.a);
    if (PLANES_IN > 1)
        put_one(at + plane, d.b);
    if (PLANES_IN > 2)
        put_one(at + 2 * plane, d.c);
    if (PLANES_IN > 3)
        put_one(at + 3 * plane, d.d);
}

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    uint plane = push.units * push.stride;
    real p[ACT_CONSTANTS] = ACT_READ_P(effective, push.constants);
    act_z z = ACT_READ_Z(slot_z, at, plane);
    act_h g = ACT_READ_H(slot_dh, at, plane);
    act_h h = act_h(R(0.0), R(0.0));
    act_jet s = act_jet(R(0.0), R(0.0), R(0.0));
    act_z d = ACT_Z0;
    if (IS_PLANE) {
        h = ACT_READ_H(slot_h, at, plane);
        d = act_plane_backward(z, h, g, p);
    } else {
        s = act_scalar(z.a, p);
        d.a = s.d * g.u;
    }
    for (uint k = 1; k <= TANGENTS; k++) {
        uint from = at + k * push.count;
        act_z t = ACT_READ_Z(slot_z, from, plane);
        act_h gt = ACT_READ_H(slot_dh, from, plane);
        act_z dt = ACT_Z0;
        if (IS_PLANE) {
            act_z second = act_plane_second(z, h, t, gt, p);
            d = act_z(d.a + second.a, d.b + second.b, d.c + second.c, d.d + second.d);
            dt = act_plane_backward(z, h, gt, p);
        } else {
            d.a += s.d2 * t.a * gt.u;
            dt.a = s.d * gt.u;
        }
        put(from, plane, dt);
    }
    put(at, plane, d);
}
