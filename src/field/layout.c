/* SPDX-License-Identifier: MIT
 *
 * layout.c - Where each tensor lives in the flat parameter array: names, shapes, counts.
 */
#include "field/layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field/init.h"

/* Real units of a hidden layer: width / sqrt(real weight matrices a layer holds), so that fields of
 * equal width have nearly equal parameter counts (WIRE: floor(F / sqrt 2), 2D WIRE: floor(F / 2)).
 */
static int units_for(int width, int planes)
{
    return (int)floor(width / sqrt(planes));
}

static int learnable_count(const struct inr_activation *act)
{
    int n = 0;
    for (int k = 0; k < act->n_constants; k++)
        n += (int)(act->learnable_mask >> k & 1u);
    return n;
}

struct layout {
    struct inr_field *field;
    const struct inr_activation *act;
};

static void add(struct inr_field *field, enum inr_role role, int layer, int rows, int cols,
                bool trainable, const char *name)
{
    struct inr_slice *s = &field->slices[field->n_slices++];
    *s = (struct inr_slice){.role = role,
                            .layer = layer,
                            .rows = rows,
                            .cols = cols,
                            .offset = field->n_params,
                            .trainable = trainable};
    snprintf(s->name, sizeof s->name, "%s", name);
    size_t n = (size_t)rows * (size_t)cols;
    field->n_params += n;
    if (trainable)
        field->n_trainable += n;
}

/* The tensors of affine layer `layer`. Complex fields: layer 0 is real, hidden layers are complex,
 * and of the output only the real part exists, so its bias is real. */
static void add_affine(struct layout *l, int layer)
{
    struct inr_field *field = l->field;
    const int last = field->config.layers + 1;
    const bool is_complex = l->act->is_complex;
    const int parts = l->act->planes_z / (is_complex ? 2 : 1);
    const int rows = layer == last ? field->config.channels : parts * field->units;
    const int cols = layer == 0 ? field->n_features : field->units;
    char name[32];
    snprintf(name, sizeof name, "net.%d.weight", layer);
    add(field, INR_ROLE_WEIGHT, layer, rows, cols, true, name);
    if (is_complex && layer > 0) {
        snprintf(name, sizeof name, "net.%d.weight_imag", layer);
        add(field, INR_ROLE_WEIGHT_IMAG, layer, rows, cols, true, name);
    }
    snprintf(name, sizeof name, "net.%d.bias", layer);
    add(field, INR_ROLE_BIAS, layer, rows, 1, true, name);
    if (is_complex && layer > 0 && layer < last) {
        snprintf(name, sizeof name, "net.%d.bias_imag", layer);
        add(field, INR_ROLE_BIAS_IMAG, layer, rows, 1, true, name);
    }
}

static void add_constants(struct layout *l)
{
    struct inr_field *field = l->field;
    const int n = learnable_count(l->act);
    if (!field->config.learn_constants || n == 0)
        return;
    const int sets = l->act->shared_constants ? 1 : field->config.layers + 1;
    for (int i = 0; i < sets; i++) {
        char name[32];
        snprintf(name, sizeof name, "act.%d.constants", i);
        add(field, INR_ROLE_CONSTANTS, i, n, 1, true, name);
    }
}

static void lay_out(struct layout *l)
{
    struct inr_field *field = l->field;
    const struct inr_encoding *encoding = inr_encoding_by_id(field->config.encoding);
    for (int layer = 0; layer <= field->config.layers + 1; layer++)
        add_affine(l, layer);
    add_constants(l);
    if (encoding->stored)
        add(field, INR_ROLE_FREQUENCIES, -1, encoding->frequencies(&field->config),
            field->config.dims, false, "encoding.frequencies");
}

enum inr_status inr_field_layout(const struct inr_field_config *config, struct inr_field **out,
                                 struct inr_error *err)
{
    *out = NULL;
    enum inr_status status = inr_field_check(config, err);
    if (status != INR_OK)
        return status;
    struct inr_field *field = calloc(1, sizeof *field);
    if (!field)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a field");
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    field->config = *config;
    field->units = units_for(config->width, act->planes_z);
    field->n_features = inr_encoding_features(config);
    /* At most four tensors a layer, one set of constants a layer, one table. */
    field->slices = calloc((size_t)(5 * (config->layers + 2) + 1), sizeof *field->slices);
    if (!field->slices) {
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the layout of a field");
    }
    lay_out(&(struct layout){field, act});
    *out = field;
    return INR_OK;
}

enum inr_status inr_field_create(const struct inr_field_config *config, uint64_t seed,
                                 struct inr_field **out, struct inr_error *err)
{
    struct inr_field *field = NULL;
    enum inr_status status = inr_field_layout(config, &field, err);
    *out = NULL;
    if (status != INR_OK)
        return status;
    field->params = calloc(field->n_params, sizeof *field->params);
    if (!field->params) {
        size_t need = field->n_params * sizeof *field->params;
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a field of %zu bytes", need);
    }
    inr_init_field(field, seed);
    *out = field;
    return INR_OK;
}

void inr_field_free(struct inr_field *field)
{
    if (!field)
        return;
    free(field->slices);
    free(field->params);
    free(field);
}

const struct inr_slice *inr_field_slice(const struct inr_field *field, const char *name)
{
    for (size_t i = 0; i < field->n_slices; i++)
        if (strcmp(field->slices[i].name, name) == 0)
            return &field->slices[i];
    return NULL;
}
