/* SPDX-License-Identifier: MIT
 *
 * synth_grad.c - The layers over single points: grids to the picture before its convolutions, and
 * the gradients.
 */
#include "codec/latent/isa.h"

#define HIDDEN INR_LATENT_HIDDEN
#define INPUTS 8 /* INR_LATENT_LEVELS, padded */

struct tile {
    real u[INPUTS * TILE], hidden[HIDDEN * TILE], out[4 * TILE];
    real d_out[4 * TILE], d_in[(HIDDEN + INPUTS) * TILE], d_u[INPUTS * TILE];
};

/* Row of grid k at full size. */
FN real *full(struct inr_latent_plane *own, struct inr_latent_plane *up, int k, ptrdiff_t r)
{
    return inr_latent_row(k == 0 ? own : &up[k], r);
}

static void forward(struct inr_latent_state *s, struct tile *t, ptrdiff_t r, ptrdiff_t x0)
{
    const struct inr_latent_dense *s1 = &s->dense[INR_LATENT_DENSE_S1];
    const real *x[HIDDEN + INPUTS];
    const real step = s->step;
    for (int k = 0; k < s->net.levels; k++) {
        const real *from = full(&s->y[0], s->up[0], k, r) + x0;
#pragma omp simd
        for (int i = 0; i < TILE; i++)
            t->u[k * TILE + i] = step * from[i];
    }
    inr_tile_rows(t->u, s1->in, x);
    inr_tile_mul(s1->w, s1->in, s1->bias, x, s1->in, HIDDEN, t->hidden);
    inr_tile_relu(t->hidden, HIDDEN);
}

static void inputs(const struct inr_latent_dense *s1, const struct tile *t, const real **x)
{
    inr_tile_rows(t->hidden, HIDDEN, x);
    inr_tile_rows(t->u, s1->in, x + HIDDEN);
}

void INR_LN(synthesis)(struct inr_latent_state *s)
{
    const struct inr_latent_dense *s1 = &s->dense[INR_LATENT_DENSE_S1];
    const struct inr_latent_dense *s2 = &s->dense[INR_LATENT_DENSE_S2];
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    struct tile t;
    memset(t.u, 0, sizeof t.u);
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++) {
        for (ptrdiff_t x0 = 0; x0 < w; x0 += TILE) {
            const real *x[HIDDEN + INPUTS];
            forward(s, &t, r, x0);
            inputs(s1, &t, x);
            inr_tile_mul(s2->w, s2->in, s2->bias, x, s2->in, s2->out, t.out);
            for (int c = 0; c < s->net.channels; c++)
                memcpy(inr_latent_row(&s->z[c], r) + x0, t.out + c * TILE, sizeof(real) * TILE);
        }
        for (int c = 0; c < s->net.channels; c++)
            inr_latent_repeat(&s->z[c], r);
    }
}

/* sums: NULL, or where those of the layers go. */
static void backward(struct inr_latent_state *s, struct tile *t, ptrdiff_t r, ptrdiff_t x0,
                     real *sums)
{
    const struct inr_latent_dense *s1 = &s->dense[INR_LATENT_DENSE_S1];
    const struct inr_latent_dense *s2 = &s->dense[INR_LATENT_DENSE_S2];
    const real *x[HIDDEN + INPUTS];
    inputs(s1, t, x);
    if (sums) {
        inr_tile_outer(t->d_out, x, s2->in, s2->out, sums + s2->d_w * LANES);
        inr_tile_sum(t->d_out, s2->out, sums + s2->d_bias * LANES);
    }
    inr_tile_rows(t->d_out, s2->out, x);
    inr_tile_mul(s2->wt, s2->out, NULL, x, s2->out, s2->in, t->d_in);
    inr_tile_relu_back(t->hidden, t->d_in, HIDDEN);
    inr_tile_rows(t->u, s1->in, x);
    if (sums) {
        inr_tile_outer(t->d_in, x, s1->in, HIDDEN, sums + s1->d_w * LANES);
        inr_tile_sum(t->d_in, HIDDEN, sums + s1->d_bias * LANES);
    }
    inr_tile_rows(t->d_in, HIDDEN, x);
    inr_tile_mul(s1->wt, HIDDEN, NULL, x, HIDDEN, s1->in, t->d_u);
    for (int k = 0; k < s->net.levels; k++) {
        real *to = full(&s->d_y[0], s->d_up[0], k, r) + x0;
        const real *skip = t->d_in + (HIDDEN + k) * TILE, *d_u = t->d_u + k * TILE;
        const real step = s->step;
        const bool add = k == 0; /* the entropy network's are there */
#pragma omp simd
        for (int i = 0; i < TILE; i++)
            to[i] = (add ? to[i] : R(0.0)) + step * (d_u[i] + skip[i]);
    }
}

void INR_LN(synthesis_back)(struct inr_latent_state *s, int thread)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    real *sums = inr_latent_sums(s, thread);
    struct tile t;
    memset(&t, 0, sizeof t);
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++)
        for (ptrdiff_t x0 = 0; x0 < w; x0 += TILE) {
            forward(s, &t, r, x0);
            for (int c = 0; c < s->net.channels; c++)
                memcpy(t.d_out + c * TILE, inr_latent_row(&s->d_z[c], r) + x0, sizeof(real) * TILE);
            backward(s, &t, r, x0, inr_latent_learns(s, 0, r) ? sums : NULL);
        }
}
