/* SPDX-License-Identifier: MIT
 *
 * program.c - Compiles a field into ops and parameter maps, and runs the maps on the host.
 */
#include "field/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/architecture.h"
#include "field/encoding.h"
#include "field/kernels.h"
#include "field/nested.h"
#include "field/scaling.h"

/* Opponent colours to RGB, [n][n]; what is beyond the three stays. */
static void fill_opponent(int n, float *matrix)
{
    const double y = 1.0 / sqrt(3.0), a = 1.0 / sqrt(2.0), c = 1.0 / sqrt(6.0);
    const double rgb[3][3] = {{y, a, c}, {y, 0.0, -2.0 * c}, {y, -a, c}};
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            matrix[i * n + j] = i < 3 && j < 3 ? (float)rgb[i][j] : i == j ? 1.0f : 0.0f;
}

/* What no map writes: activation constants, derived frequency tables, the fixed parts of Pade units
 * and of a scaling field. */
static void fill_constants(const struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    struct inr_program *p = b->program;
    for (int i = 0; i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        if (op->kind == INR_OP_ENCODE)
            inr_encoding_by_id(config->encoding)->fill(config, 0, p->constants + op->table);
        if (op->kind == INR_OP_KERNELS && op->constants != INR_NONE)
            inr_kernels_frequencies(config->kernel_low, config->kernel_high, op->n_out,
                                    p->constants + op->constants);
        if (op->kind == INR_OP_MSC)
            inr_kernels_frequencies(config->unit_low, config->unit_high, op->n_out,
                                    p->constants + op->constants);
        if (op->kind == INR_OP_RBF && !op->learn)
            inr_scaling_fill(config, p->constants + op->weight, p->constants + op->bias);
        if (config->opponent && op->out == p->output)
            fill_opponent(op->n_out, p->constants + op->weight);
        if (op->kind != INR_OP_ACT)
            continue;
        if (op->layer > config->layers) {
            inr_activation_output(config, p->constants + op->constants);
            continue;
        }
        memcpy(p->constants + op->constants, op->layer == 0 ? config->first : config->hidden,
               sizeof config->first);
        if (b->act->rational) /* Q = 1 + B x */
            for (int u = 0; u < op->units; u++)
                p->constants[p->ops[i - 1].bias + (size_t)(op->units + u)] = 1.0f;
    }
}

/* The output of an architecture, with the scaling field beside it where there is one. */
static int build_sum(struct inr_builder *b)
{
    const int out = inr_architecture_by_id(b->field->config.architecture)->build(b);
    if (b->field->config.scaling == 0)
        return out;
    const int windows = inr_build_fixed_rbf(b, inr_scaling_count(&b->field->config));
    const struct inr_slice *weight = inr_build_find(b, INR_ROLE_SCALING, -1);
    return inr_build_add(b, out, inr_build_product(b, weight, NULL, windows));
}

/* False: out of memory. */
static bool add_quantizer(struct inr_program *p, const struct inr_field *field)
{
    const struct inr_quantizer *quantizer = &field->config.quantizer;
    p->nests = inr_field_nests(&field->config);
    if (quantizer->bits == 0 && !p->nests)
        return true;
    p->n_quantized = inr_quantize_rows(field, quantizer, p->n_table, NULL);
    p->quantized = malloc((p->n_quantized + 1) * sizeof *p->quantized);
    if (p->quantized)
        inr_quantize_rows(field, quantizer, p->n_table, p->quantized);
    p->quantised = field->config.quantised;
    p->learns = inr_quantize_learnt_steps(field, quantizer) > 0;
    return p->quantized;
}

static bool is_matrix(const struct inr_slice *slice, size_t n_table)
{
    static const enum inr_role roles[] = {INR_ROLE_WEIGHT,      INR_ROLE_WEIGHT_IMAG,
                                          INR_ROLE_LAMBDA,      INR_ROLE_DOWN,
                                          INR_ROLE_DENOMINATOR, INR_ROLE_GRID_WEIGHT};
    bool weight = false;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        weight = weight || slice->role == roles[i];
    return weight && slice->trainable && slice->offset >= n_table && slice->rows > 1 &&
           slice->cols > 1;
}

/* False: out of memory. */
static bool add_matrices(struct inr_program *p, const struct inr_field *field)
{
    p->matrices = malloc((field->n_slices + 1) * sizeof *p->matrices);
    for (size_t i = 0; p->matrices && i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        if (is_matrix(slice, p->n_table))
            p->matrices[p->n_matrices++] =
                (struct inr_matrix){slice->offset, slice->rows, slice->cols};
    }
    return p->matrices;
}

