/* SPDX-License-Identifier: MIT
 *
 * program.c - Compiles a field into ops and parameter maps, and runs the maps on the host.
 */
#include "field/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/encoding.h"

/* A program under construction. Capacities are fixed by the number of layers, see capacity(). */
struct builder {
    const struct inr_field *field;
    const struct inr_activation *act;
    struct inr_program *program;
};

static int add_slot(struct inr_program *p, int rows)
{
    p->slot_rows[p->n_slots] = rows;
    return p->n_slots++;
}

static size_t add_effective(struct inr_program *p, size_t n)
{
    size_t at = p->n_effective;
    p->n_effective += n;
    return at;
}

/* A copy that continues the previous one becomes part of it: a real field ends with a single map.
 */
static void add_copy(struct inr_program *p, size_t param, size_t effective, size_t n)
{
    struct inr_map *last = p->n_maps ? &p->maps[p->n_maps - 1] : NULL;
    if (last && last->kind == INR_MAP_COPY && last->param + last->n == param &&
        last->effective + last->n == effective) {
        last->n += n;
        return;
    }
    p->maps[p->n_maps++] =
        (struct inr_map){.kind = INR_MAP_COPY, .param = param, .effective = effective, .n = n};
}

static const struct inr_slice *find(const struct inr_field *field, enum inr_role role, int layer)
{
    for (size_t i = 0; i < field->n_slices; i++)
        if (field->slices[i].role == role && field->slices[i].layer == layer)
            return &field->slices[i];
    return NULL;
}

static size_t slice_size(const struct inr_slice *s)
{
    return (size_t)s->rows * (size_t)s->cols;
}

/* Features of the input: the coordinate slot itself, or an encode op. */
static int add_encode(struct builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_encoding *encoding = inr_encoding_by_id(config->encoding);
    struct inr_program *p = b->program;
    const int n = encoding->frequencies(config);
    if (n == 0)
        return 0;
    const size_t size = (size_t)n * (size_t)config->dims;
    struct inr_op *op = &p->ops[p->n_ops++];
    *op = (struct inr_op){.kind = INR_OP_ENCODE,
                          .in = 0,
                          .out = add_slot(p, b->field->n_features),
                          .n_frequencies = n,
                          .include_input = config->include_input,
                          .table = add_effective(p, size)};
    const struct inr_slice *stored = find(b->field, INR_ROLE_FREQUENCIES, -1);
    if (stored)
        add_copy(p, stored->offset, op->table, size);
    return op->out;
}

/* Effective weights and bias of one affine layer, and its op. Complex layers become real products
 * of twice the size: [zr; zi] = [[Wr, -Wi], [Wi, Wr]] [hr; hi]. */
static int add_affine(struct builder *b, int layer, int in)
{
    struct inr_program *p = b->program;
    const struct inr_slice *w = find(b->field, INR_ROLE_WEIGHT, layer);
    const struct inr_slice *wi = find(b->field, INR_ROLE_WEIGHT_IMAG, layer);
    const struct inr_slice *bias = find(b->field, INR_ROLE_BIAS, layer);
    const struct inr_slice *bias_imag = find(b->field, INR_ROLE_BIAS_IMAG, layer);
    const int n_out = bias_imag ? 2 * w->rows : w->rows;
    const int n_in = wi ? 2 * w->cols : w->cols;
    const size_t size = (size_t)n_out * (size_t)n_in;
    const size_t weight = add_effective(p, size);
    if (wi)
        p->maps[p->n_maps++] =
            (struct inr_map){.kind = bias_imag ? INR_MAP_COMPLEX : INR_MAP_COMPLEX_REAL,
                             .param = w->offset,
                             .param_imag = wi->offset,
                             .effective = weight,
                             .rows = w->rows,
                             .cols = w->cols};
    else
        add_copy(p, w->offset, weight, size);
    const size_t at = add_effective(p, (size_t)n_out);
    add_copy(p, bias->offset, at, slice_size(bias));
    if (bias_imag)
        add_copy(p, bias_imag->offset, at + slice_size(bias), slice_size(bias_imag));
    p->ops[p->n_ops++] = (struct inr_op){.kind = INR_OP_AFFINE,
                                         .in = in,
                                         .out = add_slot(p, n_out),
                                         .n_in = n_in,
                                         .n_out = n_out,
                                         .weight = weight,
                                         .bias = at,
                                         .input_gradient = layer > 0};
    p->flops += (layer > 0 ? 6.0 : 4.0) * (double)size;
    return p->n_slots - 1;
}

static int add_act(struct builder *b, int layer, int in)
{
    struct inr_program *p = b->program;
    const struct inr_activation *act = b->act;
    struct inr_op *op = &p->ops[p->n_ops++];
    *op = (struct inr_op){.kind = INR_OP_ACT,
                          .in = in,
                          .out = add_slot(p, act->planes_h * b->field->units),
                          .activation = act->id,
                          .units = b->field->units,
                          .planes_in = p->slot_rows[in] / b->field->units,
                          .planes_out = act->planes_h,
                          .constants = add_effective(p, INR_MAX_CONSTANTS)};
    const int set = act->shared_constants ? 0 : layer;
    const struct inr_slice *learned = find(b->field, INR_ROLE_CONSTANTS, set);
    if (learned) {
        op->learn = act->learnable_mask;
        size_t from = learned->offset;
        for (int k = 0; k < act->n_constants; k++)
            if (op->learn >> k & 1u)
                add_copy(p, from++, op->constants + (size_t)k, 1);
    }
    return op->out;
}

