/* SPDX-License-Identifier: MIT
 *
 * edge_grad.c - The two 3 x 3 convolutions of a residual, the squared error of the picture, and
 * the gradients. Planes that are read have borders that repeat; gradients are folded back.
 */
#include "codec/latent/isa.h"

#define EDGE INR_LATENT_EDGE
#define MOST (4 * INR_LATENT_TAPS)

/* Samples under the taps of each channel, `mirror`: of the transposed convolution. */
FN int windows(struct inr_latent_plane *planes, int channels, ptrdiff_t r, ptrdiff_t x0, int mirror,
               const real *zero, const real **x)
{
    int n = 0;
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < INR_LATENT_TAPS; t++)
            x[n++] =
                inr_latent_row(&planes[c], r + mirror * (t / 3 - 1)) + x0 + mirror * (t % 3 - 1);
    while (n % 4)
        x[n++] = zero;
    return n;
}

static void first(struct inr_latent_state *s, const real *zero)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    const struct inr_latent_dense *d = &s->dense[INR_LATENT_DENSE_C1];
    const real *x[MOST];
    real y[EDGE * TILE];
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++) {
        for (ptrdiff_t x0 = 0; x0 < w; x0 += TILE) {
            windows(s->z, s->net.channels, r, x0, 1, zero, x);
            inr_tile_mul(d->w, d->in, d->bias, x, d->in, EDGE, y);
            inr_tile_relu(y, EDGE);
            for (int c = 0; c < EDGE; c++)
                memcpy(inr_latent_row(&s->e[c], r) + x0, y + c * TILE, sizeof(real) * TILE);
        }
        for (int c = 0; c < EDGE; c++)
            inr_latent_repeat(&s->e[c], r);
    }
}

/* The error of one tile of a channel and its gradient. */
FN real compare(const real *restrict out, const real *restrict target, int valid, real weight,
                real *restrict d)
{
    real sum = R(0.0);
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < TILE; i++) {
        const real off = i < valid ? out[i] - target[i] : R(0.0);
        d[i] = R(2.0) * weight * off;
        sum += off * off;
    }
    return sum;
}

/* One tile of the picture, without the samples beyond its right border. */
static void tile_out(struct inr_latent_state *s, ptrdiff_t r, ptrdiff_t x0, const real **x, real *y)
{
    const struct inr_latent_dense *d = &s->dense[INR_LATENT_DENSE_C2];
    inr_tile_mul(d->w, d->in, d->bias, x, d->in, d->out, y);
    for (int c = 0; c < s->net.channels; c++) {
        const real *z = inr_latent_row(&s->z[c], r) + x0;
#pragma omp simd
        for (int i = 0; i < TILE; i++)
            y[c * TILE + i] += z[i];
    }
}

static void second(struct inr_latent_state *s, int thread, const real *zero)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    const struct inr_latent_dense *d = &s->dense[INR_LATENT_DENSE_C2];
    real *sums = inr_latent_sums(s, thread);
    const real *x[MOST];
    real y[4 * TILE], dy[4 * TILE];
    double squares = 0.0;
    memset(dy, 0, sizeof dy);
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++)
        for (ptrdiff_t x0 = 0; x0 < w; x0 += TILE) {
            const int valid = (int)(w - x0 < TILE ? w - x0 : TILE);
            windows(s->e, EDGE, r, x0, 1, zero, x);
            tile_out(s, r, x0, x, y);
            for (int c = 0; c < s->net.channels; c++) {
                squares += (double)compare(y + c * TILE, inr_latent_row(&s->target[c], r) + x0,
                                           valid, s->weight, dy + c * TILE);
                memcpy(inr_latent_row(&s->d_out[c], r) + x0, dy + c * TILE, sizeof(real) * TILE);
            }
            if (!inr_latent_learns(s, 0, r))
                continue;
            inr_tile_outer(dy, x, d->in, d->out, sums + d->d_w * LANES);
            inr_tile_sum(dy, d->out, sums + d->d_bias * LANES);
        }
    s->squares[thread] += squares;
}

/* d_to [n] on the plane and a border of one = transposed convolution of d_from. */
static void transpose(struct inr_latent_state *s, const real *weights,
                      struct inr_latent_plane *from, int n_from, struct inr_latent_plane *to,
                      int n_to, const real *zero)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    const real *x[MOST];
    real y[4 * TILE];
