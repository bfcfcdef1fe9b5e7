/* SPDX-License-Identifier: MIT
 *
 * quantize.c - Which parameters share a step, and both ways between parameters and levels.
 */
#include "field/quantize.h"

#include <math.h>
#include <string.h>

#include "field/encoding.h"
#include "field/formula.h"
#include "field/nested.h"
#include "field/reparam.h"

#include "common/quantize.glsl"

/* Biases and what multiplies the coordinates themselves are few and shift whole waves: in a SIREN
 * of 64 units on a photograph of 128 x 128, 8 bits for all lose 4.1 dB of 34.3, and 8 bits with 12
 * for these 0.2. */
#define FINE_BITS 12

#define COMPAND_MAX 8

static const char steps_name[] = "quantizer.steps";

static enum inr_status check_bits(const char *what, int bits, struct inr_error *err)
{
    if (bits == 0 || (bits >= INR_QUANTIZE_MIN && bits <= INR_QUANTIZE_MAX))
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "%s is %d: it must be 0 or lie in %d..%d", what, bits,
                    INR_QUANTIZE_MIN, INR_QUANTIZE_MAX);
}

static enum inr_status check_levels(const struct inr_quantizer *quantizer, struct inr_error *err)
{
    if (quantizer->compand < 0 || quantizer->compand > COMPAND_MAX)
        return inr_fail(err, INR_ERR_USAGE, "quantize-compand is %d: it must lie in 0..%d",
                        quantizer->compand, COMPAND_MAX);
    if (quantizer->compand > 0 && quantizer->bits > INR_QUANTIZE_COMPANDED)
        return inr_fail(err, INR_ERR_USAGE,
                        "quantize-compand is for quantize-bits up to %d, and they are %d: use "
                        "quantize-compand 0",
                        INR_QUANTIZE_COMPANDED, quantizer->bits);
    if (quantizer->step < INR_QUANTIZE_PEAK || quantizer->step > INR_QUANTIZE_AUTO)
        return inr_fail(err, INR_ERR_USAGE, "quantize-step id %d is not known", quantizer->step);
    return INR_OK;
}

enum inr_status inr_quantizer_check(const struct inr_quantizer *quantizer, struct inr_error *err)
{
    enum inr_status status = check_bits("quantize-bits", quantizer->bits, err);
    if (status == INR_OK)
        status = check_bits("quantize-bias-bits", quantizer->bias_bits, err);
    if (status == INR_OK)
        status = check_bits("quantize-first-bits", quantizer->first_bits, err);
    if (status == INR_OK && quantizer->granularity != INR_QUANTIZE_ROW &&
        quantizer->granularity != INR_QUANTIZE_TENSOR)
        status = inr_fail(err, INR_ERR_USAGE, "quantize-granularity id %d is not known",
                          quantizer->granularity);
    if (status == INR_OK && !(quantizer->clip >= 0.0f && quantizer->clip <= 2.0f))
        status = inr_fail(err, INR_ERR_USAGE, "quantize-clip is %g: it must lie in 0..2",
                          (double)quantizer->clip);
    return status == INR_OK ? check_levels(quantizer, err) : status;
}

enum inr_status inr_quantize_check(const struct inr_field_config *config, struct inr_error *err)
{
    enum inr_status status = inr_quantizer_check(&config->quantizer, err);
    if (status != INR_OK || config->quantizer.bits == 0)
        return status;
    const struct inr_encoding *encoding = inr_encoding_by_id(config->encoding);
    if (encoding->tables)
        return inr_fail(err, INR_ERR_USAGE,
                        "quantize-bits trains networks, and encoding %s has tables: fit without "
                        "it and quantise afterwards, or use another encoding",
                        encoding->name);
    if (config->reparam != INR_REPARAM_NONE)
        return inr_fail(err, INR_ERR_USAGE,
                        "quantize-bits quantises weights as they are stored, and reparam %s trains "
                        "others: use reparam none",
                        inr_reparam_by_id(config->reparam)->name);
    if (config->nested > 1 && config->quantizer.step == INR_QUANTIZE_LEARNED)
        return inr_fail(err, INR_ERR_USAGE,
                        "quantize-step learned is for one network, and nested is %d: use "
                        "quantize-step peak",
                        config->nested);
    return INR_OK;
}

