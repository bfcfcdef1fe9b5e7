/* SPDX-License-Identifier: MIT
 *
 * test_latent.c - Latent-coded pictures: gradients, the entropy network in whole numbers, files.
 *
 * Training is compiled here in double, so that central differences check it closely.
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
#include <zlib.h>

#include "base/file.h"
#include "base/random.h"
#include "codec/latent/code.h"
#include "codec/latent/file.h"
#include "codec/latent/predict.h"
#include "codec/symbol.h"
#include "inrush/codec.h"
#include "latent_case.h"

/* Every tensor and grid against central differences, at sizes odd, tall, and wider than a
 * tile. */
static void test_gradients(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height;
        int channels;
    } kinds[] = {{9, 6, 3}, {1, 5, 1}, {66, 1, 2}, {4, 3, 4}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const double worst =
            inr_case_latent_gradient(kinds[i].width, kinds[i].height, kinds[i].channels);
        /* differences of 1e-6 in double: cancellation leaves about 1e-8 of values near 1e2 */
        if (!(worst < 2e-6))
            fail_msg("%u x %u x %d: gradients are off by %g", kinds[i].width, kinds[i].height,
                     kinds[i].channels, worst);
    }
}

static int32_t draw(uint32_t *seed, int32_t most)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (int32_t)(*seed >> 8) % (2 * most + 1) - most;
}

