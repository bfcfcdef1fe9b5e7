/* SPDX-License-Identifier: MIT
 *
 * code.h - Networks and latents as one range code.
 *
 * Networks first: for every tensor in the order of net.h seven bits, the index of a scale of
 * symbol.h, then its levels less those of the initial networks, as Laplace integers of that scale
 * about 0. Then the grids, the smallest first, row by row.
 */
#ifndef INR_CODEC_LATENT_CODE_H
#define INR_CODEC_LATENT_CODE_H

#include "codec/latent/net.h"
#include "inrush/inrush.h"

/* Steps of weights and biases of both networks: 2^-shift. */
enum {
    INR_LATENT_SHIFT_ENTROPY_W,
    INR_LATENT_SHIFT_ENTROPY_B,
    INR_LATENT_SHIFT_SYNTHESIS_W,
    INR_LATENT_SHIFT_SYNTHESIS_B,
    INR_LATENT_SHIFTS
};

/* Which of them a tensor has. */
int inr_latent_shift_of(int tensor);

/* Parameters [net->parameters] from their levels at these shifts. */
void inr_latent_values(const struct inr_latent_net *net, const uint8_t *shift,
                       const int32_t *levels, float *params);

/* All that a file says of a picture, besides its header. */
struct inr_latent_content {
    struct inr_latent_net net;
    uint8_t shift[INR_LATENT_SHIFTS]; /* 0 .. INR_LATENT_SHIFT_MAX */
    int32_t *params;                  /* [net.parameters] levels */
    int32_t *grid[INR_LATENT_LEVELS]; /* [h][w] */
    int32_t *memory;
};

/* Zeros. Errors: INR_ERR_MEMORY. */
enum inr_status inr_latent_content_create(struct inr_latent_content *c,
                                          const struct inr_latent_net *net, struct inr_error *err);
void inr_latent_content_free(struct inr_latent_content *c);

/* Bytes that each part took, the networks' first. */
struct inr_latent_parts {
    double entropy, synthesis, grid[INR_LATENT_LEVELS];
};

/* Bits of a tensor's levels at the cheapest scale, whose index *scale gets unless NULL. */
double inr_latent_tensor_bits(const int32_t *levels, const int32_t *start, int n, int *scale);

/* *bytes [*size] is the caller's. Errors: INR_ERR_MEMORY; INR_ERR_FAILED (a weight beyond what the
 * entropy network takes). */
enum inr_status inr_latent_encode(const struct inr_latent_content *c, uint8_t **bytes, size_t *size,
                                  struct inr_latent_parts *parts, struct inr_error *err);

/* Into c->params and c->grid; shifts are given. Errors: INR_ERR_INPUT; INR_ERR_MEMORY. */
enum inr_status inr_latent_decode(const uint8_t *bytes, size_t size, const char *name,
                                  struct inr_latent_content *c, struct inr_latent_parts *parts,
                                  struct inr_error *err);

#endif
