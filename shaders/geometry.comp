#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// geometry: d_out = scale * the derivatives of the geometry loss by value and gradient, and for each group
// of samples the sums of the loss and of squared errors of distance, added in a fixed order. Derivative k of
// column j is column (1 + k) count + j of out and d_out.
//
// binding    access  shape
// 0 out      r       [1][stride]
// 1 target   r       [INR_GEOMETRY_TARGETS][stride]
// 2 d_out    w       [1][stride]
// 3 partial  w       [groups][2]: loss, squared error
#include "common/kernel.glsl"
#include "loss/geometry.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint TANGENTS = 3;

layout(std430, binding = 0) readonly buffer Out { real slot_out[]; };
layout(std430, binding = 1) readonly buffer Target { real target[]; };
layout(std430, binding = 2) writeonly buffer DOut { real d_out[]; };
layout(std430, binding = 3) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_geometry push; };

shared real losses[INR_GROUP];
shared real squares[INR_GROUP];

inr_geometry_loss sample_loss(uint j, out real e)
{
    inr_geometry_point y = inr_geometry_point(slot_out[j], slot_out[j + push.count], R(0.0), R(0.0));
    if (TANGENTS > 1)
        y.b = slot_out[j + 2 * push.count];
    if (TANGENTS > 2)
        y.c = slot_out[j + 3 * push.count];
    inr_geometry_point t =
        inr_geometry_point(target[j], target[push.stride + j], target[2 * push.stride + j],
                           target[3 * push.stride + j]);
    real on = target[4 * push.stride + j];
    inr_geometry w = inr_geometry(push.on, push.off, push.sharpness, push.normal, push.eikonal,
                                  push.distance);
    e = (push.distance > R(0.0) ? R(1.0) : on) * (y.f - t.f);
    return loss_geometry(y, t, on, w);
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint j = inr_thread();
    real f = R(0.0);
    real e = R(0.0);
    if (j < push.count) {
        inr_geometry_loss l = sample_loss(j, e);
        f = l.loss;
        d_out[j] = push.scale * l.f;
        d_out[j + push.count] = push.scale * l.a;
        if (TANGENTS > 1)
            d_out[j + 2 * push.count] = push.scale * l.b;
        if (TANGENTS > 2)
            d_out[j + 3 * push.count] = push.scale * l.c;
    }
    losses[lane] = f;
    squares[lane] = e * e;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size) {
            losses[lane] += losses[lane + half_size];
            squares[lane] += squares[lane + half_size];
        }
        barrier();
    }
    if (lane == 0) {
        uint group = j / INR_GROUP;
        partial[2 * group] = losses[0];
        partial[2 * group + 1] = squares[0];
    }
}
