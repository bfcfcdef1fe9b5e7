// SPDX-License-Identifier: MIT
// edge.glsl - 3 x 3 convolutions of the picture, from 4 channels to 4: weights in shared memory and
// places of taps.
#ifndef INR_LATENT_EDGE_NET
#define INR_LATENT_EDGE_NET

#include "latent/four.glsl"

// [output][tap], over inputs; the weights of outputs or inputs that are not there are 0.
shared vec4 weights1[EDGE * TAPS];
shared vec4 weights2[4 * TAPS];

// [outputs][inputs][TAPS] at `at`.
vec4 weights_of(uint at, uint outputs, uint inputs, uint i)
{
    vec4 w = vec4(0.0);
    uint o = i / TAPS, t = i % TAPS;
    [[unroll]] for (uint c = 0; c < 4; c++)
        if (o < outputs && c < inputs)
            w[c] = params[at + (o * inputs + c) * TAPS + t];
    return w;
}

// By all threads of a workgroup, and a barrier afterwards.
void load_first(uint lane)
{
    for (uint i = lane; i < EDGE * TAPS; i += INR_LATENT_GROUP)
        weights1[i] = weights_of(EDGE_W1, EDGE, CHANNELS, i);
}

void load_second(uint lane)
{
    for (uint i = lane; i < 4 * TAPS; i += INR_LATENT_GROUP)
        weights2[i] = weights_of(EDGE_W2, CHANNELS, EDGE, i);
}

ivec2 place_of(uint pixel)
{
    return ivec2(pixel % push.width, pixel / push.width);
}

// The sample that tap t of the output at p takes: borders repeat.
uint tap_at(ivec2 p, uint t)
{
    ivec2 q = p + ivec2(t % 3, t / 3) - 1;
    q = clamp(q, ivec2(0), ivec2(push.width, push.height) - 1);
    return q.y * push.width + q.x;
}

// For each tap that takes the sample at p, of each output there is: TAKE(output's sample, tap). At
// borders a sample is also taken for those beyond, which repeat it.
#define EACH_TAKER(p, TAKE)                                                                        \
    for (int beyond = 0; beyond < 9; beyond++) {                                                   \
        ivec2 size = ivec2(push.width, push.height), taken = p + ivec2(beyond % 3, beyond / 3) - 1; \
        if (clamp(taken, ivec2(0), size - 1) != p)                                                 \
            continue;                                                                              \
        [[unroll]] for (uint t = 0; t < TAPS; t++) {                                               \
            ivec2 q = taken - ivec2(t % 3, t / 3) + 1;                                             \
            if (all(greaterThanEqual(q, ivec2(0))) && all(lessThan(q, size)))                      \
                TAKE(q.y * push.width + q.x, t)                                                    \
        }                                                                                          \
    }

#endif
