/* SPDX-License-Identifier: MIT
 *
 * build.c - The ops that architectures are made of, with the maps that feed them.
 */
#include "field/build_internal.h"

#include <stdlib.h>
#include <string.h>

#include "field/encoding.h"
#include "field/formula.h"
#include "field/layout.h"
#include "field/reparam.h"

/* Room for one more element of `size` bytes in an array that doubles: powers of two from 8. */
static bool grow(struct inr_builder *b, void **array, int n, size_t size)
{
    if (b->failed || (n != 0 && (n < 8 || (n & (n - 1)) != 0)))
        return !b->failed;
    void *grown = realloc(*array, (size_t)(n < 8 ? 8 : 2 * n) * size);
    if (grown)
        *array = grown;
    b->failed = !grown;
    return grown != NULL;
}

static int add_slot(struct inr_builder *b, int rows, bool learns)
{
    struct inr_program *p = b->program;
    void *row_array = p->slot_rows, *learn_array = p->slot_learns;
    const bool ok = grow(b, &row_array, p->n_slots, sizeof *p->slot_rows) &&
                    grow(b, &learn_array, p->n_slots, sizeof *p->slot_learns);
    p->slot_rows = row_array;
    p->slot_learns = learn_array;
    if (!ok)
        return 0;
    p->slot_rows[p->n_slots] = rows;
    p->slot_learns[p->n_slots] = learns;
    return p->n_slots++;
}

size_t inr_build_effective(struct inr_builder *b, size_t n)
{
    size_t at = b->program->n_effective;
    b->program->n_effective += n;
    return at;
}

static struct inr_map *add_map(struct inr_builder *b, struct inr_map map)
{
    struct inr_program *p = b->program;
    void *array = p->maps;
    const bool ok = grow(b, &array, p->n_maps, sizeof *p->maps);
    p->maps = array;
    if (!ok)
        return NULL;
    p->maps[p->n_maps] = map;
    return &p->maps[p->n_maps++];
}

/* A copy that continues the previous one becomes part of it: a real field ends with a single map.
 */
static void add_copy(struct inr_builder *b, size_t param, size_t effective, size_t n)
{
    struct inr_program *p = b->program;
    struct inr_map *last = p->n_maps ? &p->maps[p->n_maps - 1] : NULL;
    if (last && last->kind == INR_MAP_COPY && last->param + last->n == param &&
        last->effective + last->n == effective) {
        last->n += n;
        return;
    }
    add_map(b,
            (struct inr_map){.kind = INR_MAP_COPY, .param = param, .effective = effective, .n = n});
}

static size_t slice_size(const struct inr_slice *s)
{
    return (size_t)s->rows * (size_t)s->cols;
}

/* A slice as it is, at a new place of the effective array. */
static size_t copy_slice(struct inr_builder *b, const struct inr_slice *s)
{
    const size_t at = inr_build_effective(b, slice_size(s));
    add_copy(b, s->offset, at, slice_size(s));
    return at;
}

int inr_build_op(struct inr_builder *b, struct inr_op op, int rows, bool learns)
{
    struct inr_program *p = b->program;
    void *array = p->ops;
    const bool ok = grow(b, &array, p->n_ops, sizeof *p->ops);
    p->ops = array;
    if (!ok)
        return 0;
    op.out = add_slot(b, rows, learns);
    p->ops[p->n_ops++] = op;
    return op.out;
}

int inr_build_levels(struct inr_builder *b, const inr_grid_level *levels, int n)
{
    struct inr_program *p = b->program;
    inr_grid_level *grown =
        b->failed ? NULL : realloc(p->levels, (size_t)(p->n_levels + n) * sizeof *grown);
    if (!grown) {
        b->failed = true;
        return 0;
    }
    p->levels = grown;
    memcpy(grown + p->n_levels, levels, (size_t)n * sizeof *levels);
    p->n_levels += n;
    return p->n_levels - n;
}

bool inr_build_learns(const struct inr_builder *b, int slot)
{
    return !b->failed && b->program->slot_learns[slot];
}

/* Room in the fixed tables for [rows][cols], or NULL. */
static float *add_table(struct inr_builder *b, size_t n, size_t *at)
{
    struct inr_program *p = b->program;
    float *grown = b->failed ? NULL : realloc(p->tables, (p->n_tables + n) * sizeof *grown);
    if (!grown) {
        b->failed = true;
        return NULL;
    }
    p->tables = grown;
    *at = p->n_tables;
    p->n_tables += n;
    return grown + *at;
}

