/* SPDX-License-Identifier: MIT
 *
 * field_case.h - Fields by a few settings, and the moments of their tensors: what tests of layout,
 * initial values and maps share.
 */
#ifndef FIELD_CASE_H
#define FIELD_CASE_H

#include "inrush/field.h"

struct field_case_moments {
    double mean, deviation, largest;
};

/* A plain network; octaves keep the coordinates. */
struct inr_field *field_case_make(const char *activation, int dims, int channels, int width,
                                  int layers, int encoding, int n_frequencies);

/* Any field, and the settings to start from. */
struct inr_field *field_case_of(struct inr_field_config config);
struct inr_field_config field_case_defaults(const char *activation, int dims, int channels);

/* Of a tensor by name: its scalars, 0 where there is none; and what they are like. */
size_t field_case_size(const struct inr_field *f, const char *name);
struct field_case_moments field_case_moments(const struct inr_field *f, const char *name);

/* That it is drawn from U(-spread, spread). */
void field_case_uniform(const struct inr_field *f, const char *name, double spread);

#endif
