/* SPDX-License-Identifier: MIT
 *
 * chain.c - Recognises the programs of plain networks.
 */
#include "exec/vulkan/chain.h"

#include <stdio.h>

/* Activations beyond are those of planes. */
#define SCALAR_ACTIVATIONS 32

static int readers(const struct inr_program *p, int slot)
{
    int n = slot == p->output;
    for (int i = 0; i < p->n_ops; i++)
        n += (p->ops[i].in == slot) + (p->ops[i].in2 == slot);
    return n;
}

/* The op that writes a slot that nothing else reads, if it is of this kind and comes at *next - 1;
 * then *next becomes its number. */
static const struct inr_op *take(const struct inr_program *p, enum inr_op_kind kind, int slot,
                                 int *next)
{
    const struct inr_op *op = *next > 0 ? &p->ops[*next - 1] : NULL;
    if (!op || op->kind != kind || op->out != slot || readers(p, slot) != 1)
        return NULL;
    --*next;
    return op;
}

static bool refuse(char *why, size_t size, const char *text)
{
    snprintf(why, size, "%s", text);
    return false;
}

static bool fits(const struct inr_op *act)
{
    return act->planes_in == 1 && act->planes_out == 1 && act->activation < SCALAR_ACTIVATIONS &&
           !act->learn;
}

/* Turn what was found from the outputs down into the order of the layers. */
static void reverse(const struct inr_op **ops, int n)
{
    for (int i = 0; i < n / 2; i++) {
        const struct inr_op *op = ops[i];
        ops[i] = ops[n - 1 - i];
        ops[n - 1 - i] = op;
    }
}

/* What may come before: ops that keep no partial sums of weights. */
static bool front_fits(const struct inr_program *p, int n)
{
    for (int i = 0; i < n; i++)
        switch (p->ops[i].kind) {
        case INR_OP_ENCODE:
        case INR_OP_CHEBYSHEV:
        case INR_OP_GRID:
        case INR_OP_KERNELS:
        case INR_OP_MSC:
            break;
        default:
            return false;
        }
    return true;
}

bool inr_vk_chain_find(const struct inr_program *p, struct inr_vk_chain *chain, char *why,
                       size_t why_size)
{
    int next = p->n_ops, n = 0;
    *chain = (struct inr_vk_chain){0};
    chain->act[0] = take(p, INR_OP_ACT, p->output, &next);
    int slot = chain->act[0] ? chain->act[0]->in : p->output;
    for (;; n++) {
        const struct inr_op *affine =
            n <= INR_MAX_LAYERS + 1 ? take(p, INR_OP_AFFINE, slot, &next) : NULL;
        if (!affine)
            return refuse(why, why_size, "its layers are not one chain");
        chain->affine[n] = affine;
        slot = affine->in;
        const struct inr_op *act = take(p, INR_OP_ACT, slot, &next);
        if (!act)
            break;
        chain->act[n + 1] = act;
        slot = act->in;
    }
    chain->layers = n;
    reverse(chain->affine, n + 1);
    reverse(chain->act, n + 1);
    if (n == 0)
        return refuse(why, why_size, "it has no hidden layer");
    for (int l = 0; l <= n; l++) {
        if (chain->act[l] && !fits(chain->act[l]))
            return refuse(why, why_size,
                          "its activation reads several planes or learns its constants");
        if (l < n && chain->affine[l]->n_out != chain->affine[0]->n_out)
            return refuse(why, why_size, "its hidden layers differ in width");
        if (l < n && chain->act[l]->activation != chain->act[0]->activation)
            return refuse(why, why_size, "its activations differ");
    }
    if (next == 1)
        chain->encode = take(p, INR_OP_ENCODE, slot, &next);
    chain->in = chain->encode ? chain->encode->in : slot;
    chain->front = next;
    return front_fits(p, next) || refuse(why, why_size, "its encoding needs other sums");
}
