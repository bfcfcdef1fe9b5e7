// SPDX-License-Identifier: MIT
// gauss: f(z) = exp(-(sigma z)^2); p[0] = sigma, an inverse width. Gaussian activations (Ramasinghe
// and Lucey, Beyond Periodicity, 2022) write exp(-z^2 / (2 w^2)): sigma = 1 / (w sqrt 2). GARF
// (Chng et al. 2022) uses w = 0.1, hence sigma = 7.07.

FN act_jet act_gauss(real z, IN real p[ACT_CONSTANTS])
{
    real s2 = p[0] * p[0];
    real f = inr_exp(-s2 * (z * z));
    act_jet j;
    j.f = f;
    j.d = -R(2.0) * s2 * z * f;
    j.d2 = (R(4.0) * s2 * s2 * (z * z) - R(2.0) * s2) * f;
    return j;
}

FN real act_gauss_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    real f = inr_exp(-(p[0] * p[0]) * (z * z));
    return k == 0 ? -R(2.0) * p[0] * (z * z) * f : R(0.0);
}

FN real act_gauss_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    real q = p[0] * p[0] * (z * z);
    return k == 0 ? R(4.0) * p[0] * z * (q - R(1.0)) * inr_exp(-q) : R(0.0);
}
