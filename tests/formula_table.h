/* SPDX-License-Identifier: MIT
 *
 * formula_table.h - Every row of the registries behind one interface in double, so that a test can
 * compare the float formulas with the double ones.
 */
#ifndef FORMULA_TABLE_H
#define FORMULA_TABLE_H

#include "field/formula.h"

#include <stddef.h>

#define N_CONSTANTS 6

/* Places in the results of a scalar row: value, derivatives, derivative by constant k at DP + k,
 * that of the first derivative at DPZ + k. */
enum { F, D, D2, DP, DPZ = DP + N_CONSTANTS, SCALAR_OUT = DPZ + N_CONSTANTS };

/* A plane row reads z[4] g[2] t[4] and writes h, adjoint, tangent, tangent-adjoint, dL/dp, and the
 * derivatives of <g, tangent> by p. */
enum { Z = 0, G = 4, T = 6, PLANE_IN = 10 };
enum { H = 0, ADJ = 2, TAN = 6, TADJ = 8, BP = 12 };
enum { TBP = BP + N_CONSTANTS, PLANE_OUT = TBP + N_CONSTANTS };

struct scalar_row {
    int id;
    const char *name;
    void (*eval)(const double p[N_CONSTANTS], const double *z, double out[SCALAR_OUT]);
};

struct plane_row {
    int id;
    const char *name;
    void (*eval)(const double p[N_CONSTANTS], const double in[PLANE_IN], double out[PLANE_OUT]);
};

struct loss_row {
    int id;
    const char *name;
    void (*eval)(double y, double t, double k, double out[2]);
};

/* Lists end with a NULL name. */
struct formula_tables {
    const struct scalar_row *scalars;
    const struct plane_row *planes;
    const struct loss_row *losses;
    void (*frequency)(double t, double out[2]); /* cos, sin of 2 pi t */
};

/* formula_float.c, formula_double.c; both list the same rows. */
extern const struct formula_tables formula_float, formula_double;

/* NULL where there is no such row. */
const struct scalar_row *formula_scalar(const struct formula_tables *t, const char *name);
const struct plane_row *formula_plane(const struct formula_tables *t, const char *name);
const struct loss_row *formula_loss(const struct formula_tables *t, const char *name);

/* The constants of a row: its defaults (setting 0), or a gentle second set (1). FINER
 * differentiates its alpha here: with it held constant, the derivative is by design not that of the
 * value. */
void formula_constants(const char *name, int setting, double p[N_CONSTANTS]);

/* Within tol of want; failure names the row, the quantity and both numbers. */
void formula_near(const char *row, const char *what, double x, double got, double want, double tol);

#endif
