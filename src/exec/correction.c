/* SPDX-License-Identifier: MIT
 *
 * correction.c - Bias corrections by count, in double.
 */
#include "exec/correction.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_MAX 1048576u

/* Steps after which beta^t no longer shows in 1 - beta^t as a float. */
static uint32_t steps_until_one(float beta)
{
    const double half_ulp = 2.9802322387695312e-8;
    if (!(beta > 0.0f))
        return 1;
    const double t = ceil(log(half_ulp) / log((double)beta));
    return t < (double)ROWS_MAX ? (uint32_t)t + 1 : ROWS_MAX;
}

static float correction(float beta, uint32_t t)
{
    return beta > 0.0f ? (float)(-1.0 / expm1((double)t * log((double)beta))) : 1.0f;
}

enum inr_status inr_corrections_create(float beta1, float beta2, float **table, uint32_t *n,
                                       struct inr_error *err)
{
    const uint32_t n1 = steps_until_one(beta1), n2 = steps_until_one(beta2);
    *n = n1 > n2 ? n1 : n2;
    *table = malloc(2 * (size_t)*n * sizeof **table);
    if (!*table)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the optimiser's corrections");
    for (uint32_t t = 1; t <= *n; t++) {
        (*table)[2 * (t - 1)] = correction(beta1, t);
        (*table)[2 * (t - 1) + 1] = correction(beta2, t);
    }
    return INR_OK;
}
