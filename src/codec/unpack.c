/* SPDX-License-Identifier: MIT
 *
 * unpack.c - The bytes of a file to a model, see inrush/codec.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/extras.h"
#include "codec/format.h"
#include "codec/sections.h"
#include "codec/settings.h"
#include "codec/weights.h"
#include "field/nested.h"

#define SIDE_MAX 8388608u

/* No model spends less than 2^-11 bits on a level: more scalars a byte cannot be meant. */
#define SCALARS_A_BYTE 16384u

struct reader {
    struct inr_sections sections;
    struct inr_cursor in; /* the header */
    const uint8_t *shells[INR_MAX_NESTED], *profile;
    uint64_t shell_sizes[INR_MAX_NESTED], weights_size, profile_size;
    struct inr_codec_level levels[INR_MAX_NESTED];
    int whole; /* shells that are there and right */
    bool has_profile;
    struct inr_model_info info;
    struct inr_fit_config config;
    struct inr_quantizer quantizer; /* of the file; the field that comes out is plain */
    float scale, shift;
};

/* Task, sides and channels. */
static bool take_signal(struct reader *r, unsigned flags)
{
    struct inr_model_info *info = &r->info;
    const uint64_t task = inr_cursor_varint(&r->in);
    if (task > 255 || task == INR_TASK_AUTO)
        return false;
    const char *name = inr_registry_id_name(INR_REGISTRY_TASK, (int)task);
    if (strcmp(name, "?") == 0)
        return false;
    snprintf(info->task, sizeof info->task, "%s", name);
    r->config.task.kind = (int)task;
    info->dims = (int)(flags >> 2 & 3) + 1;
    info->sample = (enum inr_sample)(flags >> 4 & 7);
    info->unit = (flags & INR_CODEC_UNIT) != 0;
    if (info->dims > INR_MAX_DIMS || info->sample > INR_SAMPLE_INTEGER)
        return false;
    uint32_t *const sides[3] = {&info->width, &info->height, &info->length};
    for (int a = 0; a < 3; a++) {
        const uint64_t side = a < info->dims ? inr_cursor_varint(&r->in) : 1;
        if (side < 1 || side > SIDE_MAX)
            return false;
        *sides[a] = (uint32_t)side;
    }
    info->channels = (uint32_t)inr_cursor_varint(&r->in);
    info->depth = info->sample == INR_SAMPLE_U16     ? INR_DEPTH_U16
                  : info->sample == INR_SAMPLE_FLOAT ? INR_DEPTH_F32
                                                     : INR_DEPTH_U8;
    return !r->in.bad && info->channels >= 1 && info->channels <= INR_MAX_CHANNELS;
}

static enum inr_status take_quantizer(struct reader *r, struct inr_error *err)
{
    struct inr_quantizer *q = &r->quantizer;
    struct inr_error cause = {0};
    const int first = inr_cursor_byte(&r->in);
    const bool companded = (first & INR_CODEC_COMPANDED) != 0;
    q->bits = first & ~INR_CODEC_COMPANDED;
    q->bias_bits = inr_cursor_byte(&r->in);
    const int last = inr_cursor_byte(&r->in);
    q->first_bits = last >> 1;
    q->granularity = last & 1;
    q->compand = companded ? inr_cursor_byte(&r->in) : 0;
    if (r->in.bad || q->bits == 0 || (companded && q->compand == 0) ||
        inr_quantizer_check(q, &cause) != INR_OK)
        return inr_sections_damaged(&r->sections, "bits that cannot be", err);
    return INR_OK;
}

static enum inr_status take_header(struct reader *r, struct inr_error *err)
{
    const int method = inr_cursor_byte(&r->in);
    if (method == INR_CODEC_LATENT)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: is a picture coded by latents, not a field; decompress it first",
                        r->sections.name);
    if (method != INR_CODEC_WEIGHTS)
        return inr_fail(err, INR_ERR_INPUT, "%s: its method needs a newer inrush",
                        r->sections.name);
    const unsigned flags = inr_cursor_byte(&r->in);
    r->has_profile = (flags & INR_CODEC_PROFILE) != 0;
    if (!take_signal(r, flags))
        return inr_sections_damaged(&r->sections, "a description of the signal that cannot be",
                                    err);
    r->scale = inr_cursor_float(&r->in);
    r->shift = inr_cursor_float(&r->in);
    if (r->in.bad || !(r->scale != 0.0f))
        return inr_sections_damaged(&r->sections, "a scale that cannot be", err);
    enum inr_status status = inr_extras_take(&r->in, (flags & INR_CODEC_EXTRAS) != 0,
                                             r->sections.name, &r->info, &r->config, err);
    if (status != INR_OK)
        return status;
    r->config.seed = inr_cursor_varint(&r->in);
    status = inr_settings_take(&r->in, r->sections.name, r->info.dims, (int)r->info.channels,
                               &r->config, err);
    return status == INR_OK ? take_quantizer(r, err) : status;
}

