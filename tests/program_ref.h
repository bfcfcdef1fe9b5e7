/* SPDX-License-Identifier: MIT
 *
 * program_ref.h - A program run slowly and obviously in double, one sample at a time: the oracle of
 * the Vulkan backend's tests. Ops and maps are written here a second time; activations are the
 * shared formulas compiled in double, whose correctness other tests show.
 */
#ifndef PROGRAM_REF_H
#define PROGRAM_REF_H

#include "field/program.h"

/* Samples: x [n][dims], target [n][channels]. */
struct program_ref_batch {
    size_t n;
    const double *x, *target;
};

/* y [n][channels] of the batch's points. */
void program_ref_eval(const struct inr_program *program, const double *params,
                      const struct program_ref_batch *batch, double *y);

/* Mean squared error over samples and channels. */
double program_ref_loss(const struct inr_program *program, const double *params,
                        const struct program_ref_batch *batch);

/* Its gradient [n_trainable] by central differences. */
void program_ref_gradient(const struct inr_program *program, const double *params,
                          const struct program_ref_batch *batch, double *gradient);

/* Add the gradient of tv TV + l2 / 2 sum of squares of the tables to `gradient` [n_table]; TV is
 * the sum over tables of aligned points of the mean over cells and features of the norm of the
 * forward differences, which is at least 1e-3. By central differences. */
void program_ref_regularise(const struct inr_program *program, const double *params, double tv,
                            double l2, double *gradient);

#endif
