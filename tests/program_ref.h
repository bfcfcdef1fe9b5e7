/* SPDX-License-Identifier: MIT
 *
 * program_ref.h - A program run slowly and obviously in double, one sample at a time: the oracle of
 * the Vulkan backend's tests. Ops and maps are written here a second time; activations are the
 * shared formulas compiled in double, whose correctness other tests show.
 */
#ifndef PROGRAM_REF_H
#define PROGRAM_REF_H

#include "common/geometry.h"
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

/* The gradient by the coordinates: y and gradient [n][channels][dims] of the batch's points, by
 * central differences of fourth order. */
void program_ref_jet(const struct inr_program *program, const double *params,
                     const struct program_ref_batch *batch, double *y, double *gradient);

/* The mean of the geometry loss over a batch with INR_GEOMETRY_TARGETS targets, written out anew;
 * `kink` is lowered to the least distance of a sample from one of its kinks. */
double program_ref_geometry(const struct inr_program *program, const double *params,
                            const struct program_ref_batch *batch, const inr_geometry *weights,
                            double *kink);

/* Its derivative by parameter `at`, likewise. */
double program_ref_geometry_slope(const struct inr_program *program, const double *params,
                                  const struct program_ref_batch *batch,
                                  const inr_geometry *weights, size_t at);

/* Add the gradient of tv TV + l2 / 2 sum of squares of the tables to `gradient` [n_table]; TV is
 * the sum over tables of aligned points of the mean over cells and features of the norm of the
 * forward differences, which is at least 1e-3. By central differences. */
void program_ref_regularise(const struct inr_program *program, const double *params, double tv,
                            double l2, double *gradient);

#endif
