#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// act_forward: h = act(z), one thread a column and unit.
//
// binding      access  shape
// 0 z          r       [planes_in * units][stride]
// 1 effective  r       constants at `constants`
// 2 h          w       [planes_out * units][stride]
#include "common/kernel.glsl"
#include "act/switch.glsl"
#include "act/planes.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Z { real slot_z[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer H { real slot_h[]; };
layout(push_constant) uniform Push { inr_push_act push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint at = gl_GlobalInvocationID.y * push.stride + j;
    uint plane = push.units * push.stride;
    act_h h = act_forward(ACT_READ_Z(slot_z, at, plane), ACT_READ_P(effective, push.constants));
    slot_h[at] = h.u;
    if (PLANES_OUT > 1)
        slot_h[at + plane] = h.v;
}
