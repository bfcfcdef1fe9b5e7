/* SPDX-License-Identifier: MIT
 *
 * test_generate.c - Generated signals against values computed with NumPy by other code: draws,
 * counts, and statistics of every signal of the study at every bandwidth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "signal/generate.h"
#include "signal/mt19937.h"

static void draws_are_numpys(void **state)
{
    (void)state;
    /* The digits are those that were printed. */
    static const struct {
        uint32_t seed;
        double draws[3], tolerance;
    } rows[] = {
        {1234, {0.1915194503788923, 0.6221087710398319, 0.4377277390071145}, 0.0},
        {2024, {0.58801452, 0.69910875, 0.18815196}, 5.1e-9},
        {5678, {0.48932698, 0.05933244, 0.36620243}, 5.1e-9},
        {7890, {0.18780829, 0.23422794, 0.82715177}, 5.1e-9},
        {7618, {0.73972019, 0.34765411, 0.573349}, 5.1e-9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_mt19937 mt;
        inr_mt19937_seed(&mt, rows[i].seed);
        for (size_t j = 0; j < 3; j++) {
            const double got = inr_mt19937_double(&mt);
            if (!(fabs(got - rows[i].draws[j]) <= rows[i].tolerance))
                fail_msg("seed %u, draw %zu: %.17g", rows[i].seed, j, got);
        }
    }
}

/* The 10000th word of the seed 5489, which the C++ standard requires of std::mt19937. */
static void the_stream_goes_on(void **state)
{
    (void)state;
    struct inr_mt19937 mt;
    double last = 0.0;
    inr_mt19937_seed(&mt, 5489);
    for (int i = 0; i < 5000; i++)
        last = inr_mt19937_double(&mt);
    /* The second word of a draw gives its low 26 bits. */
    const uint64_t bits = (uint64_t)(last * 9007199254740992.0);
    assert_int_equal(bits & 0x3FFFFFF, 4123659995u >> 6);
}

/* Bins of the full transform within the cut-off. */
static size_t kept_bins(int dims, int side, double limit)
{
    const int half = (side - 1) / 2, depth = dims == 3 ? half : 0;
    size_t n = 0;
    for (int z = -depth; z <= depth; z++)
        for (int y = -half; y <= half; y++)
            for (int x = -half; x <= half; x++)
                n += sqrt((double)(x * x + y * y + z * z)) / side <= limit;
    return n;
}

static void cutoffs_keep_the_right_bins(void **state)
{
    (void)state;
    static const size_t bins[2][9] = {{5, 21, 121, 569, 2469, 10501, 44213, 184869, 771229},
                                      {1, 1, 1, 7, 93, 847, 7123, 61445, 523155}};
    for (int b = 1; b <= 9; b++) {
        const double limit = inr_noise_cutoff(b / 10.0);
        assert_int_equal(kept_bins(2, 1001, limit), bins[0][b - 1]);
        assert_int_equal(kept_bins(3, 101, limit), bins[1][b - 1]);
    }
}

/* ---- band-limited noise, seed 1234 ---- */

struct noise {
    int dims, tenths;
    double min, max, std, first, centre, last;
};

static const struct noise noises[] = {
    {2, 1, 0.499255, 0.500519, 0.000328051, 0.499671711, 0.500102008, 0.499672310},
    {2, 2, 0.496613, 0.502158, 0.001063750, 0.501766978, 0.500597655, 0.501767822},
    {2, 3, 0.488087, 0.509469, 0.002947698, 0.499099278, 0.495858603, 0.499071677},
    {2, 4, 0.477266, 0.522859, 0.006626812, 0.494913620, 0.501452243, 0.494734475},
    {2, 5, 0.448256, 0.549690, 0.013838560, 0.478912105, 0.486644097, 0.478605745},
    {2, 6, 0.381559, 0.623794, 0.029224209, 0.494956161, 0.502732417, 0.507423113},
    {2, 7, 0.248394, 0.798758, 0.060347194, 0.497003284, 0.471162796, 0.523664774},
    {2, 8, -0.040442, 1.079468, 0.123625666, 0.565779122, 0.517880430, 0.379513614},
    {2, 9, -0.331119, 1.376750, 0.253152312, 0.205866563, 0.508831855, 0.622995446},
    {3, 1, 0.499838, 0.499838, 0.0, 0.499838083, 0.499838083, 0.499838083},
    {3, 2, 0.499838, 0.499838, 0.0, 0.499838083, 0.499838083, 0.499838083},
    {3, 3, 0.499838, 0.499838, 0.0, 0.499838083, 0.499838083, 0.499838083},
    {3, 4, 0.498006, 0.501670, 0.000767995, 0.499910948, 0.499757185, 0.499926935},
    {3, 5, 0.490705, 0.511149, 0.002945705, 0.502803882, 0.498119617, 0.503060474},
    {3, 6, 0.469616, 0.531909, 0.008229510, 0.491567514, 0.491164476, 0.494492327},
    {3, 7, 0.392636, 0.610542, 0.024302478, 0.508755089, 0.485172578, 0.500773388},
    {3, 8, 0.164195, 0.847489, 0.070403154, 0.561222438, 0.505443481, 0.475579738},
    {3, 9, -0.359199, 1.332538, 0.205777717, 0.339685056, 0.700974316, 0.450630492},
};