enum inr_status inr_program_create(const struct inr_field *field,
                                   const struct inr_program_grid *grid, struct inr_program **out,
                                   struct inr_error *err)
{
    *out = NULL;
    struct inr_program *p = calloc(1, sizeof *p);
    if (!p)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a program");
    p->dims = field->config.dims;
    p->channels = field->config.channels;
    p->n_params = field->n_params;
    p->n_trainable = field->n_trainable;
    p->n_table = field->n_table;
    struct inr_builder b = {field, inr_activation_by_id(field->config.activation), grid, p, false};
    inr_build_input(&b);
    p->output = inr_build_output(&b, build_sum(&b));
    p->constants = b.failed ? NULL : calloc(p->n_effective + 1, sizeof *p->constants);
    if (!p->constants || !add_quantizer(p, field) || !add_matrices(p, field)) {
        inr_program_free(p);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a program");
    }
    fill_constants(&b);
    *out = p;
    return INR_OK;
}

size_t inr_program_stretch(const struct inr_program *program, size_t at, bool *matrices)
{
    size_t end = at;
    *matrices = false;
    for (size_t i = 0; i < program->n_matrices; i++) {
        const struct inr_matrix *m = &program->matrices[i];
        if (m->param > end)
            return *matrices ? end : m->param;
        if (m->param == end) {
            *matrices = true;
            end += (size_t)m->rows * (size_t)m->cols;
        }
    }
    return *matrices ? end : program->n_trainable;
}

void inr_program_free(struct inr_program *program)
{
    if (!program)
        return;
    free(program->slot_rows);
    free(program->slot_learns);
    free(program->tables);
    free(program->quantized);
    free(program->matrices);
    free(program->levels);
    free(program->words);
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

static void map_linear(const struct inr_program *program, const struct inr_map *map,
                       const float *params, float *effective)
{
    const size_t cols = (size_t)map->cols, inner = (size_t)map->inner;
    for (size_t r = 0; r < (size_t)map->rows; r++) {
        const float *from = params + map->param + r * (size_t)map->pitch;
        float *to = effective + map->effective + r * cols;
        memset(to, 0, cols * sizeof *to);
        for (size_t k = 0; k < inner; k++) {
            const float *basis = program->tables + map->table + k * cols;
            for (size_t c = 0; c < cols; c++)
                to[c] += from[k] * basis[c];
        }
    }
}

static void pull_linear(const struct inr_program *program, const struct inr_map *map,
                        const float *d_effective, float *d_params)
{
    const size_t cols = (size_t)map->cols, inner = (size_t)map->inner;
    for (size_t r = 0; r < (size_t)map->rows; r++) {
        const float *from = d_effective + map->effective + r * cols;
        float *to = d_params + map->param + r * (size_t)map->pitch;
        for (size_t k = 0; k < inner; k++) {
            const float *basis = program->tables + map->table + k * cols;
            double sum = 0;
            for (size_t c = 0; c < cols; c++)
                sum += (double)from[c] * (double)basis[c];
            to[k] += (float)sum;
        }
    }
}

void inr_map_apply(const struct inr_program *program, const struct inr_map *map,
                   const float *params, float *effective)
{
    if (map->kind == INR_MAP_COPY)
        memcpy(effective + map->effective, params + map->param, map->n * sizeof *params);
    else if (map->kind == INR_MAP_LINEAR)
        map_linear(program, map, params, effective);
    else
        map_complex(map, params, effective);
}

void inr_map_pull(const struct inr_program *program, const struct inr_map *map,
                  const float *d_effective, float *d_params)
{
    if (map->kind == INR_MAP_LINEAR) {
        pull_linear(program, map, d_effective, d_params);
        return;
    }
    if (map->kind != INR_MAP_COPY) {
        pull_complex(map, d_effective, d_params);
        return;
    }
    /* Frozen parameters follow the trainable ones and take no gradient. */
    const size_t end = map->param + map->n;
    const size_t stop = end < program->n_trainable ? end : program->n_trainable;
    for (size_t k = map->param; k < stop; k++)
        d_params[k] += d_effective[map->effective + (k - map->param)];
}

void inr_program_quantize(const struct inr_program *program, const float *params, float *quantised)
{
    for (size_t i = 0; i < program->n_quantized; i++)
        inr_quantize_row(&program->quantized[i], params, quantised);
}

void inr_program_map(const struct inr_program *program, const float *params, float *effective)
{
    for (int i = 0; i < program->n_maps; i++)
        inr_map_apply(program, &program->maps[i], params, effective);
}

void inr_program_pull(const struct inr_program *program, const float *d_effective, float *d_params)
{
    memset(d_params + program->n_table, 0,
           (program->n_trainable - program->n_table) * sizeof *d_params);
    for (int i = 0; i < program->n_maps; i++)
        inr_map_pull(program, &program->maps[i], d_effective, d_params);
}
