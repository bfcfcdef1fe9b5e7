// SPDX-License-Identifier: MIT
// finer: f(z) = sin(omega (|z| + 1) z). FINER (Liu et al. 2024); p[0] = omega.
// p[1] = 1 holds alpha = |z| + 1 constant when differentiating, as the published results do;
// p[1] = 0 differentiates it too. It is a switch and not differentiable.
//   f'  = omega ((2 - p1)|z| + 1) cos,  f'' = 2 (1 - p1) omega sign(z) cos - (f'/cos)^2 sin

FN act_jet act_finer(real z, IN real p[ACT_CONSTANTS])
{
    real m = inr_abs(z);
    inr_sc sc = inr_sincos(p[0] * ((m + R(1.0)) * z));
    real g = p[0] * ((R(2.0) - p[1]) * m + R(1.0));
    real turn = R(2.0) * (R(1.0) - p[1]) * p[0];
    act_jet j;
    j.f = sc.s;
    j.d = g * sc.c;
    j.d2 = (z < R(0.0) ? -turn : turn) * sc.c - g * g * sc.s;
    return j;
}

FN real act_finer_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    real x = (inr_abs(z) + R(1.0)) * z;
    return k == 0 ? x * inr_sincos(p[0] * x).c : R(0.0);
}

FN real act_finer_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    real m = inr_abs(z);
    real x = (m + R(1.0)) * z;
    real g = (R(2.0) - p[1]) * m + R(1.0);
    inr_sc sc = inr_sincos(p[0] * x);
    return k == 0 ? g * (sc.c - p[0] * x * sc.s) : R(0.0);
}
