#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_synthesis: grids at full size to the picture before its convolutions.
//
// binding    access  shape
// 0 row      r       one inr_latent_step_row
// 1 params   r       [parameters]
// 2 planes   r       those of grid 0
// 3 z        w       [pixels]
#include "latent/net.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Planes { real planes[]; };
layout(std430, binding = 3) writeonly buffer Z { vec4 z[]; };

#include "latent/synth.glsl"

void main()
{
    load_synthesis(gl_LocalInvocationID.x);
    barrier();
    for (uint pixel = inr_thread(); pixel < push.width * push.height; pixel += push.groups * INR_LATENT_GROUP) {
        vec4 u[INPUTS], result = four(SYNTH_B2, CHANNELS);
        synthesis_inputs(pixel, u);
        for (uint o = 0; o < HIDDEN; o++)
            result += out_weights[o] * synthesis_hidden(o, u);
        [[unroll]] for (uint k = 0; k < LEVELS; k++)
            result += out_weights[HIDDEN + k] * u[k / 4][k % 4];
        z[pixel] = result;
    }
}
