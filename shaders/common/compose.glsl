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
layout(constant_id = 3) const uint TANGENTS = 0;

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

// Derivatives of the share along each axis.
vec3 inr_share_slopes_of(uint k, uint j)
{
    uint at = (NEAREST + k) * push.stride + j;
    vec3 slopes = vec3(0.0);
    for (uint a = 0; a < TANGENTS; a++)
        slopes[a] = uintBitsToFloat(places[at + (1 + a) * push.count]);
    return slopes;
}

// Derivative of the factor by the share.
real inr_factor_slope(real share, uint f)
{
    return WAVES != 0 ? enc_kernel_compose_slope(share, effective[push.frequencies + f]) : R(1.0);
}

#endif