/* The values are given to `digits` decimals; the transforms themselves differ by 1e-15. */
static void close_to(const struct noise *row, const char *what, double got, double want, int digits)
{
    if (!(fabs(got - want) <= 0.5001 * pow(10.0, -digits)))
        fail_msg("%d-D, bandwidth 0.%d: %s is %.12g, not %.12g", row->dims, row->tenths, what, got,
                 want);
}

static void check_noise(const struct noise *row, const double *v, size_t n)
{
    double min = v[0], max = v[0], sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        min = fmin(min, v[i]);
        max = fmax(max, v[i]);
        sum += v[i];
    }
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (v[i] - mean) * (v[i] - mean);
    close_to(row, "mean", mean, row->dims == 2 ? 0.499887009 : 0.499838083, 9);
    close_to(row, "minimum", min, row->min, 6);
    close_to(row, "maximum", max, row->max, 6);
    close_to(row, "deviation", sqrt(squares / (double)n), row->std, 9);
    close_to(row, "first value", v[0], row->first, 9);
    close_to(row, "centre", v[n / 2], row->centre, 9);
    close_to(row, "last value", v[n - 1], row->last, 9);
}

static void noise_is_the_studys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        const struct noise *row = &noises[i];
        struct inr_generate_request request = {.dims = row->dims,
                                               .bandwidth = row->tenths / 10.0,
                                               .side = row->dims == 2 ? 1001 : 101,
                                               .seed = 1234};
        const size_t n = row->dims == 2 ? 1001 * 1001 : 101 * 101 * 101;
        double *values = malloc(n * sizeof *values);
        struct inr_error err = {0};
        struct inr_signal signal;
        assert_non_null(values);
        assert_int_equal(inr_noise_generate(&request, values, &err), INR_OK);
        check_noise(row, values, n);
        /* What is handed out are the same values as floats. */
        assert_int_equal(inr_signal_generate("bandlimited", row->dims, request.bandwidth, 0, 1234,
                                             &signal, &err),
                         INR_OK);
        assert_int_equal(inr_signal_points(&signal), n);
        for (size_t j = 0; j < n; j++)
            assert_true(signal.values[j] == (float)values[j]);
        inr_signal_free(&signal);
        free(values);
    }
}

/* ---- binary signals ---- */

static struct inr_signal make(const char *name, int dims, double bandwidth, uint32_t side,
                              uint64_t seed)
{
    struct inr_signal signal;
    struct inr_error err = {0};
    if (inr_signal_generate(name, dims, bandwidth, side, seed, &signal, &err) != INR_OK)
        fail_msg("%s: %s", name, err.text);
    return signal;
}

static size_t ones(const struct inr_signal *s)
{
    size_t n = 0;
    for (size_t i = 0; i < inr_signal_points(s); i++) {
        assert_true(s->values[i] == 0.0f || s->values[i] == 1.0f);
        n += s->values[i] == 1.0f;
    }
    return n;
}

static void spheres_are_the_studys(void **state)
{
    (void)state;
    static const size_t count[2][9] = {{3, 12, 28, 50, 79, 114, 155, 203, 257},
                                       {23, 190, 644, 1527, 2984, 5156, 8188, 12223, 17403}};
    static const size_t set[2][9] = {
        {94232, 86576, 90200, 91414, 92407, 94039, 94822, 94008, 94311},
        {80394, 90701, 91809, 92468, 93626, 93420, 93694, 93487, 93978}};
    for (int dims = 2; dims <= 3; dims++)
        for (int b = 1; b <= 9; b++) {
            struct inr_signal s = make("spheres", dims, b / 10.0, 0, 1234);
            struct inr_generate_request r = {
                .dims = dims, .bandwidth = b / 10.0, .side = s.shape[0]};
            double radius;
            assert_true(s.sample == INR_SAMPLE_BOOL);
            assert_int_equal(inr_signal_points(&s), 1000000);
            assert_int_equal(inr_spheres_count(&r, &radius), count[dims - 2][b - 1]);
            assert_int_equal(ones(&s), set[dims - 2][b - 1]);
            inr_signal_free(&s);
        }
    /* The centres that were drawn, row first; 2-D (191.5, 622.1), 3-D (19.2, 62.2, 43.8). */
    struct inr_signal disc = make("spheres", 2, 0.1, 0, 1234);
    assert_true(disc.values[192 * 1000 + 622 - 99] == 1.0f);
    inr_signal_free(&disc);
    struct inr_signal ball = make("spheres", 3, 0.1, 0, 1234);
    assert_true(ball.values[(19 * 100 + 62) * 100 + 44] == 1.0f);
    inr_signal_free(&ball);
}

