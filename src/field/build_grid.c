/* SPDX-License-Identifier: MIT
 *
 * build_grid.c - Table encodings as ops: one grid op a table; planes are products and sums of them.
 */
#include "field/build_internal.h"
#include "field/formula.h"
#include "field/grid.h"

/* The grid op of table i. */
static int add_table(struct inr_builder *b, const struct inr_grid_table *table, int i)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_slice *slice = inr_build_find(b, INR_ROLE_TABLE, i);
    inr_grid_level levels[INR_GRID_LEVELS_MAX];
    for (int k = 0; k < table->n_levels; k++) {
        levels[k] = table->levels[k];
        levels[k].offset += (uint32_t)slice->offset;
    }
    struct inr_op op = {.kind = INR_OP_GRID,
                        .in2 = -1,
                        .n_axes = table->n_axes,
                        .levels = table->n_levels,
                        .level = inr_build_levels(b, levels, table->n_levels),
                        .features = slice->cols,
                        .interpolation = config->interpolation};
    for (int k = 0; k < table->n_axes; k++)
        op.axes[k] = table->axes[k];
    op.n_out = slice->cols;
    op.sum = table->n_levels > 1 && inr_grid_rows(config) == slice->cols;
    if (!op.sum)
        op.n_out *= table->n_levels;
    int corners = 1;
    for (int k = 0; k < table->n_axes; k++)
        corners *= config->interpolation == INR_GRID_CUBIC ? 4 : 2;
    b->program->flops += 4.0 * corners * slice->cols * table->n_levels;
    return inr_build_op(b, op, op.n_out, true);
}

/* GA-Planes (Sivgin et al. 2025) as in Kim and Fridovich-Keil 2025: l_x l_y + p in the plane, and
 * l_x l_y l_z + p_xy l_z + p_xz l_y + p_yz l_x + v in space. Slots: lines, planes, volume. */
static int join_planes(struct inr_builder *b, const int *slots, int dims)
{
    if (dims == 1)
        return slots[0];
    if (dims == 2)
        return inr_build_add(b, inr_build_mul(b, slots[0], slots[1]), slots[2]);
    int sum = inr_build_mul(b, inr_build_mul(b, slots[0], slots[1]), slots[2]);
    sum = inr_build_add(b, sum, inr_build_mul(b, slots[3], slots[2]));
    sum = inr_build_add(b, sum, inr_build_mul(b, slots[4], slots[1]));
    sum = inr_build_add(b, sum, inr_build_mul(b, slots[5], slots[0]));
    return inr_build_add(b, sum, slots[6]);
}

int inr_build_grid(struct inr_builder *b)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    int slots[INR_GRID_TABLES_MAX] = {0};
    const int n = inr_grid_tables(&b->field->config, tables);
    for (int i = 0; i < n; i++)
        slots[i] = add_table(b, &tables[i], i);
    return n > 1 ? join_planes(b, slots, b->field->config.dims) : slots[0];
}
