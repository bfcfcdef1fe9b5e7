/* SPDX-License-Identifier: MIT
 *
 * build_kernels.c - Radial basis functions as ops, with the cells in which their nearest are found.
 */
#include <stdlib.h>
#include <string.h>

#include "field/build_internal.h"
#include "field/cells.h"
#include "field/kernels.h"

/* Append the words of the tree; returns where they begin. */
static size_t add_words(struct inr_builder *b, const struct inr_cells *cells)
{
    struct inr_program *p = b->program;
    uint32_t *grown = realloc(p->words, (p->n_words + cells->n_words) * sizeof *grown);
    b->failed = !grown;
    if (!grown)
        return 0;
    memcpy(grown + p->n_words, cells->words, cells->n_words * sizeof *grown);
    p->words = grown;
    p->n_words += cells->n_words;
    return p->n_words - cells->n_words;
}

int inr_build_kernels(struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    const struct inr_slice *features = inr_build_find(b, INR_ROLE_KERNEL_TABLE, 0);
    const struct inr_slice *centres = inr_build_find(b, INR_ROLE_KERNEL_CENTRE, 0);
    const struct inr_slice *shapes = inr_build_find(b, INR_ROLE_KERNEL_SHAPE, 0);
    struct inr_cells cells = {0};
    struct inr_op op = {.kind = INR_OP_KERNELS,
                        .in2 = -1,
                        .n_in = features->rows,
                        .n_out = features->cols,
                        .nearest = inr_kernels_nearest(config),
                        .form = config->kernel,
                        .weight = features->offset,
                        .centre = centres->offset,
                        .kernel_shape = shapes->offset,
                        .constants = INR_NONE};
    inr_kernels_metric(config, op.metric);
    if (b->failed || inr_cells_build(&cells, b->field->params + centres->offset, (size_t)op.n_in,
                                     config->dims, op.metric, op.nearest, NULL) != INR_OK) {
        b->failed = true;
        return 0;
    }
    op.cells = add_words(b, &cells);
    memcpy(op.cell_bits, cells.bits, sizeof op.cell_bits);
    op.cell_depth = cells.depth;
    inr_cells_free(&cells);
    const bool waves = config->kernel_high > 0.0f;
    if (waves)
        op.constants = inr_build_effective(b, (size_t)op.n_out);
    b->program->flops += (waves ? 36.0 : 4.0) * op.nearest * op.n_out;
    return inr_build_op(b, op, op.n_out, true);
}

int inr_build_msc(struct inr_builder *b, int in)
{
    if (b->failed)
        return 0;
    const int rows = b->program->slot_rows[in];
    return inr_build_op(b,
                        (struct inr_op){.kind = INR_OP_MSC,
                                        .in = in,
                                        .in2 = -1,
                                        .n_out = rows,
                                        .constants = inr_build_effective(b, (size_t)rows)},
                        rows, inr_build_learns(b, in));
}
