/* SPDX-License-Identifier: MIT
 *
 * test_metric.c - PSNR, SSIM and the other measures against values of an independent program.
 */
#include "inrush/signal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Both sides compute in double from the same floats. The reference takes its moments around the
 * mean of each window, metric.c as differences of sums of products, which costs about 1e-16 against
 * a denominator of at least 9e-4, and sums of some thousand terms in another order: 1e-11 is a
 * hundred times what that can amount to. */
#define TOLERANCE 1e-11

struct reference {
    uint32_t width, height, channels;
    double peak, mse, psnr, ssim, mae, max_error;
};

/* Printed by tests/golden/make_metric.py. */
static const struct reference references[] = {
    {32, 24, 3, 1.0, 2.620658563501974e-03, 25.815895580867, 0.953915892044094,
     4.147748536585519e-02, 1.240736842155457e-01},
    {11, 11, 1, 1.0, 2.436780057705040e-03, 26.131836682037, 0.915581990721403,
     4.015073266403734e-02, 1.186950802803040e-01},
    {12, 40, 2, 1.0, 2.680425472617167e-03, 25.717962635295, 0.949790820610923,
     4.196053449995816e-02, 1.240736842155457e-01},
    {10, 30, 1, 1.0, 2.594570784921936e-03, 25.859344764119, 0.945832886190830,
     4.177262512346109e-02, 1.186950802803040e-01},
    {7, 5, 4, 1.0, 2.447086057952000e-03, 26.113507573190, 0.937367484007754, 4.050564776573862e-02,
     1.186950802803040e-01},
    {1, 1, 1, 1.0, 2.346789651497261e-09, 86.295258355348, 0.999999916386335, 4.844367504119873e-05,
     4.844367504119873e-05},
    {1, 17, 3, 1.0, 2.254470732479058e-03, 26.469553983283, 0.990263063724480,
     3.809625640803693e-02, 1.058557033538818e-01},
    {2, 2, 1, 1.0, 4.258061374641242e-04, 33.707880830396, 0.997014666006161, 1.385623216629028e-02,
     3.941145539283752e-02},
    {33, 21, 3, 2.5, 2.638021926281003e-03, 33.746016164206, 0.957790410490260,
     4.158783191927010e-02, 1.240736842155457e-01},
};

/* The pictures of make_metric.py: a linear congruential generator over smooth ramps. */
static float *picture(const struct reference *r, uint32_t seed)
{
    size_t n = (size_t)r->width * r->height * r->channels, i = 0;
    float *out = malloc(n * sizeof *out);
    assert_non_null(out);
    for (uint32_t y = 0; y < r->height; y++)
        for (uint32_t x = 0; x < r->width; x++)
            for (uint32_t c = 0; c < r->channels; c++) {
                seed = seed * 1664525u + 1013904223u;
                float noise = (float)(seed >> 8) / (float)(1 << 24);
                float ramp = (float)((x * 3 + y * 5 + c * 7) % 64) / 64.0f;
                out[i++] = 0.5f * ramp + 0.5f * noise;
            }
    return out;
}

static void close_to(const char *what, size_t row, double got, double want)
{
    if (!(fabs(got - want) <= TOLERANCE * fmax(1.0, fabs(want))))
        fail_msg("case %zu: %s is %.15g, expected %.15g", row, what, got, want);
}

/* `step` rows at a time: the result may not depend on it. */
static struct inr_metric_result measure(const struct reference *r, const float *a, const float *b,
                                        uint32_t step)
{
    struct inr_metric *m = NULL;
    struct inr_error err = {0};
    size_t stride = (size_t)r->width * r->channels;
    assert_int_equal(inr_metric_begin(r->width, r->height, r->channels, r->peak, &m, &err), INR_OK);
    for (uint32_t y = 0; y < r->height; y += step)
        inr_metric_rows(m, a + y * stride, b + y * stride,
                        r->height - y < step ? r->height - y : step);
    return inr_metric_end(m);
}

static void agrees_with_an_independent_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        const struct reference *r = &references[i];
        size_t n = (size_t)r->width * r->height * r->channels;
        float *a = picture(r, 1), *b = picture(r, 2);
        for (size_t j = 0; j < n; j++)
            b[j] = 0.75f * a[j] + 0.25f * b[j];
        static const uint32_t steps[] = {1, 3, 1000};
        for (size_t s = 0; s < 3; s++) {
            struct inr_metric_result got = measure(r, a, b, steps[s]);
            close_to("mse", i, got.mse, r->mse);
            close_to("psnr", i, got.psnr, r->psnr);
            close_to("ssim", i, got.ssim, r->ssim);
            close_to("mae", i, got.mae, r->mae);
            close_to("max_error", i, got.max_error, r->max_error);
        }
        free(a);
        free(b);
    }
}

/* Also printed by make_metric.py, which pools in single precision as metric.c does: the same
 * tolerance holds. */
