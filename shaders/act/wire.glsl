// SPDX-License-Identifier: MIT
// wire: psi(z) = exp(j omega z - |sigma z|^2), z = a + j b complex. WIRE (Saragadam et al. 2023).
// p[0] = omega, p[1] = sigma (an inverse width). h = u + j v. Adjoint and tangent follow from
//   psi_a = (j omega - 2 sigma^2 a) psi,  psi_b = -(omega + 2 sigma^2 b) psi
// with P = gu u + gv v, Q = gv u - gu v.

FN act_h act_wire(act_z z, IN real p[ACT_CONSTANTS])
{
    real s2 = p[1] * p[1];
    real e = inr_exp(-p[0] * z.b - s2 * (z.a * z.a + z.b * z.b));
    inr_sc sc = inr_sincos(p[0] * z.a);
    act_h h;
    h.u = e * sc.c;
    h.v = e * sc.s;
    return h;
}

FN act_z act_wire_b(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    act_z r;
    r.a = p[0] * Q - s2 * z.a * P;
    r.b = -(p[0] + s2 * z.b) * P;
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN act_h act_wire_t(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real cr = -p[0] * t.b - s2 * (z.a * t.a + z.b * t.b);
    real ci = p[0] * t.a;
    act_h r;
    r.u = cr * h.u - ci * h.v;
    r.v = cr * h.v + ci * h.u;
    return r;
}

FN act_z act_wire_tb(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    real s2 = R(2.0) * p[1] * p[1];
    real cr = -p[0] * t.b - s2 * (z.a * t.a + z.b * t.b);
    real ci = p[0] * t.a;
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    act_z r;
    r.a = -s2 * t.a * P + cr * (p[0] * Q - s2 * z.a * P) - ci * (p[0] * P + s2 * z.a * Q);
    r.b = -s2 * t.b * P - (p[0] + s2 * z.b) * (cr * P + ci * Q);
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

FN real act_wire_bp(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    return k == 0 ? z.a * Q - z.b * P
                  : (k == 1 ? -R(2.0) * p[1] * (z.a * z.a + z.b * z.b) * P : R(0.0));
}

FN real act_wire_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    real m = z.a * t.a + z.b * t.b;
    real cr = -p[0] * t.b - R(2.0) * p[1] * p[1] * m;
    real ci = p[0] * t.a;
    real P = g.u * h.u + g.v * h.v;
    real Q = g.v * h.u - g.u * h.v;
    real by_omega = (ci * -z.a - cr * z.b - t.b) * P + (cr * z.a - ci * z.b + t.a) * Q;
    real by_sigma =
        -R(2.0) * p[1] * (R(2.0) * m * P + (z.a * z.a + z.b * z.b) * (cr * P + ci * Q));
    return k == 0 ? by_omega : (k == 1 ? by_sigma : R(0.0));
}
