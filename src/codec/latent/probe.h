/* SPDX-License-Identifier: MIT
 *
 * probe.h - A trainer to compare devices with, and how far what they make of it is apart.
 */
#ifndef INR_CODEC_LATENT_PROBE_H
#define INR_CODEC_LATENT_PROBE_H

#include "codec/latent/train.h"

/* Somewhere in training: random latents and picture, networks off their start, which learn from all
 * rows. The same each time. False: out of memory. */
bool inr_latent_probe(struct inr_latent_trainer *t, uint32_t width, uint32_t height, int channels);

/* Evenly in -1 .. 1: number i of series `what`. */
float inr_latent_probe_noise(uint32_t what, uint32_t i);

/* Largest difference over the largest value of a; NaN where there is one. */
double inr_latent_off(const float *a, const float *b, size_t n);

/* NaN is larger than anything. */
double inr_latent_larger(double a, double b);

#endif
