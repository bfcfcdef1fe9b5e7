/* SPDX-License-Identifier: MIT
 *
 * fit_case.c - Small generated pictures and quick settings.
 */
#include "fit_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double value_at(double x, double y, uint32_t c)
{
    double wave = 0.5 + 0.3 * sin(5.0 * x + (double)c) * cos(4.0 * y);
    return x + y > 1.2 ? 0.85 - 0.1 * (double)c : wave;
}

struct inr_image inr_case_image(uint32_t width, uint32_t height, uint32_t channels,
                                enum inr_depth depth)
{
    struct inr_image image = {
        .width = width, .height = height, .channels = channels, .depth = depth};
    size_t n = (size_t)width * height * channels;
    image.pixels = malloc(n * inr_depth_size(depth));
    if (!image.pixels)
        abort();
    for (size_t i = 0; i < n; i++) {
        size_t pixel = i / channels;
        double v = value_at((double)(pixel % width) / width, (double)(pixel / width) / height,
                            (uint32_t)(i % channels));
        if (depth == INR_DEPTH_U8)
            ((uint8_t *)image.pixels)[i] = (uint8_t)lrint(v * 255.0);
        else if (depth == INR_DEPTH_U16)
            ((uint16_t *)image.pixels)[i] = (uint16_t)lrint(v * 65535.0);
        else
            ((float *)image.pixels)[i] = (float)(v * 4.5 - 0.5);
    }
    return image;
}

struct inr_fit_config inr_case_config(const char *preset)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    if (inr_fit_preset(preset, &config, &err) != INR_OK)
        abort();
    config.field.width = 24;
    config.field.layers = 1;
    /* Frequencies up to what a picture of a few dozen pixels can hold. */
    if (config.field.n_frequencies > 0)
        config.field.n_frequencies = config.field.n_frequencies > 10 ? 16 : 4;
    config.field.encoding_sigma = 1.0f;
    config.field.filter_scale = 16.0f;
    config.field.reparam_frequencies = 12;
    config.field.reparam_phases = 4;
    /* Fields this narrow take, and ReLU and Pade units need, a higher rate than the presets' 256
     * units. */
    const char *activation = inr_registry_id_name(INR_REGISTRY_ACTIVATION, config.field.activation);
    if (strcmp(activation, "relu") == 0 || strcmp(activation, "paon") == 0)
        config.rate = 1e-2f;
    if (config.field.reparam != 0) /* 85 times fewer rows: that much less of a step */
        config.rate = 1e-3f;
    config.batch = 256;
    config.steps = 60;
    config.threads = 1;
    memcpy(config.device, "cpu", 4);
    return config;
}

void inr_case_check(enum inr_status status, enum inr_status wanted, const struct inr_error *err)
{
    if (status != wanted)
        fail_msg("status %d instead of %d: %s", (int)status, (int)wanted, err->text);
}

struct inr_model *inr_case_fit(const struct inr_fit_input *input,
                               const struct inr_fit_config *config, const struct inr_model *resume,
                               const struct inr_fit_watch *watch, enum inr_status wanted)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_fit(input, config, resume, watch, &model, &err), wanted, &err);
    return model;
}

void inr_case_refuse(const struct inr_fit_input *input, const struct inr_fit_config *config,
                     enum inr_status wanted, const char *words)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_fit(input, config, NULL, NULL, &model, &err), wanted, &err);
    assert_null(model);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}
