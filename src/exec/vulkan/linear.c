/* SPDX-License-Identifier: MIT
 *
 * linear.c - Products with the fixed bases of LINEAR maps.
 */
#include "exec/vulkan/linear.h"

#include <stdlib.h>

static enum inr_status upload_tables(struct inr_vk_stage *stage, struct inr_vk_linear *l,
                                     struct inr_error *err)
{
    const uint64_t bytes = (uint64_t)l->program->n_tables * sizeof(float);
    enum inr_status status =
        inr_vk_buffer_create(l->d, "bases of linear maps", bytes, INR_VK_LOCAL, &l->tables, err);
    if (status != INR_OK)
        return status;
    return inr_vk_upload(stage, &l->tables, 0, l->program->tables, bytes, err);
}

enum inr_status inr_vk_linear_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                     const struct inr_program *program,
                                     const struct inr_vk_linear_buffers *buffers, bool train,
                                     struct inr_vk_calls *calls, struct inr_vk_linear *linear,
                                     struct inr_error *err)
{
    int n = 0;
    for (int i = 0; i < program->n_maps; i++)
        n += program->maps[i].kind == INR_MAP_LINEAR;
    *linear = (struct inr_vk_linear){.d = stage->d, .program = program};
    if (n == 0)
        return INR_OK;
    linear->apply = calloc((size_t)n, sizeof *linear->apply);
    linear->pull = calloc((size_t)n, sizeof *linear->pull);
    if (!linear->apply || !linear->pull)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the linear maps");
    enum inr_status status = upload_tables(stage, linear, err);
    for (int i = 0; i < program->n_maps && status == INR_OK; i++) {
        const struct inr_map *map = &program->maps[i];
        if (map->kind != INR_MAP_LINEAR)
            continue;
        const struct inr_vk_linear_map at = {.map = map,
                                             .params = buffers->params,
                                             .effective = buffers->effective,
                                             .tables = &linear->tables,
                                             .d_effective = buffers->d_effective,
                                             .d_params = buffers->d_params};
        status = inr_vk_product_map(&at, calls, kernels, &linear->apply[linear->n], err);
        if (status == INR_OK && train)
            status = inr_vk_product_pull(&at, calls, kernels, &linear->pull[linear->n], err);
        linear->n++;
    }
    return status;
}

void inr_vk_linear_destroy(struct inr_vk_linear *linear)
{
    if (!linear->d)
        return;
    inr_vk_buffer_destroy(linear->d, &linear->tables);
    free(linear->apply);
    free(linear->pull);
    *linear = (struct inr_vk_linear){0};
}

void inr_vk_linear_record_apply(const struct inr_vk_linear *linear, struct inr_vk_stream *stream)
{
    for (int i = 0; i < linear->n; i++)
        inr_vk_product_record(&linear->apply[i], stream, linear->apply[i].push.n, 1, 0);
}

void inr_vk_linear_record_pull(const struct inr_vk_linear *linear, struct inr_vk_stream *stream)
{
    for (int i = 0; i < linear->n; i++)
        inr_vk_product_record(&linear->pull[i], stream, linear->pull[i].push.n, 1, 0);
}
