// SPDX-License-Identifier: MIT
// l1: |y - t|. Kink at y = t, where the derivative is taken as 0.

FN inr_loss loss_l1(real y, real t, real k)
{
    inr_loss l;
    l.f = inr_abs(y - t);
    l.d = inr_sign(y - t);
    return l;
}
