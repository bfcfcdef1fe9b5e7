// SPDX-License-Identifier: MIT
// relative_l2: (y - t)^2 / (y^2 + k). As in tiny-cuda-nn (Mueller, relative_l2.h) and Noise2Noise
// (Lehtinen et al. 2018, section 3.2), the derivative holds the denominator constant; k = 0.01.

FN inr_loss loss_relative_l2(real y, real t, real k)
{
    real inv = R(1.0) / (y * y + k);
    inr_loss l;
    l.f = (y - t) * (y - t) * inv;
    l.d = R(2.0) * (y - t) * inv;
    return l;
}
