// SPDX-License-Identifier: MIT
// sine: f(z) = sin(omega z). SIREN (Sitzmann et al. 2020); p[0] = omega.

FN act_jet act_sine(real z, IN real p[ACT_CONSTANTS])
{
    inr_sc sc = inr_sincos(p[0] * z);
    act_jet j;
    j.f = sc.s;
    j.d = p[0] * sc.c;
    j.d2 = -p[0] * p[0] * sc.s;
    return j;
}

FN real act_sine_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return k == 0 ? z * inr_sincos(p[0] * z).c : R(0.0);
}

FN real act_sine_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    inr_sc sc = inr_sincos(p[0] * z);
    return k == 0 ? sc.c - p[0] * z * sc.s : R(0.0);
}