/* What a slice is to a quantizer. */
enum kind {
    KIND_VECTOR,   /* biases, phases, constants, windows */
    KIND_NARROW,   /* multiplies the coordinates: a few numbers a unit */
    KIND_ENCODING, /* multiplies their encoding */
    KIND_HIDDEN,
    KIND_TABLE
};

static enum kind kind_of(const struct inr_slice *slice)
{
    switch (slice->role) {
    case INR_ROLE_TABLE:
    case INR_ROLE_KERNEL_TABLE:
        return KIND_TABLE;
    case INR_ROLE_FILTER:
        return KIND_NARROW;
    case INR_ROLE_GRID_WEIGHT:
        return KIND_ENCODING;
    case INR_ROLE_WEIGHT:
    case INR_ROLE_WEIGHT_IMAG:
    case INR_ROLE_LAMBDA:
    case INR_ROLE_DENOMINATOR:
    case INR_ROLE_DOWN:
    case INR_ROLE_SCALING:
        return slice->layer != 0             ? KIND_HIDDEN
               : slice->cols <= INR_MAX_DIMS ? KIND_NARROW
                                             : KIND_ENCODING;
    default:
        return KIND_VECTOR;
    }
}

int inr_quantize_bits(const struct inr_quantizer *quantizer, const struct inr_slice *slice)
{
    const int bits = quantizer->bits, fine = bits > FINE_BITS ? bits : FINE_BITS;
    if (!slice->trainable || slice->role == INR_ROLE_STEP || bits == 0)
        return 0;
    switch (kind_of(slice)) {
    case KIND_VECTOR:
        return quantizer->bias_bits ? quantizer->bias_bits : fine;
    case KIND_NARROW:
        return quantizer->first_bits ? quantizer->first_bits : fine;
    case KIND_ENCODING:
        return quantizer->first_bits ? quantizer->first_bits : bits;
    default:
        return bits;
    }
}

size_t inr_quantize_steps(const struct inr_quantizer *quantizer, const struct inr_slice *slice)
{
    const enum kind kind = kind_of(slice);
    if (inr_quantize_bits(quantizer, slice) == 0)
        return 0;
    const bool rows = quantizer->granularity == INR_QUANTIZE_ROW &&
                      (kind == KIND_HIDDEN || kind == KIND_ENCODING);
    return rows ? (size_t)slice->rows : 1;
}

size_t inr_quantize_all_steps(const struct inr_field *field, const struct inr_quantizer *quantizer)
{
    size_t n = 0;
    for (size_t i = 0; i < field->n_slices; i++)
        n += inr_quantize_steps(quantizer, &field->slices[i]);
    return n;
}

static size_t size_of(const struct inr_slice *slice)
{
    return (size_t)slice->rows * (size_t)slice->cols;
}

/* Steps of a slice that are learnt. */
static size_t learnt_of(const struct inr_quantizer *quantizer, const struct inr_slice *slice)
{
    const enum kind kind = kind_of(slice);
    return quantizer->step == INR_QUANTIZE_LEARNED && (kind == KIND_HIDDEN || kind == KIND_ENCODING)
               ? inr_quantize_steps(quantizer, slice)
               : 0;
}

size_t inr_quantize_learnt_steps(const struct inr_field *field,
                                 const struct inr_quantizer *quantizer)
{
    size_t n = 0;
    for (size_t i = 0; i < field->n_slices; i++)
        n += learnt_of(quantizer, &field->slices[i]);
    return n;
}

void inr_quantize_lay_out(struct inr_layout *layout)
{
    const struct inr_field *field = layout->field;
    const size_t n = inr_quantize_learnt_steps(field, &field->config.quantizer);
    if (n > 0)
        inr_layout_add(layout, INR_ROLE_STEP, -1, (int)n, 1, steps_name);
}

/* Where in the parameters the first learnt step is; 0: the field has none of that quantizer. */
static size_t first_learnt(const struct inr_field *field, const struct inr_quantizer *quantizer)
{
    const struct inr_slice *steps = inr_field_slice(field, steps_name);
    return steps && (size_t)steps->rows == inr_quantize_learnt_steps(field, quantizer)
               ? steps->offset
               : 0;
}

