/* SPDX-License-Identifier: MIT
 *
 * latent_case.h - Training of latents in double, against central differences.
 */
#ifndef INR_LATENT_CASE_H
#define INR_LATENT_CASE_H

#include <stdint.h>

/* The worst error of a derivative along random directions of every tensor of the networks and every
 * grid, and by their first and last values, as |analytic - numeric| over 1 + |numeric|. Infinite:
 * out of memory. */
double inr_case_latent_gradient(uint32_t width, uint32_t height, int channels);

#endif
