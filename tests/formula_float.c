/* SPDX-License-Identifier: MIT
 *
 * formula_float.c - The formulas in float, and what tests of both precisions share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "field/activation.h"
#include "formula_rows.h"

const struct formula_tables formula_float = FORMULA_TABLES;

/* Within tol of want; failure names the row, the quantity and both numbers. */
void formula_near(const char *row, const char *what, double x, double got, double want, double tol)
{
    if (fabs(got - want) <= tol) /* false for NaN too */
        return;
    print_error("%s, %s at %.9g: got %.15g, want %.15g, off by %.3g > %.3g\n", row, what, x, got,
                want, fabs(got - want), tol);
    fail();
}

const struct scalar_row *formula_scalar(const struct formula_tables *t, const char *name)
{
    for (const struct scalar_row *r = t->scalars; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

const struct plane_row *formula_plane(const struct formula_tables *t, const char *name)
{
    for (const struct plane_row *r = t->planes; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

const struct loss_row *formula_loss(const struct formula_tables *t, const char *name)
{
    for (const struct loss_row *r = t->losses; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

void formula_constants(const char *name, int setting, double p[N_CONSTANTS])
{
    static const double gentle[N_CONSTANTS] = {2.5, 0.7, 0.2, -0.3, 0.4, 0.0};
    const struct inr_activation *a = inr_activation_by_name(name);
    for (int k = 0; k < N_CONSTANTS; k++)
        p[k] = setting ? gentle[k] : (double)a->constant_defaults[k];
    if (!strcmp(name, "finer"))
        p[1] = 0;
}
