#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_sums: a workgroup a sum over workgroups, in a fixed order: a parameter of the networks takes a step by
// its gradient, a result is stored.
//
// binding     access  shape
// 0 row       r       one inr_latent_step_row
// 1 table     r       [workgroups]
// 2 partials  r
// 3 start     r       [parameters] where they began
// 4 params    rw      [parameters]
// 5 moments   rw      [2][parameters]
// 6 results   w       [INR_LATENT_RESULTS]
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Table { inr_latent_sum_row table[]; };
layout(std430, binding = 2) readonly buffer Partials { real partials[]; };
layout(std430, binding = 3) readonly buffer Start { real start[]; };
layout(std430, binding = 4) buffer Params { real params[]; };
layout(std430, binding = 5) buffer Moments { real moments[]; };
layout(std430, binding = 6) writeonly buffer Results { real results[]; };

#include "latent/total.glsl"

const uint PARAMETERS = EDGE_B2 + CHANNELS;

void move(uint i, real gradient)
{
    const real g = inr_latent_pulled(gradient, params[i] - start[i]);
    const real rate = i < SYNTH_W1 ? step_row.rate_entropy : step_row.rate_synthesis;
    const real first = inr_latent_decayed(moments[i], INR_LATENT_BETA1, g);
    const real second = inr_latent_decayed_square(moments[PARAMETERS + i], INR_LATENT_BETA2, g);
    moments[i] = first;
    moments[PARAMETERS + i] = second;
    params[i] -= inr_latent_stride(first, second, R(1.0), R(0.0), rate, step_row.correct_networks);
}

void main()
{
    const uint lane = gl_LocalInvocationID.x;
    const inr_latent_sum_row own = table[gl_WorkGroupID.x];
    real sum = R(0.0);
    for (uint i = lane; i < own.count; i += INR_LATENT_GROUP)
        sum += partials[own.at + i];
    sum = total(sum);
    if (lane == 0 && own.parameter != 0)
        move(own.target, sum);
    else if (lane == 0)
        results[own.target] = own.scale * sum;
}
