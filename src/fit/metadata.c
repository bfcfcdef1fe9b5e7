/* SPDX-License-Identifier: MIT
 *
 * metadata.c - The table of metadata keys, their writing, and their reading with every check.
 */
#include "fit/metadata.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fit/number.h"
#include "fit/task_kind.h"

#define FORMAT         "inrush"
#define FORMAT_VERSION "1"
#define TEXTS_CRC      "metadata_crc32"

enum kind { TEXT, WHOLE32, WHOLE64, REAL, REAL32, DEPTH, SAMPLE, FLAG, INT };

struct key {
    const char *name;
    enum kind kind;
    size_t offset, size; /* into struct inr_model; size of a TEXT */
    bool optional;
    double low, high; /* numbers */
};

#define AT(member)   offsetof(struct inr_model, member)
#define SIZE(member) sizeof((struct inr_model *)0)->member
/* Float coordinates name every sample of an axis up to here. */
#define SIDE 8388608.0

static const struct key keys[] = {
    {"task", TEXT, AT(info.task), SIZE(info.task), false, 0, 0},
    {"version", TEXT, AT(info.version), SIZE(info.version), false, 0, 0},
    {"source", TEXT, AT(info.source), SIZE(info.source), true, 0, 0},
    {"source_hash", TEXT, AT(info.source_hash), SIZE(info.source_hash), true, 0, 0},
    {"width", WHOLE32, AT(info.width), 0, false, 1, SIDE},
    {"height", WHOLE32, AT(info.height), 0, false, 1, SIDE},
    {"length", WHOLE32, AT(info.length), 0, true, 1, SIDE},
    {"dims", INT, AT(info.dims), 0, true, 1, INR_MAX_DIMS},
    {"channels", WHOLE32, AT(info.channels), 0, false, 1, INR_MAX_CHANNELS},
    {"sample", SAMPLE, AT(info.sample), 0, true, 0, 0},
    {"rate", REAL, AT(info.rate), 0, true, 0, 1e12},
    {"peak", REAL, AT(info.peak), 0, true, 0, DBL_MAX},
    {"unit", FLAG, AT(info.unit), 0, true, 0, 0},
    {"depth", DEPTH, AT(info.depth), 0, false, 0, 0},
    {"icc_name", TEXT, AT(source.icc_name), SIZE(source.icc_name), true, 0, 0},
    {"png_gamma", INT, AT(source.png_gamma), 0, true, 0, 2147483647},
    {"png_srgb", INT, AT(source.png_srgb), 0, true, 0, 4},
    {"target_scale", REAL32, AT(scale), 0, false, -(double)FLT_MAX, (double)FLT_MAX},
    {"target_shift", REAL32, AT(shift), 0, false, -(double)FLT_MAX, (double)FLT_MAX},
    {"steps", WHOLE64, AT(training.steps), 0, false, 0, 4294967295.0},
    {"total_steps", WHOLE64, AT(training.total), 0, false, 0, 4294967295.0},
    {"seconds", REAL, AT(training.seconds), 0, false, 0, DBL_MAX},
    {"psnr", REAL, AT(info.psnr), 0, true, -1e4, (double)INFINITY},
    {"ssim", REAL, AT(info.ssim), 0, true, -1, 1},
    {"iou", REAL, AT(info.iou), 0, true, 0, 1},
    {"psnr_unknown", REAL, AT(info.psnr_unknown), 0, true, -1e4, (double)INFINITY},
    {"frame_x", REAL, AT(info.centre[0]), 0, true, -DBL_MAX, DBL_MAX},
    {"frame_y", REAL, AT(info.centre[1]), 0, true, -DBL_MAX, DBL_MAX},
    {"frame_z", REAL, AT(info.centre[2]), 0, true, -DBL_MAX, DBL_MAX},
    {"frame_scale", REAL, AT(info.frame_scale), 0, true, DBL_MIN, DBL_MAX},
    {"sign", TEXT, AT(info.sign), SIZE(info.sign), true, 0, 0},
    {"iou_near", REAL, AT(info.iou_near), 0, true, 0, 1},
    {"distance_error", REAL, AT(info.distance_error), 0, true, 0, DBL_MAX},
    {"best_mse", REAL, AT(training.best_mse), 0, true, 0, DBL_MAX},
    {"device", TEXT, AT(info.device), SIZE(info.device), true, 0, 0},
    {"chosen", TEXT, AT(info.chosen), SIZE(info.chosen), true, 0, 0},
    {"complete", FLAG, AT(info.complete), 0, false, 0, 0},
};

static const char *const depths[] = {
    [INR_DEPTH_U8] = "u8", [INR_DEPTH_U16] = "u16", [INR_DEPTH_F32] = "f32"};

static const char *const samples[] = {[INR_SAMPLE_FLOAT] = "float",
                                      [INR_SAMPLE_BOOL] = "bool",
                                      [INR_SAMPLE_U8] = "u8",
                                      [INR_SAMPLE_U16] = "u16",
                                      [INR_SAMPLE_INTEGER] = "integer"};

