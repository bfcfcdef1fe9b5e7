/* SPDX-License-Identifier: MIT
 *
 * test_task.c - Tasks on tiny signals: what is trained on, what is scored, what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/readout.h"
#include "fit/config.h"
#include "fit/model.h"
#include "fit/task_kind.h"
#include "fit_case.h"

/* A wave of any number of axes; with `inside` the points where it is high. */
static struct inr_signal make_signal(int dims, uint32_t x, uint32_t y, uint32_t z,
                                     uint32_t channels, bool inside)
{
    struct inr_signal s = {.dims = dims,
                           .shape = {x, y, z},
                           .channels = channels,
                           .sample = inside ? INR_SAMPLE_BOOL : INR_SAMPLE_FLOAT};
    const size_t n = inr_signal_points(&s) * channels;
    s.values = malloc(n * sizeof *s.values);
    if (!s.values)
        abort();
    for (size_t i = 0; i < n; i++) {
        const size_t p = i / channels;
        const double u = ((double)(p % x) + 0.5) / x, v = ((double)(p / x % y) + 0.5) / y;
        const double w = ((double)(p / x / y) + 0.5) / z;
        const double wave =
            0.5 + 0.2 * sin(5.0 * u + (double)(i % channels)) * cos(4.0 * v) + 0.15 * sin(3.0 * w);
        s.values[i] = (float)(inside ? (wave > 0.55 ? 1.0 : 0.0) : wave);
    }
    return s;
}

static struct inr_fit_config settings(int task, uint64_t steps)
{
    struct inr_fit_config config = inr_case_config("siren");
    config.field.first[0] = 10.0f;
    config.task.kind = task;
    config.steps = steps;
    return config;
}

static struct inr_model *fit(const struct inr_fit_input *input, const struct inr_fit_config *config)
{
    return inr_case_fit(input, config, NULL, NULL, INR_OK);
}

static struct inr_signal render(const struct inr_model *model, const uint32_t *shape)
{
    struct inr_signal s;
    struct inr_error err = {0};
    inr_case_check(inr_model_render_signal(model, "cpu", 1, shape, &s, NULL, &err), INR_OK, &err);
    return s;
}

static double psnr_between(const struct inr_signal *a, const struct inr_signal *b, double peak)
{
    const size_t n = inr_signal_points(a) * a->channels;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += pow((double)a->values[i] - (double)b->values[i], 2.0);
    return 10.0 * log10(peak * peak * (double)n / sum);
}

/* The model through a file and back. */
static struct inr_model *through_file(struct inr_model *model)
{
    const char *path = INR_BUILD_DIR "/test_task.inr";
    struct inr_model *loaded = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_model_save(model, path, &err), INR_OK, &err);
    inr_case_check(inr_model_load(path, &loaded, &err), INR_OK, &err);
    inr_model_free(model);
    return loaded;
}

/* One, two and three axes: the task follows from the signal, and what the model says of itself is
 * what its result shows, also from a file. */
