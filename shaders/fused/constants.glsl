// SPDX-License-Identifier: MIT
// constants.glsl - What a fused kernel is specialised by, in the order of fused.c.
#ifndef INR_FUSED_CONSTANTS_GLSL
#define INR_FUSED_CONSTANTS_GLSL

#include "common/fused.h"
#include "common/math.glsl"
#include "common/params.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint WIDTH = 64;
layout(constant_id = 2) const uint LAYERS = 1;
layout(constant_id = 3) const uint INPUTS = 8;   // padded
layout(constant_id = 4) const uint IN_ROWS = 2;  // of which so many are there
layout(constant_id = 5) const uint CHANNELS = 3;
layout(constant_id = 6) const uint OUTPUTS = 4;  // padded
layout(constant_id = 7) const uint ACTIVATION = 1;
layout(constant_id = 8) const uint OUT_ACTIVATION = 0;
layout(constant_id = 9) const uint LOSS = 0;
layout(constant_id = 10) const uint MODE = 0;
layout(constant_id = 11) const uint FREQUENCIES = 0; // 0: the inputs are rows of a slot
layout(constant_id = 12) const uint DIMS = 2;
layout(constant_id = 13) const uint INPUT_GRADIENT = 0;
layout(constant_id = 14) const uint PRECISION = 0;
layout(constant_id = 15) const uint FIRST_PAIRS = 0; // the first layer's factors are pairs of halves
layout(constant_id = 16) const uint KEEP = 0;        // every layer's values stay in shared memory
layout(constant_id = 17) const uint KEEP_SUMS = 0;   // sums of the gradient stay in registers
layout(constant_id = 18) const uint TILE = 32;       // columns of a tile
layout(constant_id = 19) const uint RM = 8;          // see tile_float.glsl, tile_matrix.glsl
layout(constant_id = 20) const uint RN = 4;
layout(constant_id = 21) const uint GM = 4;
layout(constant_id = 22) const uint GN = 4;

// tile_matrix.glsl
layout(constant_id = 23) const uint FRAGMENT_M = 16;
layout(constant_id = 24) const uint FRAGMENT_N = 16;
layout(constant_id = 25) const uint FRAGMENT_K = 16;

const uint THREADS = gl_WorkGroupSize.x;

// MODE
const uint EVALUATE = 0;
const uint TRAIN = 1;
const uint PULL = 2; // the gradient of the outputs is given

// PRECISION
const uint SINGLE = 0;
const uint MIXED = 1;
const uint PAIRS = 2; // factors are sums of two halves

const uint BUFFERS = KEEP != 0 ? LAYERS + 1 : 2;
const uint ROWS = WIDTH > INPUTS ? WIDTH : INPUTS;
const uint BIAS_PITCH = TILE_BIAS_PITCH;

#define SHAPE                                                                                      \
    inr_fused_shape(WIDTH, INPUTS, LAYERS, CHANNELS, OUTPUTS, BIAS_PITCH, FREQUENCIES * DIMS)

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Floats { real floats[]; };
layout(std430, binding = 3) readonly buffer Target { real target[]; };
layout(std430, binding = 4) writeonly buffer Out { real slot_out[]; };
layout(std430, binding = 5) buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_fused push; };

// Number of the buffer that holds the values of layer l, then their gradient; -1: the inputs.
uint buffer_of(int l)
{
    return KEEP != 0 ? uint(l < 0 ? int(LAYERS) : l) : uint(l + 1) & 1u;
}

real to_half(real v)
{
    return unpackHalf2x16(packHalf2x16(vec2(clamp(v, R(-65504.0), R(65504.0)), R(0.0)))).x;
}

#endif