#pragma omp for schedule(static)
    for (ptrdiff_t r = -1; r <= h; r++)
        for (ptrdiff_t x0 = -1; x0 <= w; x0 += TILE) {
            const int n = windows(from, n_from, r, x0, -1, zero, x);
            inr_tile_mul(weights, n, NULL, x, n, 4, y);
            for (int c = 0; c < n_to; c++)
                memcpy(inr_latent_row(&to[c], r) + x0, y + c * TILE, sizeof(real) * TILE);
        }
}

/* Gradients of the border to the row they repeat, and zeros in their place. */
static void fold(struct inr_latent_plane *p, ptrdiff_t r)
{
    const ptrdiff_t w = (ptrdiff_t)p->w, h = (ptrdiff_t)p->h;
    real *row = inr_latent_row(p, r);
    for (int side = 0; side < 2; side++)
        if (r == (side ? h - 1 : 0)) {
            real *beyond = row + (side ? p->stride : -p->stride);
            for (ptrdiff_t x = -1; x <= w; x++) {
                row[x] += beyond[x];
                beyond[x] = R(0.0);
            }
        }
    row[0] += row[-1];
    row[w - 1] += row[w];
    row[-1] = row[w] = R(0.0);
}

static void fold_first(struct inr_latent_state *s, int thread, const real *zero)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    const struct inr_latent_dense *d = &s->dense[INR_LATENT_DENSE_C1];
    real *sums = inr_latent_sums(s, thread);
    const real *x[MOST];
    real dy[EDGE * TILE];
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++) {
        for (int c = 0; c < EDGE; c++) {
            fold(&s->d_e[c], r);
            real *row = inr_latent_row(&s->d_e[c], r);
            const real *e = inr_latent_row(&s->e[c], r);
#pragma omp simd
            for (ptrdiff_t i = 0; i < w; i++)
                row[i] = e[i] > R(0.0) ? row[i] : R(0.0);
        }
        for (ptrdiff_t x0 = 0; x0 < w && inr_latent_learns(s, 0, r); x0 += TILE) {
            for (int c = 0; c < EDGE; c++)
                memcpy(dy + c * TILE, inr_latent_row(&s->d_e[c], r) + x0, sizeof(real) * TILE);
            windows(s->z, s->net.channels, r, x0, 1, zero, x);
            inr_tile_outer(dy, x, d->in, EDGE, sums + d->d_w * LANES);
            inr_tile_sum(dy, EDGE, sums + d->d_bias * LANES);
        }
    }
}

static void fold_second(struct inr_latent_state *s)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++)
        for (int c = 0; c < s->net.channels; c++) {
            fold(&s->d_z[c], r);
            real *row = inr_latent_row(&s->d_z[c], r);
            const real *direct = inr_latent_row(&s->d_out[c], r);
#pragma omp simd
            for (ptrdiff_t i = 0; i < w; i++)
                row[i] += direct[i];
        }
}

void INR_LN(edges)(struct inr_latent_state *s, int thread)
{
    const real zero[TILE] = {0};
    const struct inr_latent_dense *c1 = &s->dense[INR_LATENT_DENSE_C1];
    const struct inr_latent_dense *c2 = &s->dense[INR_LATENT_DENSE_C2];
    first(s, zero);
    second(s, thread, zero);
    transpose(s, c2->wt, s->d_out, s->net.channels, s->d_e, EDGE, zero);
    fold_first(s, thread, zero);
    transpose(s, c1->wt, s->d_e, EDGE, s->d_z, s->net.channels, zero);
    fold_second(s);
}

void INR_LN(picture)(struct inr_latent_state *s)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.height, w = (ptrdiff_t)s->net.width;
    const real zero[TILE] = {0};
    const real *x[MOST];
    real y[4 * TILE];
    first(s, zero);
#pragma omp for schedule(static)
    for (ptrdiff_t r = 0; r < h; r++)
        for (ptrdiff_t x0 = 0; x0 < w; x0 += TILE) {
            windows(s->e, EDGE, r, x0, 1, zero, x);
            tile_out(s, r, x0, x, y);
            for (int c = 0; c < s->net.channels; c++)
                memcpy(inr_latent_row(&s->d_out[c], r) + x0, y + c * TILE, sizeof(real) * TILE);
        }
}
