/* SPDX-License-Identifier: MIT
 *
 * variance_case.h - What the tests of variance-informed initialisation share: the formulas in
 * double, settings of a field by its activation, and random numbers.
 */
#ifndef VARIANCE_CASE_H
#define VARIANCE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define INR_REAL_DOUBLE
#include "field/formula.h"

#include "inrush/variance.h"

#include "field/encoding.h"
#include "field/init.h"
#include "field/moments.h"

/* Not every including file uses every function. */
#define VARIANCE_CASE static inline

VARIANCE_CASE const struct inr_activation *act(const char *name)
{
    return inr_activation_by_name(name);
}

VARIANCE_CASE struct inr_field_config config_of(const char *name, float p0, float p1, float sigma_p)
{
    struct inr_field_config config;
    inr_field_default(act(name)->id, 2, 3, &config);
    config.init = INR_INIT_VI3NR;
    config.sigma_p = sigma_p;
    if (p0 > 0.0f)
        config.first[0] = config.hidden[0] = p0;
    if (p1 > 0.0f)
        config.first[1] = config.hidden[1] = p1;
    return config;
}

/* p0, p1 = 0: the activation's default constants; sigma_p = 0: solved. */
VARIANCE_CASE struct inr_variance variance(const char *name, float p0, float p1, float sigma_p)
{
    const struct inr_field_config config = config_of(name, p0, p1, sigma_p);
    struct inr_error err = {0};
    struct inr_variance v;
    assert_int_equal(inr_variance_of(&config, &v, &err), INR_OK);
    return v;
}

#define assert_near(x, y, tolerance) assert_true(fabs((x) - (y)) <= (tolerance))
#define assert_rel(x, y, tolerance)  assert_near((x) / (y), 1.0, tolerance)

VARIANCE_CASE double uniform01(uint32_t index, uint32_t stream)
{
    return ((double)inr_random(11, 0, stream, 0, index).x + 0.5) * 0x1p-32;
}

VARIANCE_CASE double normal(uint32_t index, uint32_t stream)
{
    const double u = uniform01(2 * index, stream), v = uniform01(2 * index + 1, stream);
    return sqrt(-2.0 * log(u)) * cos(2.0 * INR_PI * v);
}

VARIANCE_CASE struct inr_field *field_of(const struct inr_field_config *config, uint64_t seed)
{
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    if (inr_field_create(config, seed, &field, &err) != INR_OK)
        fail_msg("%s", err.text);
    return field;
}

#endif
