/* SPDX-License-Identifier: MIT
 *
 * formula_rows.h - The rows of formula_table.h, of the precision that the including file chose for
 * field/formula.h: FORMULA_TABLES.
 */
#ifndef FORMULA_ROWS_H
#define FORMULA_ROWS_H

#include "formula_table.h"

#define SCALAR_EVAL(number, word)                                                                  \
    static void eval_##word(const double p[N_CONSTANTS], const double *z, double out[SCALAR_OUT])  \
    {                                                                                              \
        real c[N_CONSTANTS];                                                                       \
        for (int k = 0; k < N_CONSTANTS; k++)                                                      \
            c[k] = (real)p[k];                                                                     \
        act_jet j = act_##word((real)*z, c);                                                       \
        out[F] = (double)j.f;                                                                      \
        out[D] = (double)j.d;                                                                      \
        out[D2] = (double)j.d2;                                                                    \
        for (int k = 0; k < N_CONSTANTS; k++) {                                                    \
            out[DP + k] = (double)act_##word##_dp((real)*z, c, k);                                 \
            out[DPZ + k] = (double)act_##word##_dpz((real)*z, c, k);                               \
        }                                                                                          \
    }
ACT_SCALAR_LIST(SCALAR_EVAL)

static inline act_z load_z(const double *x)
{
    return (act_z){(real)x[0], (real)x[1], (real)x[2], (real)x[3]};
}

static inline void store_z(double *out, act_z z)
{
    out[0] = (double)z.a;
    out[1] = (double)z.b;
    out[2] = (double)z.c;
    out[3] = (double)z.d;
}

static inline void store_h(double *out, act_h h)
{
    out[0] = (double)h.u;
    out[1] = (double)h.v;
}

#define PLANE_EVAL(number, word)                                                                   \
    static void eval_##word(const double p[N_CONSTANTS], const double in[PLANE_IN],                \
                            double out[PLANE_OUT])                                                 \
    {                                                                                              \
        real c[N_CONSTANTS];                                                                       \
        for (int k = 0; k < N_CONSTANTS; k++)                                                      \
            c[k] = (real)p[k];                                                                     \
        act_z z = load_z(in + Z), t = load_z(in + T);                                              \
        act_h g = {(real)in[G], (real)in[G + 1]}, h = act_##word(z, c);                            \
        store_h(out + H, h);                                                                       \
        store_z(out + ADJ, act_##word##_b(z, h, g, c));                                            \
        store_h(out + TAN, act_##word##_t(z, h, t, c));                                            \
        store_z(out + TADJ, act_##word##_tb(z, h, t, g, c));                                       \
        for (int k = 0; k < N_CONSTANTS; k++) {                                                    \
            out[BP + k] = (double)act_##word##_bp(z, h, g, c, k);                                  \
            out[TBP + k] = (double)act_##word##_tbp(z, h, t, g, c, k);                             \
        }                                                                                          \
    }
ACT_PLANE_LIST(PLANE_EVAL)

#define LOSS_EVAL(number, word)                                                                    \
    static void eval_loss_##word(double y, double t, double k, double out[2])                      \
    {                                                                                              \
        inr_loss l = loss_##word((real)y, (real)t, (real)k);                                       \
        out[0] = (double)l.f;                                                                      \
        out[1] = (double)l.d;                                                                      \
    }
LOSS_LIST(LOSS_EVAL)

static void eval_frequency(double t, double out[2])
{
    inr_sc sc = enc_frequency((real)t);
    out[0] = (double)sc.c;
    out[1] = (double)sc.s;
}

#define EVAL_ROW(number, word) {number, #word, eval_##word},
#define LOSS_ROW(number, word) {number, #word, eval_loss_##word},

static const struct scalar_row scalar_rows[] = {ACT_SCALAR_LIST(EVAL_ROW){0, NULL, NULL}};
static const struct plane_row plane_rows[] = {ACT_PLANE_LIST(EVAL_ROW){0, NULL, NULL}};
static const struct loss_row loss_rows[] = {LOSS_LIST(LOSS_ROW){0, NULL, NULL}};

#define FORMULA_TABLES                                                                             \
    {                                                                                              \
        scalar_rows, plane_rows, loss_rows, eval_frequency                                         \
    }

#endif
