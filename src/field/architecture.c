/* SPDX-License-Identifier: MIT
 *
 * architecture.c - The table of architectures.
 */
#include "field/architecture.h"

static const struct inr_architecture *const table[] = {
    &inr_architecture_mlp,       &inr_architecture_sl2a, &inr_architecture_fourier_net,
    &inr_architecture_gabor_net, &inr_architecture_none, &inr_architecture_neurbf,
};

size_t inr_architecture_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_architecture *inr_architecture_at(size_t index)
{
    return index < inr_architecture_count() ? table[index] : NULL;
}

const struct inr_architecture *inr_architecture_by_id(int id)
{
    for (size_t i = 0; i < inr_architecture_count(); i++)
        if (table[i]->id == id)
            return table[i];
    return NULL;
}
