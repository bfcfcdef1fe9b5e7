/* SPDX-License-Identifier: MIT
 *
 * map.h - The program's parameter maps that copy, some with the sign changed, as index tables: one
 * gather each way runs all of them. Linear maps are not among them (linear.h).
 */
#ifndef INR_EXEC_VULKAN_MAP_H
#define INR_EXEC_VULKAN_MAP_H

#include "field/program.h"

struct inr_vk_map {
    uint32_t *source; /* [n_effective]: parameter << 1 | negated, or INR_NO_SOURCE */
    uint32_t *start; /* [n_trainable - n_table + 1]: first use of each parameter after the tables */
    uint32_t *uses;  /* [n_uses]: effective << 1 | negated, in the order of the maps */
    size_t n_uses;
};

enum inr_status inr_vk_map_create(const struct inr_program *program, struct inr_vk_map *map,
                                  struct inr_error *err);
void inr_vk_map_free(struct inr_vk_map *map);

#endif
