/* SPDX-License-Identifier: MIT
 *
 * nested.c - Which scalars belong to which of several networks in one field.
 */
#include "field/nested.h"

#include <stdlib.h>
#include <string.h>

#include "field/layout.h"

bool inr_field_nests(const struct inr_field_config *config)
{
    return config->nested > 1 && config->level == 0;
}

int inr_nested_units(const struct inr_field_config *config, int units, int level)
{
    return (units * level + config->nested - 1) / config->nested;
}

/* The lowest level whose units hold number `unit` of `units`. */
static int level_of(const struct inr_field_config *config, size_t unit, size_t units)
{
    return (int)(unit * (size_t)config->nested / units) + 1;
}

int inr_nested_shell(const struct inr_field *field, const struct inr_slice *slice, size_t i)
{
    const struct inr_field_config *config = &field->config;
    const size_t rows = (size_t)slice->rows, cols = (size_t)slice->cols;
    const bool weight = slice->role == INR_ROLE_WEIGHT, last = slice->layer > config->layers;
    if (!inr_field_nests(config) || (!weight && slice->role != INR_ROLE_BIAS))
        return 1;
    if (!weight && last)
        return config->nested - (int)(i / (size_t)config->channels);
    const int row = last ? 1 : level_of(config, i / cols, rows);
    const int col = weight && slice->layer > 0 ? level_of(config, i % cols, cols) : 1;
    return row > col ? row : col;
}

/* The scalars of a slice of the smaller network, which are the first of each row. */
static void take(const struct inr_field *whole, const struct inr_field *part,
                 const struct inr_slice *slice)
{
    const struct inr_field_config *config = &whole->config;
    const struct inr_slice *from = inr_field_slice(whole, slice->name);
    const bool outputs = slice->role == INR_ROLE_BIAS && slice->layer > config->layers;
    const size_t block =
        outputs ? (size_t)(config->nested - part->config.level) * (size_t)slice->rows : 0;
    for (size_t r = 0; r < (size_t)slice->rows; r++)
        memcpy(part->params + slice->offset + r * (size_t)slice->cols,
               whole->params + from->offset + (block + r) * (size_t)from->cols,
               (size_t)slice->cols * sizeof *part->params);
}

enum inr_status inr_nested_extract(const struct inr_field *whole, int level, struct inr_field **out,
                                   struct inr_error *err)
{
    struct inr_field_config config = whole->config;
    config.level = level;
    *out = NULL;
    enum inr_status status = inr_field_layout(&config, out, err);
    if (status != INR_OK)
        return status;
    struct inr_field *part = *out;
    part->params = calloc(part->n_params + 1, sizeof *part->params);
    if (!part->params) {
        inr_field_free(part);
        *out = NULL;
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a smaller network");
    }
    for (size_t s = 0; s < part->n_slices; s++)
        take(whole, part, &part->slices[s]);
    return INR_OK;
}