/* Row r of a slice that is cut into `rows`; *learnt: where the next learnt step is. */
static inr_quantized_row row_of(const struct inr_quantizer *quantizer,
                                const struct inr_slice *slice, size_t r, size_t rows,
                                size_t *learnt)
{
    const int bits = inr_quantize_bits(quantizer, slice);
    const size_t n = size_of(slice) / rows;
    const float most = bits ? (float)((1 << (bits - 1)) - 1) : 0.0f;
    const bool weights = kind_of(slice) >= KIND_ENCODING;
    const float reach = quantizer->clip > 0.0f && weights ? quantizer->clip : 1.0f;
    const float bend = weights && bits <= INR_QUANTIZE_COMPANDED ? (float)quantizer->compand : 0.0f;
    const bool learns = *learnt > 0 && learnt_of(quantizer, slice) > 0;
    const inr_quantized_row row = {.offset = (uint32_t)(slice->offset + r * n),
                                   .n = (uint32_t)n,
                                   .most = most,
                                   .inverse = bits ? reach / inr_quantize_curve(most, bend) : 0.0f,
                                   .bend = bend,
                                   .learnt = learns ? (uint32_t)*learnt : 0};
    *learnt += learns;
    return row;
}

/* What the row is to nested widths. */
static void nest(const struct inr_field_config *config, const struct inr_slice *slice,
                 inr_quantized_row *row)
{
    const bool matrix = slice->role == INR_ROLE_WEIGHT && slice->layer > 0;
    const bool outputs = slice->role == INR_ROLE_BIAS && slice->layer > config->layers;
    if (!inr_field_nests(config) || (!matrix && !outputs))
        return;
    row->levels = (uint32_t)config->nested;
    row->cols = matrix ? (uint32_t)slice->cols : 0;
    row->shift = outputs ? (uint32_t)config->channels : 0;
}

size_t inr_quantize_rows(const struct inr_field *field, const struct inr_quantizer *quantizer,
                         size_t first, inr_quantized_row *rows)
{
    size_t n = 0, learnt = first_learnt(field, quantizer);
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        const size_t steps = inr_quantize_steps(quantizer, slice), cut = steps ? steps : 1;
        if (slice->offset < first)
            continue;
        for (size_t r = 0; rows && r < cut; r++) {
            rows[n + r] = row_of(quantizer, slice, r, cut, &learnt);
            nest(&field->config, slice, &rows[n + r]);
        }
        n += cut;
    }
    return n;
}

float inr_quantize_row_step(const inr_quantized_row *row, const float *params)
{
    if (row->learnt > 0)
        return inr_quantize_learnt(params[row->learnt]);
    float peak = 0.0f;
    for (size_t i = row->offset; i < (size_t)row->offset + row->n; i++)
        peak = peak > inr_abs(params[i]) ? peak : inr_abs(params[i]);
    return inr_quantize_step(peak, row->inverse);
}

/* What w is seen as. */
static float seen(const inr_quantized_row *row, float step, float w)
{
    const float level = inr_quantize_level(w, step, row->most, row->bend);
    return step * inr_quantize_curve(level, row->bend);
}

void inr_quantize_row(const inr_quantized_row *row, const float *params, float *quantised)
{
    if (row->most == 0.0f) {
        memcpy(quantised + row->offset, params + row->offset, row->n * sizeof *params);
        return;
    }
    const float step = inr_quantize_row_step(row, params);
    for (size_t i = row->offset; i < (size_t)row->offset + row->n; i++)
        quantised[i] = seen(row, step, params[i]);
}

void inr_quantize_row_at(const inr_quantized_row *row, bool on, uint32_t level, const float *params,
                         float *quantised)
{
    const bool keep = !on || row->most == 0.0f;
    const float step = keep ? 0.0f : inr_quantize_row_step(row, params);
    const float *from = params + row->offset;
    float *to = quantised + row->offset;
    for (uint32_t i = 0; i < row->n; i++) {
        const float w = from[inr_row_source(*row, i, level)];
        const float q = keep ? w : seen(row, step, w);
        to[i] = inr_row_keeps(*row, i, level) ? q : 0.0f;
    }
}

