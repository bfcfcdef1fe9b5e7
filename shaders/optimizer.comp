#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// optimizer: (w, m, v) <- step(w, m, v, g), one thread a parameter from `first` on; formulas in
// optimizer.glsl.
//
// binding     access  shape
// 0 steps     r       [rows] rate and bias corrections of this step
// 1 d_params  r       [first + n]
// 2 params    rw      [first + n]
// 3 m         rw      [first + n]
// 4 v         rw      [first + n]
// 5 lag       rw      [first + n] with AVERAGE, else anything
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
layout(std430, binding = 5) buffer Lag { real lag[]; };
layout(push_constant) uniform Push { inr_push_optimizer push; };

void main()
{
    uint i = inr_thread();
    if (i >= push.n)
        return;
    i += push.first;
    inr_step_row step_row = steps[push.row];
    inr_moments s = inr_moments(params[i], moment1[i], moment2[i]);
    s = inr_optimizer_step(KIND, s, d_params[i], push.factor * step_row.rate, step_row.correct1,
                           step_row.correct2, push.beta1, push.beta2, push.epsilon, push.decay, push.absolute);
    if (AVERAGE != 0)
        lag[i] = inr_lag_step(lag[i], step_row.fade, step_row.gain, params[i], s.w);
    params[i] = s.w;
    moment1[i] = s.m;
    moment2[i] = s.v;
}
