// SPDX-License-Identifier: MIT
// variation.glsl - Total variation of a table, one cell and feature at a time.
//
// With forward differences d of the entries along the axes of the table, TV is the mean over its cells and
// features of sqrt(max(d0^2 + d1^2 + d2^2, 1e-6)) (Kim and Fridovich-Keil 2025; missing axes are 0).
#ifndef INR_ENC_VARIATION
#define INR_ENC_VARIATION

#include "common/subset.h"

FN real enc_variation(real d0, real d1, real d2)
{
    real sum = d0 * d0 + d1 * d1 + d2 * d2;
    return inr_sqrt(sum > R(1e-6) ? sum : R(1e-6));
}

// The derivative by d_k is this times d_k; 0 where the bound of 1e-6 is taken.
FN real enc_variation_slope(real d0, real d1, real d2)
{
    real sum = d0 * d0 + d1 * d1 + d2 * d2;
    return sum > R(1e-6) ? R(1.0) / inr_sqrt(sum) : R(0.0);
}

#endif
