// SPDX-License-Identifier: MIT
// softplus: f(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)); its derivative is the sigmoid.
// Both share one exponential of -|z|, which cannot overflow.

FN act_jet act_softplus(real z, IN real p[ACT_CONSTANTS])
{
    real e = inr_exp(-inr_abs(z));
    real inv = R(1.0) / (R(1.0) + e);
    act_jet j;
    j.f = (z > R(0.0) ? z : R(0.0)) + inr_log1p_unit(e);
    j.d = (z < R(0.0) ? e : R(1.0)) * inv;
    j.d2 = e * inv * inv;
    return j;
}

FN real act_softplus_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_softplus_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
