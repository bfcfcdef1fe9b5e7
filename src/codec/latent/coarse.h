/* SPDX-License-Identifier: MIT
 *
 * coarse.h - Latents to begin with, from training on smaller pictures.
 */
#ifndef INR_CODEC_LATENT_COARSE_H
#define INR_CODEC_LATENT_COARSE_H

#include "codec/latent/train.h"

/* Fill t's latents of all grids but the first: the picture at an eighth, a quarter and half of its
 * size is coded in turn by the grids that are left at that size, for a few steps. t's state has the
 * picture, the networks, the step and the weight of its error; shared: of inr_latent_pace. False:
 * out of memory. */
bool inr_latent_coarse(struct inr_latent_trainer *t, real shared);

#endif
