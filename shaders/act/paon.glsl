// SPDX-License-Identifier: MIT
// paon: y = (Q P + a0) / (Q^2 + 1), the smooth Pade neuron of order [1/1] (Paon-S, Keles and Tekalp
// 2024) with P_1 = P, P_0 = a0, Q_1 = Q, Q_0 = 1. Planes: a = P, which holds a0 too, b = Q, c = a0.
// One value plane u, no constants. With D = Q^2 + 1:
//   y_P = Q / D,  y_a0 = 1 / D,  y_Q = (P - 2 Q y) / D
//   y_PQ = (1 - 2 Q y_P) / D,  y_Qa0 = -2 Q / D^2,  y_QQ = -(2 y + 4 Q y_Q) / D

FN act_h act_paon(act_z z, IN real p[ACT_CONSTANTS])
{
    act_h h;
    h.u = (z.b * z.a + z.c) / (z.b * z.b + R(1.0));
    h.v = R(0.0);
    return h;
}

FN act_z act_paon_b(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    real e = g.u / (z.b * z.b + R(1.0));
    act_z r;
    r.a = z.b * e;
    r.b = (z.a - R(2.0) * z.b * h.u) * e;
    r.c = e;
    r.d = R(0.0);
    return r;
}

FN act_h act_paon_t(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    act_h r;
    r.u = (z.b * t.a + (z.a - R(2.0) * z.b * h.u) * t.b + t.c) / (z.b * z.b + R(1.0));
    r.v = R(0.0);
    return r;
}

FN act_z act_paon_tb(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    real inv = R(1.0) / (z.b * z.b + R(1.0));
    real yq = (z.a - R(2.0) * z.b * h.u) * inv;
    real ypq = (R(1.0) - z.b * z.b) * inv * inv;
    real yqc = -R(2.0) * z.b * inv * inv;
    real yqq = -(R(2.0) * h.u + R(4.0) * z.b * yq) * inv;
    act_z r;
    r.a = g.u * ypq * t.b;
    r.b = g.u * (ypq * t.a + yqq * t.b + yqc * t.c);
    r.c = g.u * yqc * t.b;
    r.d = R(0.0);
    return r;
}

FN real act_paon_bp(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}

FN real act_paon_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    return R(0.0);
}
