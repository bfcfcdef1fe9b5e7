/* SPDX-License-Identifier: MIT
 *
 * net.h - Shape of a latent-coded picture: its grids, and the parameters of its two networks.
 *
 * Grid k has ceil(side / 2^k) points a side and holds whole numbers. The entropy network says from
 * points already decoded (near ones of the same grid, and four of the grid above) how the next is
 * distributed; the synthesis network makes a picture of the grids. (C3, Kim et al. 2024; Cool-Chic,
 * Ladune et al. 2023.)
 *
 *     entropy    h1 = relu(W1 c + b1[k]), h2 = relu(W2 h1 + b2), (mean, log2 scale) =
 *                W3 [h2, c] + b3[k]; c: INR_LATENT_CONTEXT neighbours
 *     synthesis  u: the grids at full size, times the step of the file; z = W2 [relu(W1 u + b1), u]
 *                + b2; picture = z + C2 * relu(C1 * z + d1) + d2, 3 x 3 convolutions whose borders
 *                repeat
 */
#ifndef INR_CODEC_LATENT_NET_H
#define INR_CODEC_LATENT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/latent.h"

#define INR_LATENT_STARTS 2 /* initial networks there have been, see start.h */

enum inr_latent_tensor {
    INR_LATENT_ENTROPY_W1, /* [ENTROPY][CONTEXT] */
    INR_LATENT_ENTROPY_B1, /* [levels][ENTROPY] */
    INR_LATENT_ENTROPY_W2, /* [ENTROPY][ENTROPY] */
    INR_LATENT_ENTROPY_B2, /* [ENTROPY] */
    INR_LATENT_ENTROPY_W3, /* [2][ENTROPY + CONTEXT] */
    INR_LATENT_ENTROPY_B3, /* [levels][2] */
    INR_LATENT_SYNTH_W1,   /* [HIDDEN][levels] */
    INR_LATENT_SYNTH_B1,   /* [HIDDEN] */
    INR_LATENT_SYNTH_W2,   /* [channels][HIDDEN + levels] */
    INR_LATENT_SYNTH_B2,   /* [channels] */
    INR_LATENT_EDGE_W1,    /* [EDGE][channels][9] */
    INR_LATENT_EDGE_B1,    /* [EDGE] */
    INR_LATENT_EDGE_W2,    /* [channels][EDGE][9] */
    INR_LATENT_EDGE_B2,    /* [channels] */
    INR_LATENT_TENSORS
};

/* Tensors from this one on belong to the synthesis network. */
#define INR_LATENT_SYNTHESIS INR_LATENT_SYNTH_W1

struct inr_latent_net {
    uint32_t width, height; /* of the picture, >= 1 */
    int channels;           /* 1..4 */
    int levels;             /* 1..INR_LATENT_LEVELS, as many as halve a side */
    int start;              /* its initial networks, 0..INR_LATENT_STARTS - 1 */
    uint32_t w[INR_LATENT_LEVELS], h[INR_LATENT_LEVELS];
    int rows[INR_LATENT_TENSORS], cols[INR_LATENT_TENSORS], at[INR_LATENT_TENSORS];
    int parameters;
};

/* Where the neighbours of a point of the same grid are, rows and columns away. */
extern const int inr_latent_near_dy[INR_LATENT_NEAR], inr_latent_near_dx[INR_LATENT_NEAR];

/* Lay out for a picture; levels 0: as many as fit; initial networks are the newest. Returns false
 * if that cannot be. */
bool inr_latent_net_init(struct inr_latent_net *net, uint32_t width, uint32_t height, int channels,
                         int levels);

/* Points of all grids. */
uint64_t inr_latent_points(const struct inr_latent_net *net);

static inline int inr_latent_size(const struct inr_latent_net *net, int tensor)
{
    return net->rows[tensor] * net->cols[tensor];
}

#endif
