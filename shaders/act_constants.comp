#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// act_constants: partial[group][k] = sum of dL/dp_k over the columns and units of a group, for each
// constant k of LEARN. Columns are dealt to groups in turn; the order of every sum is fixed. With TANGENTS
// the columns are samples, whose tangents lie as in act_jet.
//
// binding      access  shape
// 0 z          r       [planes_in * units][stride]
// 1 h          r       [planes_out * units][stride], read by plane activations
// 2 dh         r       as h
// 3 effective  r       constants at `constants`
// 4 partial    w       [groups][ACT_CONSTANTS]
#include "common/kernel.glsl"
#include "act/jet.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 3) const uint LEARN = 0;

layout(std430, binding = 0) readonly buffer Z { real slot_z[]; };
layout(std430, binding = 1) readonly buffer H { real slot_h[]; };
layout(std430, binding = 2) readonly buffer DH { real slot_dh[]; };
layout(std430, binding = 3) readonly buffer Effective { real effective[]; };
layout(std430, binding = 4) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_act push; };

shared real sums[INR_GROUP];

real group_sum(uint lane, real v)
{
    sums[lane] = v;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            sums[lane] += sums[lane + half_size];
        barrier();
    }
    real total = sums[0];
    barrier();
    return total;
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint plane = push.units * push.stride;
    real p[ACT_CONSTANTS] = ACT_READ_P(effective, push.constants);
    real acc[ACT_CONSTANTS];
    [[unroll]] for (int k = 0; k < ACT_CONSTANTS; k++)
        acc[k] = R(0.0);
    for (uint j = gl_WorkGroupID.x * INR_GROUP + lane; j < push.count;
         j += gl_NumWorkGroups.x * INR_GROUP)
        for (uint i = 0; i < push.units; i++) {
            uint at = i * push.stride + j;
            act_z z = ACT_READ_Z(slot_z, at, plane);
            act_h h = act_h(R(0.0), R(0.0));
            if (IS_PLANE)
                h = ACT_READ_H(slot_h, at, plane);
            act_h g = ACT_READ_H(slot_dh, at, plane);
            [[unroll]] for (int k = 0; k < ACT_CONSTANTS; k++)
                if ((LEARN >> k & 1u) != 0)
                    acc[k] += act_constant(z, h, g, p, k);
            for (uint t = 1; t <= TANGENTS; t++) {
                uint from = at + t * push.count;
                act_z zt = ACT_READ_Z(slot_z, from, plane);
                act_h gt = ACT_READ_H(slot_dh, from, plane);
                [[unroll]] for (int k = 0; k < ACT_CONSTANTS; k++)
                    if ((LEARN >> k & 1u) != 0)
                        acc[k] += act_tangent_constant(z, h, zt, gt, p, k);
            }
        }
    [[unroll]] for (int k = 0; k < ACT_CONSTANTS; k++) {
        real total = (LEARN >> k & 1u) != 0 ? group_sum(lane, acc[k]) : R(0.0);
        if (lane == 0)
            partial[gl_WorkGroupID.x * ACT_CONSTANTS + k] = total;
    }
}