static void test_signals_are_fitted(void **state)
{
    (void)state;
    static const struct {
        int dims;
        uint32_t shape[3], channels;
        const char *task;
    } rows[] = {{1, {400, 1, 1}, 2, "series"},
                {1, {1, 1, 1}, 6, "series"},
                {2, {21, 17, 1}, 1, "image"},
                {3, {11, 9, 7}, 1, "volume"},
                {3, {9, 1, 5}, 3, "volume"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint32_t *shape = rows[i].shape;
        struct inr_signal s =
            make_signal(rows[i].dims, shape[0], shape[1], shape[2], rows[i].channels, false);
        const struct inr_fit_input input = {.signal = &s, .name = "folder/wave.npy"};
        struct inr_fit_config config = settings(INR_TASK_AUTO, 300);
        struct inr_model *model = through_file(fit(&input, &config));
        const struct inr_model_info *info = inr_model_info(model);
        assert_string_equal(info->task, rows[i].task);
        assert_string_equal(info->source, "wave.npy");
        assert_true(info->dims == rows[i].dims && info->width == shape[0] &&
                    info->height == shape[1] && info->length == shape[2] &&
                    info->channels == rows[i].channels);
        assert_true(info->unit && info->peak == 1.0 && info->psnr > 25.0);
        assert_true(isnan(info->iou) && isnan(info->psnr_unknown));
        assert_true(isnan(info->ssim) == (rows[i].dims == 1));
        struct inr_signal result = render(model, NULL);
        inr_model_finish_signal(model, &result);
        assert_true(fabs(psnr_between(&s, &result, 1.0) - info->psnr) < 1e-4);
        inr_signal_free(&result);
        inr_model_free(model);
        inr_signal_free(&s);
    }
}

/* A finer grid passes through the samples of the coarse one where their points coincide. */
static void test_any_shape_is_rendered(void **state)
{
    (void)state;
    struct inr_signal s = make_signal(3, 5, 4, 3, 1, false);
    const struct inr_fit_input input = {.signal = &s};
    struct inr_fit_config config = settings(INR_TASK_VOLUME, 20);
    struct inr_model *model = fit(&input, &config);
    struct inr_signal coarse = render(model, NULL);
    struct inr_signal fine = render(model, (const uint32_t[3]){15, 12, 9});
    assert_true(fine.shape[0] == 15 && fine.shape[1] == 12 && fine.shape[2] == 9);
    for (size_t z = 0; z < 3; z++)
        for (size_t y = 0; y < 4; y++)
            for (size_t x = 0; x < 5; x++) {
                const float a = coarse.values[(z * 4 + y) * 5 + x];
                const float b = fine.values[((3 * z + 1) * 12 + 3 * y + 1) * 15 + 3 * x + 1];
                assert_true(fabsf(a - b) < 1e-5f);
            }
    struct inr_error err = {0};
    struct inr_signal none;
    inr_case_check(inr_model_render_signal(model, "cpu", 1, (const uint32_t[3]){9000000, 1, 1},
                                           &none, NULL, &err),
                   INR_ERR_USAGE, &err);
    assert_null(none.values);
    inr_signal_free(&coarse);
    inr_signal_free(&fine);
    inr_model_free(model);
    inr_signal_free(&s);
}

/* Where samples leave [0,1] they are brought there and the peak is their range, unless the setting
 * says that [0,1] is what they are meant to lie in. */
static void test_rescaling(void **state)
{
    (void)state;
    struct inr_signal s = make_signal(3, 9, 8, 7, 1, false);
    const size_t n = inr_signal_points(&s);
    float least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        s.values[i] = 40.0f * s.values[i] - 30.0f;
        least = fminf(least, s.values[i]);
        most = fmaxf(most, s.values[i]);
    }
    const struct inr_fit_input input = {.signal = &s};
    struct inr_fit_config config = settings(INR_TASK_AUTO, 300);
    struct inr_model *model = fit(&input, &config);
    assert_false(model->info.unit);
    assert_true(model->info.peak == (double)most - (double)least && model->info.psnr > 25.0);
    assert_true(fabsf(model->scale * least + model->shift - config.target_low) < 1e-4f);
    assert_true(fabsf(model->scale * most + model->shift - config.target_high) < 1e-4f);
    inr_model_free(model);

    for (size_t i = 0; i < n; i++)
        s.values[i] = 1.6f * (s.values[i] - least) / (most - least) - 0.3f;
    config.task.rescale = INR_RESCALE_OFF;
    config.target_low = 0.0f;
    model = fit(&input, &config);
    assert_true(model->info.unit && model->info.peak == 1.0);
    assert_true(model->scale == 1.0f && model->shift == 0.0f);
    struct inr_signal result = render(model, NULL);
    inr_model_finish_signal(model, &result);
    for (size_t i = 0; i < n; i++)
        assert_true(result.values[i] >= 0.0f && result.values[i] <= 1.0f);
    /* The target is not clamped: where it leaves [0,1], no field is without error. */
    assert_true(fabs(psnr_between(&s, &result, 1.0) - model->info.psnr) < 1e-4);
    assert_true(model->info.psnr < 25.0);
    inr_signal_free(&result);
    inr_model_free(model);
    inr_signal_free(&s);
}

