/* SPDX-License-Identifier: MIT
 *
 * field_case.c - Fields and what their tensors hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field_case.h"

struct inr_field *field_case_make(const char *activation, int dims, int channels, int width,
                                  int layers, int encoding, int n_frequencies)
{
    struct inr_field_config config;
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    inr_field_default(inr_activation_by_name(activation)->id, dims, channels, &config);
    config.width = width;
    config.layers = layers;
    config.encoding = encoding;
    config.n_frequencies = n_frequencies;
    config.include_input = encoding == INR_ENCODING_OCTAVES;
    assert_int_equal(inr_field_create(&config, 7, &field, &err), INR_OK);
    return field;
}

/* A field of an architecture, by the settings that differ from the defaults. */
struct inr_field *field_case_of(struct inr_field_config config)
{
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    if (inr_field_create(&config, 7, &field, &err) != INR_OK)
        fail_msg("%s", err.text);
    return field;
}

struct inr_field_config field_case_defaults(const char *activation, int dims, int channels)
{
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name(activation)->id, dims, channels, &config);
    return config;
}

size_t field_case_size(const struct inr_field *f, const char *name)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    return s ? (size_t)s->rows * (size_t)s->cols : 0;
}

struct field_case_moments field_case_moments(const struct inr_field *f, const char *name)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    assert_non_null(s);
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    struct field_case_moments m = {0};
    for (size_t i = 0; i < n; i++) {
        double x = (double)f->params[s->offset + i];
        m.mean += x / (double)n;
        m.deviation += x * x / (double)n;
        m.largest = fmax(m.largest, fabs(x));
    }
    m.deviation = sqrt(m.deviation - m.mean * m.mean);
    return m;
}

/* n draws of U(-s, s): mean within 5 s / sqrt(3 n), deviation s / sqrt 3 within 5 / sqrt n of
 * itself, never above s, and within 1 % of s for the sizes used here. */
void field_case_uniform(const struct inr_field *f, const char *name, double spread)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    double n = (double)s->rows * (double)s->cols;
    struct field_case_moments m = field_case_moments(f, name);
    assert_true(fabs(m.mean) < 5.0 * spread / sqrt(3.0 * n));
    assert_true(fabs(m.deviation / (spread / sqrt(3.0)) - 1.0) < 5.0 / sqrt(n));
    assert_true(m.largest <= spread * (1.0 + 1e-6));
    assert_true(m.largest > spread * (1.0 - 10.0 / n));
}
