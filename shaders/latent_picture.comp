#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// latent_picture: the second convolution. LOSS 0: the picture, z + C2 * e + d2. LOSS 1: the gradient of its
// squared error, with the sums of those of C2 and d2, and of the error.
//
// binding     access  shape
// 0 row       r       one inr_latent_step_row
// 1 params    r       [parameters]
// 2 z         r       [pixels]
// 3 e         r       [pixels]
// 4 target    r       [pixels], LOSS 1
// 5 result    w       [pixels] the gradient, or the picture
// 6 partials  w       [INR_LATENT_SUMS_EDGE + 1][groups], LOSS 1
#include "latent/net.glsl"

layout(local_size_x = INR_LATENT_GROUP) in;
layout(constant_id = 2) const uint LOSS = 1;

layout(std430, binding = 0) readonly buffer Row { inr_latent_step_row step_row; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Z { vec4 z[]; };
layout(std430, binding = 3) readonly buffer E { vec4 e[]; };
layout(std430, binding = 4) readonly buffer Target { vec4 target[]; };
layout(std430, binding = 5) writeonly buffer Result { vec4 result[]; };
layout(std430, binding = 6) writeonly buffer Partials { real partials[]; };

const uint LEFT = 4, RIGHT = 4 * TAPS + 1, ROWS = LEFT + RIGHT;

#include "latent/edge.glsl"
#include "latent/outer.glsl"

void main()
{
    const uint lane = gl_LocalInvocationID.x, pixels = push.width * push.height;
    real sums[OUTER_PART(INR_LATENT_SUMS_EDGE)];
    const uint every = every_of(push.height);
    real square = R(0.0);
    OUTER_ZERO(sums, INR_LATENT_SUMS_EDGE)
    load_second(lane);
    for (uint first = gl_WorkGroupID.x * INR_LATENT_GROUP; first < pixels; first += push.groups * INR_LATENT_GROUP) {
        const uint pixel = min(first + lane, pixels - 1);
        const bool learn = LOSS != 0 && learns(first, every);
        const ivec2 p = place_of(pixel);
        vec4 sum = z[pixel] + four(EDGE_B2, CHANNELS), off = vec4(0.0);
        barrier();
        [[unroll]] for (uint t = 0; t < TAPS; t++) {
            vec4 v = e[tap_at(p, t)];
            [[unroll]] for (uint c = 0; c < CHANNELS; c++)
                sum[c] += dot(weights2[c * TAPS + t], v);
            if (learn)
                put4(LEFT + 4 * t, lane, v);
        }
        if (LOSS != 0 && first + lane < pixels)
            off = sum - target[pixel];
        const vec4 d = R(2.0) * step_row.weight * off;
        if (first + lane < pixels)
            result[pixel] = LOSS != 0 ? d : sum;
        square += dot(off, off);
        if (!learn)
            continue;
        put4(0, lane, d);
        put(LEFT + RIGHT - 1, lane, R(1.0));
        barrier();
        OUTER_ADD(sums, 0, LEFT, LEFT, RIGHT)
    }
    if (LOSS == 0)
        return;
    OUTER_STORE(sums, INR_LATENT_SUMS_EDGE, 0, real(every))
    square = total(square);
    if (lane == 0)
        partials[push.partials + INR_LATENT_SUMS_EDGE * push.groups + gl_WorkGroupID.x] = square;
}