/* IoU is of what lies above 1/2, however the field's outputs are scaled. */
static void check_occupancy(bool cross_entropy)
{
    struct inr_signal s = make_signal(3, 12, 10, 8, 1, true);
    const struct inr_fit_input input = {.signal = &s};
    struct inr_fit_config config = settings(INR_TASK_AUTO, 400);
    if (cross_entropy) {
        assert_int_equal(inr_fit_config_set(&config, "loss", "bce", NULL), INR_OK);
        assert_int_equal(inr_config_check(&config, NULL), INR_ERR_USAGE);
        assert_int_equal(inr_fit_config_set(&config, "output-activation", "sigmoid", NULL), INR_OK);
        config.target_low = 0.0f;
    }
    struct inr_model *model = through_file(fit(&input, &config));
    assert_string_equal(model->info.task, "occupancy");
    assert_true(model->info.iou > 0.8 && model->info.iou <= 1.0);
    struct inr_signal result = render(model, NULL);
    inr_model_finish_signal(model, &result);
    assert_int_equal(result.sample, INR_SAMPLE_BOOL);
    double both = 0, either = 0;
    for (size_t i = 0; i < inr_signal_points(&s); i++) {
        assert_true(result.values[i] == 0.0f || result.values[i] == 1.0f);
        both += result.values[i] == 1.0f && s.values[i] == 1.0f;
        either += result.values[i] == 1.0f || s.values[i] == 1.0f;
    }
    assert_true(fabs(both / either - model->info.iou) < 1e-9);
    inr_signal_free(&result);
    inr_model_free(model);
    inr_signal_free(&s);
}

static void test_occupancy(void **state)
{
    (void)state;
    check_occupancy(false);
    check_occupancy(true);
}

/* The field is smooth, so it ends nearer to the clean signal than the samples it was given. */
static void test_denoise(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(40, 30, 1, INR_DEPTH_U8);
    const struct inr_fit_input input = {.image = &image};
    struct inr_fit_config config = settings(INR_TASK_DENOISE, 400);
    config.task.noise = 0.1f;
    struct inr_model *model = fit(&input, &config);
    assert_true(model->info.psnr > 22.5 && model->info.psnr < 35.0); /* noisy: 20 dB */
    /* Clean, the same settings come nearer. */
    config.task.noise = 0.0f;
    struct inr_model *clean = fit(&input, &config);
    assert_true(clean->info.psnr > model->info.psnr + 1.0);

    /* A signal that is noisy already, and its clean reference. */
    struct inr_signal noisy, reference;
    struct inr_error err = {0};
    inr_case_check(inr_signal_from_image(&image, &reference, &err), INR_OK, &err);
    inr_case_check(inr_signal_from_image(&image, &noisy, &err), INR_OK, &err);
    noisy.sample = INR_SAMPLE_FLOAT;
    for (size_t i = 0; i < inr_signal_points(&noisy); i++)
        noisy.values[i] += i % 2 ? 0.1f : -0.1f;
    const struct inr_fit_input pair = {.signal = &noisy, .reference = &reference};
    struct inr_model *given = fit(&pair, &config);
    assert_true(given->info.psnr > 22.5 && given->info.unit);
    inr_signal_free(&noisy);
    inr_signal_free(&reference);
    inr_model_free(given);
    inr_model_free(clean);
    inr_model_free(model);
    inr_image_free(&image);
}

/* Samples that are not known have no part in the fit: other values there change nothing but the
 * score. */
static void test_inpaint(void **state)
{
    (void)state;
    struct inr_signal s = make_signal(2, 30, 22, 1, 3, false);
    struct inr_signal mask = make_signal(2, 30, 22, 1, 1, true);
    struct inr_fit_input input = {.signal = &s, .mask = &mask};
    struct inr_fit_config config = settings(INR_TASK_INPAINT, 200);
    config.keep_state = true;
    struct inr_model *model = fit(&input, &config);
    assert_true(model->info.psnr > 20.0 && model->info.psnr_unknown > 10.0);
    assert_true(model->info.psnr_unknown < model->info.psnr);
    for (size_t i = 0; i < inr_signal_points(&s); i++)
        for (size_t c = 0; mask.values[i] < 0.5f && c < 3; c++)
            s.values[3 * i + c] = 0.25f;
    struct inr_model *other = fit(&input, &config);
    assert_memory_equal(model->field->params, other->field->params,
                        model->field->n_params * sizeof(float));
    assert_true(fabs(model->info.psnr - other->info.psnr) > 0.1);

    /* A resumed fit needs the same mask. */
    struct inr_error err = {0};
    struct inr_model *out = NULL;
    mask.values[0] = 1.0f - mask.values[0];
    inr_case_check(inr_fit(&input, &config, model, NULL, &out, &err), INR_ERR_INPUT, &err);
    assert_null(out);
    inr_model_free(other);
    inr_model_free(model);
    inr_signal_free(&mask);
    inr_signal_free(&s);
}

