// SPDX-License-Identifier: MIT
// l2: (y - t)^2.

FN inr_loss loss_l2(real y, real t, real k)
{
    inr_loss l;
    l.f = (y - t) * (y - t);
    l.d = R(2.0) * (y - t);
    return l;
}
