// SPDX-License-Identifier: MIT
// four.glsl - Parameters by fours.
#ifndef INR_LATENT_FOUR
#define INR_LATENT_FOUR

// n of them from `at` on; 0 beyond.
vec4 four(uint at, uint n)
{
    vec4 v = vec4(0.0);
    [[unroll]] for (uint i = 0; i < 4; i++)
        if (i < n)
            v[i] = params[at + i];
    return v;
}

#endif