static double relu(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* The entropy network in double at the same weights. */
static void predict_double(const struct inr_latent_net *net, const int32_t *levels, double w,
                           double b, int k, const int32_t *context, double out[2])
{
    enum { E = INR_LATENT_ENTROPY, C = INR_LATENT_CONTEXT };
    double h1[E], h2[E];
    for (int o = 0; o < E; o++) {
        h1[o] = b * levels[net->at[INR_LATENT_ENTROPY_B1] + k * E + o];
        for (int i = 0; i < C; i++)
            h1[o] += w * levels[net->at[INR_LATENT_ENTROPY_W1] + o * C + i] * context[i];
        h1[o] = relu(h1[o]);
    }
    for (int o = 0; o < E; o++) {
        h2[o] = b * levels[net->at[INR_LATENT_ENTROPY_B2] + o];
        for (int i = 0; i < E; i++)
            h2[o] += w * levels[net->at[INR_LATENT_ENTROPY_W2] + o * E + i] * h1[i];
        h2[o] = relu(h2[o]);
    }
    for (int o = 0; o < 2; o++) {
        const int32_t *w3 = levels + net->at[INR_LATENT_ENTROPY_W3] + o * (E + C);
        out[o] = b * levels[net->at[INR_LATENT_ENTROPY_B3] + 2 * k + o];
        for (int i = 0; i < E; i++)
            out[o] += w * w3[i] * h2[i];
        for (int i = 0; i < C; i++)
            out[o] += w * w3[E + i] * context[i];
    }
}

/* Whole numbers against double: hidden values are rounded to 2^-8 twice. */
static void test_predict(void **state)
{
    (void)state;
    struct inr_latent_net net;
    struct inr_latent_predictor p;
    uint32_t seed = 3;
    assert_true(inr_latent_net_init(&net, 128, 128, 3, 0));
    int32_t *levels = calloc((size_t)net.parameters, sizeof *levels);
    for (int shift = 4; shift <= 10; shift += 2) {
        const int bias_shift = shift == 6 ? 9 : 5;
        const double w = ldexp(1.0, -shift), b = ldexp(1.0, -bias_shift);
        for (int i = 0; i < net.parameters; i++)
            levels[i] = draw(&seed, (1 << shift) / 4);
        assert_true(inr_latent_predictor_init(&p, &net, levels, shift, bias_shift));
        for (int n = 0; n < 200; n++) {
            int32_t context[INR_LATENT_CONTEXT], mean;
            int scale;
            double out[2];
            for (int i = 0; i < INR_LATENT_CONTEXT; i++)
                context[i] = draw(&seed, 3);
            predict_double(&net, levels, w, b, n % net.levels, context, out);
            inr_latent_predict(&p, n % net.levels, context, &mean, &scale);
            /* 16 hidden values off by 2^-9, weighed by 1/4 twice, and the bias */
            assert_true(fabs(mean / 256.0 - out[0]) < 0.08);
            const double index = fmin(fmax(8.0 * (out[1] + 6.0), 0.0), INR_LAPLACE_SCALES - 1);
            assert_true(fabs(scale - index) < 0.5 + 8 * 0.08);
        }
    }
    /* the most that levels and contexts can be stays within 32 bits */
    for (int i = 0; i < net.parameters; i++)
        levels[i] = INR_LATENT_WEIGHT_MAX;
    assert_true(inr_latent_predictor_init(&p, &net, levels, 15, 0));
    int32_t context[INR_LATENT_CONTEXT], mean;
    int scale;
    for (int i = 0; i < INR_LATENT_CONTEXT; i++)
        context[i] = INR_LATENT_CONTEXT_MAX;
    inr_latent_predict(&p, 0, context, &mean, &scale);
    assert_int_equal(scale, INR_LAPLACE_SCALES - 1);
    levels[net.at[INR_LATENT_ENTROPY_W2]]++;
    assert_false(inr_latent_predictor_init(&p, &net, levels, 15, 0));
    free(levels);
}

/* What is coded comes back, escapes included; cut anywhere it is refused or wrong, never more. */
static void test_code(void **state)
{
    (void)state;
    struct inr_latent_net net;
    struct inr_latent_content a, b;
    struct inr_latent_parts parts;
    struct inr_error err = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    uint32_t seed = 7;
    assert_true(inr_latent_net_init(&net, 21, 13, 3, 0));
    assert_int_equal(inr_latent_content_create(&a, &net, &err), INR_OK);
    memcpy(a.shift, (const uint8_t[]){6, 5, 8, 9}, INR_LATENT_SHIFTS);
    for (int i = 0; i < net.parameters; i++)
        a.params[i] = draw(&seed, 40);
    for (int k = 0; k < net.levels; k++)
        for (uint32_t i = 0; i < net.w[k] * net.h[k]; i++)
            a.grid[k][i] = draw(&seed, i % 50 == 0 ? 1 << 20 : 2);
    assert_int_equal(inr_latent_encode(&a, &bytes, &size, &parts, &err), INR_OK);
    double sum = parts.entropy + parts.synthesis;
    for (int k = 0; k < net.levels; k++)
        sum += parts.grid[k];
    assert_true(fabs(sum - (double)size) < 8.0);
    for (size_t cut = 0; cut <= size; cut = cut < size - 9 ? cut + 7 : cut + 1) {
        const size_t n = size - cut;
        struct inr_error why = {0};
        assert_int_equal(inr_latent_content_create(&b, &net, &err), INR_OK);
        memcpy(b.shift, a.shift, INR_LATENT_SHIFTS);
        const enum inr_status status = inr_latent_decode(bytes, n, "cut", &b, &parts, &why);
        assert_true(status == INR_OK || (status == INR_ERR_INPUT && why.text[0]));
        if (cut == 0) {
            const size_t all = ((size_t)net.parameters + (size_t)inr_latent_points(&net));
            assert_int_equal(status, INR_OK);
            assert_memory_equal(a.memory, b.memory, all * sizeof *a.memory);
        }
        inr_latent_content_free(&b);
    }
    free(bytes);
    inr_latent_content_free(&a);
}

static void paint(struct inr_image *image, uint32_t width, uint32_t height, uint32_t channels,
                  enum inr_depth depth)
{
    *image =
        (struct inr_image){.width = width, .height = height, .channels = channels, .depth = depth};
    const size_t n = (size_t)width * height * channels;
    image->pixels = malloc(n * inr_depth_size(depth));
    for (size_t i = 0; i < n; i++) {
        const size_t x = i / channels % width, y = i / channels / width, c = i % channels;
        const double v = 0.5 + 0.4 * sin(0.3 * (double)x + 0.2 * (double)y + (double)c);
        if (depth == INR_DEPTH_U8)
            ((uint8_t *)image->pixels)[i] = (uint8_t)(255.0 * v);
        else
            ((uint16_t *)image->pixels)[i] = (uint16_t)(65535.0 * v);
    }
}

static enum inr_status encode(const struct inr_image *image, uint64_t bytes, double psnr,
                              uint64_t steps, struct inr_compress_result *result)
{
    struct inr_compress_options options = {.bytes = bytes, .psnr = psnr, .profile = true};
    const struct inr_compress_watch watch = {0};
    struct inr_error err = {0};
    inr_compress_config(&options.config);
    options.config.steps = steps;
    options.config.threads = 1;
    const enum inr_status status =
        inr_compress_latent(image, "test", &options, &watch, result, &err);
    if (status != INR_OK && status != INR_TARGET_MISSED)
        fail_msg("%s", err.text);
    return status;
}

/* A picture survives within what is said of it, twice the same way. */
static void check_picture(uint32_t width, uint32_t height, uint32_t channels, enum inr_depth depth)
{
    struct inr_image image, back;
    struct inr_compress_result result, again;
    struct inr_codec_parts parts;
    struct inr_metric_result metric;
    struct inr_error err = {0};
    paint(&image, width, height, channels, depth);
    image.icc = malloc(5);
    memcpy(image.icc, "proof", 5);
    image.icc_size = 5;
    encode(&image, 0, 0.0, 8, &result);
    encode(&image, 0, 0.0, 8, &again);
    assert_int_equal(result.size, again.size);
    assert_memory_equal(result.bytes, again.bytes, result.size);
    assert_int_equal(inr_codec_method_of(result.bytes, result.size), INR_CODEC_LATENT);
    if (inr_codec_picture(result.bytes, result.size, "test", NULL, 1, &back, &parts, &err) !=
        INR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(back.width, width);
    assert_int_equal(back.channels, channels);
    assert_int_equal(back.depth, depth);
    assert_memory_equal(back.icc, "proof", 5);
    assert_int_equal(inr_image_compare(&image, &back, &metric, &err), INR_OK);
    assert_true(fabs(metric.psnr - result.psnr) < 1e-9 || metric.psnr == result.psnr);
    assert_true(parts.profile == 5 && parts.rest > 20 && parts.rest < 60);
    struct inr_model *model = NULL;
    assert_int_equal(inr_codec_unpack(result.bytes, result.size, "test", &model, &err),
                     INR_ERR_INPUT);
    inr_image_free(&back);
    inr_image_free(&image);
    free(result.bytes);
    free(again.bytes);
}

static void test_pictures(void **state)
{
    (void)state;
    check_picture(37, 22, 3, INR_DEPTH_U8);
    check_picture(1, 1, 1, INR_DEPTH_U8);
    check_picture(2, 9, 4, INR_DEPTH_U16);
    check_picture(70, 1, 2, INR_DEPTH_U8);
}

/* Every cut and every flipped bit is refused with a sentence, and so are sizes that cannot be. */
static void test_damage(void **state)
{
    (void)state;
    struct inr_image image, back;
    struct inr_compress_result result;
    paint(&image, 16, 9, 3, INR_DEPTH_U8);
    encode(&image, 0, 0.0, 8, &result);
    for (size_t n = 0; n < result.size; n++) {
        struct inr_error err = {0};
        assert_int_equal(inr_codec_picture(result.bytes, n, "cut", NULL, 1, &back, NULL, &err),
                         INR_ERR_INPUT);
        assert_true(err.text[0] != '\0');
    }
    for (size_t bit = 0; bit < 8 * result.size; bit++) {
        struct inr_error err = {0};
        result.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(
            inr_codec_picture(result.bytes, result.size, "flipped", NULL, 1, &back, NULL, &err),
            INR_ERR_INPUT);
        result.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(result.bytes);
    inr_image_free(&image);
}

/* A size is met and a PSNR reached, by not much, after few steps and from any side. */
static void test_control(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height, channels;
        uint64_t bytes;
        double psnr, over;
        uint64_t steps;
    } kinds[] = {{32, 24, 3, 700, 0.0, 0.0, 80}, {45, 33, 1, 700, 0.0, 0.0, 40},
                 {45, 33, 1, 900, 0.0, 0.0, 40}, {32, 24, 3, 0, 24.0, 3.0, 80},
                 {45, 33, 1, 0, 30.0, 3.0, 40},  {1, 1, 3, 0, 30.0, 20.0, 400}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct inr_image image;
        struct inr_compress_result result;
        const uint64_t bytes = kinds[i].bytes;
        const double psnr = kinds[i].psnr;
        paint(&image, kinds[i].width, kinds[i].height, kinds[i].channels, INR_DEPTH_U8);
        const enum inr_status status = encode(&image, bytes, psnr, kinds[i].steps, &result);
        const double off = fabs((double)result.size / (double)bytes - 1.0);
        const double over = result.psnr - psnr;
        if (status != INR_OK || (bytes > 0 ? off > 0.05 : over < 0.0 || over > kinds[i].over))
            fail_msg("case %zu: status %d, %zu bytes, %.2f dB after %d files", i, (int)status,
                     result.size, result.psnr, result.fits);
        free(result.bytes);
        inr_image_free(&image);
    }
}

/* Stops at a step, and counts what is asked afterwards. */
struct stop {
    uint64_t at;
    int plans, calls, after;
    double seconds;
};

static void on_plan(void *user, const struct inr_compress_plan *plan)
{
    struct stop *stop = user;
    stop->plans++;
    stop->seconds = plan->seconds;
}

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *progress)
{
    struct stop *stop = user;
    stop->after += stop->after > 0;
    stop->calls++;
    assert_true(progress->step <= progress->total_steps && isfinite(progress->psnr));
    if (progress->step < stop->at)
        return INR_FIT_CONTINUE;
    stop->after += stop->after == 0;
    return INR_FIT_STOP;
}

static enum inr_status watched(const struct inr_image *image, struct stop *stop, uint64_t steps,
                               struct inr_compress_result *result)
{
    struct inr_compress_options options = {0};
    const struct inr_compress_watch watch = {
        .plan = on_plan, .fit = {.progress = on_progress, .user = stop}, .user = stop};
    struct inr_error err = {0};
    inr_compress_config(&options.config);
    options.config.steps = steps;
    options.config.threads = 1;
    return inr_compress_latent(image, "test", &options, &watch, result, &err);
}

/* Wherever it is stopped, at the first look, before lambda rests or later, a file is made of what
 * there is without any further step. */
static void test_interrupt(void **state)
{
    (void)state;
    static const struct {
        uint64_t at;
        double psnr;
    } kinds[] = {{0, 0.0}, {4, 10.0}, {30, 15.0}, {70, 20.0}};
    struct inr_image image;
    paint(&image, 32, 24, 3, INR_DEPTH_U8);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct stop stop = {.at = kinds[i].at};
        struct inr_compress_result result;
        assert_int_equal(watched(&image, &stop, 80, &result), INR_INTERRUPTED);
        if (stop.after > 2 || !result.bytes || result.psnr < kinds[i].psnr)
            fail_msg("stopped at %d: %d more looks, %.2f dB", (int)stop.at, stop.after - 1,
                     result.psnr);
        assert_int_equal(stop.plans, kinds[i].at > 0);
        free(result.bytes);
    }
    inr_image_free(&image);
}

