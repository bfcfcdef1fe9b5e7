#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_edge: the first convolution, relu(C1 * z + d1).
//
// binding    access  shape
// 0 params   r       [parameters]
// 1 z        r       [pixels]
// 2 e        w       [pixels]
#include "latent/net.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Params { real params[]; };
layout(std430, binding = 1) readonly buffer Z { vec4 z[]; };
layout(std430, binding = 2) writeonly buffer E { vec4 e[]; };

#include "latent/edge.glsl"

void main()
{
    load_first(gl_LocalInvocationID.x);
    barrier();
    for (uint pixel = inr_thread(); pixel < push.width * push.height; pixel += push.groups * INR_LATENT_GROUP) {
        vec4 sum = four(EDGE_B1, EDGE);
        [[unroll]] for (uint t = 0; t < TAPS; t++) {
            vec4 v = z[tap_at(place_of(pixel), t)];
            [[unroll]] for (uint o = 0; o < EDGE; o++)
                sum[o] += dot(weights1[o * TAPS + t], v);
        }
        e[pixel] = max(sum, vec4(0.0));
    }
}
