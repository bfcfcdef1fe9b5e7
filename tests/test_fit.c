/* SPDX-License-Identifier: MIT
 *
 * test_fit.c - Fits of small pictures on the CPU: budgets, targets, interruption, resumption,
 * views.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit/model.h"
#include "fit_case.h"

static void check(enum inr_status status, enum inr_status wanted, const struct inr_error *err)
{
    if (status != wanted)
        fail_msg("status %d instead of %d: %s", (int)status, (int)wanted, err->text);
}

static struct inr_model *fit(const struct inr_image *image, const struct inr_fit_config *config,
                             const struct inr_model *resume, const struct inr_fit_watch *watch,
                             enum inr_status wanted)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    check(inr_fit_image(image, config, resume, watch, "folder/case.png", &model, &err), wanted,
          &err);
    return model;
}

/* A watcher that stops at a step and counts what it sees. */
struct watcher {
    uint64_t stop_at; /* 0: never */
    int calls, checkpoints, measured;
    uint64_t last;
    struct inr_model *saved; /* the last checkpoint, through a file */
};

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *progress)
{
    struct watcher *w = user;
    w->calls++;
    w->measured += progress->measured;
    assert_true(progress->step > w->last);
    assert_true(progress->total_steps >= progress->step && progress->samples_per_second > 0.0);
    w->last = progress->step;
    return w->stop_at && progress->step >= w->stop_at ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

static enum inr_status on_checkpoint(void *user, const struct inr_model *model,
                                     struct inr_error *err)
{
    struct watcher *w = user;
    const char *path = INR_BUILD_DIR "/test_fit_checkpoint.inr";
    assert_true(inr_model_can_resume(model));
    assert_false(inr_model_info(model)->complete);
    assert_true(isnan(inr_model_info(model)->psnr));
    w->checkpoints++;
    inr_model_free(w->saved);
    w->saved = NULL;
    enum inr_status status = inr_model_save(model, path, err);
    return status == INR_OK ? inr_model_load(path, &w->saved, err) : status;
}

static void assert_same_params(const struct inr_model *a, const struct inr_model *b)
{
    const struct inr_field *x = inr_model_field(a), *y = inr_model_field(b);
    assert_int_equal(x->n_params, y->n_params);
    assert_memory_equal(x->params, y->params, x->n_params * sizeof *x->params);
}

/* Every preset learns a picture to a floor in a few hundred steps of a tiny field. */
static void test_presets_learn(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(32, 24, 3, INR_DEPTH_U8);
    struct inr_registry_row row;
    for (size_t i = 0; inr_registry_at(INR_REGISTRY_PRESET, i, &row); i++) {
        struct inr_fit_config config = inr_case_config(row.name);
        config.steps = 300;
        struct inr_model *model = fit(&image, &config, NULL, NULL, INR_OK);
        const struct inr_model_info *info = inr_model_info(model);
        print_message("%s: %.2f dB\n", row.name, info->psnr);
        assert_true(info->psnr > 20.0);
        assert_true(info->complete && info->steps == 300 && info->total_steps == 300);
        assert_true(info->ssim > 0.3 && info->seconds > 0.0);
        assert_string_equal(info->source, "case.png");
        assert_false(inr_model_can_resume(model));
        inr_model_free(model);
    }
    inr_image_free(&image);
}

/* Depths, channels, batch modes and losses; what the model says of itself is what a comparison
 * finds. */
static void test_kinds_of_input(void **state)
{
    (void)state;
    static const struct {
        uint32_t channels;
        enum inr_depth depth;
        const char *flag, *text;
    } cases[] = {
        {1, INR_DEPTH_U8, "batch-mode", "full"},   {2, INR_DEPTH_U16, "batch-mode", "random"},
        {4, INR_DEPTH_U8, "loss", "huber"},        {3, INR_DEPTH_F32, "corners", ""},
        {1, INR_DEPTH_F32, "target-low", "0.25"},  {3, INR_DEPTH_U8, "batch", "100000"},
        {3, INR_DEPTH_U8, "learn-constants", ""},  {3, INR_DEPTH_U16, "optimizer", "adamw"},
        {3, INR_DEPTH_U8, "schedule", "constant"}, {1, INR_DEPTH_U8, "warmup", "0.2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inr_image image = inr_case_image(24, 20, cases[i].channels, cases[i].depth);
        struct inr_fit_config config = inr_case_config("siren");
        struct inr_error err = {0};
        struct inr_metric_result result;
        check(inr_fit_config_set(&config, cases[i].flag, cases[i].text, &err), INR_OK, &err);
        config.steps = 150;
        config.rate = 1e-3f; /* 24 units take twice the rate of the preset's 256 */
        struct inr_model *model = fit(&image, &config, NULL, NULL, INR_OK);
        check(inr_model_compare(model, "cpu", 1, &image, &result, NULL, &err), INR_OK, &err);
        assert_true(result.psnr > 18.0);
        assert_float_equal(result.psnr, inr_model_info(model)->psnr, 1e-9);
        assert_float_equal(result.ssim, inr_model_info(model)->ssim, 1e-9);
        inr_model_free(model);
        inr_image_free(&image);
    }
}

static void test_resume_is_exact(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(32, 24, 3, INR_DEPTH_U8);
    static const struct {
        const char *schedule, *preset, *ema;
        uint64_t stop_at; /* a constant rate is first probed at step 40 of 60 */
        const char *bits; /* quantised from step 18 on */
        const char *step;
    } rows[] = {{"cosine", "finer", "0", 25, "0", "peak"},
                {"constant", "finer", "0", 45, "0", "peak"},
                {"cosine", "finer", "0.95", 25, "0", "peak"},
                {"constant", "finer", "0.9", 45, "0", "peak"},
                {"decay", "hash", "0.95", 45, "0", "peak"},
                {"cosine", "finer", "0", 10, "4", "learned"},
                {"constant", "finer", "0.9", 45, "5", "peak"},
                {"cosine", "finer", "0.9", 25, "4", "learned"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_fit_config config = inr_case_config(rows[i].preset);
        struct inr_error err = {0};
        struct watcher w = {.stop_at = rows[i].stop_at};
        const struct inr_fit_watch watch = {.progress = on_progress, .user = &w};
        const char *path = INR_BUILD_DIR "/test_fit_interrupted.inr";
        struct inr_model *loaded = NULL;
        check(inr_fit_config_set(&config, "schedule", rows[i].schedule, &err), INR_OK, &err);
        check(inr_fit_config_set(&config, "ema", rows[i].ema, &err), INR_OK, &err);
        check(inr_fit_config_set(&config, "quantize-bits", rows[i].bits, &err), INR_OK, &err);
        check(inr_fit_config_set(&config, "quantize-step", rows[i].step, &err), INR_OK, &err);
        check(inr_fit_config_set(&config, "save-every", "5", &err), INR_OK, &err);
        const struct inr_fit_watch saves = {
            .progress = on_progress, .checkpoint = on_checkpoint, .user = &w};
        struct inr_model *straight = fit(&image, &config, NULL, NULL, INR_OK);
        struct inr_model *part = fit(&image, &config, NULL, &saves, INR_INTERRUPTED);
        assert_int_equal(inr_model_info(part)->steps, w.stop_at);
        assert_true(inr_model_can_resume(part) && !inr_model_info(part)->complete);
        assert_int_equal(w.checkpoints, w.stop_at / 5);
        check(inr_model_save(part, path, &err), INR_OK, &err);
        check(inr_model_load(path, &loaded, &err), INR_OK, &err);
        assert_same_params(part, loaded);
        const bool on = rows[i].bits[0] != '0' && w.stop_at > 18;
        assert_true(loaded->field->config.quantised == on);
        assert_int_equal(loaded->training.best != NULL, w.stop_at > 40);
        assert_int_equal(loaded->training.raw != NULL, config.ema > 0.0f);
        w = (struct watcher){.saved = w.saved};
        struct inr_model *rest = fit(&image, inr_model_config(loaded), loaded, &watch, INR_OK);
        assert_int_equal(inr_model_info(rest)->steps, 60);
        assert_same_params(straight, rest);
        assert_float_equal(inr_model_info(straight)->psnr, inr_model_info(rest)->psnr, 0.0);
        assert_string_equal(inr_model_info(rest)->source, "case.png");
        inr_model_free(straight);
        inr_model_free(part);
        inr_model_free(loaded);
        inr_model_free(rest);
        inr_model_free(w.saved);
    }
    inr_image_free(&image);
}

static void test_resume_refused(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(16, 12, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct inr_model *out = NULL;
    struct inr_error err = {0};
    char hash[17];
    config.keep_state = true;
    struct inr_model *kept = fit(&image, &config, NULL, NULL, INR_OK);
    config.keep_state = false;
    struct inr_model *plain = fit(&image, &config, NULL, NULL, INR_OK);
    assert_true(inr_model_can_resume(kept));
    assert_int_equal(inr_fit_image(&image, &config, plain, NULL, NULL, &out, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "--keep-state"));
    assert_null(out);

    ((uint8_t *)image.pixels)[7] ^= 1;
    err = (struct inr_error){0};
    assert_int_equal(inr_fit_image(&image, &config, kept, NULL, NULL, &out, &err), INR_ERR_INPUT);
    inr_image_hash(&image, hash);
    assert_non_null(strstr(err.text, hash));
    assert_non_null(strstr(err.text, inr_model_info(kept)->source_hash));
    ((uint8_t *)image.pixels)[7] ^= 1;

    /* More steps go on from where it ended; nothing left to do gives the same model again. */
    config.steps = 80;
    struct inr_model *more = fit(&image, &config, kept, NULL, INR_OK);
    assert_int_equal(inr_model_info(more)->steps, 80);
    config.steps = 60;
    struct inr_model *same = fit(&image, &config, kept, NULL, INR_OK);
    assert_same_params(same, kept);
    inr_model_free(kept);
    inr_model_free(plain);
    inr_model_free(more);
    inr_model_free(same);
    inr_image_free(&image);
}

/* Averaged parameters are the model, a file without state has no others, and a fit that goes on
 * without an average does so from those that it was of. */
static void test_average(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(32, 24, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct inr_model *plain = fit(&image, &config, NULL, NULL, INR_OK);
    config.keep_state = true;
    struct inr_model *last = fit(&image, &config, NULL, NULL, INR_OK);
    config.ema = 0.95f;
    struct inr_model *kept = fit(&image, &config, NULL, NULL, INR_OK);
    config.keep_state = false;
    struct inr_model *average = fit(&image, &config, NULL, NULL, INR_OK);
    const size_t n = inr_model_field(plain)->n_params;
    assert_same_params(kept, average);
    assert_memory_equal(kept->training.raw, inr_model_field(plain)->params, n * sizeof(float));
    assert_memory_not_equal(inr_model_field(kept)->params, inr_model_field(plain)->params,
                            n * sizeof(float));
    assert_null(average->training.raw);
    assert_null(average->training.lag);
    /* With nothing left to do the same model again, and with an average of nothing the last. */
    struct inr_model *same = fit(&image, inr_model_config(kept), kept, NULL, INR_OK);
    assert_same_params(same, kept);
    config = *inr_model_config(kept);
    config.ema = 0.0f;
    config.steps = 70;
    struct inr_model *more = fit(&image, &config, kept, NULL, INR_OK);
    struct inr_model *others = fit(&image, &config, last, NULL, INR_OK);
    assert_same_params(more, others);
    assert_null(more->training.raw);
    /* An average can begin on the way. */
    config.ema = 0.5f;
    struct inr_model *begun = fit(&image, &config, last, NULL, INR_OK);
    assert_memory_equal(begun->training.raw, inr_model_field(more)->params, n * sizeof(float));
    /* Files that have half of it. */
    const char *path = INR_BUILD_DIR "/test_fit_average.inr";
    struct inr_model *none = NULL;
    struct inr_error err = {0};
    kept->config.ema = 0.0f;
    check(inr_model_save(kept, path, &err), INR_OK, &err);
    check(inr_model_load(path, &none, &err), INR_ERR_INPUT, &err);
    assert_non_null(strstr(err.text, "without an average"));
    last->config.ema = 0.95f;
    err.text[0] = '\0';
    check(inr_model_save(last, path, &err), INR_OK, &err);
    check(inr_model_load(path, &none, &err), INR_ERR_INPUT, &err);
    assert_non_null(strstr(err.text, "average"));
    struct inr_model *const all[] = {plain, last, kept, average, same, more, others, begun};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        inr_model_free(all[i]);
    inr_image_free(&image);
}

static void test_same_seed_same_bytes(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(24, 16, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("ffn");
    struct inr_model *a = fit(&image, &config, NULL, NULL, INR_OK);
    struct inr_model *b = fit(&image, &config, NULL, NULL, INR_OK);
    config.seed = 1;
    struct inr_model *c = fit(&image, &config, NULL, NULL, INR_OK);
    assert_same_params(a, b);
    assert_memory_not_equal(inr_model_field(a)->params, inr_model_field(c)->params,
                            inr_model_field(a)->n_params * sizeof(float));
    inr_model_free(a);
    inr_model_free(b);
    inr_model_free(c);
    inr_image_free(&image);
}

static void test_divergence(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(16, 12, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("relu");
    struct inr_model *out = NULL;
    struct inr_error err = {0};
    check(inr_fit_config_set(&config, "optimizer", "sgd", &err), INR_OK, &err);
    check(inr_fit_config_set(&config, "lr", "1000", &err), INR_OK, &err);
    config.steps = 500;
    assert_int_equal(inr_fit_image(&image, &config, NULL, NULL, NULL, &out, &err), INR_ERR_FAILED);
    assert_non_null(strstr(err.text, "lower the learning rate"));
    assert_null(out);
    inr_image_free(&image);
}

static void test_time_budget(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(64, 48, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    config.steps = 0;
    config.seconds = 0.6;
    struct inr_model *model = fit(&image, &config, NULL, NULL, INR_OK);
    const struct inr_model_info *info = inr_model_info(model);
    /* Loose, for machines that do other things as well. */
    assert_true(info->seconds > 0.54 && info->seconds < 0.75);
    assert_true(info->steps >= 1 && info->steps == info->total_steps);
    inr_model_free(model);
    /* Whichever comes first. */
    config.steps = 3;
    config.seconds = 100.0;
    model = fit(&image, &config, NULL, NULL, INR_OK);
    assert_int_equal(inr_model_info(model)->steps, 3);
    inr_model_free(model);
    inr_image_free(&image);
}

static void test_psnr_target(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(32, 24, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct watcher w = {0};
    const struct inr_fit_watch watch = {.progress = on_progress, .user = &w};
    config.steps = 5000;
    config.psnr = 24.0;
    struct inr_model *model = fit(&image, &config, NULL, &watch, INR_OK);
    assert_true(inr_model_info(model)->psnr >= 24.0 && inr_model_info(model)->psnr < 32.0);
    assert_true(inr_model_info(model)->steps < 5000 && w.measured >= 1);
    inr_model_free(model);

    struct inr_error err = {0};
    config.steps = 20;
    config.psnr = 90.0;
    check(inr_fit_image(&image, &config, NULL, NULL, NULL, &model, &err), INR_TARGET_MISSED, &err);
    assert_non_null(model);
    assert_true(inr_model_info(model)->complete);
    inr_model_free(model);
    inr_image_free(&image);
}

/* A watcher that asks for it sees measurements from the first steps on, and the fit is the same. */
static void test_curve(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(32, 24, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct watcher plain = {0}, curve = {0};
    struct inr_fit_watch watch = {.progress = on_progress, .user = &plain};
    config.steps = 200;
    struct inr_model *a = fit(&image, &config, NULL, &watch, INR_OK);
    watch.measures = true;
    watch.user = &curve;
    struct inr_model *b = fit(&image, &config, NULL, &watch, INR_OK);
    assert_int_equal(plain.measured, 0);
    /* How many more depends on what a measurement takes beside this tiny fit. */
    assert_true(curve.measured >= 1 && curve.measured <= curve.calls);
    assert_memory_equal(inr_model_field(a)->params, inr_model_field(b)->params,
                        inr_model_field(a)->n_params * sizeof(float));
    inr_model_free(a);
    inr_model_free(b);
    inr_image_free(&image);
}

struct canvas {
    float *values;
    size_t used, size;
    int stop;
};

static enum inr_status take_rows(void *user, const float *values, uint32_t n, struct inr_error *err)
{
    struct canvas *canvas = user;
    if (canvas->stop)
        return inr_fail(err, INR_ERR_OUTPUT, "no room");
    assert_true(canvas->used + n * canvas->size <= 400u * 400u * 3u);
    memcpy(canvas->values + canvas->used, values, n * canvas->size * sizeof *values);
    canvas->used += n * canvas->size;
    return INR_OK;
}

/* A crop of a large view is a part of the whole, bit for bit. */
static void test_render(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(20, 16, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct inr_model *model = fit(&image, &config, NULL, NULL, INR_OK);
    struct inr_view whole = {.width = 350}, part = {.width = 350,
                                                    .crop_x = 17,
                                                    .crop_y = 101,
                                                    .crop_width = 211,
                                                    .crop_height = 99};
    struct inr_error err = {0};
    struct canvas a = {.values = calloc(400u * 400u * 3u, 4), .size = 350 * 3};
    struct canvas b = {.values = calloc(400u * 400u * 3u, 4), .size = 211 * 3};
    assert_non_null(a.values);
    assert_non_null(b.values);
    check(inr_view_resolve(model, &whole, &err), INR_OK, &err);
    assert_true(whole.height == 280 && whole.crop_width == 350 && whole.crop_height == 280);
    check(inr_model_render(model, "cpu", 1, &whole, take_rows, &a, NULL, &err), INR_OK, &err);
    check(inr_model_render(model, "cpu", 1, &part, take_rows, &b, NULL, &err), INR_OK, &err);
    assert_true(a.used == 350 * 280 * 3 && b.used == 211 * 99 * 3);
    float worst = 0.0f;
    for (size_t y = 0; y < 99; y++)
        for (size_t x = 0; x < 211 * 3; x++)
            worst = fmaxf(worst, fabsf(a.values[(y + 101) * 350 * 3 + 17 * 3 + x] -
                                       b.values[y * 211 * 3 + x]));
    assert_true(worst < 1e-5f);

    b.stop = 1;
    assert_int_equal(inr_model_render(model, "cpu", 1, &part, take_rows, &b, NULL, &err),
                     INR_ERR_OUTPUT);
    struct inr_view bad[] = {
        {.width = 9000000}, {.crop_x = 20}, {.crop_width = 21}, {.crop_y = 99}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(inr_view_resolve(model, &bad[i], NULL), INR_ERR_USAGE);
    free(a.values);
    free(b.values);
    inr_model_free(model);
    inr_image_free(&image);
}

static void test_compare_images(void **state)
{
    (void)state;
    struct inr_image a = inr_case_image(20, 16, 3, INR_DEPTH_U8);
    struct inr_image b = inr_case_image(20, 16, 3, INR_DEPTH_U16);
    struct inr_image c = inr_case_image(16, 20, 3, INR_DEPTH_U8);
    struct inr_metric_result result;
    struct inr_error err = {0};
    char x[17], y[17];
    check(inr_image_compare(&a, &a, &result, &err), INR_OK, &err);
    assert_true(isinf(result.psnr) && result.max_error == 0.0);
    check(inr_image_compare(&a, &b, &result, &err), INR_OK, &err);
    assert_true(result.psnr > 50.0);
    assert_int_equal(inr_image_compare(&a, &c, &result, &err), INR_ERR_INPUT);
    inr_image_hash(&a, x);
    inr_image_hash(&c, y);
    assert_string_not_equal(x, y);
    /* FNV-1a of the header 1,1,1,0 and the sample 5, computed by hand in Python. */
    uint8_t five = 5;
    const struct inr_image dot = {.width = 1, .height = 1, .channels = 1, .pixels = &five};
    inr_image_hash(&dot, x);
    assert_string_equal(x, "fbaa0b241ceebac3");
    inr_image_free(&a);
    inr_image_free(&b);
    inr_image_free(&c);
}

static void test_bad_settings(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(8, 8, 1, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config("siren");
    struct inr_model *out = NULL;
    struct inr_error err = {0};
    config.field.width = 0;
    assert_int_equal(inr_fit_image(&image, &config, NULL, NULL, NULL, &out, &err), INR_ERR_USAGE);
    config = inr_case_config("siren");
    memcpy(config.device, "nosuch", 7);
    err = (struct inr_error){0};
    assert_int_equal(inr_fit_image(&image, &config, NULL, NULL, NULL, &out, &err),
                     INR_ERR_NO_DEVICE);
    inr_image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets_learn),   cmocka_unit_test(test_kinds_of_input),
        cmocka_unit_test(test_resume_is_exact), cmocka_unit_test(test_resume_refused),
        cmocka_unit_test(test_average),         cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_divergence),      cmocka_unit_test(test_time_budget),
        cmocka_unit_test(test_psnr_target),     cmocka_unit_test(test_curve),
        cmocka_unit_test(test_render),          cmocka_unit_test(test_compare_images),
        cmocka_unit_test(test_bad_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
