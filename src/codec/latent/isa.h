/* SPDX-License-Identifier: MIT
 *
 * isa.h - What files compiled once per instruction set share, and their kernels of one tile:
 * INR_LATENT_TILE samples of each channel, next to each other in memory.
 *
 * The build defines INR_LATENT_ISA as base, v3 or v4, and INR_LATENT_LANES. Tests compile the same
 * in double.
 */
#ifndef INR_CODEC_LATENT_ISA_H
#define INR_CODEC_LATENT_ISA_H

#include "codec/latent/state.h"
#include "common/latent.glsl"

#define INR_LATENT_JOIN2(a, b) a##_##b
#define INR_LATENT_JOIN(a, b)  INR_LATENT_JOIN2(a, b)
#define INR_LN(name)           INR_LATENT_JOIN(inr_latent_##name, INR_LATENT_ISA)

#define TILE  INR_LATENT_TILE
#define LANES INR_LATENT_LANES

/* Vectors of samples together: as many as there are registers for. */
#if INR_LATENT_LANES == 16
#define ACROSS 4
#else
#define ACROSS 2
#endif

typedef real inr_vec
    __attribute__((vector_size(INR_LATENT_LANES * sizeof(real)), aligned(sizeof(real)), may_alias));

/* y[o] = bias[o] + sum over i of w[o][i] x[i], for `block` outputs from o on. */
FN void inr_tile_mul_block(const real *w, int ld, const real *bias, const real *const *x, int n_in,
                           int block, int v0, real *y)
{
    inr_vec acc[4][ACROSS];
    for (int q = 0; q < block; q++)
        for (int v = 0; v < ACROSS; v++)
            acc[q][v] = (inr_vec){0} + (bias ? bias[q] : R(0.0));
    for (int i = 0; i < n_in; i++) {
        const real *from = x[i] + v0;
        for (int q = 0; q < block; q++)
            for (int v = 0; v < ACROSS; v++)
                acc[q][v] += w[q * ld + i] * *(const inr_vec *)(from + v * LANES);
    }
    for (int q = 0; q < block; q++)
        for (int v = 0; v < ACROSS; v++)
            *(inr_vec *)(y + q * TILE + v0 + v * LANES) = acc[q][v];
}

/* y [n_out][TILE] = bias + w x; w [n_out][ld]; n_out even. */
FN void inr_tile_mul(const real *w, int ld, const real *bias, const real *const *x, int n_in,
                     int n_out, real *y)
{
    for (int v0 = 0; v0 < TILE; v0 += ACROSS * LANES) {
        int o = 0;
        for (; o + 4 <= n_out; o += 4)
            inr_tile_mul_block(w + o * ld, ld, bias ? bias + o : NULL, x, n_in, 4, v0,
                               y + o * TILE);
        for (; o < n_out; o += 2)
            inr_tile_mul_block(w + o * ld, ld, bias ? bias + o : NULL, x, n_in, 2, v0,
                               y + o * TILE);
    }
}

FN void inr_tile_outer_block(const real *dy, const real *const *x, int n_in, int block, real *sums)
{
    for (int i = 0; i < n_in; i += 4) {
        inr_vec acc[4][4];
        for (int q = 0; q < block; q++)
            for (int j = 0; j < 4; j++)
                acc[q][j] = *(const inr_vec *)(sums + (q * n_in + i + j) * LANES);
        for (int v0 = 0; v0 < TILE; v0 += LANES)
            for (int q = 0; q < block; q++) {
                const inr_vec d = *(const inr_vec *)(dy + q * TILE + v0);
                for (int j = 0; j < 4; j++)
                    acc[q][j] += d * *(const inr_vec *)(x[i + j] + v0);
            }
        for (int q = 0; q < block; q++)
            for (int j = 0; j < 4; j++)
                *(inr_vec *)(sums + (q * n_in + i + j) * LANES) = acc[q][j];
    }
}

/* sums [n_out][n_in][LANES] += dy x^T; n_in a multiple of 4, n_out even. */
FN void inr_tile_outer(const real *dy, const real *const *x, int n_in, int n_out, real *sums)
{
    int o = 0;
    for (; o + 4 <= n_out; o += 4)
        inr_tile_outer_block(dy + o * TILE, x, n_in, 4, sums + o * n_in * LANES);
    for (; o < n_out; o += 2)
        inr_tile_outer_block(dy + o * TILE, x, n_in, 2, sums + o * n_in * LANES);
}

/* sums [n][LANES] += dy, over samples. */
FN void inr_tile_sum(const real *dy, int n, real *sums)
{
    for (int o = 0; o < n; o++) {
        inr_vec acc = *(const inr_vec *)(sums + o * LANES);
        for (int v0 = 0; v0 < TILE; v0 += LANES)
            acc += *(const inr_vec *)(dy + o * TILE + v0);
        *(inr_vec *)(sums + o * LANES) = acc;
    }
}

FN void inr_tile_relu(real *y, int n)
{
#pragma omp simd
    for (int i = 0; i < n * TILE; i++)
        y[i] = y[i] > R(0.0) ? y[i] : R(0.0);
}

/* dy = 0 where relu gave 0. */
FN void inr_tile_relu_back(const real *y, real *dy, int n)
{
#pragma omp simd
    for (int i = 0; i < n * TILE; i++)
        dy[i] = y[i] > R(0.0) ? dy[i] : R(0.0);
}

/* The channels of a tile as pointers. */
FN void inr_tile_rows(const real *tile, int n, const real **x)
{
    for (int i = 0; i < n; i++)
        x[i] = tile + i * TILE;
}

FN real *inr_latent_row(const struct inr_latent_plane *p, ptrdiff_t r)
{
    return p->at + r * p->stride;
}

/* Columns beyond both sides repeat the border; so do the rows around. */
FN void inr_latent_repeat(struct inr_latent_plane *p, ptrdiff_t r)
{
    const ptrdiff_t w = (ptrdiff_t)p->w, h = (ptrdiff_t)p->h;
    real *row = inr_latent_row(p, r);
    row[-1] = row[0];
    row[w] = row[w - 1];
    if (r == 0)
        memcpy(row - p->stride - 1, row - 1, (size_t)(w + 2) * sizeof *row);
    if (r == h - 1)
        memcpy(row + p->stride - 1, row - 1, (size_t)(w + 2) * sizeof *row);
}

/* One thread's sums. */
FN real *inr_latent_sums(const struct inr_latent_state *s, int thread)
{
    return s->sums + (size_t)thread * s->n_sums * INR_LATENT_LANES_MAX;
}

/* Parts of a step; each is called by all threads of a parallel region. */
void INR_LN(entropy)(struct inr_latent_state *s, int thread);
void INR_LN(grow)(struct inr_latent_state *s, int thread);   /* y -> up */
void INR_LN(shrink)(struct inr_latent_state *s, int thread); /* d_up -> d_y */
void INR_LN(synthesis)(struct inr_latent_state *s);          /* y, up -> z */
void INR_LN(edges)(struct inr_latent_state *s, int thread);  /* z -> error, d_z */
void INR_LN(picture)(struct inr_latent_state *s);            /* z -> picture, in d_out */
void INR_LN(synthesis_back)(struct inr_latent_state *s, int thread);
inr_latent_gradient_fn INR_LN(gradient), INR_LN(render);

struct inr_latent_trainer;
struct inr_latent_pace;
void INR_LN(quantise)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);
void INR_LN(move)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);

#endif
