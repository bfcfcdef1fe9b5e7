/* SPDX-License-Identifier: MIT
 *
 * test_signal_write.c - Signals written and read back, .npy headers byte by byte, statistics by
 * hand.
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
#include <unistd.h>

#include "inrush/signal.h"

static char path[512];

static const char *in_build(const char *name)
{
    snprintf(path, sizeof path, "%s/test_signal_write_%s", INR_BUILD_DIR, name);
    return path;
}

/* Values i * i / 97 modulo 2, less a half: some outside [0,1]. */
static struct inr_signal make(int dims, uint32_t x, uint32_t y, uint32_t z, uint32_t channels,
                              enum inr_sample sample)
{
    struct inr_signal s = {
        .dims = dims, .shape = {x, y, z}, .channels = channels, .sample = sample};
    const size_t n = inr_signal_points(&s) * channels;
    s.values = malloc(n * sizeof *s.values);
    assert_non_null(s.values);
    for (size_t i = 0; i < n; i++)
        s.values[i] = fmodf((float)(i * i) / 97.0f, 2.0f) - 0.5f;
    return s;
}

static float stored(float value, enum inr_sample sample)
{
    const float top = sample == INR_SAMPLE_U8 ? 255.0f : 65535.0f;
    if (sample == INR_SAMPLE_BOOL)
        return value >= 0.5f ? 1.0f : 0.0f;
    if (sample == INR_SAMPLE_FLOAT || sample == INR_SAMPLE_INTEGER)
        return value;
    return rintf(fminf(fmaxf(value, 0.0f), 1.0f) * top) / top;
}

