/* SPDX-License-Identifier: MIT
 *
 * coarse.h - Latents to begin with, from training on smaller pictures.
 */
#ifndef INR_CODEC_LATENT_COARSE_H
#define INR_CODEC_LATENT_COARSE_H

#include "codec/latent/train.h"

/* Called after every step with what it was worth in steps of the full picture, and the squared
 * error that it began at, a sample; false: stop. */
typedef bool inr_latent_went(void *user, double work, double mse);

/* Fill t's latents of all grids but the first: the picture at an eighth, a quarter and half of its
 * size is coded in turn by the grids that are left at that size, `steps` steps each, half as many
 * of the last. `weight` is that of the full picture's error. Stopped, latents are what they are by
 * then. False: out of memory. */
bool inr_latent_coarse(struct inr_latent_trainer *t, uint64_t steps, inr_latent_went *went,
                       void *user);

/* What that is worth in steps of the full picture. */
double inr_latent_coarse_work(const struct inr_latent_net *net, uint64_t steps);

#endif
