// SPDX-License-Identifier: MIT
// huber: (y - t)^2 / 2 inside |y - t| <= k, k (|y - t| - k/2) outside (Huber 1964); k = delta > 0.

FN inr_loss loss_huber(real y, real t, real k)
{
    real r = y - t;
    real c = r < -k ? -k : (r > k ? k : r); // the clipped residual is the derivative
    inr_loss l;
    l.f = c * (r - R(0.5) * c);
    l.d = c;
    return l;
}
