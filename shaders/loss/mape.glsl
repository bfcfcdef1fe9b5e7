// SPDX-License-Identifier: MIT
// mape: |y - t| / (|t| + k), the absolute percentage error of tiny-cuda-nn (Mueller, mape.h);
// k = 0.01. Kink at y = t, where the derivative is taken as 0.

FN inr_loss loss_mape(real y, real t, real k)
{
    real inv = R(1.0) / (inr_abs(t) + k);
    inr_loss l;
    l.f = inr_abs(y - t) * inv;
    l.d = inr_sign(y - t) * inv;
    return l;
}
