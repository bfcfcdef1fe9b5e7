/* SPDX-License-Identifier: MIT
 *
 * arch_sl2a.c - SL2A-INR (Rezaeian et al., ICCV 2025): a layer of learnable activations, given as
 * Chebyshev series of every coordinate, and low-rank layers that it modulates.
 *
 *     c = sum over i, k of a[i][k] T_k(tanh x_i)      no bias
 *     z = layer norm of c
 *     y_0 = z,   y_l = act(V_l U_l (z * y_{l-1}) + b_l),   l = 1 .. L
 *     f = W (z * y_L) + b
 */
#include "field/architecture.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "field/encoding.h"
#include "field/formula.h"

static enum inr_status check(const struct inr_field_config *config, struct inr_error *err)
{
    if (config->rank < 0 || config->rank > INR_MAX_WIDTH)
        return inr_fail(err, INR_ERR_USAGE, "rank is %d: it must lie in 0..%d", config->rank,
                        INR_MAX_WIDTH);
    return INR_OK;
}

static void lay_out(struct inr_layout *layout)
{
    const struct inr_field *field = layout->field;
    const int units = field->units, rank = field->config.rank, last = field->config.layers + 1;
    inr_layout_add(layout, INR_ROLE_WEIGHT, 0, units, field->n_features, "net.%d.weight");
    inr_layout_add(layout, INR_ROLE_NORM_SCALE, 0, units, 1, "norm.scale");
    inr_layout_add(layout, INR_ROLE_NORM_SHIFT, 0, units, 1, "norm.shift");
    for (int l = 1; l < last; l++) {
        if (rank)
            inr_layout_add(layout, INR_ROLE_DOWN, l, rank, units, "net.%d.down");
        inr_layout_add(layout, INR_ROLE_WEIGHT, l, units, rank ? rank : units, "net.%d.weight");
        inr_layout_add(layout, INR_ROLE_BIAS, l, units, 1, "net.%d.bias");
    }
    inr_layout_affine(layout, last, units, field->config.channels);
}

static int build(struct inr_builder *b)
{
    const int last = b->field->config.layers + 1;
    const int z = inr_build_norm(b, inr_build_first(b));
    int y = z;
    for (int l = 1; l < last; l++) {
        const struct inr_slice *down = inr_build_find(b, INR_ROLE_DOWN, l);
        int h = inr_build_mul(b, z, y);
        if (down)
            h = inr_build_product(b, down, NULL, h);
        y = inr_build_act(b, l, inr_build_affine(b, l, h));
    }
    return inr_build_affine(b, last, inr_build_mul(b, z, y));
}

static void draw(struct inr_field *field, const struct inr_slice *s, double spread, uint64_t seed)
{
    inr_fill_uniform(field->params + s->offset, (size_t)s->rows * (size_t)s->cols, (float)-spread,
                     (float)spread, seed, INR_STREAM_INIT,
                     (uint32_t)(4096 + s->layer * 32 + (int)s->role));
}

/* As the released code draws: Xavier on a [dims][units][K + 1] tensor, whose fans are units (K + 1)
 * and dims (K + 1); U by the fan of its second dimension. The output layer keeps the initialiser's
 * rule. */
static void init(struct inr_field *field, uint64_t seed)
{
    const struct inr_field_config *config = &field->config;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        const bool hidden = s->layer >= 1 && s->layer <= config->layers;
        const double rank = config->rank ? config->rank : field->units;
        if (s->role == INR_ROLE_WEIGHT && s->layer == 0) {
            const double terms = (double)field->n_features / config->dims;
            draw(field, s, sqrt(6.0 / ((config->dims + field->units) * terms)), seed);
        } else if (s->role == INR_ROLE_DOWN || (s->role == INR_ROLE_BIAS && hidden)) {
            draw(field, s, 1.0 / sqrt(rank), seed);
        } else if (s->role == INR_ROLE_WEIGHT && hidden) {
            draw(field, s, 1.0 / sqrt(field->units), seed);
        }
    }
}

const struct inr_architecture inr_architecture_sl2a = {
    .id = INR_ARCHITECTURE_SL2A,
    .name = "sl2a",
    .summary = "learnable Chebyshev layer that modulates low-rank layers (Rezaeian et al. 2025)",
    .first_activation = 1,
    .scalar_only = true,
    .check = check,
    .lay_out = lay_out,
    .build = build,
    .init = init,
};
