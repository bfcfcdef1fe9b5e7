/* SPDX-License-Identifier: MIT
 *
 * pack.c - A fitted model to the bytes of a file, see inrush/codec.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/extras.h"
#include "codec/format.h"
#include "codec/sections.h"
#include "codec/settings.h"
#include "codec/weights.h"
#include "field/reparam.h"

/* Quantised parameters in the making. */
struct packer {
    struct inr_model copy; /* of the model: config and field are its own */
    int32_t *symbols;      /* [n_params] */
    float *steps;
    struct inr_weights_shell shells[INR_MAX_NESTED];
};

void inr_codec_put_header(struct inr_bytes *out, const struct inr_model *model, bool profile)
{
    const struct inr_model_info *info = &model->info;
    const struct inr_fit_config *config = &model->config;
    const struct inr_quantizer *q = &config->field.quantizer;
    const bool extras = inr_extras_needed(model);
    int task = INR_TASK_IMAGE;
    inr_registry_find(INR_REGISTRY_TASK, info->task, &task, NULL);
    inr_bytes_put_byte(out, INR_CODEC_WEIGHTS);
    inr_bytes_put_byte(out, (uint8_t)((profile ? INR_CODEC_PROFILE : 0) |
                                      (info->unit ? INR_CODEC_UNIT : 0) | (info->dims - 1) << 2 |
                                      (int)info->sample << 4 | (extras ? INR_CODEC_EXTRAS : 0)));
    inr_bytes_put_varint(out, (uint64_t)task);
    const uint32_t sides[3] = {info->width, info->height, info->length};
    for (int a = 0; a < info->dims; a++)
        inr_bytes_put_varint(out, sides[a]);
    inr_bytes_put_varint(out, info->channels);
    inr_bytes_put_float(out, model->scale);
    inr_bytes_put_float(out, model->shift);
    if (extras)
        inr_extras_put(out, model);
    inr_bytes_put_varint(out, inr_codec_needs_seed(model->field) ? config->seed : 0);
    inr_settings_put(out, config);
    inr_bytes_put_byte(out, (uint8_t)(q->bits | (q->compand > 0 ? INR_CODEC_COMPANDED : 0)));
    inr_bytes_put_byte(out, (uint8_t)q->bias_bits);
    inr_bytes_put_byte(out, (uint8_t)(q->first_bits << 1 | q->granularity));
    if (q->compand > 0)
        inr_bytes_put_byte(out, (uint8_t)q->compand);
}

bool inr_codec_needs_seed(const struct inr_field *field)
{
    bool frozen = false;
    for (size_t s = 0; s < field->n_slices; s++)
        frozen = frozen || !field->slices[s].trainable;
    return frozen;
}

/* A field of the model's parameters as plain weights; the model itself stays as it is. */
static enum inr_status copy_field(const struct inr_model *model, struct packer *p,
                                  struct inr_error *err)
{
    const struct inr_field *from = model->field;
    p->copy = *model;
    p->copy.field = NULL;
    enum inr_status status = inr_field_layout(&from->config, &p->copy.field, err);
    if (status != INR_OK)
        return status;
    float *params = malloc((from->n_params ? from->n_params : 1) * sizeof *params);
    if (!params)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a copy of the field");
    memcpy(params, from->params, from->n_params * sizeof *params);
    p->copy.field->params = params;
    return inr_reparam_collapse(p->copy.field, err);
}

/* Settings that the file is to state: a plain field, with the quantizer of its numbers. */
static void settle(struct packer *p, const struct inr_codec_settings *settings)
{
    struct inr_field_config *config = &p->copy.field->config;
    if (settings->quantizer.bits > 0) {
        config->quantizer = settings->quantizer;
        config->quantizer.step = INR_QUANTIZE_PEAK; /* those that were learnt are of another */
    } else if (config->quantizer.bits == 0) {
        config->quantizer = (struct inr_quantizer){.bits = 8};
    }
    config->quantised = true;
    p->copy.config.field = *config;
}

static enum inr_status encode(struct packer *p, struct inr_error *err)
{
    const struct inr_field *field = p->copy.field;
    const struct inr_quantizer *q = &field->config.quantizer;
    const size_t n_steps = inr_quantize_all_steps(field, q);
    p->symbols = calloc(field->n_params + 1, sizeof *p->symbols);
    p->steps = calloc(n_steps + 1, sizeof *p->steps);
    if (!p->symbols || !p->steps)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for quantised weights");
    enum inr_status status = inr_quantize_slices(field, q, p->symbols, p->steps, err);
    if (status == INR_OK)
        status = inr_weights_encode(field, q, p->symbols, p->steps, p->shells, err);
    return status;
}

static enum inr_status assemble(const struct packer *p, const struct inr_codec_settings *settings,
                                struct inr_bytes *out, struct inr_error *err)
{
    const struct inr_image *source = &p->copy.source;
    struct inr_bytes header = {0};
    const int shells = inr_weights_shells(&p->copy.field->config);
    const bool profile = settings->profile && source->icc && source->icc_size > 0;
    inr_codec_put_header(&header, &p->copy, profile);
    for (int k = 0; shells > 1 && k < shells; k++) {
        const double psnr = settings->psnr[k];
        inr_bytes_put_varint(&header, psnr > 0.0 ? (uint64_t)llrint(100.0 * fmin(psnr, 1e4)) : 0);
    }
    inr_sections_put_header(out, &header);
    for (int k = 0; k < shells; k++)
        inr_sections_put_section(out, p->shells[k].data, p->shells[k].size);
    if (profile)
        inr_sections_put_section(out, source->icc, source->icc_size);
    free(header.data);
    return out->failed ? inr_fail(err, INR_ERR_MEMORY, "out of memory for the file's bytes")
                       : INR_OK;
}

enum inr_status inr_codec_pack(const struct inr_model *model,
                               const struct inr_codec_settings *settings, uint8_t **bytes,
                               size_t *size, struct inr_error *err)
{
    struct packer p = {0};
    struct inr_bytes out = {0};
    *bytes = NULL;
    *size = 0;
    if (model->field->config.nested > 1 && model->field->config.level > 0)
        return inr_fail(err, INR_ERR_USAGE,
                        "this is level %d of nested networks: compress the whole of them",
                        model->field->config.level);
    enum inr_status status = copy_field(model, &p, err);
    if (status == INR_OK) {
        settle(&p, settings);
        status = inr_quantizer_check(&p.copy.field->config.quantizer, err);
    }
    if (status == INR_OK)
        status = encode(&p, err);
    if (status == INR_OK)
        status = assemble(&p, settings, &out, err);
    if (status == INR_OK) {
        *bytes = out.data;
        *size = out.size;
    } else {
        free(out.data);
    }
    inr_field_free(p.copy.field);
    free(p.symbols);
    free(p.steps);
    for (int k = 0; k < INR_MAX_NESTED; k++)
        free(p.shells[k].data);
    return status;
}
