// SPDX-License-Identifier: MIT
// tanh: f(z) = tanh(z).

FN act_jet act_tanh(real z, IN real p[ACT_CONSTANTS])
{
    inr_slope t = inr_tanh_slope(z);
    act_jet j;
    j.f = t.f;
    j.d = t.d;
    j.d2 = -R(2.0) * t.f * t.d;
    return j;
}

FN real act_tanh_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_tanh_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
