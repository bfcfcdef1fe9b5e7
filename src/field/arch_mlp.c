/* SPDX-License-Identifier: MIT
 *
 * arch_mlp.c - The plain coordinate network: encoding, layers of one activation, a linear output.
 */
#include "field/architecture.h"

static void lay_out(struct inr_layout *layout)
{
    const struct inr_field *field = layout->field;
    const struct inr_activation *act = layout->act;
    const int last = field->config.layers + 1;
    const int parts = act->rational ? 1 : act->planes_z / (act->is_complex ? 2 : 1);
    for (int layer = 0; layer <= last; layer++)
        inr_layout_affine(layout, layer, layer == 0 ? field->n_features : field->units,
                          layer == last ? field->config.channels : parts * field->units);
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
