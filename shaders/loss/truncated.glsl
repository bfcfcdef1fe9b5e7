// SPDX-License-Identifier: MIT
// truncated: |y - t| where distances beyond k count as k (Park et al. 2019, DeepSDF, equation 9; k is
// their delta = 0.1): t is clamped to [-k, k], and a prediction beyond k on the side of such a target is
// right. One beyond k on the other side is not clamped, so that it finds its way back. Kink at y = t,
// where the derivative is taken as 0.

FN inr_loss loss_truncated(real y, real t, real k)
{
    real r = y - (t > k ? k : (t < -k ? -k : t));
    real below = r < R(0.0) ? r : R(0.0);
    real above = r > R(0.0) ? r : R(0.0);
    r = t >= k ? below : (t <= -k ? above : r);
    inr_loss l;
    l.f = inr_abs(r);
    l.d = inr_sign(r);
    return l;
}