static void test_inpaint_share(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(48, 36, 3, INR_DEPTH_U8);
    const struct inr_fit_input input = {.image = &image};
    struct inr_fit_config config = settings(INR_TASK_INPAINT, 300);
    config.task.keep = 0.5f;
    struct inr_model *half = fit(&input, &config);
    config.task.keep = 1.0f;
    struct inr_model *all = fit(&input, &config);
    assert_true(half->info.psnr_unknown > 18.0 && all->info.psnr >= half->info.psnr);
    assert_true(isnan(all->info.psnr_unknown));
    inr_model_free(half);
    inr_model_free(all);
    inr_image_free(&image);
}

/* Means of blocks, scored at full size; odd sizes are cut to a multiple of the factor. */
static void test_super_resolution(void **state)
{
    (void)state;
    struct inr_signal s = make_signal(2, 43, 30, 1, 1, false);
    struct inr_fit_input input = {.signal = &s};
    struct inr_fit_config config = settings(INR_TASK_SUPER_RESOLUTION, 400);
    config.task.factor = 2;
    struct inr_model *model = through_file(fit(&input, &config));
    assert_true(model->info.width == 42 && model->info.height == 30 && model->info.psnr > 28.0);
    inr_model_free(model);

    /* The same from a small signal and its large reference, which need not be a multiple. */
    struct inr_signal small = make_signal(2, 20, 15, 1, 1, false);
    input = (struct inr_fit_input){.signal = &small, .reference = &s};
    model = fit(&input, &config);
    assert_true(model->info.width == 43 && model->info.height == 30 && model->info.psnr > 28.0);
    inr_model_free(model);
    inr_signal_free(&small);
    inr_signal_free(&s);
}

/* Means of the field over what a sample covers give more detail than its centre does: with the
 * field free to vary between the centres, only they tell where. */
static void test_means_are_read(void **state)
{
    (void)state;
    struct inr_signal s = make_signal(2, 40, 32, 1, 2, false);
    struct inr_fit_input input = {.signal = &s};
    struct inr_fit_config config = settings(INR_TASK_SUPER_RESOLUTION, 300);
    config.task.factor = 4;
    config.task.readout = INR_READOUT_MEAN;
    config.schedule = 0; /* probes go through the measurements too */
    struct inr_model *model = through_file(fit(&input, &config));
    assert_true(model->info.width == 40 && model->info.height == 32 && model->info.psnr > 28.0);
    /* Block means of the result are the samples that were fitted. */
    struct inr_signal result = render(model, NULL);
    double squares = 0.0;
    for (size_t by = 0; by < 8; by++)
        for (size_t bx = 0; bx < 10; bx++)
            for (size_t c = 0; c < 2; c++) {
                double d = 0.0;
                for (size_t k = 0; k < 16; k++) {
                    const size_t at = ((4 * by + k / 4) * 40 + 4 * bx + k % 4) * 2 + c;
                    d += ((double)result.values[at] - (double)s.values[at]) / 16.0;
                }
                squares += d * d / 160.0;
            }
    assert_true(10.0 * log10(1.0 / squares) > 30.0);
    inr_signal_free(&result);
    inr_model_free(model);

    struct inr_signal small = make_signal(2, 10, 8, 1, 2, false);
    input = (struct inr_fit_input){.signal = &small, .reference = &s};
    model = fit(&input, &config);
    assert_true(model->info.width == 40 && model->info.psnr > 20.0);
    inr_model_free(model);
    inr_signal_free(&small);
    small = make_signal(2, 10, 9, 1, 2, false);
    input.signal = &small;
    inr_case_refuse(&input, &config, INR_ERR_INPUT, "whole number of times");
    inr_signal_free(&small);
    inr_signal_free(&s);
}

