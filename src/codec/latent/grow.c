/* SPDX-License-Identifier: MIT
 *
 * grow.c - Grids to the size of the picture, doubling by doubling, and the adjoint.
 */
#include "codec/latent/isa.h"

FN ptrdiff_t clamp(ptrdiff_t i, ptrdiff_t n)
{
    return inr_latent_clamp((int)i, (int)n);
}

/* Row `r` of a plane twice as large. line: scratch of a row. */
static void grow_row(const struct inr_latent_plane *from, const struct inr_latent_plane *to,
                     ptrdiff_t r, real *line)
{
    const ptrdiff_t first = inr_latent_first((int)r), h = (ptrdiff_t)from->h;
    const ptrdiff_t w = (ptrdiff_t)from->w, out = (ptrdiff_t)to->w;
    const real *row[4], *const at = line;
    real t[4];
    for (int j = 0; j < 4; j++) {
        row[j] = inr_latent_row(from, clamp(first + j, h));
        t[j] = inr_latent_tap[r % 2 ? 3 - j : j];
    }
#pragma omp simd
    for (ptrdiff_t x = 0; x < w; x++)
        line[x] = t[0] * row[0][x] + t[1] * row[1][x] + t[2] * row[2][x] + t[3] * row[3][x];
    line[-2] = line[-1] = line[0];
    line[w] = line[w + 1] = line[w - 1];
    real *to_row = inr_latent_row(to, r);
#pragma omp simd
    for (ptrdiff_t i = 0; i < out / 2; i++) {
        to_row[2 * i] = inr_latent_tap[0] * at[i - 2] + inr_latent_tap[1] * at[i - 1] +
                        inr_latent_tap[2] * at[i] + inr_latent_tap[3] * at[i + 1];
        to_row[2 * i + 1] = inr_latent_tap[3] * at[i - 1] + inr_latent_tap[2] * at[i] +
                            inr_latent_tap[1] * at[i + 1] + inr_latent_tap[0] * at[i + 2];
    }
    if (out % 2) {
        const ptrdiff_t i = out / 2;
        to_row[2 * i] = inr_latent_tap[0] * at[i - 2] + inr_latent_tap[1] * at[i - 1] +
                        inr_latent_tap[2] * at[i] + inr_latent_tap[3] * at[i + 1];
    }
}

void INR_LN(grow)(struct inr_latent_state *s, int thread)
{
    real *line = s->lines + (size_t)thread * 8 * (size_t)s->y[0].stride + INR_LATENT_LEFT;
    for (int k = s->net.levels - 2; k >= 0; k--) {
        const ptrdiff_t h = (ptrdiff_t)s->net.h[k];
#pragma omp for schedule(static)
        for (ptrdiff_t r = 0; r < h; r++)
            for (int j = 1; k + j < s->net.levels; j++)
                grow_row(j == 1 ? &s->y[k + 1] : &s->up[k + 1][j - 1], &s->up[k][j], r, line);
    }
}

/* Columns: even and odd ones of the large row, with zeros around, to the small row. */
static void shrink_columns(const real *even, const real *odd, ptrdiff_t w, bool add, real *to)
{
    const real first = (inr_latent_tap[0] + inr_latent_tap[1]) * even[0] +
                       inr_latent_tap[0] * even[1] + inr_latent_tap[3] * odd[0];
    const real last = inr_latent_tap[3] * even[w - 1] +
                      (inr_latent_tap[0] + inr_latent_tap[1]) * odd[w - 1] +
                      inr_latent_tap[0] * odd[w - 2];
#pragma omp simd
    for (ptrdiff_t x = 0; x < w; x++) {
        const real sum = inr_latent_tap[0] * even[x + 2] + inr_latent_tap[1] * even[x + 1] +
                         inr_latent_tap[2] * even[x] + inr_latent_tap[3] * even[x - 1] +
                         inr_latent_tap[3] * odd[x + 1] + inr_latent_tap[2] * odd[x] +
                         inr_latent_tap[1] * odd[x - 1] + inr_latent_tap[0] * odd[x - 2];
        to[x] = (add ? to[x] : R(0.0)) + sum;
    }
    to[0] += first;
    to[w - 1] += last;
}

static void shrink_row(const struct inr_latent_plane *from, const struct inr_latent_plane *to,
                       ptrdiff_t r, bool add, real *even, real *odd)
{
    const ptrdiff_t h = (ptrdiff_t)to->h, w = (ptrdiff_t)to->w, wide = (ptrdiff_t)from->w;
    for (ptrdiff_t x = -2; x < w + 3; x++)
        even[x] = odd[x] = R(0.0);
    for (ptrdiff_t y = 2 * r - 3; y <= 2 * r + 4; y++) {
        if (y < 0 || y >= (ptrdiff_t)from->h)
            continue;
        const real weight = inr_latent_share((int)y, (int)r, (int)h);
        const real *row = inr_latent_row(from, y);
#pragma omp simd
        for (ptrdiff_t i = 0; i < wide / 2; i++) {
            even[i] += weight * row[2 * i];
            odd[i] += weight * row[2 * i + 1];
        }
        if (wide % 2)
            even[wide / 2] += weight * row[wide - 1];
    }
    shrink_columns(even, odd, w, add, inr_latent_row(to, r));
}

void INR_LN(shrink)(struct inr_latent_state *s, int thread)
{
    const size_t length = (size_t)s->y[0].stride;
    real *even = s->lines + (size_t)thread * 8 * length + INR_LATENT_LEFT, *odd = even + length;
    for (int k = 0; k + 1 < s->net.levels; k++) {
        const ptrdiff_t h = (ptrdiff_t)s->net.h[k + 1];
#pragma omp for schedule(static)
        for (ptrdiff_t r = 0; r < h; r++)
            for (int j = 1; k + j < s->net.levels; j++)
                shrink_row(&s->d_up[k][j], j == 1 ? &s->d_y[k + 1] : &s->d_up[k + 1][j - 1], r,
                           j == 1, even, odd);
    }
}