/* What is said in advance is near what it takes; how near, a busy machine does not tell. */
static void test_plan(void **state)
{
    (void)state;
    struct inr_image image;
    struct inr_compress_result result;
    struct stop stop = {.at = UINT64_MAX};
    paint(&image, 64, 48, 3, INR_DEPTH_U8);
    assert_int_equal(watched(&image, &stop, 64, &result), INR_OK);
    if (stop.plans != 1 || stop.seconds > 4.0 * result.seconds ||
        stop.seconds < result.seconds / 4.0)
        fail_msg("%d plans, the last of %.3f s, and it took %.3f", stop.plans, stop.seconds,
                 result.seconds);
    free(result.bytes);
    inr_image_free(&image);
}

static float real_between(uint32_t *seed, float most)
{
    return most * (float)draw(seed, 1 << 20) / (float)(1 << 20);
}

/* The samples of a decoded picture are the same bits whatever the machine's vectors are. */
static void test_machines(void **state)
{
    (void)state;
    inr_latent_gradient_fn inr_latent_render_exact_base;
    struct inr_latent_net net;
    struct inr_latent_state a, b;
    uint32_t seed = 3;
    assert_true(inr_latent_net_init(&net, 67, 21, 3, 0));
    assert_true(inr_latent_state_create(&a, &net, 1, true));
    assert_true(inr_latent_state_create(&b, &net, 2, true));
    for (int i = 0; i < net.parameters; i++)
        a.params[i] = b.params[i] = real_between(&seed, 0.5f);
    a.step = b.step = 0.1f;
    for (int k = 0; k < net.levels; k++)
        for (uint32_t i = 0; i < net.h[k] * net.w[k]; i++) {
            const ptrdiff_t r = i / net.w[k], x = i % net.w[k];
            a.y[k].at[r * a.y[k].stride + x] = b.y[k].at[r * b.y[k].stride + x] =
                (float)draw(&seed, 20);
        }
    inr_latent_render_exact_base(&a);
    inr_latent_render_pick()(&b);
    for (int c = 0; c < net.channels; c++)
        for (ptrdiff_t r = 0; r < 21; r++)
            assert_memory_equal(a.d_out[c].at + r * a.d_out[c].stride,
                                b.d_out[c].at + r * b.d_out[c].stride, 67 * sizeof(float));
    inr_latent_state_free(&a);
    inr_latent_state_free(&b);
}

