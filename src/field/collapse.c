/* SPDX-License-Identifier: MIT
 *
 * collapse.c - Turns a reparameterised field into the ordinary one it stands for.
 */
#include <stdlib.h>
#include <string.h>

#include "field/layout.h"
#include "field/program.h"
#include "field/reparam.h"

/* The weight a Lambda stands for lies in the effective array where its map puts it. */
static const struct inr_map *map_of(const struct inr_program *program, const struct inr_slice *s)
{
    for (int i = 0; i < program->n_maps; i++)
        if (program->maps[i].kind == INR_MAP_LINEAR && program->maps[i].param == s->offset)
            return &program->maps[i];
    return NULL;
}

static enum inr_status collapse_into(const struct inr_field *from, struct inr_field *to,
                                     struct inr_error *err)
{
    struct inr_program *program = NULL;
    enum inr_status status = inr_program_create(from, NULL, &program, err);
    if (status != INR_OK)
        return status;
    float *effective = malloc(program->n_effective * sizeof *effective);
    if (effective)
        inr_program_map(program, from->params, effective);
    else
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the weights");
    /* Both fields have the same tensors in the same order; only shapes differ. */
    for (size_t i = 0; i < to->n_slices && status == INR_OK; i++) {
        const struct inr_slice *s = &from->slices[i], *t = &to->slices[i];
        const float *values = s->role == INR_ROLE_LAMBDA ? effective + map_of(program, s)->effective
                                                         : from->params + s->offset;
        memcpy(to->params + t->offset, values,
               (size_t)t->rows * (size_t)t->cols * sizeof *to->params);
    }
    free(effective);
    inr_program_free(program);
    return status;
}

enum inr_status inr_reparam_collapse(struct inr_field *field, struct inr_error *err)
{
    if (field->config.reparam == INR_REPARAM_NONE || field->config.collapsed)
        return INR_OK;
    struct inr_field_config config = field->config;
    struct inr_field *plain = NULL;
    config.collapsed = true;
    enum inr_status status = inr_field_layout(&config, &plain, err);
    if (status != INR_OK)
        return status;
    plain->params = malloc(plain->n_params * sizeof *plain->params);
    status = plain->params ? collapse_into(field, plain, err)
                           : inr_fail(err, INR_ERR_MEMORY, "out of memory for the weights");
    if (status == INR_OK) {
        const struct inr_field old = *field;
        *field = *plain;
        *plain = old;
    }
    inr_field_free(plain);
    return status;
}
