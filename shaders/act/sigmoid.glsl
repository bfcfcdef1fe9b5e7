// SPDX-License-Identifier: MIT
// sigmoid: f(z) = 1 / (1 + exp(-z)).

FN act_jet act_sigmoid(real z, IN real p[ACT_CONSTANTS])
{
    inr_slope s = inr_sigmoid_slope(z);
    act_jet j;
    j.f = s.f;
    j.d = s.d;
    j.d2 = s.d * (R(1.0) - R(2.0) * s.f);
    return j;
}

FN real act_sigmoid_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_sigmoid_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
