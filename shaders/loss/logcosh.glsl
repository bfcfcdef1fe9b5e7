// SPDX-License-Identifier: MIT
// logcosh: log(cosh(y - t)): square for small residuals, absolute value less log 2 for large ones.

FN inr_loss loss_logcosh(real y, real t, real k)
{
    inr_slope s = inr_log_cosh_slope(y - t);
    inr_loss l;
    l.f = s.f;
    l.d = s.d;
    return l;
}
