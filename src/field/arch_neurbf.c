/* SPDX-License-Identifier: MIT
 *
 * arch_neurbf.c - NeuRBF (Chen et al., ICCV 2023): features of the K nearest of many fixed radial
 * basis functions beside those of a coarse grid, and a small network.
 *
 *     a_0 = W_b g_b(x) + W_g h_g(x) + b_0      g_b: enc/kernel.glsl, h_g: a table encoding
 *     y_0 = a_0 + sin(n * a_0)                 n fixed; without it y_0 = act(a_0)
 *     y_l = act(W_l y_{l-1} + b_l),   f = W y_L + b
 */
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/grid.h"
#include "field/init.h"
#include "field/kernels.h"

#include "base/random.h"
#include "field/formula.h"

static bool has_grid(const struct inr_field_config *config)
{
    return config->encoding != INR_ENCODING_IDENTITY;
}

static enum inr_status check(const struct inr_field_config *config, struct inr_error *err)
{
    if (has_grid(config) && !inr_encoding_by_id(config->encoding)->tables)
        return inr_fail(err, INR_ERR_USAGE,
                        "architecture neurbf reads a table encoding beside its kernels: use "
                        "multigrid, hash, tiled, grid or planes, or identity for kernels alone");
    return inr_kernels_check(config, err);
}

static int features(const struct inr_field_config *config)
{
    return config->kernel_features + (has_grid(config) ? inr_grid_rows(config) : 0);
}

static void lay_out(struct inr_layout *layout)
{
    const struct inr_field *field = layout->field;
    const struct inr_field_config *config = &field->config;
    const int last = config->layers + 1;
    inr_kernels_lay_out(layout);
    inr_layout_add(layout, INR_ROLE_WEIGHT, 0, field->units, config->kernel_features,
                   "net.%d.weight");
    if (has_grid(config))
        inr_layout_add(layout, INR_ROLE_GRID_WEIGHT, 0, field->units, inr_grid_rows(config),
                       "net.%d.grid");
    inr_layout_add(layout, INR_ROLE_BIAS, 0, field->units, 1, "net.%d.bias");
    for (int l = 1; l <= last; l++)
        inr_layout_affine(layout, l, field->units, l == last ? config->channels : field->units);
}

static int build(struct inr_builder *b)
{
    const struct inr_field_config *config = &b->field->config;
    const int last = config->layers + 1;
    int y = inr_build_affine(b, 0, inr_build_kernels(b));
    if (has_grid(config))
        y = inr_build_add(b, y,
                          inr_build_product(b, inr_build_find(b, INR_ROLE_GRID_WEIGHT, 0), NULL,
                                            inr_build_encode(b)));
    y = config->unit_high > 0.0f ? inr_build_msc(b, y) : inr_build_act(b, 0, y);
    for (int l = 1; l < last; l++)
        y = inr_build_act(b, l, inr_build_affine(b, l, y));
    return inr_build_affine(b, last, y);
}

/* The grid's weights are columns of the first layer's matrix: one rule for both parts. */
static void init(struct inr_field *field, uint64_t seed)
{
    const struct inr_slice *s = inr_field_slice(field, "net.0.grid");
    inr_kernels_init(field, seed);
    if (!s)
        return;
    const struct inr_init_rule rule =
        inr_init_by_id(field->config.init)->weight(&field->config, 0, field->n_features, s->rows);
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    float *out = field->params + s->offset;
    const uint32_t tensor = 4096 + (uint32_t)INR_ROLE_GRID_WEIGHT;
    if (rule.normal)
        inr_fill_normal(out, n, 0.0f, rule.spread, seed, INR_STREAM_INIT, tensor);
    else
        inr_fill_uniform(out, n, -rule.spread, rule.spread, seed, INR_STREAM_INIT, tensor);
}

const struct inr_architecture inr_architecture_neurbf = {
    .id = INR_ARCHITECTURE_NEURBF,
    .name = "neurbf",
    .summary =
        "features of the nearest adaptive kernels beside a grid's (NeuRBF, Chen et al. 2023)",
    .first_activation = 1,
    .scalar_only = true,
    .check = check,
    .features = features,
    .lay_out = lay_out,
    .lay_out_frozen = inr_kernels_lay_out_frozen,
    .build = build,
    .init = init,
};