/* The text of a key; false: leave the key out. */
static bool print_key(const struct key *key, const struct inr_model *model, char out[300])
{
    const void *at = (const char *)model + key->offset;
    switch (key->kind) {
    case TEXT:
        inr_text_copy_utf8(out, 300, at);
        return out[0] || !key->optional;
    case WHOLE32:
        snprintf(out, 300, "%" PRIu32, *(const uint32_t *)at);
        return true;
    case WHOLE64:
        snprintf(out, 300, "%" PRIu64, *(const uint64_t *)at);
        return true;
    case INT:
        snprintf(out, 300, "%d", *(const int *)at);
        return *(const int *)at != 0;
    case REAL:
        inr_number_print(*(const double *)at, out);
        return !isnan(*(const double *)at);
    case REAL32:
        inr_number_print((double)*(const float *)at, out);
        return true;
    case DEPTH:
        snprintf(out, 300, "%s", depths[*(const enum inr_depth *)at]);
        return true;
    case SAMPLE:
        snprintf(out, 300, "%s", samples[*(const enum inr_sample *)at]);
        return true;
    case FLAG:
        snprintf(out, 300, "%s", *(const bool *)at ? "true" : "false");
        return true;
    }
    return false;
}

/* crc32 over every "key NUL text NUL" in the file's order, but for the checksum itself: a flipped
 * digit of a setting is as bad as one of a weight. */
static uint32_t texts_crc(json_t *metadata)
{
    const char *key;
    json_t *value;
    uLong crc = crc32(0, NULL, 0);
    json_object_foreach(metadata, key, value)
    {
        const char *text = json_string_value(value);
        if (!text || strcmp(key, TEXTS_CRC) == 0)
            continue;
        crc = crc32(crc, (const Bytef *)key, (uInt)strlen(key) + 1);
        crc = crc32(crc, (const Bytef *)text, (uInt)strlen(text) + 1);
    }
    return (uint32_t)crc;
}

static bool put_crc(json_t *out, const char *key, uint32_t crc)
{
    char text[9];
    snprintf(text, sizeof text, "%08" PRIx32, crc);
    return json_object_set_new(out, key, json_string(text)) == 0;
}

json_t *inr_metadata_write(const struct inr_model *model, uint32_t crc)
{
    char text[300];
    json_t *out = json_object();
    char *config = inr_fit_config_to_json(&model->config);
    bool good = out && config && json_object_set_new(out, "format", json_string(FORMAT)) == 0 &&
                json_object_set_new(out, "format_version", json_string(FORMAT_VERSION)) == 0 &&
                json_object_set_new(out, "config", json_string(config)) == 0;
    for (size_t i = 0; good && i < sizeof keys / sizeof keys[0]; i++)
        if (print_key(&keys[i], model, text))
            good = json_object_set_new(out, keys[i].name, json_string(text)) == 0;
    good = good && put_crc(out, "crc32", crc) && put_crc(out, TEXTS_CRC, texts_crc(out));
    free(config);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

static bool read_flag(const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0;
    return *out || strcmp(text, "false") == 0;
}

/* The place of a word in a list, -1 when it is not there. */
static int find_word(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, words[i]) == 0)
            return (int)i;
    return -1;
}

static bool read_real(const struct key *key, const char *text, double *out)
{
    return inr_number_read(text, out) && *out >= key->low && *out <= key->high;
}

static bool read_key(const struct key *key, const char *text, struct inr_model *model)
{
    void *at = (char *)model + key->offset;
    uint64_t whole = 0;
    double real = 0.0;
    int word = -1;
    switch (key->kind) {
    case TEXT:
        if (strlen(text) >= key->size || !inr_text_is_utf8(text))
            return false;
        memcpy(at, text, strlen(text) + 1);
        return true;
    case WHOLE32:
    case WHOLE64:
    case INT:
        if (!inr_number_read_whole(text, (uint64_t)key->high, &whole) || (double)whole < key->low)
            return false;
        if (key->kind == WHOLE32)
            *(uint32_t *)at = (uint32_t)whole;
        else if (key->kind == WHOLE64)
            *(uint64_t *)at = whole;
        else
            *(int *)at = (int)whole;
        return true;
    case REAL:
        return read_real(key, text, at);
    case REAL32:
        if (!read_real(key, text, &real))
            return false;
        *(float *)at = (float)real;
        return true;
    case DEPTH:
        word = find_word(text, depths, sizeof depths / sizeof depths[0]);
        if (word >= 0)
            *(enum inr_depth *)at = (enum inr_depth)word;
        return word >= 0;
    case SAMPLE:
        word = find_word(text, samples, sizeof samples / sizeof samples[0]);
        if (word >= 0)
            *(enum inr_sample *)at = (enum inr_sample)word;
        return word >= 0;
    case FLAG:
        return read_flag(text, at);
    }
    return false;
}