void inr_quantize_row_pull(const inr_quantized_row *row, uint32_t level, float *d_params)
{
    float *d = d_params + row->offset;
    for (uint32_t i = 0; row->cols && i < row->n; i++)
        d[i] = inr_row_keeps(*row, i, level) ? d[i] : 0.0f;
    for (uint32_t i = 0; level && i < row->shift; i++) {
        d[inr_row_source(*row, i, level)] = d[i];
        d[i] = 0.0f;
    }
}

void inr_quantize_row_learn(const inr_quantized_row *row, const float *params, float *d_params)
{
    if (row->learnt == 0)
        return;
    const float step = inr_quantize_learnt(params[row->learnt]);
    const float edge = step * inr_quantize_curve(row->most, row->bend);
    double sum = 0.0;
    for (size_t i = row->offset; i < (size_t)row->offset + row->n; i++) {
        const float w = params[i];
        const bool within = inr_abs(w) < edge;
        sum += (double)(d_params[i] * inr_quantize_slope(w, seen(row, step, w), step, within));
        d_params[i] = within ? d_params[i] : 0.0f;
    }
    d_params[row->learnt] = (float)sum * inr_quantize_place_slope(step);
}

void inr_quantize_start(const struct inr_field *field, float *params)
{
    const struct inr_quantizer *quantizer = &field->config.quantizer;
    size_t learnt = first_learnt(field, quantizer);
    for (size_t i = 0; learnt > 0 && i < field->n_slices; i++) {
        const size_t rows = learnt_of(quantizer, &field->slices[i]);
        for (size_t r = 0; r < rows; r++) {
            inr_quantized_row row = row_of(quantizer, &field->slices[i], r, rows, &learnt);
            const uint32_t at = row.learnt;
            row.learnt = 0;
            float step = inr_quantize_row_step(&row, params);
            if (!(step > 0.0f)) /* zeros: as if their greatest were of a usual size */
                step = inr_quantize_step(1.0f / sqrtf((float)row.n), row.inverse);
            params[at] = inr_quantize_place(step);
        }
    }
}

enum inr_status inr_quantize_slices(const struct inr_field *field,
                                    const struct inr_quantizer *quantizer, int32_t *symbols,
                                    float *steps, struct inr_error *err)
{
    size_t at = 0, learnt = first_learnt(field, quantizer);
    memset(symbols, 0, field->n_params * sizeof *symbols);
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        const size_t rows = inr_quantize_steps(quantizer, slice);
        const bool read = rows > 0 || slice->role == INR_ROLE_STEP;
        for (size_t k = slice->offset; read && k < slice->offset + size_of(slice); k++)
            if (!isfinite(field->params[k]))
                return inr_fail(err, INR_ERR_INPUT, "%s holds a number that is not finite",
                                slice->name);
        for (size_t r = 0; r < rows; r++) {
            const inr_quantized_row row = row_of(quantizer, slice, r, rows, &learnt);
            const float step = steps[at++] = inr_quantize_row_step(&row, field->params);
            for (size_t k = row.offset; k < (size_t)row.offset + row.n; k++)
                symbols[k] =
                    (int32_t)inr_quantize_level(field->params[k], step, row.most, row.bend);
        }
    }
    return INR_OK;
}

void inr_dequantize_slices(const struct inr_field *field, const struct inr_quantizer *quantizer,
                           const int32_t *symbols, const float *steps, float *params)
{
    size_t at = 0, learnt = 0;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        const size_t rows = inr_quantize_steps(quantizer, slice);
        for (size_t r = 0; r < rows; r++) {
            const inr_quantized_row row = row_of(quantizer, slice, r, rows, &learnt);
            const float step = steps[at++];
            for (size_t k = row.offset; k < (size_t)row.offset + row.n; k++)
                params[k] = step * inr_quantize_curve((float)symbols[k], row.bend);
        }
    }
}

void inr_quantize_field(struct inr_field *field, const struct inr_quantizer *quantizer)
{
    size_t learnt = first_learnt(field, quantizer);
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        const size_t rows = inr_quantize_steps(quantizer, slice);
        for (size_t r = 0; r < rows; r++) {
            const inr_quantized_row row = row_of(quantizer, slice, r, rows, &learnt);
            inr_quantize_row(&row, field->params, field->params);
        }
    }
}
