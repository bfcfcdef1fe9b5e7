/* SPDX-License-Identifier: MIT
 *
 * scaling.h - The scaling half of a split field: a linear sum of Gaussians on a coarse grid that
 * carries the low frequencies which progressive wavelets cannot make (Roddenberry et al., ICLR
 * 2024; the constants are ours).
 */
#ifndef INR_FIELD_SCALING_H
#define INR_FIELD_SCALING_H

#include "inrush/field.h"

#define INR_SCALING_MAX 64 /* Gaussians an axis */

/* Gaussians: scaling^dims. */
int inr_scaling_count(const struct inr_field_config *config);

/* Their centres [n][dims] on cell centres of [-1,1], first axis fastest, and inverse variances [n]:
 * deviations are 1.2 spacings. */
void inr_scaling_fill(const struct inr_field_config *config, float *centre, float *gamma);

#endif
