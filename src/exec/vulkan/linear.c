/* SPDX-License-Identifier: MIT
 *
 * linear.c - Products with the fixed bases of LINEAR maps.
 */
#include "exec/vulkan/linear.h"

#include <stdlib.h>

static size_t map_size(const struct inr_map *map)
{
    return (size_t)map->rows * (size_t)map->cols;
}

/* The maps, how their products are cut, and room for the slices. */
static enum inr_status plan_maps(struct inr_vk_linear *l, size_t *n_partial, struct inr_error *err)
{
    const struct inr_program *p = l->program;
    *n_partial = 0;
    l->maps = calloc((size_t)p->n_maps, sizeof *l->maps);
    if (!l->maps)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the linear maps");
    for (int i = 0; i < p->n_maps; i++) {
        const struct inr_map *map = &p->maps[i];
        if (map->kind != INR_MAP_LINEAR)
            continue;
        const uint32_t slices = inr_vk_map_slices(l->d, map);
        l->maps[l->n++] =
            (struct inr_vk_linear_calls){.map = map, .slices = slices, .partial_at = *n_partial};
        *n_partial += slices > 1 ? slices * map_size(map) : 0;
    }
    return INR_OK;
}

static enum inr_status create_buffers(struct inr_vk_stage *stage, struct inr_vk_linear *l,
                                      size_t n_partial, struct inr_error *err)
{
    const uint64_t bytes = (uint64_t)l->program->n_tables * sizeof(float);
    enum inr_status status =
        inr_vk_buffer_create(l->d, "bases of linear maps", bytes, INR_VK_LOCAL, &l->tables, err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, &l->tables, 0, l->program->tables, bytes, err);
    if (status == INR_OK && n_partial)
        status =
            inr_vk_buffer_create(l->d, "slices of linear maps", (uint64_t)n_partial * sizeof(float),
                                 INR_VK_LOCAL, &l->partial, err);
    return status;
}

static enum inr_status create_calls(struct inr_vk_linear *l, struct inr_vk_linear_calls *calls,
                                    struct inr_vk_kernels *kernels,
                                    const struct inr_vk_linear_buffers *buffers, bool train,
                                    struct inr_vk_calls *owner, struct inr_error *err)
{
    const struct inr_map *map = calls->map;
    const struct inr_vk_linear_map at = {.map = map,
                                         .params = buffers->params,
                                         .effective = buffers->effective,
                                         .tables = &l->tables,
                                         .d_effective = buffers->d_effective,
                                         .d_params = buffers->d_params,
                                         .partial = &l->partial,
                                         .partial_at = calls->partial_at,
                                         .slices = calls->slices};
    enum inr_status status = inr_vk_product_map(&at, owner, kernels, &calls->apply, err);
    if (status == INR_OK && train)
        status = inr_vk_product_pull(&at, owner, kernels, &calls->pull, err);
    if (status != INR_OK || calls->slices == 1)
        return status;
    const uint32_t narrow = 0;
    const struct inr_vk_kernel *reduce;
    status = inr_vk_kernel_get(kernels, INR_VK_REDUCE, &narrow, 1, &reduce, err);
    const size_t size = map_size(map);
    const struct inr_vk_access sum[] = {
        {.buffer = &l->partial}, /* after the slices of all maps */
        {.buffer = buffers->effective, .begin = map->effective, .end = map->effective + size}};
    if (status == INR_OK)
        status = inr_vk_call_make(owner, kernels, reduce, sum, &calls->reduce, err);
    return status;
}

enum inr_status inr_vk_linear_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                     const struct inr_program *program,
                                     const struct inr_vk_linear_buffers *buffers, bool train,
                                     struct inr_vk_calls *calls, struct inr_vk_linear *linear,
                                     struct inr_error *err)
{
    *linear = (struct inr_vk_linear){.d = stage->d, .program = program};
    if (program->n_tables == 0)
        return INR_OK;
    size_t n_partial;
    enum inr_status status = plan_maps(linear, &n_partial, err);
    if (status == INR_OK)
        status = create_buffers(stage, linear, n_partial, err);
    for (int i = 0; i < linear->n && status == INR_OK; i++)
        status = create_calls(linear, &linear->maps[i], kernels, buffers, train, calls, err);
    return status;
}

void inr_vk_linear_destroy(struct inr_vk_linear *linear)
{
    if (!linear->d)
        return;
    inr_vk_buffer_destroy(linear->d, &linear->tables);
    inr_vk_buffer_destroy(linear->d, &linear->partial);
    free(linear->maps);
    *linear = (struct inr_vk_linear){0};
}

/* Terms of a slice: all slices but the last have as many. */
static uint32_t slice_terms(const struct inr_vk_linear_calls *calls)
{
    const uint32_t one = ((uint32_t)calls->map->inner + calls->slices - 1) / calls->slices;
    return (one + INR_VK_TILE_DEPTH - 1) / INR_VK_TILE_DEPTH * INR_VK_TILE_DEPTH;
}

void inr_vk_linear_record_apply(const struct inr_vk_linear *linear, struct inr_vk_stream *stream)
{
    for (int i = 0; i < linear->n; i++) {
        const struct inr_vk_linear_calls *calls = &linear->maps[i];
        inr_vk_product_record(&calls->apply, stream, (uint32_t)calls->map->inner, calls->slices,
                              slice_terms(calls));
    }
    for (int i = 0; i < linear->n; i++) {
        const struct inr_vk_linear_calls *calls = &linear->maps[i];
        const uint32_t size = (uint32_t)map_size(calls->map);
        const inr_push_reduce push = {.n = size,
                                      .slices = calls->slices,
                                      .pitch = size,
                                      .in_offset = (uint32_t)calls->partial_at,
                                      .out_offset = (uint32_t)calls->map->effective,
                                      .scale = 1.0f};
        if (calls->slices > 1)
            inr_vk_stream_run_threads(stream, &calls->reduce, push.n, &push);
    }
}

void inr_vk_linear_record_pull(const struct inr_vk_linear *linear, struct inr_vk_stream *stream)
{
    for (int i = 0; i < linear->n; i++)
        inr_vk_product_record(&linear->maps[i].pull, stream, (uint32_t)linear->maps[i].map->inner,
                              1, 0);
}
