/* SPDX-License-Identifier: MIT
 *
 * test_scores.c - What two signals differ by: cases worked out by hand, slices against pictures,
 * and the ceilings that clamping puts on the study's signals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inrush/signal.h"

static struct inr_scores compare(const struct inr_signal *a, const struct inr_signal *b,
                                 const struct inr_compare_options *options)
{
    struct inr_scores scores;
    struct inr_error err = {0};
    if (inr_signal_compare(a, b, options, &scores, &err) != INR_OK)
        fail_msg("%s", err.text);
    return scores;
}

static struct inr_signal wrap(float *values, int dims, uint32_t x, uint32_t y, uint32_t z,
                              uint32_t channels)
{
    return (struct inr_signal){
        .dims = dims, .shape = {x, y, z}, .channels = channels, .values = values};
}

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.15g, not %.15g", got, want);
}

static void by_hand(void **state)
{
    (void)state;
    float a[] = {0.0f, 1.0f, 1.0f, 0.0f}, b[] = {0.5f, 1.0f, 0.25f, 1.5f};
    struct inr_signal x = wrap(a, 1, 4, 1, 1, 1), y = wrap(b, 1, 4, 1, 1, 1);
    /* Differences .5 0 .75 1.5; squares .25 0 .5625 2.25; inside above .5: a 1 2, b 1 3. */
    struct inr_scores s = compare(&x, &y, NULL);
    near(s.mse, 3.0625 / 4.0, 0.0);
    near(s.psnr, 10.0 * log10(4.0 / 3.0625), 1e-12);
    near(s.mae, 2.75 / 4.0, 0.0);
    near(s.max_error, 1.5, 0.0);
    near(s.iou, 1.0 / 3.0, 1e-15);
    near(s.psnr_mean, 10.0 * log10(4.0), 1e-12);
    assert_true(isnan(s.ssim) && isnan(s.ms_ssim));
    /* Clamped, the last difference is 1; with a threshold of .2 all of b is inside; a peak of 2
     * adds 20 log 2. */
    struct inr_compare_options o = {.peak = 2.0, .threshold = 0.2, .clamp = true};
    s = compare(&x, &y, &o);
    near(s.mse, 1.8125 / 4.0, 0.0);
    near(s.psnr, 10.0 * log10(16.0 / 1.8125), 1e-12);
    near(s.max_error, 1.0, 0.0);
    near(s.iou, 0.5, 0.0);
    near(s.psnr_mean, 10.0 * log10(16.0), 1e-12);
    /* A value on the threshold is outside; nothing inside at all agrees; nothing in common does
     * not. */
    o = (struct inr_compare_options){.peak = 1.0, .threshold = 1.0};
    near(compare(&x, &x, &o).iou, 1.0, 0.0);
    near(compare(&x, &y, &o).iou, 0.0, 0.0);
    o.threshold = -1.0;
    near(compare(&x, &y, &o).iou, 1.0, 0.0);
    /* 0.2 as a float is above 0.2: the threshold is a float too. */
    float fifth[] = {0.2f};
    struct inr_signal one = wrap(fifth, 1, 1, 1, 1, 1);
    o.threshold = 0.2;
    float more[] = {0.3f};
    struct inr_signal two = wrap(more, 1, 1, 1, 1, 1);
    near(compare(&one, &two, &o).iou, 0.0, 0.0);
}

static void equal_signals_are_exact(void **state)
{
    (void)state;
    float a[6] = {0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f};
    struct inr_signal x = wrap(a, 2, 3, 2, 1, 1);
    struct inr_scores s = compare(&x, &x, NULL);
    assert_true(isinf(s.psnr) && s.psnr > 0.0 && isinf(s.psnr_mean) && s.mse == 0.0);
    near(s.ssim, 1.0, 1e-12);
    assert_true(isnan(s.ms_ssim));
    float b[6] = {0.1f, 0.1f, NAN, 0.1f, 0.1f, 0.1f};
    struct inr_signal y = wrap(b, 2, 3, 2, 1, 1);
    s = compare(&x, &y, NULL);
    assert_true(isnan(s.psnr) && isnan(s.mae) && isnan(s.ssim));
    const struct inr_compare_options clamped = {.peak = 1.0, .threshold = 0.5, .clamp = true};
    s = compare(&x, &y, &clamped);
    assert_true(isnan(s.psnr));
}

static float *noise(size_t n, uint32_t seed)
{
    float *values = malloc(n * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (float)(seed >> 8) / 16777216.0f;
    }
    return values;
}