const struct inr_slice *inr_build_find(const struct inr_builder *b, enum inr_role role, int layer)
{
    const struct inr_field *field = b->field;
    for (size_t i = 0; i < field->n_slices; i++)
        if (field->slices[i].role == role && field->slices[i].layer == layer)
            return &field->slices[i];
    return NULL;
}

int inr_build_input(struct inr_builder *b)
{
    return add_slot(b, b->field->config.dims, false);
}

int inr_build_encode(struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_encoding *encoding = inr_encoding_by_id(config->encoding);
    const int n = encoding->frequencies(config);
    if (config->encoding == INR_ENCODING_IDENTITY)
        return 0;
    if (encoding->tables)
        return inr_build_grid(b);
    if (config->encoding == INR_ENCODING_CHEBYSHEV)
        return inr_build_op(b,
                            (struct inr_op){.kind = INR_OP_CHEBYSHEV,
                                            .in2 = -1,
                                            .n_frequencies = config->n_frequencies},
                            b->field->n_features, false);
    const size_t size = (size_t)n * (size_t)config->dims;
    const size_t at = inr_build_effective(b, size);
    const struct inr_slice *stored = inr_build_find(b, INR_ROLE_FREQUENCIES, -1);
    if (stored)
        add_copy(b, stored->offset, at, size);
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_ENCODE,
                                        .in2 = -1,
                                        .n_frequencies = n,
                                        .include_input = config->include_input,
                                        .table = at},
                        b->field->n_features, false);
}

static int affine_op(struct inr_builder *b, int in, size_t weight, size_t bias, int n_in, int n_out)
{
    const bool below = inr_build_learns(b, in);
    b->program->flops += (below ? 6.0 : 4.0) * n_in * n_out;
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_AFFINE,
                                        .in = in,
                                        .in2 = -1,
                                        .n_in = n_in,
                                        .n_out = n_out,
                                        .weight = weight,
                                        .bias = bias,
                                        .input_gradient = below},
                        n_out, true);
}

int inr_build_product(struct inr_builder *b, const struct inr_slice *weight,
                      const struct inr_slice *bias, int in)
{
    const size_t at = copy_slice(b, weight);
    return affine_op(b, in, at, bias ? copy_slice(b, bias) : INR_NONE, weight->cols, weight->rows);
}

/* W = Lambda B, Shi et al. 2024; layers of equal width share the basis. */
static int reparam_affine(struct inr_builder *b, int layer, int in)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_slice *lambda = inr_build_find(b, INR_ROLE_LAMBDA, layer);
    const struct inr_slice *bias = inr_build_find(b, INR_ROLE_BIAS, layer);
    const int cols = b->field->units;
    size_t table = INR_NONE;
    for (int i = 0; i < b->program->n_maps; i++)
        if (b->program->maps[i].kind == INR_MAP_LINEAR)
            table = b->program->maps[i].table;
    if (table == INR_NONE) {
        float *basis = add_table(b, (size_t)lambda->cols * (size_t)cols, &table);
        if (!basis)
            return 0;
        inr_reparam_by_id(config->reparam)->fill(config, cols, basis);
    }
    const size_t at = inr_build_effective(b, (size_t)lambda->rows * (size_t)cols);
    add_map(b, (struct inr_map){.kind = INR_MAP_LINEAR,
                                .param = lambda->offset,
                                .effective = at,
                                .rows = lambda->rows,
                                .cols = cols,
                                .inner = lambda->cols,
                                .pitch = lambda->cols,
                                .table = table});
    return affine_op(b, in, at, copy_slice(b, bias), cols, lambda->rows);
}

/* Complex layers become real products of twice the size: [zr; zi] = [[Wr, -Wi], [Wi, Wr]] [hr; hi];
 * of the output layer only the real part is kept. */
