/* SPDX-License-Identifier: MIT
 *
 * test_spectra.c - Spectra against cosines, a transform written out in double, and hand counts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "inrush/select.h"
#include "select/resize.h"

#define PI 3.14159265358979323846

static struct inr_signal make(uint32_t x, uint32_t y, uint32_t z, uint32_t channels)
{
    struct inr_signal s = {.dims = z > 1   ? 3
                                   : y > 1 ? 2
                                           : 1,
                           .shape = {x, y, z},
                           .channels = channels};
    s.values = calloc((size_t)x * y * z * channels, sizeof *s.values);
    assert_non_null(s.values);
    return s;
}

static void release(struct inr_signal *s)
{
    free(s->values);
    s->values = NULL;
}

static struct inr_signal noise(uint32_t x, uint32_t y, uint32_t z, uint32_t channels)
{
    struct inr_signal s = make(x, y, z, channels);
    inr_fill_uniform(s.values, (size_t)x * y * z * channels, -1.0f, 3.0f, 5, 90, x);
    return s;
}

static void spectrum(const struct inr_signal *s, int n, double *out)
{
    struct inr_error err = {0};
    if (inr_spectrum_fresh(s, n, 1, out, &err) != INR_OK)
        fail_msg("%s", err.text);
}

static void radial(const struct inr_signal *s, int n, double *out)
{
    struct inr_error err = {0};
    if (inr_spectrum_radial(s, n, 1, out, &err) != INR_OK)
        fail_msg("%s", err.text);
}

/* Coefficient k of channel c by the definition. */
static double magnitude(const struct inr_signal *s, const uint32_t k[3], uint32_t c)
{
    double re = 0.0, im = 0.0;
    size_t i = 0;
    for (uint32_t z = 0; z < s->shape[2]; z++)
        for (uint32_t y = 0; y < s->shape[1]; y++)
            for (uint32_t x = 0; x < s->shape[0]; x++, i++) {
                const double turn = (double)k[0] * x / s->shape[0] +
                                    (double)k[1] * y / s->shape[1] + (double)k[2] * z / s->shape[2];
                const double v = (double)s->values[i * s->channels + c];
                re += v * cos(2.0 * PI * turn);
                im -= v * sin(2.0 * PI * turn);
            }
    return hypot(re, im);
}

/* Single precision, and a sum of n numbers of equal size: 1e-5 is 100 roundings. */
static void near(double value, double wanted, double scale)
{
    if (!(fabs(value - wanted) <= 1e-5 * scale))
        fail_msg("%.9g instead of %.9g", value, wanted);
}

/* One wave of p, q, r cycles a side and amplitude c + 1 in channel c. */
static void check_wave(const uint32_t shape[3], const int cycles[3], int n, int bin)
{
    struct inr_signal s = make(shape[0], shape[1], shape[2], 2);
    const size_t points = (size_t)shape[0] * shape[1] * shape[2];
    for (size_t i = 0; i < points; i++) {
        const double turn = (double)cycles[0] * (double)(i % shape[0]) / shape[0] +
                            (double)cycles[1] * (double)(i / shape[0] % shape[1]) / shape[1] +
                            (double)cycles[2] * (double)(i / shape[0] / shape[1]) / shape[2];
        for (int c = 0; c < 2; c++)
            s.values[2 * i + (size_t)c] = (float)(7.0 + (c + 1) * cos(2.0 * PI * turn + 0.4));
    }
    double out[64];
    spectrum(&s, n, out);
    /* A cosine of amplitude a is two coefficients of a points / 2, of which one is counted. */
    for (int m = 1; m <= n; m++)
        near(out[m - 1], m == bin ? 1.5 * (double)points : 0.0, (double)points);
    radial(&s, n, out);
    const int radius = (int)floor(
        sqrt((double)(cycles[0] * cycles[0] + cycles[1] * cycles[1] + cycles[2] * cycles[2])) +
        0.5);
    for (int m = 1; m <= n; m++)
        assert_true(m == radius ? out[m - 1] > 1e-3 : out[m - 1] < 1e-10);
    release(&s);
}