/* A picture from its projections, which the program makes or is given. */
static void test_ct(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(24, 18, 1, INR_DEPTH_U8);
    struct inr_signal picture;
    struct inr_error err = {0};
    inr_case_check(inr_signal_from_image(&image, &picture, &err), INR_OK, &err);
    const struct inr_fit_input whole = {.image = &image};
    struct inr_fit_config config = settings(INR_TASK_CT, 400);
    config.task.angles = 20;
    config.rate = 1e-3f;
    struct inr_model *model = through_file(fit(&whole, &config));
    assert_string_equal(model->info.task, "ct");
    assert_true(model->info.width == 24 && model->info.height == 18 && model->info.psnr > 22.0);
    inr_model_free(model);

    /* The same projections as a sinogram: scored by them, or against the picture. */
    const struct inr_readout radon = {
        .kind = INR_READ_RADON, .dims = 2, .shape = {24, 18, 1}, .angles = 20};
    struct inr_signal rows = {.dims = 2, .shape = {24, 20, 1}, .channels = 1};
    rows.values = malloc(24 * 20 * sizeof *rows.values);
    assert_non_null(rows.values);
    inr_readout_project(&radon, picture.values, rows.values, 1);
    struct inr_fit_input input = {.signal = &rows, .width = 24, .height = 18};
    config.task.angles = 3; /* those of the sinogram count */
    model = fit(&input, &config);
    assert_true(model->info.psnr > 30.0 && isnan(model->info.ssim) && !model->info.unit);
    struct inr_signal result = render(model, NULL);
    assert_true(psnr_between(&picture, &result, 1.0) > 18.0);
    inr_signal_free(&result);
    inr_model_free(model);
    input.reference = &picture;
    model = fit(&input, &config);
    assert_true(model->info.psnr > 18.0 && model->info.ssim > 0.3);

    /* The sinogram of the picture is the one given, that of the model the map of its picture. */
    struct inr_signal made, own;
    config.task.angles = 20;
    inr_case_check(inr_fit_sinogram(&whole, &config, &made, &err), INR_OK, &err);
    assert_true(made.shape[0] == 24 && made.shape[1] == 20 && made.channels == 1);
    assert_memory_equal(made.values, rows.values, 24 * 20 * sizeof *rows.values);
    inr_signal_free(&made);
    inr_case_check(inr_fit_sinogram(&input, &config, &made, &err), INR_OK, &err);
    assert_memory_equal(made.values, rows.values, 24 * 20 * sizeof *rows.values);
    inr_case_check(inr_model_sinogram(model, "cpu", 1, &own, NULL, &err), INR_OK, &err);
    assert_true(own.shape[0] == 24 && own.shape[1] == 20);
    result = render(model, NULL);
    inr_readout_project(&radon, result.values, made.values, 1);
    assert_memory_equal(own.values, made.values, 24 * 20 * sizeof *own.values);
    inr_signal_free(&result);
    inr_signal_free(&own);
    inr_signal_free(&made);
    inr_model_free(model);

    input = (struct inr_fit_input){.signal = &rows, .width = 25, .height = 18};
    inr_case_refuse(&input, &config, INR_ERR_INPUT, "24 columns");
    input = (struct inr_fit_input){.signal = &rows, .width = 24};
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "width and a height");
    input = (struct inr_fit_input){.signal = &rows, .reference = &rows};
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "scored against itself");
    input = (struct inr_fit_input){.signal = &rows, .width = 24, .height = 18, .reference = &rows};
    inr_case_refuse(&input, &config, INR_ERR_INPUT, "must agree");
    config.fresh = 1;
    inr_case_refuse(&whole, &config, INR_ERR_USAGE, "no spectrum");
    inr_signal_free(&rows);
    inr_signal_free(&picture);
    inr_image_free(&image);
}

