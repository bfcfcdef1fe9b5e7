/* SPDX-License-Identifier: MIT
 *
 * kernels.h - Adaptive radial basis functions of a field (NeuRBF, Chen et al., ICCV 2023): how many
 * there are, which tensors hold them, and where they lie before a signal has placed them.
 */
#ifndef INR_FIELD_KERNELS_H
#define INR_FIELD_KERNELS_H

#include "field/layout.h"

/* The table of their forms. */
struct inr_kernel_form {
    int id; /* INR_KERNEL_* of enc/kernel.glsl */
    const char *name;
    const char *summary;
};

size_t inr_kernel_form_count(void);
const struct inr_kernel_form *inr_kernel_form_at(size_t index);
const struct inr_kernel_form *inr_kernel_form_by_id(int id); /* NULL: unknown */

/* Kernels that a point reads: never more than there are. */
int inr_kernels_nearest(const struct inr_field_config *config);

/* Numbers of a shape: d (d + 1) / 2, or 1. */
int inr_kernels_shape(const struct inr_field_config *config);

/* Sides of the domain as distances see them, the longest 2: axis a is scaled by metric[a] <= 1. */
void inr_kernels_metric(const struct inr_field_config *config, float metric[INR_MAX_DIMS]);

/* n frequencies from low to high, evenly spaced in their logarithm; 1: low. */
void inr_kernels_frequencies(float low, float high, int n, float *out);

/* Check the settings. Errors: INR_ERR_USAGE. */
enum inr_status inr_kernels_check(const struct inr_field_config *config, struct inr_error *err);

/* Kernels for a signal of that many samples. */
int inr_kernels_for(double samples);

/* Append the features, which come right after the encoding's tables; and the frozen tensors. */
void inr_kernels_lay_out(struct inr_layout *layout);
void inr_kernels_lay_out_frozen(struct inr_layout *layout);

/* Features U(-1e-4, 1e-4), centres at random, round shapes of a deviation that covers the domain;
 * what a signal's own placement replaces (inr_kernels_place). */
void inr_kernels_init(struct inr_field *field, uint64_t seed);

#endif
