/* SPDX-License-Identifier: MIT
 *
 * probe.h - A fixed part of the samples, to tell cheaply whether a field has become better.
 */
#ifndef INR_FIT_PROBE_H
#define INR_FIT_PROBE_H

#include "exec/exec.h"

struct inr_probe {
    float *gradient; /* measurements of the whole grid: a gradient, of which the error is kept */
    size_t n;
    int dims, channels;
    float *coords;  /* [n][dims] */
    float *targets; /* [n][channels] in target units */
    float *outputs; /* [n][channels] scratch */
};

/* Draw the samples; the same seed and pool give the same. Errors: INR_ERR_MEMORY. */
enum inr_status inr_probe_create(struct inr_probe *probe, const struct inr_pool *pool,
                                 uint64_t seed, size_t n_trainable, struct inr_error *err);
void inr_probe_free(struct inr_probe *probe);

/* Mean squared error of the exec's present parameters over the probe, in target units. */
enum inr_status inr_probe_mse(struct inr_probe *probe, struct inr_exec *exec, double *mse,
                              struct inr_error *err);

#endif
