/* SPDX-License-Identifier: MIT
 *
 * table_case.h - A field of tables or of kernels with random samples, beside the slow reference in
 * double: what the tests of both start from.
 */
#ifndef TABLE_CASE_H
#define TABLE_CASE_H

#include "exec/cpu/cpu.h"
#include "program_ref.h"

#define TABLE_CASE_SAMPLES 61 /* of two channels */

struct table_case {
    const char *name;
    double tolerance; /* of values and gradients, relative to the largest */
    struct inr_field *field;
    struct inr_program *program;
    float coords[TABLE_CASE_SAMPLES * INR_MAX_DIMS], values[TABLE_CASE_SAMPLES * 2];
    double x[TABLE_CASE_SAMPLES * INR_MAX_DIMS], target[TABLE_CASE_SAMPLES * 2];
    double *params; /* [n_params] */
    struct inr_pool pool;
    struct program_ref_batch batch;
};

/* `change`: what to do to the field before it is compiled, or NULL. Some coordinates lie on the
 * border, in the middle, and up to `reach` from it. name and tolerance are set before. */
void table_case_init(struct table_case *c, const struct inr_field_config *config,
                     void (*change)(struct inr_field *field), float reach);
void table_case_finish(struct table_case *c);

/* On the CPU, trained by Adam unless the optimizer says otherwise. */
struct inr_exec *table_case_exec(const struct table_case *c, struct inr_exec_config config);

/* Entries within `tolerance` of the largest expected one. */
void table_case_close(const char *name, const char *what, const double *expected, const float *got,
                      size_t n, double tolerance);

/* The gradient of an exec of `config`, twice: nothing of the first pass may remain. */
void table_case_gradient(const struct table_case *c, const char *what,
                         struct inr_exec_config config, const double *expected);

/* Values, gradients and fixed-point gradients against the reference. */
void table_case_check(const struct table_case *c);

#endif
