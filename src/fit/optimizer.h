/* SPDX-License-Identifier: MIT
 *
 * optimizer.h - The table of optimisers: names, help and default constants of the updates in
 * shaders/common/optimizer.glsl.
 */
#ifndef INR_FIT_OPTIMIZER_H
#define INR_FIT_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

struct inr_optimizer {
    int id; /* INR_OPTIMIZER_*; goes into files */
    const char *name;
    const char *summary;
    bool bias_correction; /* its moments start at 0 and are scaled up in early steps */
    float beta1, beta2, epsilon, weight_decay; /* defaults */
};

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_optimizer_count(void);
const struct inr_optimizer *inr_optimizer_at(size_t index);
const struct inr_optimizer *inr_optimizer_by_id(int id);

/* The id of the row that presets start from. */
int inr_optimizer_default(void);

#endif
