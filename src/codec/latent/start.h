/* SPDX-License-Identifier: MIT
 *
 * start.h - The networks that training starts from, and that a file's networks are coded as
 * differences to: part of the format, so a table once used never changes.
 */
#ifndef INR_CODEC_LATENT_START_H
#define INR_CODEC_LATENT_START_H

#include "codec/latent/net.h"

/* Parameters of a picture of 3 channels and INR_LATENT_LEVELS grids, in 2^-10, in the order of
 * net.h. */
#define INR_LATENT_START_BITS 10
#define INR_LATENT_START_SIZE 1317
extern const int16_t inr_latent_start_0[INR_LATENT_START_SIZE];
extern const int16_t inr_latent_start_1[INR_LATENT_START_SIZE];

/* Those of any other, from the table net->start: grey is the mean of the colours, alpha 1, grids
 * that are not there are left out. params [net->parameters]. */
void inr_latent_start(const struct inr_latent_net *net, float *params);

/* The same in steps of 2^-shift, by inr_latent_shift_of, rounded. */
void inr_latent_start_levels(const struct inr_latent_net *net, const uint8_t *shift,
                             int32_t *levels);

#endif
