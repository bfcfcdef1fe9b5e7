// SPDX-License-Identifier: MIT
// net.glsl - What the kernels of latents share: the shape of the networks and of the picture. The
// order of tensors is that of codec/latent/net.h. Samples of the picture are vec4, whatever its
// channels: those it does not have are 0.
#ifndef INR_LATENT_NET
#define INR_LATENT_NET

#include "common/latent.glsl"
#include "common/params.h"

layout(constant_id = 0) const uint LEVELS = INR_LATENT_LEVELS;
layout(constant_id = 1) const uint CHANNELS = 3;

layout(push_constant) uniform Push { inr_push_latent push; };

const uint ENTROPY = INR_LATENT_ENTROPY, CONTEXT = INR_LATENT_CONTEXT;
const uint HIDDEN = INR_LATENT_HIDDEN, EDGE = INR_LATENT_EDGE, TAPS = INR_LATENT_TAPS;

// Where tensors begin in the parameters.
const uint ENTROPY_W1 = 0;
const uint ENTROPY_B1 = ENTROPY_W1 + ENTROPY * CONTEXT;
const uint ENTROPY_W2 = ENTROPY_B1 + LEVELS * ENTROPY;
const uint ENTROPY_B2 = ENTROPY_W2 + ENTROPY * ENTROPY;
const uint ENTROPY_W3 = ENTROPY_B2 + ENTROPY;
const uint ENTROPY_B3 = ENTROPY_W3 + 2 * (ENTROPY + CONTEXT);
const uint SYNTH_W1 = ENTROPY_B3 + 2 * LEVELS;
const uint SYNTH_B1 = SYNTH_W1 + HIDDEN * LEVELS;
const uint SYNTH_W2 = SYNTH_B1 + HIDDEN;
const uint SYNTH_B2 = SYNTH_W2 + CHANNELS * (HIDDEN + LEVELS);
const uint EDGE_W1 = SYNTH_B2 + CHANNELS;
const uint EDGE_B1 = EDGE_W1 + EDGE * CHANNELS * TAPS;
const uint EDGE_W2 = EDGE_B1 + EDGE;
const uint EDGE_B2 = EDGE_W2 + CHANNELS * EDGE * TAPS;

#endif