static void test_waves(void **state)
{
    (void)state;
    check_wave((uint32_t[]){64, 1, 1}, (int[]){5, 0, 0}, 32, 5);
    check_wave((uint32_t[]){65, 1, 1}, (int[]){32, 0, 0}, 32, 32);
    check_wave((uint32_t[]){32, 32, 1}, (int[]){3, 4, 0}, 16, 7);
    check_wave((uint32_t[]){31, 31, 1}, (int[]){0, 9, 0}, 15, 9);
    /* Mixed signs fall into the other quadrant, which FreSh leaves out. */
    check_wave((uint32_t[]){32, 32, 1}, (int[]){3, -2, 0}, 16, -1);
    check_wave((uint32_t[]){16, 16, 16}, (int[]){1, 2, 3}, 8, 6);
    check_wave((uint32_t[]){15, 15, 15}, (int[]){0, 0, 4}, 7, 4);
}

static void check_definition(uint32_t x, uint32_t y, uint32_t z)
{
    struct inr_signal s = noise(x, y, z, 3);
    const int nyquist = (int)x / 2, n = nyquist + 3;
    double out[64], wanted[64] = {0};
    spectrum(&s, n, out);
    for (uint32_t r = 0; r < (z > 1 ? x : 1); r++)
        for (uint32_t q = 0; q < (y > 1 ? x : 1); q++)
            for (uint32_t p = 0; p < x; p++)
                for (uint32_t c = 0; c < 3 && (int)(p + q + r) <= nyquist; c++)
                    if (p + q + r > 0)
                        wanted[p + q + r - 1] += magnitude(&s, (uint32_t[]){p, q, r}, c);
    for (int m = 0; m < n; m++)
        near(out[m], wanted[m], m < nyquist ? wanted[m] : 0.0);
    release(&s);
}

/* FFTW's path against the sum written out, sizes odd, even and prime; past Nyquist: 0. */
static void test_definition(void **state)
{
    (void)state;
    check_definition(37, 1, 1);
    check_definition(40, 1, 1);
    check_definition(15, 15, 1);
    check_definition(18, 18, 1);
    check_definition(7, 7, 7);
    check_definition(6, 6, 6);
    check_definition(2, 2, 1);
}

static void test_radial_definition(void **state)
{
    (void)state;
    static const uint32_t shapes[][3] = {{13, 18, 1}, {16, 16, 1}, {30, 1, 1}, {8, 9, 7}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const uint32_t *shape = shapes[i];
        struct inr_signal s = noise(shape[0], shape[1], shape[2], 2);
        const double points = (double)shape[0] * shape[1] * shape[2];
        uint32_t side = shape[0];
        for (int d = 1; d < s.dims; d++)
            side = shape[d] < side ? shape[d] : side;
        double out[32], power[32] = {0};
        int count[32] = {0};
        const int n = (int)side / 2;
        radial(&s, n, out);
        for (uint32_t r = 0; r < shape[2]; r++)
            for (uint32_t q = 0; q < shape[1]; q++)
                for (uint32_t p = 0; p < shape[0]; p++) {
                    const uint32_t k[3] = {p, q, r};
                    double square = 0.0;
                    for (int d = 0; d < 3; d++) {
                        const double f = 2 * k[d] > shape[d] ? (double)k[d] - shape[d] : k[d];
                        square += f * f * side * side / ((double)shape[d] * shape[d]);
                    }
                    const int m = (int)floor(sqrt(square) + 0.5);
                    if (m < 1 || m > n)
                        continue;
                    for (uint32_t c = 0; c < 2; c++)
                        power[m - 1] += pow(magnitude(&s, k, c) / points, 2.0);
                    count[m - 1]++;
                }
        for (int m = 0; m < n; m++)
            near(out[m], power[m] / count[m], power[m] / count[m]);
        release(&s);
    }
}

