#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_edge_back: the gradient of the picture to that before the first convolution's relu, with the sums of
// those of C1 and d1.
//
// binding     access  shape
// 0 row       r       one inr_latent_step_row
// 1 params    r       [parameters]
// 2 z         r       [pixels]
// 3 e         r       [pixels]
// 4 d_out     r       [pixels]
// 5 d_e       w       [pixels]
// 6 partials  w       [INR_LATENT_SUMS_EDGE][groups]
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Z { vec4 z[]; };
layout(std430, binding = 3) readonly buffer E { vec4 e[]; };
layout(std430, binding = 4) readonly buffer DOut { vec4 d_out[]; };
layout(std430, binding = 5) writeonly buffer DE { vec4 d_e[]; };
layout(std430, binding = 6) writeonly buffer Partials { real partials[]; };

const uint LEFT = EDGE, RIGHT = 4 * TAPS + 1, ROWS = LEFT + RIGHT;

#include "latent/edge.glsl"
#include "latent/outer.glsl"

#define TAKE(q, t)                                                                                 \
    {                                                                                              \
        vec4 d = d_out[q];                                                                         \
        [[unroll]] for (uint c = 0; c < CHANNELS; c++)                                             \
            sum += weights2[c * TAPS + t] * d[c];                                                  \
    }

void main()
{
    const uint lane = gl_LocalInvocationID.x, pixels = push.width * push.height;
    real sums[OUTER_PART(LEFT * RIGHT)];
    const uint every = every_of(push.height);
    OUTER_ZERO(sums, LEFT * RIGHT)
    load_second(lane);
    for (uint first = gl_WorkGroupID.x * INR_LATENT_GROUP; first < pixels; first += push.groups * INR_LATENT_GROUP) {
        const uint pixel = min(first + lane, pixels - 1);
        const ivec2 p = place_of(pixel);
        vec4 sum = vec4(0.0);
        barrier();
        EACH_TAKER(p, TAKE)
        sum = mix(vec4(0.0), sum, greaterThan(e[pixel], vec4(0.0)));
        if (first + lane < pixels)
            d_e[pixel] = sum;
        else
            sum = vec4(0.0);
        if (!learns(first, every))
            continue;
        put4(0, lane, sum);
        [[unroll]] for (uint t = 0; t < TAPS; t++)
            put4(LEFT + 4 * t, lane, z[tap_at(p, t)]);
        put(LEFT + RIGHT - 1, lane, R(1.0));
        barrier();
        OUTER_ADD(sums, 0, LEFT, LEFT, RIGHT)
    }
    OUTER_STORE(sums, LEFT * RIGHT, 0, real(every))
}