/* What the levels of nested networks were measured to give. */
static enum inr_status take_levels(struct reader *r, struct inr_error *err)
{
    const int n = inr_weights_shells(&r->config.field);
    for (int k = 0; n > 1 && k < n; k++)
        r->levels[k].psnr = (double)inr_cursor_varint(&r->in) / 100.0;
    return r->in.bad ? inr_sections_damaged(&r->sections, "wrong levels", err) : INR_OK;
}

/* As many shells as there are whole ones, `wanted` at most; fewer than that are an error, which
 * says so. */
static enum inr_status take_shells(struct reader *r, int wanted, struct inr_error *err)
{
    struct inr_sections *f = &r->sections;
    const int n = inr_weights_shells(&r->config.field);
    struct inr_error cause = {0};
    while (r->whole < wanted) {
        const int k = r->whole;
        enum inr_status status = inr_sections_take_section(f, "wrong weights", &r->shells[k],
                                                           &r->shell_sizes[k], &cause);
        if (status != INR_OK && k > 0)
            return inr_fail(err, status,
                            "%s: the file is cut or damaged behind level %d of %d; what is whole "
                            "can be had with --level %d",
                            f->name, k, n, k);
        if (status != INR_OK)
            return inr_fail(err, status, "%s", cause.text);
        r->weights_size += r->shell_sizes[k];
        r->levels[k].bytes = (uint64_t)(f->in.at - f->begin);
        r->whole++;
    }
    return INR_OK;
}

static enum inr_status take_front(struct reader *r, struct inr_error *err)
{
    struct inr_sections *f = &r->sections;
    enum inr_status status = inr_sections_take_header(f, &r->in, err);
    if (status == INR_OK)
        status = take_header(r, err);
    if (status == INR_OK)
        status = take_levels(r, err);
    if (status == INR_OK && r->in.at != r->in.end)
        status = inr_sections_damaged(&r->sections, "more header than is known", err);
    return status;
}

/* The profile, and the end. */
static enum inr_status take_rest(struct reader *r, struct inr_error *err)
{
    struct inr_sections *f = &r->sections;
    enum inr_status status = INR_OK;
    if (r->has_profile)
        status =
            inr_sections_take_section(f, "a wrong profile", &r->profile, &r->profile_size, err);
    if (status == INR_OK && f->in.at != f->in.end)
        status = inr_sections_damaged(&r->sections, "bytes behind the end", err);
    return status;
}

/* Everything, or what `level` > 0 needs of it, or less where there is less. */
static enum inr_status take_sections(struct reader *r, int level, struct inr_error *err)
{
    struct inr_error cut = {0};
    enum inr_status status = take_front(r, err);
    const int n = inr_weights_shells(&r->config.field);
    if (status != INR_OK)
        return status;
    if (level < 0 || level > n)
        return inr_fail(err, INR_ERR_USAGE, "%s has %d level%s: there is no level %d",
                        r->sections.name, n, n > 1 ? "s" : "", level);
    if (level == 0) {
        status = take_shells(r, n, err);
        return status == INR_OK ? take_rest(r, err) : status;
    }
    status = take_shells(r, level, &cut);
    if (r->whole == 0)
        return inr_fail(err, status, "%s", cut.text);
    if (r->whole == n && take_rest(r, &cut) != INR_OK) { /* the network is whole even so */
        r->profile = NULL;
        r->profile_size = 0;
    }
    return INR_OK;
}

/* *field becomes network `level` of those it nests. */
static enum inr_status shrink(int level, struct inr_field **field, struct inr_error *err)
{
    struct inr_field *part = NULL;
    const enum inr_status status = inr_nested_extract(*field, level, &part, err);
    inr_field_free(*field);
    *field = part;
    return status;
}

