// SPDX-License-Identifier: MIT
// gabor: f(z) = cos(omega z) exp(-(sigma z)^2), real, one pre-activation; p[0] = omega,
// p[1] = sigma. The real Gabor wavelet of WIRE (Saragadam et al. 2023) in the form that FINER++
// (Zhu et al. 2024) uses.
// With C, S = cos, sin(omega z), E the window and g = -(omega S + 2 sigma^2 z C):
//   f' = g E,  f'' = (g' - 2 sigma^2 z g) E,
//   g' = -(omega^2 + 2 sigma^2) C + 2 sigma^2 omega z S

FN act_jet act_gabor(real z, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real e = inr_exp(-(p[1] * p[1]) * (z * z));
    inr_sc sc = inr_sincos(p[0] * z);
    real g = -(p[0] * sc.s + s2 * z * sc.c);
    real dg = -(p[0] * p[0] + s2) * sc.c + s2 * p[0] * z * sc.s;
    act_jet j;
    j.f = sc.c * e;
    j.d = g * e;
    j.d2 = (dg - s2 * z * g) * e;
    return j;
}

FN real act_gabor_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    real e = inr_exp(-(p[1] * p[1]) * (z * z));
    inr_sc sc = inr_sincos(p[0] * z);
    return k == 0 ? -z * sc.s * e : (k == 1 ? -R(2.0) * p[1] * (z * z) * sc.c * e : R(0.0));
}

FN real act_gabor_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    real s2 = R(2.0) * p[1] * p[1];
    real e = inr_exp(-(p[1] * p[1]) * (z * z));
    inr_sc sc = inr_sincos(p[0] * z);
    real g = -(p[0] * sc.s + s2 * z * sc.c);
    return k == 0   ? ((s2 * (z * z) - R(1.0)) * sc.s - p[0] * z * sc.c) * e
           : k == 1 ? -R(2.0) * p[1] * z * (R(2.0) * sc.c + z * g) * e
                    : R(0.0);
}