static void arrays_come_back(void **state)
{
    (void)state;
    static const struct {
        int dims;
        uint32_t x, y, z, channels;
    } shapes[] = {
        {1, 1, 1, 1, 1},  {1, 9000, 1, 1, 1}, {2, 1, 1, 1, 1}, {2, 65, 63, 1, 1},
        {2, 31, 7, 1, 3}, {3, 5, 6, 7, 1},    {3, 2, 5, 6, 1}, {3, 4, 5, 6, 2},
        {3, 1, 1, 1, 4},  {3, 5, 2, 7, 1},    {3, 3, 3, 9, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int sample = INR_SAMPLE_FLOAT; sample <= INR_SAMPLE_INTEGER; sample++) {
            struct inr_signal a = make(shapes[i].dims, shapes[i].x, shapes[i].y, shapes[i].z,
                                       shapes[i].channels, (enum inr_sample)sample);
            struct inr_signal b;
            struct inr_error err = {0};
            const char *file = in_build("a.npy");
            if (inr_signal_write(file, &a, &err) || inr_signal_read(file, &b, &err))
                fail_msg("shape %zu: %s", i, err.text);
            assert_int_equal(a.dims, b.dims);
            assert_int_equal(a.channels, b.channels);
            assert_memory_equal(a.shape, b.shape, sizeof a.shape);
            assert_int_equal(b.sample, sample == INR_SAMPLE_INTEGER ? INR_SAMPLE_FLOAT : sample);
            for (size_t j = 0; j < inr_signal_points(&a) * a.channels; j++)
                if (b.values[j] != stored(a.values[j], a.sample))
                    fail_msg("shape %zu, sample %d, value %zu: %g of %g", i, sample, j,
                             (double)b.values[j], (double)a.values[j]);
            inr_signal_free(&a);
            inr_signal_free(&b);
        }
    unlink(path);
}

/* The bytes NumPy itself writes: numpy.save of numpy.array([[True, False, True]]). */
static void bytes_are_numpys(void **state)
{
    (void)state;
    static const char text[] = "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3), }";
    float values[] = {1.0f, 0.0f, 1.0f};
    const struct inr_signal s = {
        .dims = 2, .shape = {3, 1, 1}, .channels = 1, .values = values, .sample = INR_SAMPLE_BOOL};
    char want[131], got[140];
    memset(want, ' ', 128);
    memcpy(want, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(want + 10, text, sizeof text - 1);
    memcpy(want + 127, "\n\x01\x00\x01", 4);
    assert_int_equal(inr_signal_write(in_build("b.npy"), &s, NULL), INR_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(got, 1, sizeof got, file), 131);
    assert_memory_equal(got, want, 131);
    fclose(file);
    unlink(path);
}

static void pictures_take_two_axes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum inr_sample sample, as;
        bool fits;
    } rows[] = {
        {"c.png", INR_SAMPLE_FLOAT, INR_SAMPLE_U16, false},
        {"c.png", INR_SAMPLE_BOOL, INR_SAMPLE_U8, false},
        {"c.png", INR_SAMPLE_U8, INR_SAMPLE_U8, false},
        {"c.bmp", INR_SAMPLE_FLOAT, INR_SAMPLE_U8, false},
        {"c.pfm", INR_SAMPLE_FLOAT, INR_SAMPLE_FLOAT, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_signal a = make(2, 23, 11, 1, 3, rows[i].sample), b;
        struct inr_error err = {0};
        const char *file = in_build(rows[i].name);
        if (inr_signal_write(file, &a, &err) || inr_signal_read(file, &b, &err))
            fail_msg("%s: %s", file, err.text);
        assert_int_equal(b.sample, rows[i].as);
        assert_int_equal(inr_signal_fits(file, &a), rows[i].fits);
        for (size_t j = 0; j < 23 * 11 * 3; j++)
            assert_true(b.values[j] == stored(stored(a.values[j], rows[i].sample), rows[i].as));
        inr_signal_free(&a);
        inr_signal_free(&b);
        unlink(path);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
        int dims;
        uint32_t channels;
        enum inr_status status;
    } rows[] = {
        {"d.txt", "use .npy", 2, 1, INR_ERR_USAGE},
        {"d", "use .npy", 2, 1, INR_ERR_USAGE},
        {"d.png", "3 axes and 1 channels is no picture", 3, 1, INR_ERR_USAGE},
        {"d.png", "1 axes", 1, 1, INR_ERR_USAGE},
        {"d.png", "5 channels", 2, 5, INR_ERR_USAGE},
        {"no/such/d.npy", "does not exist", 2, 1, INR_ERR_OUTPUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_signal s = make(rows[i].dims, 4, rows[i].dims > 1 ? 4 : 1,
                                   rows[i].dims > 2 ? 4 : 1, rows[i].channels, INR_SAMPLE_FLOAT);
        struct inr_error err = {0};
        assert_int_equal(inr_signal_write(in_build(rows[i].name), &s, &err), rows[i].status);
        if (!strstr(err.text, rows[i].words))
            fail_msg("\"%s\" lacks \"%s\"", err.text, rows[i].words);
        inr_signal_free(&s);
    }
}

static void statistics_by_hand(void **state)
{
    (void)state;
    /* Channels (0, 2) and (5, 5): all together mean 3, squares 9 + 1 + 4 + 4; within them 1 and 0.
     */
    float values[] = {0.0f, 5.0f, 2.0f, 5.0f};
    struct inr_signal s = {.dims = 1, .shape = {2, 1, 1}, .channels = 2, .values = values};
    struct inr_signal_stats got = inr_signal_stats(&s);
    assert_true(got.min == 0.0 && got.max == 5.0 && got.mean == 3.0);
    assert_true(fabs(got.std - sqrt(4.5)) < 1e-15);
    assert_true(fabs(got.psnr_mean - 10.0 * log10(1.0 / 0.5)) < 1e-12);
    /* A constant that no float sum keeps. */
    float constant[7];
    for (size_t i = 0; i < 7; i++)
        constant[i] = 0.1f;
    s = (struct inr_signal){.dims = 1, .shape = {7, 1, 1}, .channels = 1, .values = constant};
    got = inr_signal_stats(&s);
    assert_true(got.std == 0.0 && isinf(got.psnr_mean) && got.mean == (double)0.1f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_come_back),       cmocka_unit_test(bytes_are_numpys),
        cmocka_unit_test(pictures_take_two_axes), cmocka_unit_test(refuses),
        cmocka_unit_test(statistics_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
