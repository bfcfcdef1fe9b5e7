/* SPDX-License-Identifier: MIT
 *
 * test_symbol.c - The range coder and its models: what goes in comes out, at the size that
 * information theory allows, and as the same bytes everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/random.h"
#include "codec/symbol.h"

static uint32_t draw(uint32_t i, uint32_t stream)
{
    return inr_philox(i, 0, 0, stream, 7, 0).x;
}

/* Laplace(mean, scale) rounded, by its inverse distribution. */
static int32_t laplace(uint32_t i, double mean, double scale)
{
    const double u = ((double)draw(i, 1) + 0.5) / 4294967296.0 - 0.5;
    const double x = -scale * copysign(log1p(-2.0 * fabs(u)), u);
    return (int32_t)lrint(mean + x);
}

static void finish(struct inr_range_encoder *e, uint8_t **bytes, size_t *size)
{
    struct inr_error err = {0};
    assert_int_equal(inr_range_encoder_finish(e, bytes, size, &err), INR_OK);
}

/* Intervals of every width, among them the least and the whole. */
static void test_intervals(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct inr_range_encoder e;
    inr_range_encoder_start(&e);
    for (uint32_t i = 0; i < N; i++) {
        const int bits = (int)(draw(i, 2) % 17);
        const uint32_t total = 1u << bits, start = draw(i, 3) % total;
        const uint32_t size = i % 5 == 0 ? total - start : 1 + draw(i, 4) % (total - start);
        inr_range_encode(&e, start, size, bits);
    }
    uint8_t *bytes;
    size_t size;
    finish(&e, &bytes, &size);
    struct inr_range_decoder d;
    inr_range_decoder_start(&d, bytes, size);
    for (uint32_t i = 0; i < N; i++) {
        const int bits = (int)(draw(i, 2) % 17);
        const uint32_t total = 1u << bits, start = draw(i, 3) % total;
        const uint32_t width = i % 5 == 0 ? total - start : 1 + draw(i, 4) % (total - start);
        const uint32_t at = inr_range_decode(&d, bits);
        assert_in_range(at, start, start + width - 1);
        inr_range_consume(&d, start, width, bits);
    }
    assert_false(inr_range_decoder_overrun(&d));
    free(bytes);
}

/* Carries that run through many bytes 0xff: intervals at the very top of what is left. */
static void test_carries(void **state)
{
    (void)state;
    for (uint32_t tail = 0; tail < 64; tail++) {
        struct inr_range_encoder e;
        inr_range_encoder_start(&e);
        for (int i = 0; i < 40; i++)
            inr_range_encode(&e, 65535, 1, 16);
        inr_range_encode(&e, tail * 1024, 1024, 16);
        uint8_t *bytes;
        size_t size;
        finish(&e, &bytes, &size);
        struct inr_range_decoder d;
        inr_range_decoder_start(&d, bytes, size);
        for (int i = 0; i < 40; i++) {
            assert_int_equal(inr_range_decode(&d, 16), 65535);
            inr_range_consume(&d, 65535, 1, 16);
        }
        assert_int_equal(inr_range_decode(&d, 16) / 1024, tail);
        free(bytes);
    }
}

/* Nothing costs nothing, and symbols without a choice cost nothing. */
static void test_empty(void **state)
{
    (void)state;
    struct inr_range_encoder e;
    inr_range_encoder_start(&e);
    for (int i = 0; i < 1000; i++)
        inr_range_encode(&e, 0, 1, 0);
    uint8_t *bytes;
    size_t size;
    finish(&e, &bytes, &size);
    assert_int_equal(size, 0);
    free(bytes);
}

static void test_adaptive(void **state)
{
    (void)state;
    static const int32_t extremes[] = {
        0, 1, -1, 12, 13, -13, 14, 1 << 20, -((1 << 30) - 1), (1 << 30) - 1, 0};
    enum { N = 50000, M = sizeof extremes / sizeof extremes[0] };
    struct inr_int_model model;
    struct inr_range_encoder e;
    inr_range_encoder_start(&e);
    inr_int_model_start(&model);
    for (uint32_t i = 0; i < N; i++)
        inr_int_encode(&e, &model, laplace(i, 0.0, 3.0));
    for (int i = 0; i < M; i++)
        inr_int_encode(&e, &model, extremes[i]);
    uint8_t *bytes;
    size_t size;
    finish(&e, &bytes, &size);
    /* entropy of a rounded Laplace of scale 3 by summation: log2(2 e 3) = 4.03 bits, and 4 % */
    assert_true(8.0 * (double)size / N < 4.03 * 1.04);
    struct inr_range_decoder d;
    inr_range_decoder_start(&d, bytes, size);
    inr_int_model_start(&model);
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(inr_int_decode(&d, &model), laplace(i, 0.0, 3.0));
    for (int i = 0; i < M; i++)
        assert_int_equal(inr_int_decode(&d, &model), extremes[i]);
    free(bytes);
}

/* Every scale and all kinds of means; the size is the cost that the model states, which is that of
 * the distribution within 1 % and 0.002 bits. */