/* Resuming draws the same noise and the same known samples. */
static void test_resume_is_exact(void **state)
{
    (void)state;
    static const int tasks[] = {INR_TASK_DENOISE, INR_TASK_INPAINT, INR_TASK_SUPER_RESOLUTION,
                                INR_TASK_CT};
    struct inr_signal s = make_signal(2, 24, 20, 1, 1, false);
    const struct inr_fit_input input = {.signal = &s};
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        struct inr_fit_config config = settings(tasks[i], 40);
        struct inr_error err = {0};
        config.schedule = 0;
        config.seed = 7;
        config.keep_state = true;
        struct inr_model *whole = fit(&input, &config), *half, *rest = NULL;
        config.steps = 20;
        half = through_file(fit(&input, &config));
        config.steps = 40;
        config.seed = 9; /* that of the model holds, and so do its task's settings */
        config.task = inr_task_default();
        inr_case_check(inr_fit(&input, &config, half, NULL, &rest, &err), INR_OK, &err);
        assert_string_equal(rest->info.task, whole->info.task);
        assert_memory_equal(rest->training.m, whole->training.m,
                            whole->field->n_trainable * sizeof(float));
        inr_model_free(whole);
        inr_model_free(half);
        inr_model_free(rest);
    }
    inr_signal_free(&s);
}

static void test_what_does_not_fit_together_is_refused(void **state)
{
    (void)state;
    struct inr_signal volume = make_signal(3, 6, 5, 4, 1, false);
    struct inr_signal solid = make_signal(3, 6, 5, 4, 1, true);
    struct inr_signal plane = make_signal(2, 6, 5, 1, 1, false);
    struct inr_signal other = make_signal(2, 5, 6, 1, 1, false);
    struct inr_signal dark = make_signal(2, 6, 5, 1, 1, false);
    for (size_t i = 0; i < 30; i++)
        dark.values[i] = 0.0f;
    const struct {
        struct inr_fit_input input;
        int task;
        enum inr_status status;
        const char *words;
    } rows[] = {
        {{.signal = &volume}, INR_TASK_IMAGE, INR_ERR_USAGE, "2 axes"},
        {{.signal = &plane}, INR_TASK_SERIES, INR_ERR_USAGE, "1 axes"},
        {{.signal = &plane}, 77, INR_ERR_USAGE, "77"},
        {{.signal = NULL}, INR_TASK_IMAGE, INR_ERR_USAGE, "needs an image or a signal"},
        {{.signal = &solid}, INR_TASK_DENOISE, INR_ERR_USAGE, "take no noise"},
        {{.signal = &plane, .reference = &plane}, INR_TASK_IMAGE, INR_ERR_USAGE, "no reference"},
        {{.signal = &plane, .mask = &plane}, INR_TASK_DENOISE, INR_ERR_USAGE, "no mask"},
        {{.signal = &plane, .reference = &other}, INR_TASK_DENOISE, INR_ERR_INPUT, "must agree"},
        {{.signal = &plane, .reference = &volume},
         INR_TASK_SUPER_RESOLUTION,
         INR_ERR_INPUT,
         "must agree"},
        {{.signal = &plane, .mask = &other}, INR_TASK_INPAINT, INR_ERR_INPUT, "must agree"},
        {{.signal = &plane, .mask = &dark}, INR_TASK_INPAINT, INR_ERR_INPUT, "white is known"},
        {{.signal = &volume}, INR_TASK_SUPER_RESOLUTION, INR_ERR_USAGE, "smaller --factor"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_fit_config config = settings(rows[i].task, 5);
        config.task.factor = 6;
        inr_case_refuse(&rows[i].input, &config, rows[i].status, rows[i].words);
    }
    struct inr_fit_config config = settings(INR_TASK_INPAINT, 5);
    const struct inr_fit_input input = {.signal = &plane};
    config.fresh = 1;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "no spectrum");
    config = settings(INR_TASK_SUPER_RESOLUTION, 5);
    config.task.factor = 0;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "factor is 0");
    inr_signal_free(&volume);
    inr_signal_free(&solid);
    inr_signal_free(&plane);
    inr_signal_free(&other);
    inr_signal_free(&dark);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_are_fitted),
        cmocka_unit_test(test_any_shape_is_rendered),
        cmocka_unit_test(test_rescaling),
        cmocka_unit_test(test_occupancy),
        cmocka_unit_test(test_denoise),
        cmocka_unit_test(test_inpaint),
        cmocka_unit_test(test_inpaint_share),
        cmocka_unit_test(test_super_resolution),
        cmocka_unit_test(test_means_are_read),
        cmocka_unit_test(test_ct),
        cmocka_unit_test(test_resume_is_exact),
        cmocka_unit_test(test_what_does_not_fit_together_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