static void ms_ssim_agrees_too(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height, channels;
        double peak, share, ms_ssim;
    } rows[] = {
        {176, 176, 1, 1.0, 0.25, 0.987156308557081},
        {191, 180, 3, 1.0, 0.25, 0.988079825564933},
        {200, 353, 2, 2.5, 0.75, 0.912968975567962},
        {175, 300, 1, 1.0, 0.25, (double)NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct reference r = {.width = rows[i].width,
                                    .height = rows[i].height,
                                    .channels = rows[i].channels,
                                    .peak = rows[i].peak};
        const float share = (float)rows[i].share, keep = 1.0f - share;
        float *a = picture(&r, 1), *b = picture(&r, 2);
        for (size_t j = 0; j < (size_t)r.width * r.height * r.channels; j++)
            b[j] = keep * a[j] + share * b[j];
        static const uint32_t steps[] = {1, 7, 1000};
        for (size_t s = 0; s < 3; s++) {
            const double got = measure(&r, a, b, steps[s]).ms_ssim;
            if (isnan(rows[i].ms_ssim))
                assert_true(isnan(got));
            else
                close_to("ms_ssim", i, got, rows[i].ms_ssim);
        }
        /* The negative has no structure in common, which is 0 and not a root of less. */
        for (size_t j = 0; j < (size_t)r.width * r.height * r.channels; j++)
            b[j] = 1.0f - a[j];
        if (!isnan(rows[i].ms_ssim)) {
            close_to("ms_ssim", i, measure(&r, a, b, 9).ms_ssim, 0.0);
            close_to("ms_ssim", i, measure(&r, a, a, 9).ms_ssim, 1.0);
            b[5] = NAN;
            assert_true(isnan(measure(&r, a, b, 9).ms_ssim));
        }
        free(a);
        free(b);
    }
}

static void equal_pictures_are_exact(void **state)
{
    (void)state;
    const struct reference r = {.width = 19, .height = 13, .channels = 3, .peak = 1.0};
    float *a = picture(&r, 5);
    struct inr_metric_result got = measure(&r, a, a, 4);
    assert_true(got.mse == 0.0 && got.mae == 0.0 && got.max_error == 0.0);
    assert_true(isinf(got.psnr) && got.psnr > 0.0);
    close_to("ssim", 0, got.ssim, 1.0);
    free(a);
}

/* One level of 255 everywhere: the textbook 48.13 dB, by hand. */
static void one_level_off(void **state)
{
    (void)state;
    const struct reference r = {.width = 12, .height = 12, .channels = 1, .peak = 1.0};
    float a[144], b[144];
    for (size_t i = 0; i < 144; i++) {
        a[i] = 0.0f;
        b[i] = 1.0f / 255.0f;
    }
    struct inr_metric_result got = measure(&r, a, b, 12);
    /* The float 1/255 is off by 2e-8 of itself: 2e-7 dB. */
    assert_true(fabs(got.psnr - 20.0 * log10(255.0)) < 1e-6);
    /* Constant pictures: only the luminance term, C1 / (1/255^2 + C1). */
    assert_true(fabs(got.ssim - 1e-4 / (1.0 / 65025.0 + 1e-4)) < 1e-7);
}

static void result_of_some_rows(void **state)
{
    (void)state;
    struct reference r = {.width = 16, .height = 40, .channels = 1, .peak = 1.0};
    float *a = picture(&r, 1), *b = picture(&r, 2);
    struct inr_metric *m = NULL;
    assert_int_equal(inr_metric_begin(r.width, r.height, 1, 1.0, &m, NULL), INR_OK);
    inr_metric_rows(m, a, b, 20);
    struct inr_metric_result part = inr_metric_end(m);
    r.height = 20;
    struct inr_metric_result whole = measure(&r, a, b, 20);
    close_to("mse", 0, part.mse, whole.mse);
    close_to("ssim", 0, part.ssim, whole.ssim);

    /* Fewer rows than the window is high have no SSIM. */
    assert_int_equal(inr_metric_begin(r.width, 40, 1, 1.0, &m, NULL), INR_OK);
    inr_metric_rows(m, a, b, 10);
    assert_true(isnan(inr_metric_end(m).ssim));
    free(a);
    free(b);
}

static void not_a_number_shows(void **state)
{
    (void)state;
    const struct reference r = {.width = 12, .height = 12, .channels = 1, .peak = 1.0};
    float *a = picture(&r, 1), *b = picture(&r, 2);
    b[70] = NAN;
    struct inr_metric_result got = measure(&r, a, b, 12);
    assert_true(isnan(got.mse) && isnan(got.psnr) && isnan(got.ssim));
    free(a);
    free(b);
}

static void begin_refuses(void **state)
{
    (void)state;
    struct inr_metric *m = NULL;
    struct inr_error err = {0};
    assert_int_equal(inr_metric_begin(0, 1, 1, 1.0, &m, &err), INR_ERR_USAGE);
    assert_int_equal(inr_metric_begin(1, 1, 1, 0.0, &m, &err), INR_ERR_USAGE);
    assert_int_equal(inr_metric_begin(1, 1, 1, (double)NAN, &m, &err), INR_ERR_USAGE);
    assert_null(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_an_independent_program),
        cmocka_unit_test(ms_ssim_agrees_too),
        cmocka_unit_test(equal_pictures_are_exact),
        cmocka_unit_test(one_level_off),
        cmocka_unit_test(result_of_some_rows),
        cmocka_unit_test(not_a_number_shows),
        cmocka_unit_test(begin_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
