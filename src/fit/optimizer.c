/* SPDX-License-Identifier: MIT
 *
 * optimizer.c - The table of optimisers.
 */
#include "fit/optimizer.h"

#include "field/formula.h"

#include "common/optimizer.glsl"

static const struct inr_optimizer table[] = {
    {INR_OPTIMIZER_ADAM, "adam", "Adam (Kingma & Ba 2015); weight decay is added to the gradient",
     true, 0.9f, 0.999f, 1e-8f, 0.0f},
    {INR_OPTIMIZER_ADAMW, "adamw", "Adam with decoupled weight decay (Loshchilov & Hutter 2019)",
     true, 0.9f, 0.999f, 1e-8f, 0.01f},
    {INR_OPTIMIZER_SGD, "sgd", "gradient descent; beta1 is the momentum", false, 0.9f, 0.999f,
     1e-8f, 0.0f},
    {INR_OPTIMIZER_MUON, "muon",
     "orthogonal steps of weight matrices (Jordan 2024), adamw of all else; beta1 is both's", true,
     0.9f, 0.99f, 1e-8f, 0.0f},
};

size_t inr_optimizer_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_optimizer *inr_optimizer_at(size_t index)
{
    return index < inr_optimizer_count() ? &table[index] : NULL;
}

const struct inr_optimizer *inr_optimizer_by_id(int id)
{
    for (size_t i = 0; i < inr_optimizer_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

int inr_optimizer_default(void)
{
    return INR_OPTIMIZER_ADAM;
}