/* A volume is its slices, each a picture with as many channels. */
static void volumes_are_slices(void **state)
{
    (void)state;
    enum { W = 180, H = 177, D = 3, C = 2, SLICE = W * H * C };
    float *a = noise(SLICE * D, 1), *b = noise(SLICE * D, 2);
    for (size_t i = 0; i < SLICE * D; i++)
        b[i] = 0.9f * a[i] + 0.1f * b[i];
    struct inr_signal x = wrap(a, 3, W, H, D, C), y = wrap(b, 3, W, H, D, C);
    struct inr_scores s = compare(&x, &y, NULL), sum = {0};
    for (size_t z = 0; z < D; z++) {
        struct inr_signal p = wrap(a + z * SLICE, 2, W, H, 1, C);
        struct inr_signal q = wrap(b + z * SLICE, 2, W, H, 1, C);
        struct inr_scores one = compare(&p, &q, NULL);
        struct inr_metric *m;
        assert_int_equal(inr_metric_begin(W, H, C, 1.0, &m, NULL), INR_OK);
        inr_metric_rows(m, p.values, q.values, H);
        struct inr_metric_result r = inr_metric_end(m);
        assert_true(one.mse == r.mse && one.ssim == r.ssim && one.ms_ssim == r.ms_ssim &&
                    one.mae == r.mae && one.max_error == r.max_error);
        sum.mse += one.mse / D;
        sum.mae += one.mae / D;
        sum.ssim += one.ssim / D;
        sum.ms_ssim += one.ms_ssim / D;
        sum.max_error = fmax(sum.max_error, one.max_error);
    }
    near(s.mse, sum.mse, 1e-15);
    near(s.mae, sum.mae, 1e-15);
    near(s.ssim, sum.ssim, 1e-14);
    near(s.ms_ssim, sum.ms_ssim, 1e-14);
    assert_true(s.max_error == sum.max_error && s.ssim < 1.0 && s.ssim > 0.9);
    near(s.psnr, -10.0 * log10(s.mse), 1e-12);
    free(a);
    free(b);
}

/* The least error of outputs in [0,1] for band-limited noise that leaves it, and the PSNR of its
 * mean, in the digits that were given: 0.005 dB. */
static void the_studys_floors_and_ceilings(void **state)
{
    (void)state;
    static const struct {
        int dims, tenths;
        double floor, ceiling;
    } rows[] = {
        {2, 1, 69.68, 0.0},   {2, 2, 59.46, 0.0}, {2, 3, 50.61, 0.0},   {2, 4, 43.57, 0.0},
        {2, 5, 37.18, 0.0},   {2, 6, 30.69, 0.0}, {2, 7, 24.39, 0.0},   {2, 8, 18.16, 77.61},
        {2, 9, 11.93, 38.08}, {3, 4, 62.29, 0.0}, {3, 5, 50.62, 0.0},   {3, 6, 41.69, 0.0},
        {3, 7, 32.29, 0.0},   {3, 8, 23.05, 0.0}, {3, 9, 13.73, 43.29},
    };
    const struct inr_compare_options clamped = {.peak = 1.0, .threshold = 0.5, .clamp = true};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_signal s;
        assert_int_equal(inr_signal_generate("bandlimited", rows[i].dims, rows[i].tenths / 10.0, 0,
                                             1234, &s, NULL),
                         INR_OK);
        near(inr_signal_stats(&s).psnr_mean, rows[i].floor, 0.0051);
        if (rows[i].ceiling > 0.0)
            near(compare(&s, &s, &clamped).psnr, rows[i].ceiling, 0.0051);
        inr_signal_free(&s);
    }
    struct inr_signal constant;
    assert_int_equal(inr_signal_generate("bandlimited", 3, 0.3, 0, 1234, &constant, NULL), INR_OK);
    assert_true(isinf(inr_signal_stats(&constant).psnr_mean));
    assert_true(isinf(compare(&constant, &constant, &clamped).psnr));
    inr_signal_free(&constant);
}

static void refuses(void **state)
{
    (void)state;
    float a[8] = {0};
    const struct {
        struct inr_signal x, y;
        struct inr_compare_options options;
        enum inr_status status;
    } rows[] = {
        {wrap(a, 2, 2, 4, 1, 1), wrap(a, 2, 4, 2, 1, 1), INR_COMPARE_DEFAULT, INR_ERR_INPUT},
        {wrap(a, 2, 2, 4, 1, 1), wrap(a, 3, 2, 4, 1, 1), INR_COMPARE_DEFAULT, INR_ERR_INPUT},
        {wrap(a, 2, 2, 2, 1, 2), wrap(a, 2, 2, 2, 1, 1), INR_COMPARE_DEFAULT, INR_ERR_INPUT},
        {wrap(a, 1, 8, 1, 1, 1), wrap(a, 1, 8, 1, 1, 1), {.threshold = 0.5}, INR_ERR_USAGE},
        {wrap(a, 1, 8, 1, 1, 1),
         wrap(a, 1, 8, 1, 1, 1),
         {.peak = 1.0, .threshold = (double)NAN},
         INR_ERR_USAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_scores scores;
        struct inr_error err = {0};
        assert_int_equal(
            inr_signal_compare(&rows[i].x, &rows[i].y, &rows[i].options, &scores, &err),
            rows[i].status);
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(equal_signals_are_exact),
        cmocka_unit_test(volumes_are_slices),
        cmocka_unit_test(the_studys_floors_and_ceilings),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
