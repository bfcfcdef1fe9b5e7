// SPDX-License-Identifier: MIT
// incode: f(z) = e^a sin(e^b omega z + c) + d. INCODE (Kazerouni et al. 2024); p[0] = omega,
// p[1..4] = a, b, c, d, one set for every layer. The paper's network that produces the four numbers
// has a constant output for a fixed signal, so here they are learned directly.

FN act_jet act_incode(real z, IN real p[ACT_CONSTANTS])
{
    real amplitude = inr_exp_constant(p[1]);
    real w = inr_exp_constant(p[2]) * p[0];
    inr_sc sc = inr_sincos(w * z + p[3]);
    act_jet j;
    j.f = amplitude * sc.s + p[4];
    j.d = amplitude * w * sc.c;
    j.d2 = -amplitude * w * w * sc.s;
    return j;
}

FN real act_incode_dp(real z, IN real p[ACT_CONSTANTS], int k)
{
    real amplitude = inr_exp_constant(p[1]);
    real b = inr_exp_constant(p[2]);
    inr_sc sc = inr_sincos(b * p[0] * z + p[3]);
    real s = amplitude * sc.s;
    real c = amplitude * sc.c;
    return k == 0   ? c * b * z
           : k == 1 ? s
           : k == 2 ? c * b * p[0] * z
           : k == 3 ? c
           : k == 4 ? R(1.0)
                    : R(0.0);
}

FN real act_incode_dpz(real z, IN real p[ACT_CONSTANTS], int k)
{
    real amplitude = inr_exp_constant(p[1]);
    real b = inr_exp_constant(p[2]);
    real w = b * p[0];
    inr_sc sc = inr_sincos(w * z + p[3]);
    real turn = amplitude * (sc.c - w * z * sc.s);
    return k == 0   ? b * turn
           : k == 1 ? amplitude * w * sc.c
           : k == 2 ? w * turn
           : k == 3 ? -amplitude * w * sc.s
                    : R(0.0);
}