static void test_laplace(void **state)
{
    (void)state;
    enum { N = 4000 };
    for (int scale = 0; scale < INR_LAPLACE_SCALES; scale += 4) {
        const double b = exp2(scale / 8.0 - 6.0);
        struct inr_range_encoder e;
        inr_range_encoder_start(&e);
        double stated = 0.0, ideal = 0.0;
        for (uint32_t i = 0; i < N; i++) {
            const int32_t mean = (int32_t)(draw(i, 5) % 4096) - 2048;
            const double m = mean / 256.0;
            const int32_t value = laplace(i, m, b);
            const double u = (value - m - 0.5) / b, v = (value - m + 0.5) / b;
            const double below = u < 0 ? 0.5 * exp(u) : 1.0 - 0.5 * exp(-u);
            const double above = v < 0 ? 0.5 * exp(v) : 1.0 - 0.5 * exp(-v);
            inr_laplace_encode(&e, mean, scale, value);
            stated += inr_laplace_cost(mean, scale, value);
            ideal -= log2(fmax(above - below, 1.0 / 65536.0));
        }
        uint8_t *bytes;
        size_t size;
        finish(&e, &bytes, &size);
        assert_true(fabs(8.0 * (double)size - stated) < 40.0 + 1e-3 * stated);
        assert_true(stated < ideal * 1.01 + 0.002 * N);
        struct inr_range_decoder d;
        inr_range_decoder_start(&d, bytes, size);
        for (uint32_t i = 0; i < N; i++) {
            const int32_t mean = (int32_t)(draw(i, 5) % 4096) - 2048;
            assert_int_equal(inr_laplace_decode(&d, mean, scale), laplace(i, mean / 256.0, b));
        }
        free(bytes);
    }
}

/* Far outliers are escaped to. */
static void test_escape(void **state)
{
    (void)state;
    static const int32_t values[] = {INT32_MIN, -300, 0, 299, INT32_MAX};
    struct inr_range_encoder e;
    inr_range_encoder_start(&e);
    for (int i = 0; i < 5; i++)
        inr_laplace_encode(&e, 100, 10, values[i]);
    uint8_t *bytes;
    size_t size;
    finish(&e, &bytes, &size);
    struct inr_range_decoder d;
    inr_range_decoder_start(&d, bytes, size);
    for (int i = 0; i < 5; i++)
        assert_int_equal(inr_laplace_decode(&d, 100, 10), values[i]);
    free(bytes);
}

/* Files must decode in years: these bytes are part of the format. */
static void test_bytes(void **state)
{
    (void)state;
    struct inr_int_model model;
    struct inr_range_encoder e;
    inr_range_encoder_start(&e);
    inr_int_model_start(&model);
    for (int32_t i = 0; i < 3000; i++) {
        inr_int_encode(&e, &model, (i * 7919) % 23 - 11);
        inr_laplace_encode(&e, (i * 31) % 700 - 350, i % INR_LAPLACE_SCALES, i % 7 - 3);
        inr_bits_encode(&e, (uint32_t)i, 12);
    }
    uint8_t *bytes;
    size_t size;
    finish(&e, &bytes, &size);
    const uint64_t hash = inr_hash_bytes(INR_HASH_START, bytes, size);
    free(bytes);
    assert_int_equal(size, 0x23de);
    assert_true(hash == UINT64_C(0xab454c98b3fc5339));
}

/* A code that ends in many zero bytes keeps those that a decoder may not take for a cut. */
static void test_zeros(void **state)
{
    (void)state;
    for (int n = 0; n < 40; n++) {
        struct inr_range_encoder e;
        struct inr_range_decoder d;
        uint8_t *bytes;
        size_t size;
        inr_range_encoder_start(&e);
        for (int i = 0; i < n; i++)
            inr_range_encode(&e, 0, 1, 16);
        finish(&e, &bytes, &size);
        inr_range_decoder_start(&d, bytes, size);
        for (int i = 0; i < n; i++) {
            assert_int_equal(inr_range_decode(&d, 16), 0);
            inr_range_consume(&d, 0, 1, 16);
        }
        assert_false(inr_range_decoder_overrun(&d));
        free(bytes);
    }
}

/* Any bytes decode to something, within the models' bounds, and overrun is noticed. */
static void test_noise(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (uint32_t seed = 0; seed < 200; seed++) {
        for (uint32_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)draw(i, 100 + seed);
        struct inr_range_decoder d;
        struct inr_int_model model;
        inr_range_decoder_start(&d, bytes, sizeof bytes);
        inr_int_model_start(&model);
        for (int i = 0; i < 2000; i++) {
            const int32_t v = inr_int_decode(&d, &model);
            assert_true(v > -(1 << 30) && v < 1 << 30);
            (void)inr_laplace_decode(&d, v % 1000, (int)(seed % INR_LAPLACE_SCALES));
        }
        for (size_t i = 0; i < sizeof bytes; i++)
            (void)inr_bits_decode(&d, 16);
        assert_true(inr_range_decoder_overrun(&d));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeros),    cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_carries),  cmocka_unit_test(test_empty),
        cmocka_unit_test(test_adaptive), cmocka_unit_test(test_laplace),
        cmocka_unit_test(test_escape),   cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
