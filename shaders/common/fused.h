// SPDX-License-Identifier: MIT
// fused.h - Where the fused kernels and the C code that feeds them find weights and sums.
//
// The chain has `layers` hidden layers of `width` rows, the first of which reads `inputs` rows; all
// three are padded to the tiles in use, and padding is zero. Packed once a step from the effective
// array, floats first:
//     biases [layers][width][bias_pitch]   one value repeated, for tiles that are loaded whole
//     constants [layers + 1][6]            of the activations, last those of the outputs
//     output weights [channels][width], output biases [channels]
//     frequencies [frequencies][dims]
// then weights as the tiles read them, each matrix in turn and, for PAIRS, once more the low
// halves:
//     [width][inputs], (layers - 1) [width][width], the outputs' transposed [width][outputs]
//     TURNED: [inputs][width], (layers - 1) [width][width], the same transposed
// Partial sums of the gradient, one block a workgroup:
//     [width][inputs], (layers - 1) [width][width], biases [layers][width],
//     outputs [channels][width], their biases [channels], loss, squared error
#ifndef INR_COMMON_FUSED
#define INR_COMMON_FUSED

#include "common/subset.h"

#define INR_FUSED_CONSTANTS 6u

STRUCT(inr_fused_shape)
{
    uint32 width;    // padded
    uint32 inputs;   // padded
    uint32 layers;   // hidden
    uint32 channels; // as they are
    uint32 outputs;  // padded
    uint32 bias_pitch;
    uint32 frequencies; // times dims
};

FN uint32 inr_fused_bias(inr_fused_shape s, uint32 layer)
{
    return layer * s.width * s.bias_pitch;
}

FN uint32 inr_fused_constants(inr_fused_shape s, uint32 layer)
{
    return inr_fused_bias(s, s.layers) + layer * INR_FUSED_CONSTANTS;
}

FN uint32 inr_fused_outputs(inr_fused_shape s)
{
    return inr_fused_constants(s, s.layers + 1u);
}

FN uint32 inr_fused_frequencies(inr_fused_shape s)
{
    return inr_fused_outputs(s) + s.channels * (s.width + 1u);
}

// Floats before the weights, a multiple of 16.
FN uint32 inr_fused_floats(inr_fused_shape s)
{
    return (inr_fused_frequencies(s) + s.frequencies + 15u) / 16u * 16u;
}

// Of a layer's matrix among the weights, and behind all of them; `layers` is the outputs' own.
FN uint32 inr_fused_weight(inr_fused_shape s, uint32 layer)
{
    return layer == 0u ? 0u : s.width * (s.inputs + (layer - 1u) * s.width);
}

FN uint32 inr_fused_turned(inr_fused_shape s, uint32 layer)
{
    return inr_fused_weight(s, s.layers) + s.width * s.outputs + inr_fused_weight(s, layer);
}

FN uint32 inr_fused_weights(inr_fused_shape s, bool turned)
{
    return turned ? inr_fused_turned(s, s.layers)
                  : inr_fused_weight(s, s.layers) + s.width * s.outputs;
}

// In a block of partial sums.
FN uint32 inr_fused_sum_bias(inr_fused_shape s, uint32 layer)
{
    return inr_fused_weight(s, s.layers) + layer * s.width;
}

FN uint32 inr_fused_sum_outputs(inr_fused_shape s)
{
    return inr_fused_sum_bias(s, s.layers);
}

FN uint32 inr_fused_sum_loss(inr_fused_shape s)
{
    return inr_fused_sum_outputs(s) + s.channels * (s.width + 1u);
}

// Length of a block, a multiple of 16.
FN uint32 inr_fused_block(inr_fused_shape s)
{
    return (inr_fused_sum_loss(s) + 2u + 15u) / 16u * 16u;
}

#endif
