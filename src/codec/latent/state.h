/* SPDX-License-Identifier: MIT
 *
 * state.h - What one step of training works on. Compiled in float for use, and in double
 * (INR_REAL_DOUBLE) for checks of the gradients.
 */
#ifndef INR_CODEC_LATENT_STATE_H
#define INR_CODEC_LATENT_STATE_H

#include "codec/latent/net.h"
#include "common/math.glsl"

/* Samples that kernels take at once. Planes have room for one tile too many on the right, and for
 * neighbours on all sides. */
#define INR_LATENT_TILE   64
#define INR_LATENT_LEFT   16
#define INR_LATENT_RIGHT  (INR_LATENT_TILE + 16)
#define INR_LATENT_BEYOND 4 /* rows above and below */

/* [h][w] samples with a margin, which is zero unless said. */
struct inr_latent_plane {
    real *at; /* of row 0, column 0 */
    ptrdiff_t stride;
    uint32_t w, h;
};

/* One layer as kernels read it: sizes padded to multiples of 4 with zeros, but outputs to 2. */
struct inr_latent_dense {
    int tensor, tensor_bias; /* of enum inr_latent_tensor */
    bool conv;
    int in, out, sets;
    real *w;    /* [out][in] */
    real *wt;   /* [in][out]; of convolutions the transposed one's */
    real *bias; /* [sets][out] */
    size_t d_w; /* where its sums begin, [out][in], then those of the bias, [sets][out] */
    size_t d_bias;
};

/* Layers in the order of the tensors of their weights. */
enum {
    INR_LATENT_DENSE_E1,
    INR_LATENT_DENSE_E2,
    INR_LATENT_DENSE_E3,
    INR_LATENT_DENSE_S1,
    INR_LATENT_DENSE_S2,
    INR_LATENT_DENSE_C1,
    INR_LATENT_DENSE_C2,
    INR_LATENT_DENSES
};

struct inr_latent_state {
    struct inr_latent_net net;
    int threads;
    bool decoder;
    real step;       /* of the file: what a level of 1 is to the synthesis */
    real weight;     /* of the squared error, in bits: 1 / (lambda channels) */
    int every, turn; /* networks learn from rows turn, turn + every ... of large grids */
    real *params;    /* [net.parameters] */
    real *grad;      /* likewise */
    struct inr_latent_plane y[INR_LATENT_LEVELS], d_y[INR_LATENT_LEVELS];
    /* grid k + j at the size of grid k, for j >= 1 */
    struct inr_latent_plane up[INR_LATENT_LEVELS][INR_LATENT_LEVELS];
    struct inr_latent_plane d_up[INR_LATENT_LEVELS][INR_LATENT_LEVELS];
    struct inr_latent_plane target[4], z[4], e[INR_LATENT_EDGE];
    struct inr_latent_plane d_out[4]; /* of the decoder: the picture */
    struct inr_latent_plane d_z[4], d_e[INR_LATENT_EDGE];
    struct inr_latent_dense dense[INR_LATENT_DENSES];
    size_t n_sums;   /* sums a thread keeps, of INR_LATENT_LANES_MAX values each */
    real *sums;      /* [threads][n_sums][lanes] */
    real *lines;     /* [threads][8][stride of the largest grid] */
    double *bits;    /* [threads][INR_LATENT_LEVELS] */
    double *squares; /* [threads] */
    double level_bits[INR_LATENT_LEVELS], square; /* of the last step: rate, squared error */
    void *memory;
};

#define INR_LATENT_LANES_MAX 16

static inline int inr_latent_every(const struct inr_latent_state *s, int k)
{
    return s->net.h[k] < INR_LATENT_MANY_ROWS ? 1 : s->every;
}

static inline bool inr_latent_learns(const struct inr_latent_state *s, int k, ptrdiff_t r)
{
    return (r + s->turn) % inr_latent_every(s, k) == 0;
}

/* Everything zero; `decoder`: nothing but what a picture takes. False: out of memory. */
bool inr_latent_state_create(struct inr_latent_state *s, const struct inr_latent_net *net,
                             int threads, bool decoder);
void inr_latent_state_free(struct inr_latent_state *s);

/* Fill the dense layers from params, and grad from the sums. */
void inr_latent_pack(struct inr_latent_state *s);
void inr_latent_unpack(struct inr_latent_state *s, int lanes);

/* Loss and gradients at s->y and s->params:
 *     sum of bits of all points + weight * squared error of all samples
 * into grad and d_y. */
typedef void inr_latent_gradient_fn(struct inr_latent_state *s);

#endif
