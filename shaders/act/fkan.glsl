// SPDX-License-Identifier: MIT
// fkan: f(z) = (z + tanh(omega z)) sigmoid(z); p[0] = omega. The hidden activation of FKAN
// (Mehrabian et al., ICASSP 2025): a sigmoid-weighted line with a steep step at 0.
//   f' = (1 + omega t') s + (z + t) s',  f'' = omega^2 t'' s + 2 (1 + omega t') s' + (z + t) s''
// with t = tanh at omega z, s = sigmoid at z.

FN act_jet act_fkan(real z, IN real p[ACT_CONSTANTS])
{
    inr_slope t = inr_tanh_slope(p[0] * z);
    inr_slope s = inr_sigmoid_slope(z);
    real d = R(1.0) + p[0] * t.d;
    act_jet j;
    j.f = (z + t.f) * s.f;
    j.d = d * s.f + (z + t.f) * s.d;
    j.d2 = -R(2.0) * p[0] * p[0] * t.f * t.d * s.f + R(2.0) * d * s.d +
           (z + t.f) * (s.d * (R(1.0) - R(2.0) * s.f));
    return j;
}

FN real act_fkan_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    real d = z * inr_tanh_slope(p[0] * z).d * inr_sigmoid_slope(z).f;
    return k == 0 ? d : R(0.0);
}

FN real act_fkan_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    inr_slope t = inr_tanh_slope(p[0] * z);
    inr_slope s = inr_sigmoid_slope(z);
    real d = t.d * ((R(1.0) - R(2.0) * p[0] * z * t.f) * s.f + z * s.d);
    return k == 0 ? d : R(0.0);
}
