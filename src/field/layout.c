/* SPDX-License-Identifier: MIT
 *
 * layout.c - Appends the tensors of a field one after another.
 */
#include "field/layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/architecture.h"
#include "field/encoding.h"
#include "field/grid.h"
#include "field/init.h"
#include "field/nested.h"
#include "field/quantize.h"
#include "field/reparam.h"
#include "field/scaling.h"

/* Real units of a hidden layer: width / sqrt(real weight matrices a layer holds), so that fields of
 * equal width have nearly equal parameter counts (WIRE: floor(F / sqrt 2), 2D WIRE: floor(F / 2)).
 */
static int units_for(int width, const struct inr_activation *act)
{
    return (int)floor(width / sqrt(act->rational ? 2 : act->planes_z));
}

static int all_units(const struct inr_field_config *config, int layer)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    const int least = act->planes_z; /* room for one unit, as inr_field_check asks of `width` */
    if (!(config->width_end > 0.0f) || config->layers == 0)
        return units_for(config->width, act);
    const double end = (double)config->width_end;
    const double power = config->width_power > 0.0f ? (double)config->width_power : 1.0;
    const double fall = pow(1.0 - (double)layer / config->layers, power);
    /* 1e-6: pow is not the same to the last bit everywhere, and whole numbers are frequent. */
    const int width = (int)floor(config->width * (end + (1.0 - end) * fall) + 1e-6);
    return units_for(width < least ? least : width, act);
}

int inr_field_units(const struct inr_field_config *config, int layer)
{
    const int units = all_units(config, layer);
    return config->nested > 1 && config->level > 0 ? inr_nested_units(config, units, config->level)
                                                   : units;
}

static int learnable_count(const struct inr_activation *act)
{
    int n = 0;
    for (int k = 0; k < act->n_constants; k++)
        n += (int)(act->learnable_mask >> k & 1u);
    return n;
}

static void append(struct inr_layout *layout, const struct inr_slice *slice)
{
    struct inr_field *field = layout->field;
    if (field->n_slices == layout->capacity) {
        const size_t capacity = 2 * layout->capacity + 16;
        struct inr_slice *grown = realloc(field->slices, capacity * sizeof *grown);
        if (!grown) {
            layout->failed = true;
            return;
        }
        field->slices = grown;
        layout->capacity = capacity;
    }
    struct inr_slice *s = &field->slices[field->n_slices++];
    *s = *slice;
    s->offset = field->n_params;
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    field->n_params += n;
    if (s->trainable)
        field->n_trainable += n;
}

void inr_layout_add(struct inr_layout *layout, enum inr_role role, int layer, int rows, int cols,
                    const char *name)
{
    struct inr_slice s = {
        .role = role, .layer = layer, .rows = rows, .cols = cols, .trainable = true};
    snprintf(s.name, sizeof s.name, name, layer);
    append(layout, &s);
}

void inr_layout_add_frozen(struct inr_layout *layout, enum inr_role role, int layer, int rows,
                           int cols, const char *name)
{
    struct inr_slice s = {.role = role, .layer = layer, .rows = rows, .cols = cols};
    snprintf(s.name, sizeof s.name, name, layer);
    append(layout, &s);
}

/* Complex fields: layer 0 is real, hidden layers are complex, and of the output only the real part
 * exists, so its bias is real. Pade units have one bias, the numerator's. */
void inr_layout_affine(struct inr_layout *layout, int layer, int n_in, int n_out)
{
    const struct inr_field_config *config = &layout->field->config;
    const bool last = layer == config->layers + 1;
    const bool is_complex = layout->act->is_complex && layer > 0;
    const int basis = inr_reparam_rows(config, layer, n_in);
    if (basis)
        inr_layout_add(layout, INR_ROLE_LAMBDA, layer, n_out, basis, "net.%d.lambda");
    else
        inr_layout_add(layout, INR_ROLE_WEIGHT, layer, n_out, n_in, "net.%d.weight");
    if (is_complex)
        inr_layout_add(layout, INR_ROLE_WEIGHT_IMAG, layer, n_out, n_in, "net.%d.weight_imag");
    if (layout->act->rational && !last)
        inr_layout_add(layout, INR_ROLE_DENOMINATOR, layer, n_out, n_in, "net.%d.denominator");
    if (last && config->nested > 1)
        inr_layout_add(layout, INR_ROLE_BIAS, layer,
                       n_out * (inr_field_nests(config) ? config->nested : 1), 1, "net.%d.bias");
    else if (config->bias)
        inr_layout_add(layout, INR_ROLE_BIAS, layer, n_out, 1, "net.%d.bias");
    if (is_complex && !last)
        inr_layout_add(layout, INR_ROLE_BIAS_IMAG, layer, n_out, 1, "net.%d.bias_imag");
}

static void add_constants(struct inr_layout *layout)
{
    const struct inr_field_config *config = &layout->field->config;
    const int n = learnable_count(layout->act);
    if (!config->learn_constants || n == 0)
        return;
    const bool shared = layout->act->shared_constants;
    const int from = shared ? 0 : inr_architecture_by_id(config->architecture)->first_activation;
    for (int i = from; i <= (shared ? 0 : config->layers); i++)
        inr_layout_add(layout, INR_ROLE_CONSTANTS, i, n, 1, "act.%d.constants");
}

static void add_frequencies(struct inr_layout *layout)
{
    const struct inr_field_config *config = &layout->field->config;
    const struct inr_encoding *encoding = inr_encoding_by_id(config->encoding);
    if (!encoding->stored)
        return;
    inr_layout_add_frozen(layout, INR_ROLE_FREQUENCIES, -1, encoding->frequencies(config),
                          config->dims, "encoding.frequencies");
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
    struct inr_layout layout = {field, inr_activation_by_id(config->activation), 0, false};
    field->config = *config;
    field->units = inr_field_units(config, 0);
    const struct inr_architecture *architecture = inr_architecture_by_id(config->architecture);
    field->n_features =
        architecture->features ? architecture->features(config) : inr_encoding_features(config);
    inr_grid_lay_out(&layout);
    architecture->lay_out(&layout);
    add_constants(&layout);
    if (config->scaling > 0)
        inr_layout_add(&layout, INR_ROLE_SCALING, -1, config->channels, inr_scaling_count(config),
                       "scaling.weight");
    inr_quantize_lay_out(&layout);
    add_frequencies(&layout);
    if (architecture->lay_out_frozen)
        architecture->lay_out_frozen(&layout);
    if (layout.failed) {
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the layout of a field");
    }
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
    if (!inr_init_field(field, seed)) {
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the basis of a field");
    }
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

enum inr_status inr_field_count(const struct inr_field_config *config, uint64_t *parameters,
                                struct inr_error *err)
{
    struct inr_field *field = NULL;
    enum inr_status status = inr_field_layout(config, &field, err);
    if (status != INR_OK)
        return status;
    *parameters = field->n_trainable;
    inr_field_free(field);
    return INR_OK;
}
