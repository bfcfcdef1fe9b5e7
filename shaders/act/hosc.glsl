// SPDX-License-Identifier: MIT
// hosc: f(z) = tanh(beta sin(omega z)); p[0] = omega, p[1] = beta. HOSC (Serrano et al. 2024).
// A small beta gives a scaled sine, a large one a square wave.
//   f' = beta omega cos (1 - f^2),  f'' = -beta omega^2 (1 - f^2) (sin + 2 beta f cos^2)

FN act_jet act_hosc(real z, IN real p[ACT_CONSTANTS])
{
    inr_sc sc = inr_sincos(p[0] * z);
    inr_slope t = inr_tanh_slope(p[1] * sc.s);
    real g = p[1] * p[0];
    act_jet j;
    j.f = t.f;
    j.d = g * sc.c * t.d;
    j.d2 = -g * p[0] * t.d * (sc.s + R(2.0) * p[1] * t.f * (sc.c * sc.c));
    return j;
}

FN real act_hosc_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    inr_sc sc = inr_sincos(p[0] * z);
    real slope = inr_tanh_slope(p[1] * sc.s).d;
    return k == 0 ? p[1] * z * sc.c * slope : (k == 1 ? sc.s * slope : R(0.0));
}

FN real act_hosc_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    inr_sc sc = inr_sincos(p[0] * z);
    inr_slope t = inr_tanh_slope(p[1] * sc.s);
    real by_omega = sc.c - p[0] * z * (sc.s + R(2.0) * p[1] * t.f * (sc.c * sc.c));
    return k == 0   ? p[1] * t.d * by_omega
           : k == 1 ? p[0] * sc.c * t.d * (R(1.0) - R(2.0) * p[1] * t.f * sc.s)
                    : R(0.0);
}
