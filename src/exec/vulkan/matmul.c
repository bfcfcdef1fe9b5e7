/* SPDX-License-Identifier: MIT
 *
 * matmul.c - Chooses tiles and strides for matmul.comp.
 */
#include "exec/vulkan/matmul.h"

struct tile {
    uint32_t lx, ly, rm, rn; /* workgroup lx x ly, each thread rm rows and rn columns */
    bool direct;             /* B is read in place, not through shared memory */
};

/* Fewer rows than this are a thin product: the first and last layer of most networks. */
#define THIN_ROWS 8u

/* GPUs: 128 threads (every device grants that many) make 64 x 128 values, 13 KiB of shared memory.
 * Software devices run a workgroup's lanes in SIMD on one core: there rows are constants known when
 * compiling, shared memory is a detour for B, and a loop-free dispatch of 64 terms is six times as
 * fast as a loop (lavapipe, Mesa 22.3: 4 instead of 0.6 GFLOP/s a core). */
static struct tile choose(const struct inr_vk_device *d, uint32_t m, bool b_down)
{
    if (d->software)
        return (struct tile){64, 1, m <= THIN_ROWS ? 4 : 16, 1, true};
    if (m <= THIN_ROWS)
        return (struct tile){64, 1, 4, 2, !b_down};
    return (struct tile){16, 8, 8, 8, false};
}

static uint32_t tiles(uint32_t n, uint32_t tile)
{
    return (n + tile - 1) / tile;
}

/* Workgroups wanted for the product of a linear map, and terms that make a slice of it worth its
 * reduction. */
#define MAP_GROUPS          128u
#define SOFTWARE_MAP_GROUPS 4u
#define MIN_MAP_TERMS       64u

struct shape {
    bool a_across, b_down, bias;
};

/* Steps of a dispatch on a software device: more would run faster and compile for longer. */
#define SOFTWARE_STEPS 4u

static uint32_t steps_of(const struct inr_vk_device *d, const struct inr_vk_product *product)
{
    if (!d->software)
        return 0;
    const uint32_t all = tiles(product->push.k, INR_VK_TILE_DEPTH);
    return product->over_samples || all > SOFTWARE_STEPS ? SOFTWARE_STEPS : all;
}

static enum inr_status make(const struct inr_vk_access buffers[4], struct shape shape,
                            struct inr_vk_calls *calls, struct inr_vk_kernels *kernels,
                            struct inr_vk_product *product, struct inr_error *err)
{
    const struct tile t = choose(calls->d, product->push.m, shape.b_down);
    const uint32_t steps = steps_of(calls->d, product);
    const uint32_t constants[] = {
        t.lx,           t.ly,         t.rm,     t.rn,       INR_VK_TILE_DEPTH,
        shape.a_across, shape.b_down, t.direct, shape.bias, steps};
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_MATMUL, constants,
                                               sizeof constants / sizeof *constants, &kernel, err);
    if (status != INR_OK)
        return status;
    product->tile_m = t.ly * t.rm;
    product->tile_n = t.lx * t.rn;
    product->terms = steps * INR_VK_TILE_DEPTH;
    return inr_vk_call_make(calls, kernels, kernel, buffers, &product->call, err);
}

enum inr_status inr_vk_product_forward(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                       struct inr_vk_kernels *kernels,
                                       struct inr_vk_product *product, struct inr_error *err)
{
    const struct inr_op *op = a->op;
    const bool bias = op->bias != INR_NONE && !a->no_bias;
    *product = (struct inr_vk_product){.push = {.m = (uint32_t)op->n_out,
                                                .k = (uint32_t)op->n_in,
                                                .a_offset = (uint32_t)op->weight,
                                                .a_stride = (uint32_t)op->n_in,
                                                .b_stride = a->stride,
                                                .c_row = a->stride,
                                                .c_column = 1,
                                                .bias = bias ? (uint32_t)op->bias : 0}};
    const struct inr_vk_access buffers[] = {
        {.buffer = a->effective}, {.buffer = a->in}, {.buffer = a->out}, {.buffer = a->effective}};
    return make(buffers, (struct shape){.bias = bias}, calls, kernels, product, err);
}

enum inr_status inr_vk_product_data(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                    struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                    struct inr_error *err)
{
    const struct inr_op *op = a->op;
    *product = (struct inr_vk_product){.push = {.m = (uint32_t)op->n_in,
                                                .k = (uint32_t)op->n_out,
                                                .a_offset = (uint32_t)op->weight,
                                                .a_stride = (uint32_t)op->n_in,
                                                .b_stride = a->stride,
                                                .c_row = a->stride,
                                                .c_column = 1,
                                                .accumulate = a->accumulate}};
    const struct inr_vk_access buffers[] = {{.buffer = a->effective},
                                            {.buffer = a->d_out},
                                            {.buffer = a->d_in},
                                            {.buffer = a->effective}};
    return make(buffers, (struct shape){.a_across = true}, calls, kernels, product, err);
}

/* The narrower side takes the rows, which may be thin: with few inputs the transpose is computed.
 */
static bool swapped(uint32_t n_out, uint32_t n_in)
{
    return n_in <= THIN_ROWS && n_in < n_out;
}

