/* SPDX-License-Identifier: MIT
 *
 * correction.h - Bias corrections of Adam by the number of steps a scalar has taken, for sparse
 * optimisers, whose scalars take different numbers.
 */
#ifndef INR_EXEC_CORRECTION_H
#define INR_EXEC_CORRECTION_H

#include "inrush/inrush.h"

#include <stdint.h>

/* Row t - 1 holds 1 / (1 - beta1^t) and 1 / (1 - beta2^t), t = 1 .. n; later ones equal the last,
 * where both are 1 in float or n has reached 2^20. free() *table [n][2]. Errors: INR_ERR_MEMORY. */
enum inr_status inr_corrections_create(float beta1, float beta2, float **table, uint32_t *n,
                                       struct inr_error *err);

#endif