static void the_star_is_the_studys(void **state)
{
    (void)state;
    static const size_t pixels[9] = {8945,  26788,  44636,  62604, 80460,
                                     98212, 116188, 134100, 151804};
    struct inr_signal s = make("star", 2, 0.5, 0, 0);
    size_t row = 0, rings[9] = {0};
    assert_int_equal(ones(&s), 363513);
    for (size_t x = 0; x < 1000; x++)
        row += s.values[500 * 1000 + x] == 1.0f;
    assert_int_equal(row, 961);
    assert_true(s.values[510 * 1000 + 700] == 1.0f && s.values[490 * 1000 + 700] == 0.0f);
    for (uint32_t y = 0; y < 1000; y++)
        for (uint32_t x = 0; x < 1000; x++) {
            const int ring = inr_star_ring(1000, x, y);
            assert_in_range(ring + 1, 0, 9);
            if (ring >= 0)
                rings[ring]++;
        }
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(rings[i], pixels[i]);
    inr_signal_free(&s);
}

/* The triangle of a side whose base starts at (x, y), drawn by recursion: another way to the set.
 */
static void draw_triangle(uint8_t *set, double x, double y, double side, int depth)
{
    const double height = side * sqrt(3.0) / 2.0;
    if (depth > 0) {
        draw_triangle(set, x, y, side / 2.0, depth - 1);
        draw_triangle(set, x + side / 2.0, y, side / 2.0, depth - 1);
        draw_triangle(set, x + side / 4.0, y - height / 2.0, side / 2.0, depth - 1);
        return;
    }
    for (int row = (int)(y - height) - 1; row <= (int)y + 1; row++)
        for (int column = (int)x - 1; column <= (int)(x + side) + 1; column++) {
            const double px = column + 0.5 - x, up = y - (row + 0.5);
            if (up >= 0.0 && up <= sqrt(3.0) * px && up <= sqrt(3.0) * (side - px))
                set[row * 1000 + column] = 1;
        }
}

static void sierpinskis_triangle(void **state)
{
    (void)state;
    uint8_t *set = malloc(1000 * 1000);
    assert_non_null(set);
    for (int b = 1; b <= 9; b++) {
        struct inr_signal s = make("sierpinski", 2, b / 10.0, 0, 0);
        size_t differ = 0;
        memset(set, 0, 1000 * 1000);
        draw_triangle(set, 35.0, 908.7, 930.0, b - 1);
        for (size_t i = 0; i < 1000 * 1000; i++)
            differ += s.values[i] != (float)set[i];
        /* Rounding decides the centres on an edge: those of the column of the apex, at most. */
        if (differ > 4)
            fail_msg("depth %d: %zu pixels differ", b - 1, differ);
        /* The base, at 908.7, leaves out 0.3 of the row that it cuts, whose centres count. */
        if (b == 1)
            assert_true(fabs((double)ones(&s) - 930.0 * 930.0 * sqrt(3.0) / 4.0 - 930.0 * 0.3) <
                        50);
        inr_signal_free(&s);
    }
    free(set);
    /* By hand, depth 1: the hole in the middle, and the three corners around it. */
    struct inr_signal s = make("sierpinski", 2, 0.2, 0, 0);
    const float *v = s.values;
    assert_true(v[640 * 1000 + 500] == 0.0f && v[300 * 1000 + 500] == 1.0f);
    assert_true(v[800 * 1000 + 250] == 1.0f && v[800 * 1000 + 750] == 1.0f);
    assert_true(v[100 * 1000 + 500] == 0.0f && v[106 * 1000 + 500] == 1.0f);
    assert_true(v[907 * 1000 + 40] == 1.0f && v[907 * 1000 + 33] == 0.0f);
    inr_signal_free(&s);
}