enum inr_status inr_vk_product_weight(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                      struct inr_vk_kernels *kernels,
                                      struct inr_vk_product *product, struct inr_error *err)
{
    const struct inr_op *op = a->op;
    const uint32_t n_out = (uint32_t)op->n_out, n_in = (uint32_t)op->n_in;
    const bool swap = swapped(n_out, n_in);
    *product = (struct inr_vk_product){.over_samples = true,
                                       .push = {.m = swap ? n_in : n_out,
                                                .n = swap ? n_out : n_in,
                                                .a_stride = a->stride,
                                                .b_stride = a->stride,
                                                .c_offset = (uint32_t)op->weight,
                                                .c_row = swap ? 1 : n_in,
                                                .c_column = swap ? n_in : 1,
                                                .c_slice = a->slice_pitch}};
    /* The part of `partial` is named by its effective entries, whatever the slice. */
    const struct inr_vk_access buffers[] = {
        {.buffer = swap ? a->in : a->d_out},
        {.buffer = swap ? a->d_out : a->in},
        {.buffer = a->partial, .begin = op->weight, .end = op->weight + (size_t)n_out * n_in},
        {.buffer = a->effective}};
    return make(buffers, (struct shape){.b_down = true}, calls, kernels, product, err);
}

enum inr_status inr_vk_product_map(const struct inr_vk_linear_map *l, struct inr_vk_calls *calls,
                                   struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                   struct inr_error *err)
{
    const struct inr_map *map = l->map;
    const size_t size = (size_t)map->rows * (size_t)map->cols;
    const bool direct = l->slices == 1;
    const size_t to = direct ? map->effective : l->partial_at;
    *product = (struct inr_vk_product){.over_samples = true,
                                       .push = {.m = (uint32_t)map->rows,
                                                .n = (uint32_t)map->cols,
                                                .k = (uint32_t)map->inner,
                                                .a_offset = (uint32_t)map->param,
                                                .a_stride = (uint32_t)map->pitch,
                                                .b_offset = (uint32_t)map->table,
                                                .b_stride = (uint32_t)map->cols,
                                                .c_offset = (uint32_t)to,
                                                .c_row = (uint32_t)map->cols,
                                                .c_column = 1,
                                                .c_slice = (uint32_t)size}};
    const struct inr_vk_access buffers[] = {
        {.buffer = l->params},
        {.buffer = l->tables},
        {.buffer = direct ? l->effective : l->partial, .begin = to, .end = to + size * l->slices},
        {.buffer = l->tables}};
    return make(buffers, (struct shape){0}, calls, kernels, product, err);
}

enum inr_status inr_vk_product_pull(const struct inr_vk_linear_map *l, struct inr_vk_calls *calls,
                                    struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                    struct inr_error *err)
{
    const struct inr_map *map = l->map;
    *product = (struct inr_vk_product){.push = {.m = (uint32_t)map->rows,
                                                .n = (uint32_t)map->inner,
                                                .k = (uint32_t)map->cols,
                                                .a_offset = (uint32_t)map->effective,
                                                .a_stride = (uint32_t)map->cols,
                                                .b_offset = (uint32_t)map->table,
                                                .b_stride = (uint32_t)map->cols,
                                                .c_offset = (uint32_t)map->param,
                                                .c_row = (uint32_t)map->pitch,
                                                .c_column = 1,
                                                .accumulate = 1}};
    /* Rows of P may lie between those of another map: the range covers both. */
    const size_t end =
        map->param + (size_t)(map->rows - 1) * (size_t)map->pitch + (size_t)map->inner;
    const struct inr_vk_access buffers[] = {
        {.buffer = l->d_effective},
        {.buffer = l->tables},
        {.buffer = l->d_params, .begin = map->param, .end = end},
        {.buffer = l->tables}};
    return make(buffers, (struct shape){.b_down = true}, calls, kernels, product, err);
}

uint32_t inr_vk_map_slices(const struct inr_vk_device *d, const struct inr_map *map)
{
    const uint32_t rows = (uint32_t)map->rows, cols = (uint32_t)map->cols;
    const struct tile t = choose(d, rows, false);
    const uint32_t one = tiles(rows, t.ly * t.rm) * tiles(cols, t.lx * t.rn);
    const uint32_t wanted = tiles(d->software ? SOFTWARE_MAP_GROUPS : MAP_GROUPS, one);
    const uint32_t most = (uint32_t)map->inner / MIN_MAP_TERMS;
    return most < 1 ? 1 : wanted < most ? wanted : most;
}

uint32_t inr_vk_weight_tiles(const struct inr_vk_device *d, uint32_t n_out, uint32_t n_in)
{
    const bool swap = swapped(n_out, n_in);
    const uint32_t m = swap ? n_in : n_out, n = swap ? n_out : n_in;
    const struct tile t = choose(d, m, true);
    return tiles(m, t.ly * t.rm) * tiles(n, t.lx * t.rn);
}

void inr_vk_product_record(const struct inr_vk_product *product, struct inr_vk_stream *stream,
                           uint32_t count, uint32_t slices, uint32_t slice)
{
    inr_push_matmul push = product->push;
    if (product->over_samples) {
        push.k = count;
        push.slice = slice;
    } else {
        push.n = count;
        push.slice = push.k;
        slices = 1;
    }
    const uint32_t terms = product->terms ? product->terms : push.slice;
    do {
        inr_vk_stream_run(stream, &product->call, tiles(push.n, product->tile_n),
                          tiles(push.m, product->tile_m), slices, &push);
        push.accumulate = 1;
        push.k_first += terms;
    } while (push.k_first < push.slice);
}

void inr_vk_product_record_from(const struct inr_vk_product *product, struct inr_vk_stream *stream,
                                uint32_t first, uint32_t count)
{
    struct inr_vk_product moved = *product;
    moved.push.b_offset += first;
    moved.push.c_offset += first;
    inr_vk_product_record(&moved, stream, count, 1, 0);
}