/* Files that were written once decode to the same samples for ever: a change of the table that
 * networks start from, or of a rounding, fails here. */
static void test_golden(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t width, height, channels, crc;
    } files[] = {{"rgb", 24, 17, 3, 0x40869872},
                 {"grey-alpha-16", 9, 13, 2, 0x10989648},
                 {"pixel", 1, 1, 1, 0x8bb1d29a},
                 {"wide", 150, 40, 3, 0x378073f7},
                 /* by the initial networks that came next */
                 {"rgb-1", 24, 17, 3, 0x89067c87},
                 {"grey-alpha-16-1", 9, 13, 2, 0xdd152a68},
                 {"pixel-1", 1, 1, 1, 0xfbdb2615},
                 {"wide-1", 150, 40, 3, 0x1ac7c064}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        struct inr_image back;
        struct inr_error err = {0};
        uint8_t *bytes;
        size_t size;
        snprintf(path, sizeof path, "%s/golden/latent/%s.inrz", INR_TEST_DIR, files[i].name);
        if (inr_file_read(path, 1 << 20, &bytes, &size, &err) != INR_OK ||
            inr_codec_picture(bytes, size, path, NULL, 1, &back, NULL, &err) != INR_OK)
            fail_msg("%s", err.text);
        assert_int_equal(back.width, files[i].width);
        assert_int_equal(back.height, files[i].height);
        assert_int_equal(back.channels, files[i].channels);
        const size_t n = (size_t)back.width * back.height * back.channels;
        const uint32_t crc =
            (uint32_t)crc32(0, back.pixels, (uInt)(n * inr_depth_size(back.depth)));
        if (crc != files[i].crc)
            fail_msg("%s: samples have the checksum %08x, not %08x", path, (unsigned)crc,
                     (unsigned)files[i].crc);
        inr_image_free(&back);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients), cmocka_unit_test(test_predict),
        cmocka_unit_test(test_code),      cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_damage),    cmocka_unit_test(test_control),
        cmocka_unit_test(test_interrupt), cmocka_unit_test(test_plan),
        cmocka_unit_test(test_machines),  cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