/* The field with its weights decoded; its frozen tables are drawn anew. */
static enum inr_status decode_field(const struct reader *r, struct inr_field **out,
                                    struct inr_error *err)
{
    struct inr_field *field = NULL;
    enum inr_status status = inr_field_layout(&r->config.field, &field, err);
    const bool plausible = status == INR_OK && field->n_params / SCALARS_A_BYTE <= r->weights_size;
    inr_field_free(field);
    if (status != INR_OK)
        return status;
    if (!plausible)
        return inr_sections_damaged(&r->sections, "a field far too large for its weights", err);
    status = inr_field_create(&r->config.field, r->config.seed, out, err);
    if (status != INR_OK)
        return status;
    field = *out;
    const struct inr_quantizer *q = &r->quantizer;
    struct inr_weights_decoder decoder = {.field = field, .quantizer = q, .name = r->sections.name};
    int32_t *symbols = calloc(field->n_params + 1, sizeof *symbols);
    float *steps = calloc(inr_quantize_all_steps(field, q) + 1, sizeof *steps);
    if (!symbols || !steps)
        status =
            inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for its weights", r->sections.name);
    for (int k = 0; status == INR_OK && k < r->whole; k++)
        status = inr_weights_decode(&decoder, r->shells[k], (size_t)r->shell_sizes[k], symbols,
                                    steps, err);
    inr_weights_decoder_finish(&decoder);
    if (status == INR_OK)
        inr_dequantize_slices(field, q, symbols, steps, field->params);
    free(symbols);
    free(steps);
    return status == INR_OK && r->whole < inr_weights_shells(&r->config.field)
               ? shrink(r->whole, out, err)
               : status;
}

static enum inr_status describe(const struct reader *r, struct inr_model *model,
                                struct inr_error *err)
{
    model->info = r->info;
    model->info.complete = true;
    model->scale = r->scale;
    model->shift = r->shift;
    struct inr_image source = {.width = r->info.width,
                               .height = r->info.height,
                               .channels = r->info.channels,
                               .depth = r->info.depth,
                               .icc = (uint8_t *)(uintptr_t)r->profile,
                               .icc_size = (size_t)r->profile_size};
    const bool picture = r->info.dims == 2 && r->info.channels <= 4;
    return inr_model_describe(model, picture ? &source : NULL, err);
}

enum inr_status inr_codec_unpack(const uint8_t *bytes, size_t size, const char *name,
                                 struct inr_model **model, struct inr_error *err)
{
    return inr_codec_unpack_level(bytes, size, 0, name, model, err);
}

enum inr_status inr_codec_levels(const uint8_t *bytes, size_t size, const char *name,
                                 struct inr_codec_level *levels, int *n, struct inr_error *err)
{
    struct reader r = {.sections = {{bytes, bytes + size, false}, bytes, name}};
    struct inr_error cut = {0};
    *n = 0;
    inr_model_info_default(&r.info);
    enum inr_status status = inr_fit_preset("siren", &r.config, err);
    if (status == INR_OK)
        status = take_front(&r, err);
    if (status != INR_OK)
        return status;
    take_shells(&r, inr_weights_shells(&r.config.field), &cut);
    *n = inr_weights_shells(&r.config.field);
    memcpy(levels, r.levels, (size_t)*n * sizeof *levels);
    return INR_OK;
}

enum inr_status inr_codec_unpack_level(const uint8_t *bytes, size_t size, int level,
                                       const char *name, struct inr_model **model,
                                       struct inr_error *err)
{
    struct reader r = {.sections = {{bytes, bytes + size, false}, bytes, name}};
    *model = NULL;
    inr_model_info_default(&r.info);
    enum inr_status status = inr_fit_preset("siren", &r.config, err);
    if (status == INR_OK)
        status = take_sections(&r, level, err);
    struct inr_field *field = NULL;
    if (status == INR_OK)
        status = decode_field(&r, &field, err);
    if (status != INR_OK) {
        inr_field_free(field);
        return status;
    }
    r.config.field = field->config;
    status = inr_model_create(field, &r.config, model, err);
    if (status == INR_OK)
        status = describe(&r, *model, err);
    if (status != INR_OK) {
        inr_model_free(*model);
        *model = NULL;
    }
    return status;
}
