// SPDX-License-Identifier: MIT
// relu: f(z) = max(z, 0). Kink at 0, where the derivative is taken as 0.

FN act_jet act_relu(real z, IN real p[ACT_CONSTANTS])
{
    act_jet j;
    j.f = z > R(0.0) ? z : R(0.0);
    j.d = z > R(0.0) ? R(1.0) : R(0.0);
    j.d2 = R(0.0);
    return j;
}

FN real act_relu_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_relu_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
