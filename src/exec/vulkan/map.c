/* SPDX-License-Identifier: MIT
 *
 * map.c - Builds the tables of map_forward.comp and map_backward.comp.
 */
#include "exec/vulkan/map.h"

#include <stdlib.h>

#include "common/params.h"

typedef void (*link_fn)(void *user, size_t effective, size_t param, bool negated);

/* Call `link` for every (effective entry, parameter) pair of a map, in the order inr_program_pull
 * adds them. */
static void each_complex(const struct inr_map *map, link_fn link, void *user)
{
    const size_t rows = (size_t)map->rows, cols = (size_t)map->cols;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            const size_t re = map->param + r * cols + c;
            const size_t im = map->param_imag + r * cols + c;
            const size_t top = map->effective + r * 2 * cols + c;
            const size_t bottom = top + rows * 2 * cols;
            link(user, top, re, false);
            if (map->kind == INR_MAP_COMPLEX) {
                link(user, bottom + cols, re, false);
                link(user, bottom, im, false);
            }
            link(user, top + cols, im, true);
        }
}

static void each_link(const struct inr_program *program, link_fn link, void *user)
{
    for (int i = 0; i < program->n_maps; i++) {
        const struct inr_map *map = &program->maps[i];
        if (map->kind == INR_MAP_COMPLEX || map->kind == INR_MAP_COMPLEX_REAL)
            each_complex(map, link, user);
        for (size_t k = 0; map->kind == INR_MAP_COPY && k < map->n; k++)
            link(user, map->effective + k, map->param + k, false);
    }
}

struct builder {
    struct inr_vk_map *map;
    size_t n_table, n_trainable; /* no map touches the tables */
};

static void count(void *user, size_t effective, size_t param, bool negated)
{
    struct builder *b = user;
    b->map->source[effective] = (uint32_t)param << 1 | (negated ? 1u : 0u);
    if (param < b->n_trainable)
        b->map->start[param - b->n_table + 1]++;
}

/* start[p] serves as the write position of p and ends up as the start of p + 1. */
static void fill(void *user, size_t effective, size_t param, bool negated)
{
    struct builder *b = user;
    if (param < b->n_trainable)
        b->map->uses[b->map->start[param - b->n_table]++] =
            (uint32_t)effective << 1 | (negated ? 1u : 0u);
}

enum inr_status inr_vk_map_create(const struct inr_program *program, struct inr_vk_map *map,
                                  struct inr_error *err)
{
    *map = (struct inr_vk_map){0};
    const size_t n = program->n_trainable - program->n_table;
    if (program->n_effective >= 1u << 31 || program->n_params >= 1u << 31)
        return inr_fail(err, INR_ERR_MEMORY, "A network of %zu parameters is too large for Vulkan",
                        program->n_params);
    map->source = malloc((program->n_effective + 1) * sizeof *map->source);
    map->start = calloc(n + 2, sizeof *map->start);
    if (!map->source || !map->start)
        goto fail;
    for (size_t e = 0; e < program->n_effective; e++)
        map->source[e] = INR_NO_SOURCE;
    struct builder b = {map, program->n_table, program->n_trainable};
    each_link(program, count, &b);
    for (size_t p = 0; p < n; p++)
        map->start[p + 1] += map->start[p];
    map->n_uses = map->start[n];
    map->uses = malloc((map->n_uses + 1) * sizeof *map->uses);
    if (!map->uses)
        goto fail;
    each_link(program, fill, &b);
    for (size_t p = n; p > 0; p--)
        map->start[p] = map->start[p - 1];
    map->start[0] = 0;
    return INR_OK;
fail:
    inr_vk_map_free(map);
    return inr_fail(err, INR_ERR_MEMORY, "out of memory for the parameter maps");
}

void inr_vk_map_free(struct inr_vk_map *map)
{
    free(map->source);
    free(map->start);
    free(map->uses);
    *map = (struct inr_vk_map){0};
}
