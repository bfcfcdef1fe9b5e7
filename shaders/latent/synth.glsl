// SPDX-License-Identifier: MIT
// synth.glsl - The layers over single samples: weights in shared memory, and the way forward.
#ifndef INR_LATENT_SYNTH
#define INR_LATENT_SYNTH

const uint INPUTS = 2; // vec4 of grids, padded
const uint UNITS = HIDDEN / 4;

shared vec4 hidden_weights[HIDDEN * INPUTS];     // [HIDDEN][grids]
shared vec4 hidden_bias[UNITS];
shared vec4 out_weights[4 * (UNITS + INPUTS)]; // [channels][hidden units, grids]

vec4 four(uint at, uint n)
{
    vec4 v = vec4(0.0);
    [[unroll]] for (uint i = 0; i < 4; i++)
        if (i < n)
            v[i] = params[at + i];
    return v;
}

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
    for (uint i = lane; i < UNITS; i += INR_LATENT_GROUP)
        hidden_bias[i] = four(SYNTH_B1 + 4 * i, 4);
    for (uint i = lane; i < 4 * (UNITS + INPUTS); i += INR_LATENT_GROUP) {
        uint c = i / (UNITS + INPUTS), j = 4 * (i % (UNITS + INPUTS)), row = HIDDEN + LEVELS;
        out_weights[i] = c < CHANNELS ? four(SYNTH_W2 + c * row + j, left_of(row, j)) : vec4(0.0);
    }
}

// u: the grids at a sample, times the step of the file.
void synthesis_inputs(uint pixel, out vec4 u[INPUTS])
{
    [[unroll]] for (uint k = 0; k < 4 * INPUTS; k++)
        u[k / 4][k % 4] = k < LEVELS ? step_row.step * planes[k * push.width * push.height + pixel] : R(0.0);
}

void synthesis_hidden(vec4 u[INPUTS], out vec4 hidden[UNITS])
{
    [[unroll]] for (uint o = 0; o < HIDDEN; o++) {
        real sum = hidden_bias[o / 4][o % 4];
        [[unroll]] for (uint j = 0; j < INPUTS; j++)
            sum += dot(hidden_weights[o * INPUTS + j], u[j]);
        hidden[o / 4][o % 4] = max(sum, R(0.0));
    }
}

#endif
