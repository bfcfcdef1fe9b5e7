/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_latent.c - Latents on a Vulkan device against the CPU: gradients, steps, pictures,
 * files.
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

#include "codec/latent/probe.h"
#include "inrush/codec.h"
#include "vulkan_case.h"

static const struct {
    uint32_t width, height;
    int channels;
} kinds[] = {{37, 29, 3}, {1, 1, 1}, {1, 50, 1}, {66, 2, 4}, {130, 70, 3}};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* The same trainer twice, the second on the device. */
static void make_both(struct inr_latent_trainer *cpu, struct inr_latent_trainer *gpu, size_t kind)
{
    struct inr_error err = {0};
    assert_true(inr_latent_probe(cpu, kinds[kind].width, kinds[kind].height, kinds[kind].channels));
    assert_true(inr_latent_probe(gpu, kinds[kind].width, kinds[kind].height, kinds[kind].channels));
    if (inr_latent_trainer_attach(gpu, vulkan_case_device(), 0, vulkan_case_log(), &err) != INR_OK)
        fail_msg("%s", err.text);
}

static const struct inr_latent_pace soft = {.temperature = 0.3f,
                                            .noise = 0.2f,
                                            .rate_latent = 0.05f,
                                            .rate_growth = 1.6f,
                                            .remember = 0.97f,
                                            .shared = 0.6f,
                                            .rate_entropy = 2e-3f,
                                            .rate_synthesis = 3e-3f};

static void compare_gradients(struct inr_latent_trainer *cpu, struct inr_latent_trainer *gpu,
                              size_t kind, const struct inr_latent_pace *pace)
{
    const struct inr_latent_net *net = &cpu->state.net;
    inr_latent_train(cpu, pace);
    inr_latent_train(gpu, pace);
    for (int k = 0; k < net->levels; k++)
        /* sums of bits in float */
        assert_true(fabs(gpu->state.level_bits[k] / cpu->state.level_bits[k] - 1.0) < 1e-5);
    assert_true(fabs(gpu->state.square / cpu->state.square - 1.0) < 1e-5);
    inr_latent_trainer_fetch(gpu);
    assert_int_equal(gpu->failure.status, INR_OK);
    /* After one step a mean is a tenth of the gradient. Sums over up to 9100 samples in another
     * order: some 1e-6 of the largest; where few cancel, ten times that. */
    for (int k = 0; k < net->levels; k++) {
        const size_t n = (size_t)net->w[k] * net->h[k];
        const double e = inr_latent_off(cpu->latent[k].first, gpu->latent[k].first, n);
        if (!(e < 2e-5))
            fail_msg("kind %zu, grid %d: gradients differ by %g", kind, k, e);
    }
    for (int i = 0; i < INR_LATENT_TENSORS; i++) {
        const double e =
            inr_latent_off(cpu->params.first + net->at[i], gpu->params.first + net->at[i],
                           (size_t)inr_latent_size(net, i));
        if (!(e < 2e-5))
            fail_msg("kind %zu, tensor %d: gradients differ by %g", kind, i, e);
    }
}

