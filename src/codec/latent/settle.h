/* SPDX-License-Identifier: MIT
 *
 * settle.h - Trained networks and latents to the whole numbers of a file.
 */
#ifndef INR_CODEC_LATENT_SETTLE_H
#define INR_CODEC_LATENT_SETTLE_H

#include "codec/latent/code.h"
#include "codec/latent/train.h"

/* The search for shifts: the least one, and how far it looks from where it is. */
#define INR_LATENT_SHIFT_MIN   3
#define INR_LATENT_SHIFT_REACH 2

/* Where it begins: what photographs take at this size and lambda, > 0. */
void inr_latent_usual_shifts(const struct inr_latent_net *net, double lambda,
                             uint8_t shift[INR_LATENT_SHIFTS]);

/* Bits that the networks take at these shifts, about; levels, if not NULL: [parameters] theirs. */
double inr_latent_network_bits(const struct inr_latent_net *net, const float *params,
                               const uint8_t *shift, int32_t *levels);

/* Choose the steps of the weights that make squared error and rate least, or in a hurry leave them
 * as they are in c, and fill c: levels of the parameters, and the latents rounded. The trainer's
 * parameters become those of the file. Errors: INR_ERR_MEMORY. */
enum inr_status inr_latent_settle(struct inr_latent_trainer *t, bool hurry,
                                  struct inr_latent_content *c, struct inr_error *err);

#endif
