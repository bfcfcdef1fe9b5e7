// SPDX-License-Identifier: MIT
// wire2d: psi(p, q) = exp(j omega p - |sigma p|^2 - |sigma q|^2), p and q complex; p[0] = omega,
// p[1] = sigma. WIRE with a two-dimensional window (Saragadam et al. 2023). Planes: a = Re p,
// b = Re q, c = Im p, d = Im q, so that the first half is all a real first layer has. h = u + j v.
//   psi_a = (j omega - 2 sigma^2 a) psi,  psi_c = -(omega + 2 sigma^2 c) psi,
//   psi_b = -2 sigma^2 b psi,             psi_d = -2 sigma^2 d psi
// with P = gu u + gv v, Q = gv u - gu v as in wire.

FN act_h act_wire2d(act_z z, IN real p[ACT_CONSTANTS])
{
    real s2 = p[1] * p[1];
    real e = inr_exp(-p[0] * z.c - s2 * (z.a * z.a + z.b * z.b + z.c * z.c + z.d * z.d));
    inr_sc sc = inr_sincos(p[0] * z.a);
    act_h h;
    h.u = e * sc.c;
    h.v = e * sc.s;
    return h;
}

FN act_z act_wire2d_b(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    act_z r;
    r.a = p[0] * Q - s2 * z.a * P;
    r.b = -s2 * z.b * P;
    r.c = -(p[0] + s2 * z.c) * P;
    r.d = -s2 * z.d * P;
    return r;
}

FN act_h act_wire2d_t(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real cr = -p[0] * t.c - s2 * (z.a * t.a + z.b * t.b + z.c * t.c + z.d * t.d);
    real ci = p[0] * t.a;
    act_h r;
    r.u = cr * h.u - ci * h.v;
    r.v = cr * h.v + ci * h.u;
    return r;
}

FN act_z act_wire2d_tb(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real cr = -p[0] * t.c - s2 * (z.a * t.a + z.b * t.b + z.c * t.c + z.d * t.d);
    real ci = p[0] * t.a;
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    real T = cr * P + ci * Q;
    act_z r;
    r.a = -s2 * t.a * P + cr * (p[0] * Q - s2 * z.a * P) - ci * (p[0] * P + s2 * z.a * Q);
    r.b = -s2 * (t.b * P + z.b * T);
    r.c = -s2 * t.c * P - (p[0] + s2 * z.c) * T;
    r.d = -s2 * (t.d * P + z.d * T);
    return r;
}

FN real act_wire2d_bp(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    real m = z.a * z.a + z.b * z.b + z.c * z.c + z.d * z.d;
    return k == 0 ? z.a * Q - z.c * P : (k == 1 ? -R(2.0) * p[1] * m * P : R(0.0));
}

FN real act_wire2d_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real m = z.a * t.a + z.b * t.b + z.c * t.c + z.d * t.d;
    real squares = z.a * z.a + z.b * z.b + z.c * z.c + z.d * z.d;
    real cr = -p[0] * t.c - R(2.0) * p[1] * p[1] * m;
    real ci = p[0] * t.a;
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    real by_omega = (ci * -z.a - cr * z.c - t.c) * P + (cr * z.a - ci * z.c + t.a) * Q;
    real by_sigma = -R(2.0) * p[1] * (R(2.0) * m * P + squares * (cr * P + ci * Q));
    return k == 0 ? by_omega : (k == 1 ? by_sigma : R(0.0));
}