static void test_gradients(void **state)
{
    (void)state;
    struct inr_latent_pace hard = soft;
    hard.hard = true;
    for (size_t i = 0; i < KINDS; i++)
        for (int mode = 0; mode < 2; mode++) {
            struct inr_latent_trainer cpu, gpu;
            make_both(&cpu, &gpu, i);
            compare_gradients(&cpu, &gpu, i, mode ? &hard : &soft);
            inr_latent_trainer_free(&cpu);
            inr_latent_trainer_free(&gpu);
        }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Some tiles in turn: what networks learn from them is together what they learn from all. */
static void test_turns(void **state)
{
    (void)state;
    struct inr_latent_trainer cpu, gpu;
    const struct inr_latent_pace still = {.hard = true, .temperature = 0.3f, .remember = 0.9f};
    enum { KIND = 4, EVERY = 4 };
    make_both(&cpu, &gpu, KIND);
    const struct inr_latent_net *net = &cpu.state.net;
    const size_t n = (size_t)net->parameters;
    assert_true(net->h[0] >= INR_LATENT_MANY_ROWS && net->h[1] < INR_LATENT_MANY_ROWS);
    float *sum = calloc(2 * n, sizeof *sum), *before = sum + n;
    assert_non_null(sum);
    inr_latent_train(&cpu, &still);
    gpu.every = EVERY;
    for (int turn = 0; turn < EVERY; turn++) {
        inr_latent_train(&gpu, &still);
        inr_latent_trainer_fetch(&gpu);
        assert_int_equal(gpu.failure.status, INR_OK);
        assert_true(fabs(gpu.state.square / cpu.state.square - 1.0) < 1e-5);
        assert_true(fabs(gpu.state.level_bits[0] / cpu.state.level_bits[0] - 1.0) < 1e-5);
        for (size_t i = 0; i < n; i++) {
            /* the mean's tenth that is new */
            sum[i] += (gpu.params.first[i] - 0.9f * before[i]) / EVERY;
            before[i] = gpu.params.first[i];
        }
    }
    for (int i = 0; i < INR_LATENT_TENSORS; i++)
        assert_true(inr_latent_off(cpu.params.first + net->at[i], sum + net->at[i],
                                   (size_t)inr_latent_size(net, i)) < 1e-4);
    free(sum);
    inr_latent_trainer_free(&cpu);
    inr_latent_trainer_free(&gpu);
}

/* More tiles than workgroups: each takes several. */
static void test_many_tiles(void **state)
{
    (void)state;
    struct inr_latent_trainer t[2];
    struct inr_error err = {0};
    const uint32_t width = 421, height = 313;
    for (int i = 0; i < 2; i++)
        assert_true(inr_latent_probe(&t[i], width, height, 3));
    assert_true((uint64_t)width * height > INR_LATENT_GROUPS_MAX * INR_LATENT_GROUP);
    if (inr_latent_trainer_attach(&t[1], vulkan_case_device(), 0, vulkan_case_log(), &err) !=
        INR_OK)
        fail_msg("%s", err.text);
    compare_gradients(&t[0], &t[1], KINDS, &soft);
    for (int i = 0; i < 2; i++)
        inr_latent_trainer_free(&t[i]);
}

/* Steps with all that happens between them; what the CPU's rounding and the device's make of it
 * drifts apart slowly, where Adam divides small gradients by small means. */
static void steps(struct inr_latent_trainer *t)
{
    struct inr_latent_pace hard = soft;
    hard.hard = true;
    for (int i = 0; i < 4; i++)
        inr_latent_train(t, &soft);
    inr_latent_trainer_scale(t, 1.1f);
    for (int i = 0; i < 2; i++)
        inr_latent_train(t, &soft);
    for (int i = 0; i < 2; i++)
        inr_latent_train(t, &hard);
    inr_latent_trainer_scale(t, 0.9f);
    inr_latent_trainer_fetch(t);
    assert_int_equal(t->failure.status, INR_OK);
}

static void test_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct inr_latent_trainer cpu, gpu;
        make_both(&cpu, &gpu, i);
        const struct inr_latent_net *net = &cpu.state.net;
        steps(&cpu);
        steps(&gpu);
        assert_true(fabs(gpu.state.square / cpu.state.square - 1.0) < 1e-3);
        for (int k = 0; k < net->levels; k++) {
            const size_t n = (size_t)net->w[k] * net->h[k];
            double sum = 0.0;
            for (size_t p = 0; p < n; p++)
                sum += fabs((double)cpu.latent[k].value[p] - (double)gpu.latent[k].value[p]);
            /* a step is 0.05 and more */
            if (!(sum / (double)n < 1e-3))
                fail_msg("kind %zu, grid %d: latents differ by %g", i, k, sum / (double)n);
        }
        assert_true(inr_latent_off(cpu.state.params, gpu.state.params, (size_t)net->parameters) <
                    1e-3);
        inr_latent_trainer_free(&cpu);
        inr_latent_trainer_free(&gpu);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* The same steps from the same state are the same bits, wherever the state was meanwhile. */
static void test_again(void **state)
{
    (void)state;
    struct inr_latent_trainer cpu, gpu;
    struct inr_latent_snapshot snapshot = {0};
    make_both(&cpu, &gpu, 0);
    const size_t points = (size_t)inr_latent_points(&gpu.state.net);
    inr_latent_train(&gpu, &soft);
    assert_true(inr_latent_trainer_save(&gpu, &snapshot));
    steps(&gpu);
    const size_t bytes = 4 * points * sizeof(float);
    float *once = malloc(bytes);
    assert_non_null(once);
    memcpy(once, gpu.memory, bytes);
    const double square = gpu.state.square;
    inr_latent_train(&gpu, &soft);
    inr_latent_trainer_restore(&gpu, &snapshot);
    steps(&gpu);
    assert_true(gpu.state.square == square);
    /* latents and means; the slopes stay on the device */
    for (int k = 0; k < gpu.state.net.levels; k++) {
        const struct inr_latent_moments *m = &gpu.latent[k];
        const size_t n = (size_t)gpu.state.net.w[k] * gpu.state.net.h[k];
        const float *then = once + (m->value - (const float *)gpu.memory);
        assert_memory_equal(m->value, then, 3 * n * sizeof(float));
    }
    free(once);
    free(snapshot.memory);
    inr_latent_trainer_free(&cpu);
    inr_latent_trainer_free(&gpu);
}

static struct inr_image draw_picture(uint32_t width, uint32_t height, uint32_t channels)
{
    struct inr_image image = {
        .width = width, .height = height, .channels = channels, .depth = INR_DEPTH_U8};
    uint8_t *at = malloc((size_t)width * height * channels);
    assert_non_null(at);
    image.pixels = at;
    for (uint32_t r = 0; r < height; r++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < channels; c++)
                *at++ =
                    (uint8_t)(128.0f +
                              90.0f * sinf(0.02f * (float)(x * (c + 1))) * cosf(0.3f * (float)r) +
                              9.0f * inr_latent_probe_noise(c, r * width + x));
    return image;
}

static enum inr_status compress(const struct inr_image *image, const char *device, uint64_t bytes,
                                uint64_t limit, struct inr_compress_result *result,
                                struct inr_error *err)
{
    struct inr_compress_options options = {.bytes = bytes};
    const struct inr_compress_watch watch = {.fit = {.log = *vulkan_case_log()}};
    options.config.steps = bytes > 0 ? 40 : 15;
    options.config.threads = 1;
    options.config.memory_limit = limit;
    snprintf(options.config.device, sizeof options.config.device, "%s", device);
    return inr_compress_latent(image, "test", &options, &watch, result, err);
}

static void check_decoded(const struct inr_compress_result *result, const char *device)
{
    struct inr_image by[2];
    struct inr_error err = {0};
    const char *const devices[2] = {"cpu", device};
    for (int i = 0; i < 2; i++)
        if (inr_codec_picture(result->bytes, result->size, "test", devices[i], 1, &by[i], NULL,
                              &err) != INR_OK)
            fail_msg("%s", err.text);
    const size_t n = (size_t)by[0].width * by[0].height * by[0].channels;
    for (size_t i = 0; i < n; i++)
        assert_true(abs(((uint8_t *)by[0].pixels)[i] - ((uint8_t *)by[1].pixels)[i]) <= 1);
    inr_image_free(&by[0]);
    inr_image_free(&by[1]);
}

/* A file of a wanted size, made and decoded by the device. */
static void test_files(void **state)
{
    (void)state;
    char device[16];
    snprintf(device, sizeof device, "%d", vulkan_case_device()->index);
    static const struct {
        uint32_t width, height, channels;
        uint64_t bytes;
    } files[] = {{45, 38, 3, 0}, {1, 1, 1, 0}, {50, 3, 4, 0}, {35, 19, 3, 420}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_image image = draw_picture(files[i].width, files[i].height, files[i].channels);
        struct inr_compress_result result, same;
        struct inr_error err = {0};
        if (compress(&image, device, files[i].bytes, 0, &result, &err) != INR_OK)
            fail_msg("%s", err.text);
        check_decoded(&result, device);
        if (files[i].bytes == 0) {
            assert_int_equal(compress(&image, device, 0, 0, &same, &err), INR_OK);
            assert_int_equal(result.size, same.size);
            assert_memory_equal(result.bytes, same.bytes, same.size);
            free(same.bytes);
        }
        free(result.bytes);
        inr_image_free(&image);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_limit(void **state)
{
    (void)state;
    char device[16];
    snprintf(device, sizeof device, "%d", vulkan_case_device()->index);
    struct inr_image image = draw_picture(64, 64, 3);
    struct inr_compress_result result;
    struct inr_error err = {0};
    assert_int_equal(compress(&image, device, 0, 1 << 20, &result, &err), INR_ERR_MEMORY);
    assert_non_null(strstr(err.text, "the limit is 1.0 MiB"));
    inr_image_free(&image);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),  cmocka_unit_test(test_turns),
        cmocka_unit_test(test_many_tiles), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_again),      cmocka_unit_test(test_files),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
