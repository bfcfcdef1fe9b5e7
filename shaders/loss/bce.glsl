// SPDX-License-Identifier: MIT
// bce: -t log(y) - (1 - t) log(1 - y) of y and t in [0, 1], the binary cross-entropy of PyTorch's
// BCELoss: logarithms are held at -100, and the derivative is (y - t) / max(y (1 - y), 1e-12f).
//
// Floats next to 1 are 2^-24 apart, so that a sigmoid of 17 is 1 while its derivative is not yet 0,
// and their product with 1e12 would be a step of thousands. 1 - y counts as 2^-25 at least: the
// derivative differs from PyTorch's where y is 1, and nowhere else in single precision.

FN inr_loss loss_bce(real y, real t, real k)
{
    real in_log = inr_log(y);
    real out_log = inr_log1m(y);
    real rest = R(1.0) - y;
    real scale = y * (rest < R(2.98023223876953125e-8) ? R(2.98023223876953125e-8) : rest);
    in_log = in_log < R(-100.0) ? R(-100.0) : in_log;
    out_log = out_log < R(-100.0) ? R(-100.0) : out_log;
    inr_loss l;
    l.f = (t - R(1.0)) * out_log - t * in_log;
    l.d = (y - t) / (scale < R(9.999999960041972e-13) ? R(9.999999960041972e-13) : scale);
    return l;
}
