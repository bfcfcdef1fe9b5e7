/* SPDX-License-Identifier: MIT
 *
 * inrz_case.c - What is in the compressed files of tests/golden/inrz. A new case is a row here;
 * then see test_inrz.c.
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

#include "base/hash.h"
#include "inrz_case.h"

#define RELU "activation=relu,"

static const struct inrz_case cases[] = {
    {"grey", "", "image", {9, 7}, 1, INR_SAMPLE_U8, .bits = 7, .device = true},
    {"rgb", "", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 7, .device = true},
    {"rgb-4-bits", "layers=2", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 4},
    {"rgb-2-bits-rows", "layers=2", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 2, .row = true},
    {"companded",
     "layers=2",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 4,
     .compand = 5,
     .row = true,
     .device = true},
    {"uneven",
     "width=24,layers=1",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8,
     .uneven = true,
     .device = true},
    {"uneven-level-1",
     "nested=2,width=24,layers=1",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8,
     .uneven = true,
     .level = 1},
    {"alpha", "", "image", {5, 8}, 4, INR_SAMPLE_U8, .bits = 8},
    {"deep", "", "image", {5, 4}, 3, INR_SAMPLE_U16, .bits = 16, .device = true},
    {"deep-alpha-rows", "", "image", {5, 4}, 2, INR_SAMPLE_U16, .bits = 12, .row = true},
    {"float", "lattice=left", "image", {5, 4}, 3, INR_SAMPLE_FLOAT, .bits = 8},
    {"pixel", "", "image", {1, 1}, 3, INR_SAMPLE_U8, .bits = 6},
    {"profile", "", "image", {6, 5}, 3, INR_SAMPLE_U8, .bits = 7, .profile = true},
    {"octaves",
     "encoding=octaves,frequencies=5,include-input=on",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 7},
    {"fourier",
     RELU "encoding=fourier,frequencies=4,seed=7",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8},
    {"narrow",
     "encoding=octaves,octave-ratio=1.5,frequencies=4,width=9,layers=2,width-end=0.4,width-power=2",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 7},
    {"opponent", "opponent=on", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 7, .device = true},
    {"nested",
     "nested=3,width=9,layers=2,width-end=0.6",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 6,
     .device = true},
    {"nested-level-2",
     "nested=3,width=9,layers=2,width-end=0.6",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 6,
     .level = 2},
    {"finer", "activation=finer", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 7},
    {"wire",
     "activation=wire,sigma=7.25",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 7,
     .device = true},
    {"incode",
     "activation=incode,learn-constants=on",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8},
    {"mfn", "architecture=fourier_net", "image", {8, 6}, 3, INR_SAMPLE_U8, .bits = 7},
    {"sl2a", "architecture=sl2a", "image", {4, 4}, 1, INR_SAMPLE_U8, .bits = 6},
    {"output",
     "output-activation=sine,output-omega=3",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 7},
    {"grid",
     "architecture=none,encoding=grid,resolution=5x4",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8},
    {"hash",
     RELU "encoding=hash,levels=3,base-resolution=3,finest-resolution=9,log2-table=5",
     "image",
     {8, 6},
     3,
     INR_SAMPLE_U8,
     .bits = 8,
     .device = true},
    {"planes",
     RELU "encoding=planes,resolution=5x4x3,plane-resolution=4,volume-resolution=2,features=2",
     "volume",
     {5, 4, 3},
     1,
     INR_SAMPLE_FLOAT,
     .bits = 8},
    {"neurbf",
     "architecture=neurbf,encoding=multigrid,kernels=9,kernel-features=3,levels=2,base-resolution="
     "2,finest-resolution=4",
     "image",
     {8, 6},
     1,
     INR_SAMPLE_U8,
     .bits = 8},
    {"volume", "lattice=corners", "volume", {5, 4, 3}, 1, INR_SAMPLE_FLOAT, .bits = 8},
    {"bools", "threshold=0.25", "occupancy", {4, 4, 4}, 1, INR_SAMPLE_BOOL, .bits = 8},
    {"sound", "", "series", {31}, 2, INR_SAMPLE_FLOAT, .bits = 8, .rate = 8000.0},
    {"ct", "angles=7", "ct", {6, 6}, 1, INR_SAMPLE_U8, .bits = 8},
    {"super-resolution", "factor=2", "super_resolution", {8, 6}, 3, INR_SAMPLE_U8, .bits = 8},
    {"sdf", "", "sdf", {4, 4, 4}, 1, INR_SAMPLE_FLOAT, .bits = 8, .sign = "winding"},
    {"sdf-array",
     RELU "encoding=hash,levels=2,base-resolution=2,finest-resolution=4,log2-table=4",
     "sdf",
     {5, 4, 3},
     1,
     INR_SAMPLE_FLOAT,
     .bits = 8,
     .sign = ""},
    {"occupancy",
     "output-activation=sigmoid",
     "occupancy",
     {4, 4, 4},
     1,
     INR_SAMPLE_FLOAT,
     .bits = 6,
     .sign = "stab"},
};

const struct inrz_case *inrz_case_at(size_t index)
{
    return index < sizeof cases / sizeof cases[0] ? &cases[index] : NULL;
}

static void set_all(struct inr_fit_config *config, const char *settings)
{
    char copy[256], *rest = copy;
    struct inr_error err = {0};
    snprintf(copy, sizeof copy, "width=6,layers=1,task=image,%s", settings);
    for (char *one = strtok_r(copy, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
        char *value = strchr(one, '=');
        *value++ = '\0';
        if (inr_fit_config_set(config, one, value, &err) != INR_OK)
            fail_msg("%s", err.text);
    }
}

static void make_uneven(struct inr_field *field)
{
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        for (int i = 0; slice->cols > 3 && i < slice->rows * slice->cols; i++)
            field->params[slice->offset + (size_t)i] *= exp2f((float)-(i % slice->cols % 4));
    }
}

struct inr_model *inrz_case_make(const struct inrz_case *g)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    struct inr_model *model = NULL;
    assert_int_equal(inr_fit_preset("siren", &config, &err), INR_OK);
    config.seed = 5;
    set_all(&config, g->settings);
    config.field.dims = g->shape[2] ? 3 : g->shape[1] ? 2 : 1;
    config.field.channels = (int)g->channels;
    inr_registry_find(INR_REGISTRY_TASK, g->task, &config.task.kind, NULL);
    if (inr_field_create(&config.field, config.seed, &field, &err) != INR_OK)
        fail_msg("%s: %s", g->name, err.text);
    if (g->uneven)
        make_uneven(field);
    if (inr_model_create(field, &config, &model, &err) != INR_OK)
        fail_msg("%s: %s", g->name, err.text);
    struct inr_model_info *info = &model->info;
    snprintf(info->task, sizeof info->task, "%s", g->task);
    info->dims = config.field.dims;
    info->width = g->shape[0];
    info->height = g->shape[1] ? g->shape[1] : 1;
    info->length = g->shape[2] ? g->shape[2] : 1;
    info->channels = g->channels;
    info->sample = g->sample;
    info->unit = g->sample != INR_SAMPLE_FLOAT;
    info->peak = info->unit ? 1.0 : 1.5;
    info->rate = g->rate;
    if (g->sign) {
        for (int d = 0; d < 3; d++)
            info->centre[d] = 0.1 * (d + 1);
        info->frame_scale = 1.0 / 3.0;
        snprintf(info->sign, sizeof info->sign, "%s", g->sign);
    }
    model->scale = 2.0f;
    model->shift = -1.0f;
    if (g->profile) {
        uint8_t icc[48];
        for (size_t i = 0; i < sizeof icc; i++)
            icc[i] = (uint8_t)(7 * i + 1);
        const struct inr_image image = {.icc = icc, .icc_size = sizeof icc, .channels = 3};
        assert_int_equal(inr_model_describe(model, &image, &err), INR_OK);
    }
    return model;
}

uint64_t inrz_hash(const struct inr_model *model)
{
    const struct inr_field *field = model->field;
    uint64_t hash = INR_HASH_START;
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        const size_t n = (size_t)slice->rows * (size_t)slice->cols;
        if (slice->trainable)
            hash = inr_hash_bytes(hash, field->params + slice->offset, n * sizeof(float));
    }
    return hash;
}

void inrz_describe(const struct inr_model *model, char *out, size_t size)
{
    const struct inr_model_info *i = &model->info;
    const struct inr_fit_config *c = &model->config;
    char frame[200] = "";
    if (!isnan(i->frame_scale))
        snprintf(frame, sizeof frame, " frame %.17g %.17g %.17g %.17g sign '%s'", i->centre[0],
                 i->centre[1], i->centre[2], i->frame_scale, i->sign);
    snprintf(
        out, size,
        "%s %d axes %ux%ux%u channels %u sample %d unit %d scale %.9g shift %.9g rate %.9g peak "
        "%.9g lattice %d threshold %.9g icc %zu crc %08lx%s",
        i->task, i->dims, i->width, i->height, i->length, i->channels, (int)i->sample, (int)i->unit,
        (double)model->scale, (double)model->shift, i->rate, i->peak, c->lattice,
        (double)c->task.threshold, model->source.icc_size,
        crc32(0, model->source.icc, (uInt)model->source.icc_size), frame);
    if (c->task.kind == INR_TASK_CT)
        snprintf(out + strlen(out), size - strlen(out), " angles %u", c->task.angles);
}

void inrz_render(const struct inr_model *model, const char *device, const uint32_t *shape,
                 struct inr_signal *signal)
{
    struct inr_error err = {0};
    if (inr_model_render_signal(model, device, 1, shape, signal, NULL, &err) != INR_OK)
        fail_msg("%s", err.text);
}
