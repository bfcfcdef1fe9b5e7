/* SPDX-License-Identifier: MIT
 *
 * finish.h - From values of a field to what a reader of a written file would see.
 */
#ifndef INR_TASK_FINISH_H
#define INR_TASK_FINISH_H

#include "inrush/fit.h"

/* What decides it. */
struct inr_finish {
    enum inr_sample sample;
    bool unit; /* samples are meant to lie in [0,1] */
};

/* Round to 8 or 16 bits, or clamp what is meant to lie in [0,1], in place. */
void inr_finish_values(struct inr_finish finish, float *values, size_t n);

#endif