/* Weights counted by hand: 4 -> 2 halves, so the triangle reaches 2 inputs to each side of 0.5. */
static void test_resize(void **state)
{
    (void)state;
    const float ramp[] = {0, 1, 2, 3};
    float out[4];
    assert_int_equal(inr_resize_axis(ramp, out, 1, 4, 2, 1, true, NULL), INR_OK);
    near((double)out[0], (0.75 * 1 + 0.25 * 2) / 1.75, 1.0);
    near((double)out[1], 3.0 - (0.75 * 1 + 0.25 * 2) / 1.75, 1.0);
    assert_int_equal(inr_resize_axis(ramp, out, 1, 4, 2, 1, false, NULL), INR_OK);
    near((double)out[0], 0.5, 1.0);
    near((double)out[1], 2.5, 1.0);
    assert_int_equal(inr_resize_axis(ramp, out, 1, 3, 2, 1, false, NULL), INR_OK);
    near((double)out[0], 0.25, 1.0);
    near((double)out[1], 1.75, 1.0);
    /* The middle axis of [2][2][1] alone. */
    const float block[] = {1, 3, 5, 9};
    assert_int_equal(inr_resize_axis(block, out, 2, 2, 1, 1, true, NULL), INR_OK);
    near((double)out[0], 2.0, 1.0);
    near((double)out[1], 7.0, 1.0);
    assert_int_equal(inr_resize_axis(block, out, 1, 2, 1, 2, true, NULL), INR_OK);
    near((double)out[0], 3.0, 1.0);
    near((double)out[1], 6.0, 1.0);
}

/* A picture that is not square has the spectrum of its square; swapped axes change nothing. */
static void test_squares(void **state)
{
    (void)state;
    struct inr_signal wide = noise(27, 18, 1, 1), tall = make(18, 27, 1, 1),
                      square = make(18, 18, 1, 1), box = noise(12, 9, 8, 1),
                      cube = make(8, 8, 8, 1);
    double a[9], b[9], c[9];
    for (size_t y = 0; y < 18; y++)
        for (size_t x = 0; x < 27; x++)
            tall.values[x * 18 + y] = wide.values[y * 27 + x];
    assert_int_equal(inr_resize_axis(wide.values, square.values, 18, 27, 18, 1, true, NULL),
                     INR_OK);
    spectrum(&wide, 9, a);
    spectrum(&tall, 9, b);
    spectrum(&square, 9, c);
    for (int m = 0; m < 9; m++) {
        near(b[m], a[m], a[m]);
        near(c[m], a[m], a[m]);
    }
    float *half = malloc(12 * 8 * 8 * sizeof *half);
    assert_non_null(half);
    assert_int_equal(inr_resize_axis(box.values, half, 8, 9, 8, 12, false, NULL), INR_OK);
    assert_int_equal(inr_resize_axis(half, cube.values, 64, 12, 8, 1, false, NULL), INR_OK);
    spectrum(&box, 4, a);
    spectrum(&cube, 4, b);
    for (int m = 0; m < 4; m++)
        near(b[m], a[m], a[m]);
    free(half);
    release(&wide);
    release(&tall);
    release(&square);
    release(&box);
    release(&cube);
}

/* A side above 1024 is shrunk: a wave of 3 cycles stays in bin 3. */
static void test_large(void **state)
{
    (void)state;
    struct inr_signal s = make(1500, 1100, 1, 1);
    for (size_t i = 0; i < (size_t)1500 * 1100; i++)
        s.values[i] = (float)cos(2.0 * PI * 3.0 * (double)(i % 1500) / 1500.0);
    double out[4];
    spectrum(&s, 4, out);
    /* The triangle loses (pi 3 / 1024)^2, and the renormalised ends a few of 1024 columns. */
    assert_true(fabs(out[2] / (1024.0 * 1024.0 / 2.0) - 1.0) < 1e-2);
    assert_true(out[0] + out[1] + out[3] < 0.01 * out[2]);
    release(&s);
}

