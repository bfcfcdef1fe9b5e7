// SPDX-License-Identifier: MIT
// compose.glsl - What the kernels that compose features of radial basis functions share. The kernel
// declares the buffers `places` as nearest.comp writes it and `effective`, and the push constants
// inr_push_compose.
#ifndef INR_COMMON_COMPOSE
#define INR_COMMON_COMPOSE

#include "enc/kernel.glsl"

layout(constant_id = 0) const uint NEAREST = 4;
layout(constant_id = 1) const uint WAVES = 1; // sines of the share, else the share itself
layout(constant_id = 2) const uint PART = 4;  // features that a thread handles

// Of the k-th kernel of column j: its first feature, and its share.
uint inr_features_of(uint k, uint j)
{
    return push.weight + places[k * push.stride + j] * push.features;
}

real inr_share_of(uint k, uint j)
{
    return uintBitsToFloat(places[(NEAREST + k) * push.stride + j]);
}

real inr_factor(real share, uint f)
{
    return WAVES != 0 ? enc_kernel_compose(share, effective[push.frequencies + f]) : share;
}

#endif
