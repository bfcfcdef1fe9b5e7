#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// act_jet: h = act(z) and its tangents, one thread a sample and unit. Tangent k of column j is column
// (1 + k) count + j.
//
// binding      access  shape
// 0 z          r       [planes_in * units][stride]
// 1 effective  r       constants at `constants`
// 2 h          w       [planes_out * units][stride]
#include "common/kernel.glsl"
#include "act/jet.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Z { real slot_z[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer H { real slot_h[]; };
layout(push_constant) uniform Push { inr_push_act push; };

void put(uint at, uint plane, act_h h)
{
    slot_h[at] = h.u;
    if (PLANES_OUT > 1)
        slot_h[at + plane] = h.v;
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
    act_jet s = act_jet(R(0.0), R(0.0), R(0.0));
    act_h h;
    if (IS_PLANE) {
        h = act_plane(z, p);
    } else {
        s = act_scalar(z.a, p);
        h = act_h(s.f, R(0.0));
    }
    put(at, plane, h);
    for (uint k = 1; k <= TANGENTS; k++) {
        uint to = at + k * push.count;
        act_z t = ACT_READ_Z(slot_z, to, plane);
        if (IS_PLANE)
            put(to, plane, act_plane_tangent(z, h, t, p));
        else
            put(to, plane, act_h(s.d * t.a, R(0.0)));
    }
}
