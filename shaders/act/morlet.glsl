// SPDX-License-Identifier: MIT
// morlet: psi(z) = (exp(j omega z) - kappa) exp(-|sigma z|^2), z = a + j b complex, with
// kappa = exp(-omega^2 / (4 sigma^2)), which takes the mean off a ridge of WIRE's wavelet: what
// remains is progressive to the extent that omega is large against sigma (Roddenberry et al. 2024).
// p[0] = omega, p[1] = sigma (an inverse width). h = u + j v. With W = psi + kappa G, the wavelet
// of WIRE, and G = exp(-|sigma z|^2):
//   psi_a = j omega W - 2 sigma^2 a psi,  psi_b = -omega W - 2 sigma^2 b psi
// P = gu u + gv v is of psi; Pw and Qw are those of W (see wire).

// kappa; a sigma of 0 leaves a bare carrier, and the smallest summand keeps 0 / 0 out.
FN real act_morlet_kappa(IN real p[ACT_CONSTANTS])
{
    return inr_exp_constant(-(p[0] * p[0]) / (R(4.0) * p[1] * p[1] + R(1e-30)));
}

FN real act_morlet_window(act_z z, IN real p[ACT_CONSTANTS])
{
    return inr_exp(-(p[1] * p[1]) * (z.a * z.a + z.b * z.b));
}

FN act_h act_morlet(act_z z, IN real p[ACT_CONSTANTS])
{
    real e = inr_exp(-p[0] * z.b - p[1] * p[1] * (z.a * z.a + z.b * z.b));
    inr_sc sc = inr_sincos(p[0] * z.a);
    act_h h;
    h.u = e * sc.c - act_morlet_kappa(p) * act_morlet_window(z, p);
    h.v = e * sc.s;
    return h;
}

FN act_z act_morlet_b(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real wu = h.u + act_morlet_kappa(p) * act_morlet_window(z, p);
    real P = g.u * h.u + g.v * h.v;
    real Pw = g.u * wu + g.v * h.v;
    real Qw = g.v * wu - g.u * h.v;
    act_z r;
    r.a = p[0] * Qw - s2 * z.a * P;
    r.b = -p[0] * Pw - s2 * z.b * P;
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN act_h act_morlet_t(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    real m = R(2.0) * p[1] * p[1] * (z.a * t.a + z.b * t.b);
    real wu = h.u + act_morlet_kappa(p) * act_morlet_window(z, p);
    act_h r;
    r.u = -p[0] * (t.b * wu + t.a * h.v) - m * h.u;
    r.v = p[0] * (t.a * wu - t.b * h.v) - m * h.v;
    return r;
}

FN act_z act_morlet_tb(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real m = s2 * (z.a * t.a + z.b * t.b);
    real wu = h.u + act_morlet_kappa(p) * act_morlet_window(z, p);
    real P = g.u * h.u + g.v * h.v;
    real Pw = g.u * wu + g.v * h.v;
    real Qw = g.v * wu - g.u * h.v;
    real A = p[0] * (t.a * Qw - t.b * Pw);  // <g, c W>, c = j omega t
    real B = -p[0] * (t.b * Qw + t.a * Pw); // <g, j c W>
    act_z r;
    r.a = p[0] * B - s2 * (z.a * A + t.a * P) - m * (p[0] * Qw - s2 * z.a * P);
    r.b = -p[0] * A - s2 * (z.b * A + t.b * P) + m * (p[0] * Pw + s2 * z.b * P);
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN real act_morlet_bp(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real kg = act_morlet_kappa(p) * act_morlet_window(z, p);
    real wu = h.u + kg;
    real q = p[0] / (R(2.0) * p[1] * p[1] + R(1e-30)); // kappa by omega is -q kappa
    real by_omega = z.a * (g.v * wu - g.u * h.v) - z.b * (g.u * wu + g.v * h.v) + q * g.u * kg;
    real by_sigma =
        -R(2.0) * p[1] * ((z.a * z.a + z.b * z.b) * (g.u * h.u + g.v * h.v)) -
        R(2.0) * p[1] * q * (q * kg * g.u);
    return k == 0 ? by_omega : (k == 1 ? by_sigma : R(0.0));
}

// <g, tangent> = omega A - m P with A = <g, j t W>; by omega A gives -<g, t z W>.
FN real act_morlet_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real m = z.a * t.a + z.b * t.b;
    real wu = h.u + act_morlet_kappa(p) * act_morlet_window(z, p);
    real P = g.u * h.u + g.v * h.v;
    real Pw = g.u * wu + g.v * h.v;
    real Qw = g.v * wu - g.u * h.v;
    real A = t.a * Qw - t.b * Pw;
    real turned = (t.a * z.a - t.b * z.b) * Pw + (t.a * z.b + t.b * z.a) * Qw;
    real d = R(2.0) * p[1] * p[1] * m * act_morlet_bp(z, h, g, p, k);
    real by_omega = A - p[0] * turned - d;
    real by_sigma =
        -R(2.0) * p[1] * (p[0] * (z.a * z.a + z.b * z.b) * A + R(2.0) * m * P) - d;
    return k == 0 ? by_omega : (k == 1 ? by_sigma : R(0.0));
}