static int complex_affine(struct inr_builder *b, int layer, int in)
{
    const struct inr_slice *w = inr_build_find(b, INR_ROLE_WEIGHT, layer);
    const struct inr_slice *wi = inr_build_find(b, INR_ROLE_WEIGHT_IMAG, layer);
    const struct inr_slice *bias = inr_build_find(b, INR_ROLE_BIAS, layer);
    const struct inr_slice *bias_imag = inr_build_find(b, INR_ROLE_BIAS_IMAG, layer);
    const int n_out = bias_imag ? 2 * w->rows : w->rows, n_in = 2 * w->cols;
    const size_t weight = inr_build_effective(b, (size_t)n_out * (size_t)n_in);
    add_map(b, (struct inr_map){.kind = bias_imag ? INR_MAP_COMPLEX : INR_MAP_COMPLEX_REAL,
                                .param = w->offset,
                                .param_imag = wi->offset,
                                .effective = weight,
                                .rows = w->rows,
                                .cols = w->cols});
    const size_t at = copy_slice(b, bias);
    if (bias_imag)
        copy_slice(b, bias_imag);
    return affine_op(b, in, weight, at, n_in, n_out);
}

/* Pade units (Keles and Tekalp 2024) read three planes: P = A x + a0, Q = 1 + B x, and a0 alone,
 * whose weights are zero. Constant parts are written by fill_constants. */
static int rational_affine(struct inr_builder *b, int layer, int in)
{
    const struct inr_slice *w = inr_build_find(b, INR_ROLE_WEIGHT, layer);
    const struct inr_slice *q = inr_build_find(b, INR_ROLE_DENOMINATOR, layer);
    const struct inr_slice *bias = inr_build_find(b, INR_ROLE_BIAS, layer);
    const size_t weight = copy_slice(b, w);
    copy_slice(b, q);
    inr_build_effective(b, slice_size(w));
    const size_t at = copy_slice(b, bias);
    inr_build_effective(b, slice_size(bias));
    copy_slice(b, bias);
    return affine_op(b, in, weight, at, w->cols, 3 * w->rows);
}

int inr_build_affine(struct inr_builder *b, int layer, int in)
{
    if (inr_build_find(b, INR_ROLE_WEIGHT_IMAG, layer))
        return complex_affine(b, layer, in);
    if (inr_build_find(b, INR_ROLE_LAMBDA, layer))
        return reparam_affine(b, layer, in);
    if (inr_build_find(b, INR_ROLE_DENOMINATOR, layer))
        return rational_affine(b, layer, in);
    return inr_build_product(b, inr_build_find(b, INR_ROLE_WEIGHT, layer),
                             inr_build_find(b, INR_ROLE_BIAS, layer), in);
}

#define LOOKUP_FLOATS 16777216u /* tables are not worth more memory than this */

/* A layer over Chebyshev features is a sum of functions of one coordinate. On a grid that repeats
 * its rows and columns in a batch, tabulating those functions is less work than the product. */
static bool lookup_pays(const struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    if (!b->grid || config->encoding != INR_ENCODING_CHEBYSHEV ||
        inr_build_find(b, INR_ROLE_BIAS, 0))
        return false;
    uint64_t points = 0;
    for (int i = 0; i < config->dims; i++)
        points += b->grid->shape[i];
    const uint64_t rows = (uint64_t)b->field->units + (uint64_t)config->n_frequencies + 1;
    return points < b->grid->batch * (uint64_t)config->dims && points < LOOKUP_FLOATS / rows;
}

/* T_k(tanh x) at the grid's points of one axis, [K + 1][points]. */
static void fill_axis(const struct inr_program_grid *grid, int axis, int degree, float *table)
{
    const uint32_t n = grid->shape[axis];
    for (uint32_t i = 0; i < n; i++) {
        const float t = enc_chebyshev_argument(inr_grid_coord(i, n, grid->lattice));
        float before = 1.0f, value = t;
        table[i] = 1.0f;
        for (int k = 1; k <= degree; k++) {
            table[(size_t)k * n + i] = value;
            const float next = enc_chebyshev_next(t, value, before);
            before = value;
            value = next;
        }
    }
}

static int lookup(struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_slice *w = inr_build_find(b, INR_ROLE_WEIGHT, 0);
    const int terms = config->n_frequencies + 1;
    struct inr_op op = {
        .kind = INR_OP_LOOKUP, .in2 = -1, .n_out = w->rows, .lattice = b->grid->lattice};
    for (int axis = 0; axis < config->dims; axis++) {
        const uint32_t n = b->grid->shape[axis];
        size_t at = 0;
        float *table = add_table(b, (size_t)terms * n, &at);
        if (!table)
            return 0;
        fill_axis(b->grid, axis, config->n_frequencies, table);
        op.shape[axis] = n;
        op.lookup[axis] = inr_build_effective(b, (size_t)w->rows * n);
        add_map(b, (struct inr_map){.kind = INR_MAP_LINEAR,
                                    .param = w->offset + (size_t)(axis * terms),
                                    .effective = op.lookup[axis],
                                    .rows = w->rows,
                                    .cols = (int)n,
                                    .inner = terms,
                                    .pitch = w->cols,
                                    .table = at});
    }
    return inr_build_op(b, op, w->rows, true);
}

