/* SPDX-License-Identifier: MIT
 *
 * arch_mlp.c - The plain coordinate network: encoding, layers of one activation, a linear output.
 */
#include "field/architecture.h"

static void lay_out(struct inr_layout *layout)
{
    const struct inr_field *field = layout->field;
    const struct inr_field_config *config = &field->config;
    const struct inr_activation *act = layout->act;
    const int last = config->layers + 1;
    const int parts = act->rational ? 1 : act->planes_z / (act->is_complex ? 2 : 1);
    for (int layer = 0, n_in = field->n_features; layer <= last; layer++) {
        const int units = layer == last ? config->channels : inr_field_units(config, layer);
        inr_layout_affine(layout, layer, n_in, layer == last ? units : parts * units);
        n_in = units;
    }
}

static int build(struct inr_builder *b)
{
    const int last = b->field->config.layers + 1;
    int slot = inr_build_act(b, 0, inr_build_first(b));
    for (int layer = 1; layer < last; layer++)
        slot = inr_build_act(b, layer, inr_build_affine(b, layer, slot));
    return inr_build_affine(b, last, slot);
}

const struct inr_architecture inr_architecture_mlp = {
    .id = INR_ARCHITECTURE_MLP,
    .name = "mlp",
    .summary = "layers of one activation and a linear output",
    .reparam = true,
    .lay_out = lay_out,
    .build = build,
};