static void the_phantom_by_hand(void **state)
{
    (void)state;
    /* Places in [-1,1], y up, and which ellipses hold them. */
    static const struct {
        double x, y;
        float value;
    } rows[] = {
        {-0.98, 0.98, 0.0f},
        {0.0, 0.905, 1.0f},
        {0.0, 0.75, 0.2f},
        {0.22, 0.0, 0.0f},
        {-0.22, 0.1, 0.0f},
        {0.0, 0.45, 0.3f},
        {0.0, 0.115, 0.4f},
        {-0.08, -0.605, 0.3f},
        {0.5, -0.2, 0.2f},
        {0.0, -0.1, 0.3f},
        {0.06, -0.575, 0.3f},
        {-0.115, -0.605, 0.3f},
        /* the long axes of the ventricles lean apart at the bottom */
        {0.22 + 0.28 * 0.30902, 0.28 * 0.95106, 0.0f},
        {-0.22 - 0.38 * 0.30902, 0.38 * 0.95106, 0.0f},
    };
    struct inr_signal s = make("phantom", 2, 0.5, 1000, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t column = (size_t)((rows[i].x + 1.0) * 500.0);
        const size_t row = (size_t)((1.0 - rows[i].y) * 500.0);
        if (s.values[row * 1000 + column] != rows[i].value)
            fail_msg("(%g, %g) is %g, not %g", rows[i].x, rows[i].y,
                     (double)s.values[row * 1000 + column], (double)rows[i].value);
    }
    inr_signal_free(&s);
}

/* ---- any size ---- */

static void every_size_works(void **state)
{
    (void)state;
    const struct inr_generator *row;
    for (size_t i = 0; (row = inr_generator_at(i)); i++)
        for (int dims = 2; dims <= 3; dims++)
            for (uint32_t side = 1; row->side[dims - 2] && side <= 17; side += 4)
                for (int b = 1; b <= 9; b += 4) {
                    struct inr_signal s = make(row->name, dims, b / 10.0, side, 4294967295u);
                    struct inr_signal again = make(row->name, dims, b / 10.0, side, 4294967295u);
                    const size_t n = inr_signal_points(&s);
                    assert_true(s.dims == dims && s.channels == 1 && s.shape[0] == side &&
                                s.shape[2] == (dims == 3 ? side : 1) &&
                                (s.sample == INR_SAMPLE_BOOL) == row->binary);
                    assert_memory_equal(s.values, again.values, n * sizeof *s.values);
                    inr_signal_free(&again);
                    again = make(row->name, dims, b / 10.0, side, 1);
                    /* Small discs and constants may coincide; noise of some size may not. */
                    if (!row->random)
                        assert_memory_equal(s.values, again.values, n * sizeof *s.values);
                    else if (!row->binary)
                        assert_true(memcmp(s.values, again.values, n * sizeof *s.values) != 0);
                    for (size_t j = 0; j < n; j++)
                        assert_true(isfinite(s.values[j]));
                    inr_signal_free(&again);
                    inr_signal_free(&s);
                }
    struct inr_signal even = make("bandlimited", 3, 0.9, 16, 7);
    assert_int_equal(even.shape[2], 17);
    inr_signal_free(&even);
}

static void wrong_wishes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
        int dims;
        double bandwidth;
        uint32_t side;
        uint64_t seed;
    } rows[] = {
        {"circles", "choose one of bandlimited, spheres", 2, 0.5, 8, 1},
        {"spheres", "ask for 2 or 3", 1, 0.5, 8, 1},
        {"spheres", "ask for 2 or 3", 4, 0.5, 8, 1},
        {"star", "this signal has 2 axes", 3, 0.5, 8, 1},
        {"spheres", "outside 0.1 to 0.9", 2, 0.05, 8, 1},
        {"spheres", "outside 0.1 to 0.9", 2, (double)NAN, 8, 1},
        {"spheres", "smaller side", 3, 0.5, 1291, 1},
        {"bandlimited", "smaller side", 3, 0.5, UINT32_MAX - 1, 1},
        {"spheres", "seed 4294967296", 2, 0.5, 8, (uint64_t)1 << 32},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_signal signal;
        struct inr_error err = {0};
        assert_int_equal(inr_signal_generate(rows[i].name, rows[i].dims, rows[i].bandwidth,
                                             rows[i].side, rows[i].seed, &signal, &err),
                         INR_ERR_USAGE);
        if (!strstr(err.text, rows[i].words))
            fail_msg("\"%s\" lacks \"%s\"", err.text, rows[i].words);
        assert_null(signal.values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_numpys),
        cmocka_unit_test(the_stream_goes_on),
        cmocka_unit_test(cutoffs_keep_the_right_bins),
        cmocka_unit_test(noise_is_the_studys),
        cmocka_unit_test(spheres_are_the_studys),
        cmocka_unit_test(the_star_is_the_studys),
        cmocka_unit_test(sierpinskis_triangle),
        cmocka_unit_test(the_phantom_by_hand),
        cmocka_unit_test(every_size_works),
        cmocka_unit_test(wrong_wishes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
