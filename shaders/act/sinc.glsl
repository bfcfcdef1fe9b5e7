// SPDX-License-Identifier: MIT
// sinc: f(z) = sin(y) / y with y = omega z; p[0] = omega. Saratchandran et al., A Sampling Theory
// Perspective on Activations for Implicit Neural Representations (2024).
// Near 0 the closed forms cancel, so power series take over below INR_SERIES_LIMIT.

// sin(y)/y and its first two derivatives by y.
FN act_jet act_sinc_unit(real y)
{
    inr_sc sc = inr_sincos(y);
    bool near = inr_abs(y) < INR_SERIES_LIMIT;
    real y2 = y * y;
    real inv = R(1.0) / (near ? R(1.0) : y);
    real q = near ? y2 : R(0.0); // keeps the unused series finite
    act_jet j;
    j.f = sc.s * inv;
    j.d = (sc.c - j.f) * inv;
    j.d2 = -j.f - R(2.0) * j.d * inv;
    real f = R(1.0) +
             q * (R(-1.6666666666666667e-1) +
                  q * (R(8.3333333333333333e-3) +
                       q * (R(-1.9841269841269841e-4) +
                            q * (R(2.7557319223985891e-6) + q * R(-2.5052108385441719e-8)))));
    real d = y * (R(-3.3333333333333333e-1) +
                  q * (R(3.3333333333333333e-2) +
                       q * (R(-1.1904761904761905e-3) +
                            q * (R(2.2045855379188713e-5) + q * R(-2.5052108385441719e-7)))));
    real d2 = R(-3.3333333333333333e-1) +
              q * (R(1.0e-1) +
                   q * (R(-5.9523809523809524e-3) +
                        q * (R(1.5432098765432099e-4) + q * R(-2.2546897546897547e-6))));
    j.f = near ? f : j.f;
    j.d = near ? d : j.d;
    j.d2 = near ? d2 : j.d2;
    return j;
}

FN act_jet act_sinc(real z, IN real p[ACT_CONSTANTS])
{
    act_jet j = act_sinc_unit(p[0] * z);
    j.d = p[0] * j.d;
    j.d2 = p[0] * p[0] * j.d2;
    return j;
}

FN real act_sinc_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return k == 0 ? z * act_sinc_unit(p[0] * z).d : R(0.0);
}

FN real act_sinc_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    act_jet j = act_sinc_unit(p[0] * z);
    return k == 0 ? j.d + p[0] * z * j.d2 : R(0.0);
}
