/* SPDX-License-Identifier: MIT
 *
 * chain.h - The part of a program that one fused kernel can run: equally wide affine layers with
 * scalar activations up to the outputs, and what comes before them.
 */
#ifndef INR_EXEC_VULKAN_CHAIN_H
#define INR_EXEC_VULKAN_CHAIN_H

#include "field/program.h"

struct inr_vk_chain {
    int layers;                                      /* hidden */
    const struct inr_op *affine[INR_MAX_LAYERS + 2]; /* [layers + 1] */
    const struct inr_op *act[INR_MAX_LAYERS + 2];    /* [layers + 1], the last may be NULL */
    const struct inr_op *encode;                     /* in front and part of it, or NULL */
    int in;                                          /* the slot it reads */
    int front;                                       /* ops before it, which run by themselves */
};

/* Find the chain at the end of a program. false: there is none, `why` (size why_size) says which
 * part of the program does not fit. */
bool inr_vk_chain_find(const struct inr_program *program, struct inr_vk_chain *chain, char *why,
                       size_t why_size);

#endif