int inr_build_first(struct inr_builder *b)
{
    if (lookup_pays(b))
        return lookup(b);
    return inr_build_affine(b, 0, inr_build_encode(b));
}

int inr_build_act(struct inr_builder *b, int layer, int in)
{
    const struct inr_activation *act = b->act;
    const int units = inr_field_units(&b->field->config, layer);
    if (b->failed)
        return 0;
    struct inr_op op = {.kind = INR_OP_ACT,
                        .in = in,
                        .in2 = -1,
                        .activation = act->id,
                        .layer = layer,
                        .units = units,
                        .planes_in = b->program->slot_rows[in] / units,
                        .planes_out = act->planes_h,
                        .constants = inr_build_effective(b, INR_MAX_CONSTANTS)};
    const struct inr_slice *learned =
        inr_build_find(b, INR_ROLE_CONSTANTS, act->shared_constants ? 0 : layer);
    if (learned) {
        op.learn = act->learnable_mask;
        size_t from = learned->offset;
        for (int k = 0; k < act->n_constants; k++)
            if (op.learn >> k & 1u)
                add_copy(b, from++, op.constants + (size_t)k, 1);
    }
    return inr_build_op(b, op, act->planes_h * units, true);
}

/* A product with a matrix that fill_constants writes. */
static int opponent(struct inr_builder *b, int in)
{
    const int n = b->field->config.channels;
    const size_t weight = inr_build_effective(b, (size_t)(n * n));
    return b->failed ? in : affine_op(b, in, weight, INR_NONE, n, n);
}

int inr_build_output(struct inr_builder *b, int in)
{
    const struct inr_field_config *config = &b->field->config;
    if (config->opponent)
        return opponent(b, in);
    if (b->failed || config->output_activation == INR_OUTPUT_AS_IS)
        return in;
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_ACT,
                                        .in = in,
                                        .in2 = -1,
                                        .activation = config->output_activation,
                                        .layer = config->layers + 1,
                                        .units = config->channels,
                                        .planes_in = 1,
                                        .planes_out = 1,
                                        .constants = inr_build_effective(b, INR_MAX_CONSTANTS)},
                        config->channels, inr_build_learns(b, in));
}

int inr_build_norm(struct inr_builder *b, int in)
{
    const struct inr_slice *scale = inr_build_find(b, INR_ROLE_NORM_SCALE, 0);
    const struct inr_slice *shift = inr_build_find(b, INR_ROLE_NORM_SHIFT, 0);
    const size_t weight = copy_slice(b, scale);
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_NORM,
                                        .in = in,
                                        .in2 = -1,
                                        .n_out = scale->rows,
                                        .weight = weight,
                                        .bias = copy_slice(b, shift)},
                        scale->rows, true);
}

static int pair(struct inr_builder *b, enum inr_op_kind kind, int in, int in2)
{
    if (b->failed)
        return 0;
    return inr_build_op(b, (struct inr_op){.kind = kind, .in = in, .in2 = in2},
                        b->program->slot_rows[in],
                        inr_build_learns(b, in) || inr_build_learns(b, in2));
}

int inr_build_mul(struct inr_builder *b, int in, int in2)
{
    return pair(b, INR_OP_MUL, in, in2);
}

int inr_build_add(struct inr_builder *b, int in, int in2)
{
    return pair(b, INR_OP_ADD, in, in2);
}

int inr_build_rbf(struct inr_builder *b, const struct inr_slice *centre,
                  const struct inr_slice *gamma)
{
    const size_t weight = copy_slice(b, centre);
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_RBF,
                                        .in2 = -1,
                                        .n_out = centre->rows,
                                        .weight = weight,
                                        .bias = copy_slice(b, gamma),
                                        .learn = 1},
                        centre->rows, true);
}

int inr_build_fixed_rbf(struct inr_builder *b, int n)
{
    const size_t weight = inr_build_effective(b, (size_t)n * (size_t)b->field->config.dims);
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_RBF,
                                        .in2 = -1,
                                        .n_out = n,
                                        .weight = weight,
                                        .bias = inr_build_effective(b, (size_t)n)},
                        n, false);
}