static void test_distance(void **state)
{
    (void)state;
    const double first[] = {1, 0, 0}, last[] = {0, 0, 5}, even[] = {2, 2}, tilted[] = {1, 3},
                 none[3] = {0}, bad[] = {1, (double)NAN, 1};
    assert_true(inr_spectrum_distance(first, last, 3) == 2.0);
    assert_true(inr_spectrum_distance(even, tilted, 2) == 0.25);
    assert_true(inr_spectrum_distance(last, last, 3) == 0.0);
    assert_true(inr_spectrum_distance(none, none, 3) == 0.0);
    assert_true(isinf(inr_spectrum_distance(none, first, 3)));
    assert_true(isinf(inr_spectrum_distance(first, none, 3)));
    assert_true(isinf(inr_spectrum_distance(bad, first, 3)));
    assert_true(isinf(inr_spectrum_distance(none, bad, 3)));
    assert_true(isinf(inr_spectrum_distance(first, last, 1))); /* nothing of `last` is left */
}

static void test_degenerate(void **state)
{
    (void)state;
    double a[16], b[16];
    struct inr_signal point = make(1, 1, 1, 3);
    point.values[0] = 4.0f;
    spectrum(&point, 8, a);
    radial(&point, 8, b);
    for (int m = 0; m < 8; m++)
        assert_true(a[m] == 0.0 && b[m] == 0.0);

    struct inr_signal flat = make(33, 20, 1, 2);
    for (size_t i = 0; i < 33 * 20 * 2; i++)
        flat.values[i] = 0.1f;
    spectrum(&flat, 10, a);
    radial(&flat, 10, b);
    for (int m = 0; m < 10; m++)
        assert_true(a[m] == 0.0 && b[m] == 0.0);

    /* A row, a column and a sound of the same samples are the same signal. */
    struct inr_signal sound = noise(21, 1, 1, 2), row = sound, column = sound, line = sound;
    row.dims = 2;
    column.dims = 2;
    column.shape[0] = 1;
    column.shape[1] = 21;
    line.dims = 3;
    line.shape[0] = 1;
    line.shape[2] = 21;
    spectrum(&sound, 10, a);
    const struct inr_signal *same[] = {&row, &column, &line};
    for (size_t i = 0; i < 3; i++) {
        spectrum(same[i], 10, b);
        assert_memory_equal(a, b, 10 * sizeof *a);
    }
    /* Values near the largest float do not overflow the sums. */
    for (size_t i = 0; i < 42; i++)
        sound.values[i] *= 1e38f;
    spectrum(&sound, 10, b);
    for (int m = 0; m < 10; m++)
        near(b[m] / 1e38, a[m], a[m]);

    struct inr_error err = {0};
    assert_int_equal(inr_spectrum_fresh(&sound, 0, 1, a, &err), INR_ERR_USAGE);
    assert_int_equal(inr_spectrum_radial(&sound, INR_SPECTRUM_MAX + 1, 1, a, NULL), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "1 to 512"));
    sound.shape[1] = 0;
    assert_int_equal(inr_spectrum_fresh(&sound, 4, 1, a, NULL), INR_ERR_USAGE);
    release(&point);
    release(&flat);
    release(&sound);
}

/* Large enough to be shared among threads; the same call gives the same bytes. */
static void test_threads(void **state)
{
    (void)state;
    struct inr_signal s = noise(300, 300, 1, 1);
    double one[32], two[32], again[32];
    assert_int_equal(inr_spectrum_fresh(&s, 32, 1, one, NULL), INR_OK);
    assert_int_equal(inr_spectrum_fresh(&s, 32, 2, two, NULL), INR_OK);
    assert_int_equal(inr_spectrum_fresh(&s, 32, 2, again, NULL), INR_OK);
    assert_memory_equal(two, again, sizeof two);
    for (int m = 0; m < 32; m++)
        near(two[m], one[m], one[m]);
    release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waves),
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_radial_definition),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_squares),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
