// SPDX-License-Identifier: MIT
// gelu: f(z) = z Phi(z), Phi the normal distribution (the exact form, not its tanh approximation).
// Gaussian error linear units (Hendrycks and Gimpel 2016), eq. 1.
//   f' = Phi + z phi,  f'' = (2 - z^2) phi,  phi = exp(-z^2/2) / sqrt(2 pi)

FN act_jet act_gelu(real z, IN real p[ACT_CONSTANTS])
{
    inr_gaussian n = inr_normal(z);
    act_jet j;
    j.f = z * n.cdf;
    j.d = n.cdf + z * n.pdf;
    j.d2 = (R(2.0) - z * z) * n.pdf;
    return j;
}

FN real act_gelu_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_gelu_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
