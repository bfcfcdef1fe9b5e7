// SPDX-License-Identifier: MIT
// gabor2: f(a, b) = cos(omega a) exp(-(sigma b)^2); p[0] = omega, p[1] = sigma. The real Gabor
// wavelet of WIRE (Saragadam et al. 2023): carrier and window read two affine maps of the input.
// Two real pre-activation planes in every layer, one value plane u.

FN act_h act_gabor2(act_z z, IN real p[ACT_CONSTANTS])
{
    act_h h;
    h.u = inr_sincos(p[0] * z.a).c * inr_exp(-(p[1] * p[1]) * (z.b * z.b));
    h.v = R(0.0);
    return h;
}

// -df/da / omega = sin(omega a) exp(-(sigma b)^2), which the value does not hold.
FN real act_gabor2_sine(act_z z, IN real p[ACT_CONSTANTS])
{
    return inr_sincos(p[0] * z.a).s * inr_exp(-(p[1] * p[1]) * (z.b * z.b));
}

FN act_z act_gabor2_b(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    act_z r;
    r.a = -p[0] * act_gabor2_sine(z, p) * g.u;
    r.b = -s2 * z.b * h.u * g.u;
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN act_h act_gabor2_t(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    act_h r;
    r.u = -p[0] * act_gabor2_sine(z, p) * t.a - s2 * z.b * h.u * t.b;
    r.v = R(0.0);
    return r;
}

FN act_z act_gabor2_tb(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real s = act_gabor2_sine(z, p);
    act_z r;
    r.a = g.u * (-p[0] * p[0] * h.u * t.a + s2 * p[0] * z.b * s * t.b);
    r.b = g.u * (s2 * p[0] * z.b * s * t.a + s2 * (s2 * (z.b * z.b) - R(1.0)) * h.u * t.b);
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN real act_gabor2_bp(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real s = act_gabor2_sine(z, p);
    return k == 0 ? -z.a * s * g.u
                  : (k == 1 ? -R(2.0) * p[1] * (z.b * z.b) * h.u * g.u : R(0.0));
}

FN real act_gabor2_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real s2 = R(2.0) * p[1] * p[1];
    real s = act_gabor2_sine(z, p);
    real by_omega = -(s + p[0] * z.a * h.u) * t.a + s2 * z.b * z.a * s * t.b;
    real by_sigma = R(2.0) * p[1] * z.b *
                    (p[0] * z.b * s * t.a + (s2 * (z.b * z.b) - R(2.0)) * h.u * t.b);
    return k == 0 ? by_omega * g.u : (k == 1 ? by_sigma * g.u : R(0.0));
}
