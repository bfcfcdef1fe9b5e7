#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// loss: d_out = scale * dl(out, target)/d out, and for each group of columns the sums of l and of
// (out - target)^2, added in a fixed order.
//
// binding    access  shape
// 0 out      r       [channels][stride]
// 1 target   r       [channels][stride]
// 2 d_out    w       [channels][stride]
// 3 partial  w       [groups][2]: loss, squared error
#include "common/kernel.glsl"
#include "loss/registry.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint LOSS = 0;

layout(std430, binding = 0) readonly buffer Out { real slot_out[]; };
layout(std430, binding = 1) readonly buffer Target { real target[]; };
layout(std430, binding = 2) writeonly buffer DOut { real d_out[]; };
layout(std430, binding = 3) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_loss push; };

shared real losses[INR_GROUP];
shared real squares[INR_GROUP];

inr_loss loss_value(real y, real t, real k)
{
    switch (LOSS) {
#define X(id, name) case id: return loss_##name(y, t, k);
        LOSS_LIST(X)
#undef X
    }
    return loss_l2(y, t, k);
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint j = inr_thread();
    real f = R(0.0);
    real e = R(0.0);
    if (j < push.count)
        for (uint c = 0; c < push.channels; c++) {
            uint at = c * push.stride + j;
            real y = slot_out[at];
            real t = target[at];
            inr_loss l = loss_value(y, t, push.constant);
            d_out[at] = l.d * push.scale;
            f += l.f;
            e += (y - t) * (y - t);
        }
    losses[lane] = f;
    squares[lane] = e;
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
