/* SPDX-License-Identifier: MIT
 *
 * test_random.c - Random numbers against published answers, the arrays made from them, and how a
 * batch draws from a pool.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "common/grid.glsl"

/* Known answers that the authors publish with Random123. */
static void test_philox(void **state)
{
    (void)state;
    static const struct {
        uint32_t c[4], k[2], want[4];
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint32_t *c = rows[i].c;
        inr_u4 r = inr_philox(c[0], c[1], c[2], c[3], rows[i].k[0], rows[i].k[1]);
        assert_int_equal(r.x, rows[i].want[0]);
        assert_int_equal(r.y, rows[i].want[1]);
        assert_int_equal(r.z, rows[i].want[2]);
        assert_int_equal(r.w, rows[i].want[3]);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    assert_true(inr_uniform01(0) == 0.0f);
    assert_true(inr_uniform01(UINT32_MAX) < 1.0f);
    assert_int_equal(inr_bounded(UINT32_MAX, 10), 9);
    assert_int_equal(inr_bounded(0, 10), 0);
    assert_int_equal(inr_bounded(UINT32_MAX, 1), 0);
}

/* Mean and variance within five standard errors; one value does not depend on how many are drawn.
 */
static void test_fill(void **state)
{
    (void)state;
    enum { N = 100000 };
    float *x = malloc(N * sizeof *x), few[10];
    assert_non_null(x);
    for (int normal = 0; normal < 2; normal++) {
        double mean = 0, square = 0;
        if (normal) {
            inr_fill_normal(x, N, 2, 3, 42, INR_STREAM_INIT, 7);
            inr_fill_normal(few, 10, 2, 3, 42, INR_STREAM_INIT, 7);
        } else {
            inr_fill_uniform(x, N, -1, 5, 42, INR_STREAM_INIT, 7);
            inr_fill_uniform(few, 10, -1, 5, 42, INR_STREAM_INIT, 7);
        }
        for (int i = 0; i < N; i++) {
            mean += (double)x[i] / N;
            square += ((double)x[i] - 2) * ((double)x[i] - 2) / N;
            assert_true(normal || (x[i] >= -1 && x[i] <= 5));
        }
        double variance = normal ? 9 : 3, fourth = normal ? 3 * 81 : 81.0 / 5;
        assert_true(fabs(mean - 2) < 5 * sqrt(variance / N));
        assert_true(fabs(square - variance) < 5 * sqrt((fourth - variance * variance) / N));
        assert_memory_equal(few, x, sizeof few);
    }
    inr_fill_uniform(x, 1, 0, 1, 0x123456789abcdef0u, INR_STREAM_PROBE, 3);
    inr_u4 r = inr_random(0x9abcdef0u, 0x12345678u, INR_STREAM_PROBE, 3, 0);
    assert_true(x[0] == inr_uniform01(r.x));
    free(x);
}

static void test_grid(void **state)
{
    (void)state;
    assert_true(inr_grid_coord(0, 4, 0) == -0.75f && inr_grid_coord(3, 4, 0) == 0.75f);
    assert_true(inr_grid_coord(0, 5, 1) == -1.0f && inr_grid_coord(4, 5, 1) == 1.0f);
    assert_true(inr_grid_coord(0, 1, 0) == 0.0f && inr_grid_coord(0, 1, 1) == 0.0f);
    assert_true(inr_grid_coord(0, 4, 2) == -1.0f && inr_grid_coord(3, 4, 2) == 0.5f);
    for (int lattice = 0; lattice < 3; lattice++)
        for (uint32_t i = 0; i < 1001; i++)
            assert_int_equal(inr_grid_index(inr_grid_coord(i, 1001, lattice), 1001, lattice), i);
    for (int lattice = 0; lattice < 2; lattice++)
        for (uint32_t i = 0; i < 1001; i++)
            assert_true(inr_grid_coord(i, 1001, lattice) ==
                        -inr_grid_coord(1000 - i, 1001, lattice));
}

/* The strata partition the pool in order, and each gives one draw, over time all of its samples. */
static void check_strata(uint32_t B, uint32_t n)
{
    unsigned char *seen = calloc(n, 1);
    assert_non_null(seen);
    for (uint32_t step = 0; step < 200; step++)
        for (uint32_t i = 0; i < B; i++) {
            uint32_t x = inr_batch_index(INR_BATCH_STRATIFIED, i, B, n, 3, 0, step);
            assert_in_range(x, i * (uint64_t)n / (B + 1), n - 1);
            uint32_t rest = n % B, start = i * (n / B) + (i < rest ? i : rest);
            assert_in_range(x, start, start + n / B + (i < rest) - 1);
            seen[x] = 1;
        }
    for (uint32_t x = 0; x < n; x++)
        assert_true(seen[x]);
    free(seen);
}

static void test_batch(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(inr_batch_index(INR_BATCH_FULL, i, 100, 100, 1, 2, 3), i);
        assert_int_equal(inr_batch_index(INR_BATCH_STRATIFIED, i, 100, 100, 1, 2, 3), i);
        assert_int_equal(inr_batch_index(INR_BATCH_STRATIFIED, i, 100, 30, 1, 2, 3), i % 30);
    }
    check_strata(1, 17);
    check_strata(7, 100);
    check_strata(64, 1000);
    check_strata(99, 100);

    enum { N = 13, B = 13000 };
    int count[N] = {0};
    for (uint32_t i = 0; i < B; i++) {
        uint32_t x = inr_batch_index(INR_BATCH_RANDOM, i, B, N, 1, 2, 3);
        assert_in_range(x, 0, N - 1);
        count[x]++;
    }
    for (int x = 0; x < N; x++) /* 1000 expected, standard deviation 30 */
        assert_in_range(count[x], 850, 1150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox), cmocka_unit_test(test_ranges), cmocka_unit_test(test_fill),
        cmocka_unit_test(test_grid),   cmocka_unit_test(test_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
