// SPDX-License-Identifier: MIT
// none: f(z) = z. A layer without an activation: outputs, and the factors of products of branches.

FN act_jet act_none(real z, IN real p[ACT_CONSTANTS])
{
    act_jet j;
    j.f = z;
    j.d = R(1.0);
    j.d2 = R(0.0);
    return j;
}

FN real act_none_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_none_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
