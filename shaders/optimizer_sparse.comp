#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// optimizer_sparse: a scalar of a table whose gradient is 0 keeps w, m and v; others take a step with the
// bias corrections of the number of steps they have taken. Its lag behind the average fades all the same.
// One thread a scalar, from 0 on.
//
// binding     access  shape
// 0 steps     r       [rows] rate of this step
// 1 d_params  r       [n]
// 2 params    rw      [n]
// 3 m         rw      [n]
// 4 v         rw      [n]
// 5 counts    rw      [n] steps it has taken
// 6 lag       rw      [n] with AVERAGE, else anything
#include "common/kernel.glsl"
#include "common/math.glsl"
#include "common/optimizer.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const int KIND = 0; // INR_OPTIMIZER_*
layout(constant_id = 1) const uint AVERAGE = 0;

layout(std430, binding = 0) readonly buffer Steps { inr_step_row steps[]; };
layout(std430, binding = 1) readonly buffer DParams { real d_params[]; };
layout(std430, binding = 2) buffer Params { real params[]; };
layout(std430, binding = 3) buffer M { real moment1[]; };
layout(std430, binding = 4) buffer V { real moment2[]; };
layout(std430, binding = 5) buffer Counts { real counts[]; };
layout(std430, binding = 6) buffer Lag { real lag[]; };
layout(push_constant) uniform Push { inr_push_optimizer push; };

void main()
{
    uint i = inr_thread();
    if (i >= push.n)
        return;
    inr_step_row step_row = steps[push.row];
    real g = d_params[i];
    if (g == R(0.0)) {
        if (AVERAGE != 0 && step_row.fade != R(1.0))
            lag[i] *= step_row.fade;
        return;
    }
    real count = counts[i] + R(1.0);
    inr_moments s = inr_moments(params[i], moment1[i], moment2[i]);
    s = inr_optimizer_step(KIND, s, g, push.factor * step_row.rate, inr_optimizer_correction(push.fade1, count),
                           inr_optimizer_correction(push.fade2, count), push.beta1, push.beta2, push.epsilon,
                           R(0.0), R(0.0));
    if (AVERAGE != 0)
        lag[i] = inr_lag_step(lag[i], step_row.fade, step_row.gain, params[i], s.w);
    params[i] = s.w;
    moment1[i] = s.m;
    moment2[i] = s.v;
    counts[i] = count;
}
