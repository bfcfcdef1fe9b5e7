/* SPDX-License-Identifier: MIT
 *
 * ref_field.h - A field evaluated slowly and obviously in double, straight from its named tensors:
 * the oracle of the backend tests. It shares no code with programs, kernels or formula files.
 */
#ifndef REF_FIELD_H
#define REF_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "inrush/field.h"

/* y [channels] at x [dims], with `params` [n_params] in place of the field's own. */
void ref_field_eval(const struct inr_field *field, const double *params, const double *x,
                    double *y);

/* One element's loss by name. `at`: the prediction at which relative_l2 holds its denominator. */
double ref_loss(const char *name, double y, double target, double constant, double at);

/* Samples to take a loss over. */
struct ref_batch {
    size_t n;
    const double *x;      /* [n][dims] */
    const double *target; /* [n][channels] */
    const char *loss;
    double constant;
};

/* Mean over samples and channels; denominators are those of parameters `at` (may equal params). */
double ref_batch_loss(const struct inr_field *field, const double *params, const double *at,
                      const struct ref_batch *batch);

/* Mean squared error over samples and channels. */
double ref_batch_mse(const struct inr_field *field, const double *params,
                     const struct ref_batch *batch);

/* d loss / d params [n_trainable] by central differences. */
void ref_batch_gradient(const struct inr_field *field, const struct ref_batch *batch, double *grad);

#endif
