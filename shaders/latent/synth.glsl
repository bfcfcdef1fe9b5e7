// SPDX-License-Identifier: MIT
// synth.glsl - The layers over single samples: weights in shared memory, and the way forward.
#ifndef INR_LATENT_SYNTH
#define INR_LATENT_SYNTH

#include "latent/four.glsl"

const uint INPUTS = 2; // vec4 of grids, padded

shared vec4 hidden_weights[HIDDEN * INPUTS]; // [HIDDEN][grids]
shared real hidden_bias[HIDDEN];
shared vec4 out_weights[HIDDEN + 4 * INPUTS]; // [hidden units, grids], over channels

uint left_of(uint n, uint from)
{
    return n > from ? n - from : 0;
}

// By all threads of a workgroup, and a barrier afterwards.
void load_synthesis(uint lane)
{
    for (uint i = lane; i < HIDDEN * INPUTS; i += INR_LATENT_GROUP) {
        uint o = i / INPUTS, j = 4 * (i % INPUTS);
        hidden_weights[i] = four(SYNTH_W1 + o * LEVELS + j, left_of(LEVELS, j));
    }
    for (uint i = lane; i < HIDDEN; i += INR_LATENT_GROUP)
        hidden_bias[i] = params[SYNTH_B1 + i];
    for (uint i = lane; i < HIDDEN + 4 * INPUTS; i += INR_LATENT_GROUP) {
        vec4 w = vec4(0.0);
        [[unroll]] for (uint c = 0; c < CHANNELS; c++)
            if (i < HIDDEN + LEVELS)
                w[c] = params[SYNTH_W2 + c * (HIDDEN + LEVELS) + i];
        out_weights[i] = w;
    }
}

// u: the grids at a sample, times the step of the file.
void synthesis_inputs(uint pixel, out vec4 u[INPUTS])
{
    [[unroll]] for (uint k = 0; k < 4 * INPUTS; k++)
        u[k / 4][k % 4] = k < LEVELS ? step_row.step * planes[k * push.width * push.height + pixel] : R(0.0);
}

// Hidden unit o.
real synthesis_hidden(uint o, vec4 u[INPUTS])
{
    real sum = hidden_bias[o];
    [[unroll]] for (uint j = 0; j < INPUTS; j++)
        sum += dot(hidden_weights[o * INPUTS + j], u[j]);
    return max(sum, R(0.0));
}

#endif