static enum inr_status read_format(const struct inr_tensor_file *file, const char *name,
                                   struct inr_metadata *out, struct inr_error *err)
{
    const char *format = inr_tensor_file_text(file, "format");
    const char *version = inr_tensor_file_text(file, "format_version");
    const char *crc = inr_tensor_file_text(file, "crc32");
    if (!format || strcmp(format, FORMAT) != 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: a safetensors file, but not a model of this program", name);
    if (!version || strcmp(version, FORMAT_VERSION) != 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: format version %.16s, this program reads version " FORMAT_VERSION
                        ": a newer program may read it",
                        name, version ? version : "(none)");
    if (!crc || strlen(crc) != 8 || strspn(crc, "0123456789abcdef") != 8)
        return inr_fail(err, INR_ERR_INPUT, "%s: metadata crc32 is missing or not valid", name);
    out->crc = (uint32_t)strtoul(crc, NULL, 16);
    if (out->crc != file->crc)
        return inr_fail(err, INR_ERR_INPUT, "%s: damaged: checksum %08" PRIx32 " instead of %s",
                        name, file->crc, crc);
    return INR_OK;
}

static enum inr_status read_config(const struct inr_tensor_file *file, const char *name,
                                   struct inr_model *model, struct inr_error *err)
{
    const char *config = inr_tensor_file_text(file, "config");
    char label[300];
    snprintf(label, sizeof label, "%.250s: metadata config", name);
    if (!config)
        return inr_fail(err, INR_ERR_INPUT, "%s is missing", label);
    enum inr_status status = inr_fit_preset("siren", &model->config, err);
    if (status == INR_OK)
        status = inr_fit_config_from_json(&model->config, config, strlen(config), label, err);
    model->config.field.dims = model->info.dims;
    model->config.field.channels = (int)model->info.channels;
    return status;
}

/* The task, and what files of the first version, which were all of pictures, leave out. */
static enum inr_status read_task(const struct inr_tensor_file *file, const char *name,
                                 struct inr_model *model, struct inr_error *err)
{
    struct inr_model_info *info = &model->info;
    int *task = &model->config.task.kind;
    if (inr_registry_find(INR_REGISTRY_TASK, info->task, task, NULL) != INR_OK ||
        *task == INR_TASK_AUTO)
        return inr_fail(err, INR_ERR_INPUT, "%s: task \"%s\" is not known", name, info->task);
    if ((info->dims == 1 && info->height != 1) || (info->dims < 3 && info->length != 1))
        return inr_fail(err, INR_ERR_INPUT, "%s: metadata dims is %d, but the shape has more axes",
                        name, info->dims);
    if (info->dims == 2 && info->channels > 4)
        return inr_fail(err, INR_ERR_INPUT, "%s: metadata channels is %" PRIu32 ", of a picture",
                        name, info->channels);
    if (!inr_tensor_file_text(file, "sample"))
        info->sample = info->depth == INR_DEPTH_U8    ? INR_SAMPLE_U8
                       : info->depth == INR_DEPTH_U16 ? INR_SAMPLE_U16
                                                      : INR_SAMPLE_FLOAT;
    if (!inr_tensor_file_text(file, "unit"))
        info->unit = info->depth != INR_DEPTH_F32;
    return INR_OK;
}

enum inr_status inr_metadata_read(const struct inr_tensor_file *file, const char *name,
                                  struct inr_metadata *out, struct inr_error *err)
{
    *out = (struct inr_metadata){0};
    struct inr_model *model = &out->model;
    inr_model_info_default(&model->info);
    enum inr_status status = read_format(file, name, out, err);
    if (status != INR_OK)
        return status;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text = inr_tensor_file_text(file, keys[i].name);
        if (!text && keys[i].optional)
            continue;
        if (!text || !read_key(&keys[i], text, model))
            return inr_fail(err, INR_ERR_INPUT, "%s: metadata %s is %s%.60s%s", name, keys[i].name,
                            text ? "not valid: \"" : "missing", text ? text : "", text ? "\"" : "");
    }
    status = read_task(file, name, model, err);
    if (status != INR_OK)
        return status;
    if (!isnormal(model->scale))
        return inr_fail(err, INR_ERR_INPUT, "%s: metadata target_scale is 0", name);
    const size_t digits = strlen(model->info.source_hash); /* 0: a model out of a compressed file */
    if (digits != 16 && digits != 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: metadata source_hash is not 16 digits", name);
    const int task = model->config.task.kind;
    status = read_config(file, name, model, err);
    model->config.task.kind = task;
    model->config.task.shape = model->info.sign[0] != '\0';
    return status;
}

enum inr_status inr_metadata_verify(const struct inr_tensor_file *file, const char *name,
                                    struct inr_error *err)
{
    char text[9];
    const char *given = inr_tensor_file_text(file, TEXTS_CRC);
    snprintf(text, sizeof text, "%08" PRIx32,
             texts_crc(json_object_get(file->header, "__metadata__")));
    if (given && strcmp(given, text) == 0)
        return INR_OK;
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: damaged: checksum of the metadata is %s instead of %.16s", name, text,
                    given ? given : "(none)");
}