/* What no map writes: activation constants and derived frequency tables. */
static void fill_constants(const struct builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    struct inr_program *p = b->program;
    bool first = true;
    for (int i = 0; i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        if (op->kind == INR_OP_ENCODE)
            inr_encoding_by_id(config->encoding)->fill(config, 0, p->constants + op->table);
        if (op->kind != INR_OP_ACT)
            continue;
        memcpy(p->constants + op->constants, first ? config->first : config->hidden,
               sizeof config->first);
        first = false;
    }
}

static bool reserve(struct inr_program *p, int layers)
{
    const size_t affine = (size_t)layers + 2;
    p->slot_rows = calloc(2 * affine + 2, sizeof *p->slot_rows);
    p->ops = calloc(2 * affine + 1, sizeof *p->ops);
    /* Per layer: weight, bias, imaginary bias, and one copy a learnable constant. */
    p->maps = calloc((3 + INR_MAX_CONSTANTS) * affine + 1, sizeof *p->maps);
    return p->slot_rows && p->ops && p->maps;
}

enum inr_status inr_program_create(const struct inr_field *field, struct inr_program **out,
                                   struct inr_error *err)
{
    *out = NULL;
    struct inr_program *p = calloc(1, sizeof *p);
    if (!p || !reserve(p, field->config.layers)) {
        inr_program_free(p);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a program");
    }
    p->dims = field->config.dims;
    p->channels = field->config.channels;
    p->n_params = field->n_params;
    p->n_trainable = field->n_trainable;
    struct builder b = {field, inr_activation_by_id(field->config.activation), p};
    add_slot(p, p->dims);
    int slot = add_encode(&b);
    for (int layer = 0; layer <= field->config.layers; layer++)
        slot = add_act(&b, layer, add_affine(&b, layer, slot));
    p->output = add_affine(&b, field->config.layers + 1, slot);

    p->constants = calloc(p->n_effective, sizeof *p->constants);
    if (!p->constants) {
        inr_program_free(p);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a program");
    }
    fill_constants(&b);
    *out = p;
    return INR_OK;
}

void inr_program_free(struct inr_program *program)
{
    if (!program)
        return;
    free(program->slot_rows);
    free(program->ops);
    free(program->maps);
    free(program->constants);
    free(program);
}

/* Row r of both planes of a complex weight into the effective matrix, whose rows hold 2 cols. */
static void map_complex(const struct inr_map *map, const float *params, float *effective)
{
    const size_t rows = (size_t)map->rows, cols = (size_t)map->cols;
    for (size_t r = 0; r < rows; r++) {
        const float *wr = params + map->param + r * cols;
        const float *wi = params + map->param_imag + r * cols;
        float *top = effective + map->effective + r * 2 * cols;
        float *bottom = top + rows * 2 * cols;
        for (size_t c = 0; c < cols; c++) {
            top[c] = wr[c];
            top[cols + c] = -wi[c];
        }
        if (map->kind == INR_MAP_COMPLEX_REAL)
            continue;
        for (size_t c = 0; c < cols; c++) {
            bottom[c] = wi[c];
            bottom[cols + c] = wr[c];
        }
    }
}

static void pull_complex(const struct inr_map *map, const float *d_effective, float *d_params)
{
    const size_t rows = (size_t)map->rows, cols = (size_t)map->cols;
    for (size_t r = 0; r < rows; r++) {
        float *wr = d_params + map->param + r * cols;
        float *wi = d_params + map->param_imag + r * cols;
        const float *top = d_effective + map->effective + r * 2 * cols;
        const float *bottom = top + rows * 2 * cols;
        const bool both = map->kind == INR_MAP_COMPLEX;
        for (size_t c = 0; c < cols; c++) {
            wr[c] += top[c] + (both ? bottom[cols + c] : 0.0f);
            wi[c] += (both ? bottom[c] : 0.0f) - top[cols + c];
        }
    }
}

void inr_program_map(const struct inr_program *program, const float *params, float *effective)
{
    for (int i = 0; i < program->n_maps; i++) {
        const struct inr_map *map = &program->maps[i];
        if (map->kind == INR_MAP_COPY)
            memcpy(effective + map->effective, params + map->param, map->n * sizeof *params);
        else
            map_complex(map, params, effective);
    }
}

void inr_program_pull(const struct inr_program *program, const float *d_effective, float *d_params)
{
    memset(d_params, 0, program->n_trainable * sizeof *d_params);
    for (int i = 0; i < program->n_maps; i++) {
        const struct inr_map *map = &program->maps[i];
        if (map->kind != INR_MAP_COPY) {
            pull_complex(map, d_effective, d_params);
            continue;
        }
        /* Frozen parameters follow the trainable ones and take no gradient. */
        const size_t end = map->param + map->n;
        const size_t stop = end < program->n_trainable ? end : program->n_trainable;
        for (size_t k = map->param; k < stop; k++)
            d_params[k] += d_effective[map->effective + (k - map->param)];
    }
}
