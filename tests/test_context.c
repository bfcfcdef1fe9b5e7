/* SPDX-License-Identifier: MIT
 *
 * test_context.c - Scales that follow a matrix's rows and columns: the formula of context.h in
 * double, and sums that no file can drive out of their bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "codec/context.h"
#include "codec/symbol.h"

#define ROWS 19
#define COLS 23

static uint32_t draw(uint32_t i, uint32_t stream)
{
    float u;
    inr_fill_uniform(&u, 1, 0.0f, 1.0f, 7, stream, i);
    return (uint32_t)(u * 4294967040.0f);
}

static double ratio(double sum, double n, double mean)
{
    return (sum + INR_CONTEXT_PRIOR * mean) / (n * mean + INR_CONTEXT_PRIOR * mean);
}

/* Whole numbers cut what doubles keep: an index, 9 %, where widths are many 256ths of a level. */
static void check_formula(int scale, uint32_t most)
{
    struct inr_context_line lines[ROWS + COLS];
    struct inr_context context;
    double row[ROWS] = {0}, col[COLS] = {0};
    const double mean = exp2(scale / 8.0 - 6.0);
    inr_context_start(&context, lines, ROWS, COLS, scale);
    for (size_t at = 0; at < (size_t)ROWS * COLS; at++) {
        const size_t i = at / COLS, j = at % COLS;
        const double width = mean * ratio(row[i], (double)j, mean) * ratio(col[j], (double)i, mean);
        const double index = fmin(fmax(8.0 * (log2(width) + 6.0), 0.0), INR_LAPLACE_SCALES - 1.0);
        const int got = inr_context_scale(&context, at);
        if (width > 0.1 && !(fabs(got - index) <= 1.0))
            fail_msg("scale %d, entry %zu: %d, not %.2f", scale, at, got, index);
        /* columns of growing magnitudes */
        const uint32_t magnitude =
            draw((uint32_t)at, (uint32_t)scale) % (1 + most * (uint32_t)(j + 1) / COLS);
        inr_context_add(&context, at, magnitude);
        row[i] += magnitude;
        col[j] += magnitude;
    }
}

static void test_formula(void **state)
{
    (void)state;
    for (int scale = 24; scale < INR_LAPLACE_SCALES; scale += 8)
        check_formula(scale, 1u << (scale / 8 - 3));
}

/* Before anything is known the scale is the one announced. */
static void test_start(void **state)
{
    (void)state;
    struct inr_context_line lines[2];
    struct inr_context context;
    for (int scale = 24; scale < INR_LAPLACE_SCALES; scale++) {
        inr_context_start(&context, lines, 1, 1, scale);
        assert_true(abs(inr_context_scale(&context, 0) - scale) <= 1);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    struct inr_context_line lines[4];
    struct inr_context context;
    for (int scale = 0; scale < INR_LAPLACE_SCALES; scale++) {
        inr_context_start(&context, lines, 2, 2, scale);
        for (uint32_t i = 0; i < 3000; i++) {
            const int index = inr_context_scale(&context, i % 4);
            assert_in_range(index, 0, INR_LAPLACE_SCALES - 1);
            inr_context_add(&context, i % 4, i % 7 ? UINT32_C(1) << (i % 32) : 0);
            for (int k = 0; k < 4; k++)
                assert_true(lines[k].sum < 1u << 20);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
