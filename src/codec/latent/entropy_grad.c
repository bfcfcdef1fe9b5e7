/* SPDX-License-Identifier: MIT
 *
 * entropy_grad.c - Bits of all points under the entropy network, and their gradients.
 */
#include "codec/latent/isa.h"

/* Rows worked on together. Their gradients reach 3 rows up, and a row beyond in the grid above: of
 * two bands with another between, none touch the same rows. */
#define BAND 8

#define WIDTH   INR_LATENT_ENTROPY
#define CONTEXT INR_LATENT_CONTEXT

struct tile {
    real h1[WIDTH * TILE], h2[WIDTH * TILE], out[2 * TILE];
    real d_out[2 * TILE], d_in[(WIDTH + CONTEXT) * TILE], d_h1[WIDTH * TILE];
    real d_context[CONTEXT * TILE], d_x[TILE];
};

/* A row of the grid above, twice as wide: the near point and the next one on the point's side. */
struct coarse {
    real *near[2], *side[2]; /* of the row above's near row, and of the next one */
    real *d_near[2], *d_side[2];
};

static double rate(struct tile *t, const real *x, int valid, real weight)
{
    real bits[TILE];
#pragma omp simd
    for (int i = 0; i < TILE; i++) {
        const inr_latent_rate r = inr_latent_laplace(x[i], t->out[i], t->out[TILE + i]);
        const bool inside = i < valid;
        bits[i] = inside ? r.bits : R(0.0);
        t->d_out[i] = inside ? weight * r.d_mean : R(0.0);
        t->d_out[TILE + i] = inside ? weight * r.d_scale : R(0.0);
        t->d_x[i] = inside ? -r.d_mean : R(0.0); /* of the level itself, unweighed */
    }
    double sum = 0.0;
    for (int i = 0; i < TILE; i++)
        sum += (double)bits[i];
    return sum;
}

static void forward(const struct inr_latent_state *s, int k, struct tile *t, const real **context)
{
    const struct inr_latent_dense *d = s->dense;
    const real *x[WIDTH + CONTEXT];
    inr_tile_mul(d[INR_LATENT_DENSE_E1].w, CONTEXT, d[INR_LATENT_DENSE_E1].bias + k * WIDTH,
                 context, CONTEXT, WIDTH, t->h1);
    inr_tile_relu(t->h1, WIDTH);
    inr_tile_rows(t->h1, WIDTH, x);
    inr_tile_mul(d[INR_LATENT_DENSE_E2].w, WIDTH, d[INR_LATENT_DENSE_E2].bias, x, WIDTH, WIDTH,
                 t->h2);
    inr_tile_relu(t->h2, WIDTH);
    inr_tile_rows(t->h2, WIDTH, x);
    for (int i = 0; i < CONTEXT; i++)
        x[WIDTH + i] = context[i];
    inr_tile_mul(d[INR_LATENT_DENSE_E3].w, WIDTH + CONTEXT, d[INR_LATENT_DENSE_E3].bias + 2 * k, x,
                 WIDTH + CONTEXT, 2, t->out);
}

/* sums: NULL, or where those of the network go. */
static void backward(const struct inr_latent_state *s, int k, struct tile *t, const real **context,
                     real *sums)
{
    const struct inr_latent_dense *e1 = &s->dense[INR_LATENT_DENSE_E1];
    const struct inr_latent_dense *e2 = &s->dense[INR_LATENT_DENSE_E2];
    const struct inr_latent_dense *e3 = &s->dense[INR_LATENT_DENSE_E3];
    const real *x[WIDTH + CONTEXT];
    inr_tile_rows(t->h2, WIDTH, x);
    for (int i = 0; i < CONTEXT; i++)
        x[WIDTH + i] = context[i];
    if (sums) {
        inr_tile_outer(t->d_out, x, WIDTH + CONTEXT, 2, sums + e3->d_w * LANES);
        inr_tile_sum(t->d_out, 2, sums + (e3->d_bias + (size_t)(2 * k)) * LANES);
    }
    inr_tile_rows(t->d_out, 2, x);
    inr_tile_mul(e3->wt, 2, NULL, x, 2, WIDTH + CONTEXT, t->d_in);
    inr_tile_relu_back(t->h2, t->d_in, WIDTH);
    inr_tile_rows(t->h1, WIDTH, x);
    if (sums) {
        inr_tile_outer(t->d_in, x, WIDTH, WIDTH, sums + e2->d_w * LANES);
        inr_tile_sum(t->d_in, WIDTH, sums + e2->d_bias * LANES);
    }
    inr_tile_rows(t->d_in, WIDTH, x);
    inr_tile_mul(e2->wt, WIDTH, NULL, x, WIDTH, WIDTH, t->d_h1);
    inr_tile_relu_back(t->h1, t->d_h1, WIDTH);
    if (sums) {
        inr_tile_outer(t->d_h1, context, CONTEXT, WIDTH, sums + e1->d_w * LANES);
        inr_tile_sum(t->d_h1, WIDTH, sums + (e1->d_bias + (size_t)(k * WIDTH)) * LANES);
    }
    inr_tile_rows(t->d_h1, WIDTH, x);
    inr_tile_mul(e1->wt, WIDTH, NULL, x, WIDTH, CONTEXT, t->d_context);
#pragma omp simd
    for (int i = 0; i < CONTEXT * TILE; i++)
        t->d_context[i] += t->d_in[WIDTH * TILE + i];
}

FN ptrdiff_t toward(ptrdiff_t fine)
{
    return fine % 2 ? 1 : -1;
}

/* The rows of the grid above that row r sees, spread. */
static void spread(const struct inr_latent_state *s, int k, ptrdiff_t r, const struct coarse *c)
{
    const struct inr_latent_plane *above = &s->y[k + 1];
    const ptrdiff_t w = (ptrdiff_t)s->net.w[k];
    for (int j = 0; j < 2; j++) {
        const real *from = inr_latent_row(above, r / 2 + (j ? toward(r) : 0));
        for (ptrdiff_t x = 0; x < w; x++) {
            c->near[j][x] = from[x / 2];
            c->side[j][x] = from[x / 2 + toward(x)];
            c->d_near[j][x] = c->d_side[j][x] = R(0.0);
        }
    }
}

static void gather(const struct inr_latent_state *s, int k, ptrdiff_t r, const struct coarse *c)
{
    const struct inr_latent_plane *above = &s->d_y[k + 1];
    const ptrdiff_t w = (ptrdiff_t)s->net.w[k];
    for (int j = 0; j < 2; j++) {
        real *to = inr_latent_row(above, r / 2 + (j ? toward(r) : 0));
        for (ptrdiff_t x = 0; x < w; x++) {
            to[x / 2] += c->d_near[j][x];
            to[x / 2 + toward(x)] += c->d_side[j][x];
        }
    }
}

static double row(struct inr_latent_state *s, int k, ptrdiff_t r, struct tile *t,
                  const struct coarse *c, real *sums)
{
    const ptrdiff_t w = (ptrdiff_t)s->net.w[k];
    const bool top = k + 1 == s->net.levels, learns = inr_latent_learns(s, k, r);
    /* a row that the network learns from stands for others, too */
    const real weight = learns ? (real)inr_latent_every(s, k) : R(1.0), back = R(1.0) / weight;
    double bits = 0.0;
    if (!top)
        spread(s, k, r, c);
    for (ptrdiff_t x = 0; x < w; x += TILE) {
        const real *context[CONTEXT];
        real *d_context[CONTEXT];
        for (int i = 0; i < INR_LATENT_NEAR; i++) {
            const ptrdiff_t dy = inr_latent_near_dy[i], dx = inr_latent_near_dx[i];
            context[i] = inr_latent_row(&s->y[k], r + dy) + x + dx;
            d_context[i] = inr_latent_row(&s->d_y[k], r + dy) + x + dx;
        }
        for (int j = 0; j < 2; j++) {
            context[INR_LATENT_NEAR + j] = c->near[j] + x;
            context[INR_LATENT_NEAR + 2 + j] = c->side[j] + x;
            d_context[INR_LATENT_NEAR + j] = c->d_near[j] + x;
            d_context[INR_LATENT_NEAR + 2 + j] = c->d_side[j] + x;
        }
        forward(s, k, t, context);
        bits +=
            rate(t, inr_latent_row(&s->y[k], r) + x, (int)(w - x < TILE ? w - x : TILE), weight);
        backward(s, k, t, context, learns ? sums : NULL);
        for (int i = 0; i < CONTEXT; i++)
            for (int j = 0; j < TILE; j++)
                d_context[i][j] += back * t->d_context[i * TILE + j];
        real *d_x = inr_latent_row(&s->d_y[k], r) + x;
        for (int j = 0; j < TILE; j++)
            d_x[j] += t->d_x[j];
    }
    if (!top)
        gather(s, k, r, c);
    return bits;
}

static void bands(struct inr_latent_state *s, int k, int colour, struct tile *t,
                  const struct coarse *c, int thread)
{
    const ptrdiff_t h = (ptrdiff_t)s->net.h[k], n = (h + BAND - 1) / BAND;
    double bits = 0.0;
#pragma omp for schedule(static)
    for (ptrdiff_t b = colour; b < n; b += 2)
        for (ptrdiff_t r = b * BAND; r < (b + 1) * BAND && r < h; r++)
            bits += row(s, k, r, t, c, inr_latent_sums(s, thread));
    s->bits[thread * INR_LATENT_LEVELS + k] += bits;
}

void INR_LN(entropy)(struct inr_latent_state *s, int thread)
{
    struct tile tile;
    struct coarse c;
    const size_t length = (size_t)s->y[0].stride;
    real *line = s->lines + (size_t)thread * 8 * length;
    memset(line, 0, 8 * length * sizeof *line); /* the top grid has none above */
    line += INR_LATENT_LEFT;
    for (int j = 0; j < 2; j++) {
        c.near[j] = line + (size_t)(4 * j) * length;
        c.side[j] = c.near[j] + length;
        c.d_near[j] = c.side[j] + length;
        c.d_side[j] = c.d_near[j] + length;
    }
    for (int k = s->net.levels - 1; k >= 0; k--) {
        for (int colour = 0; colour < 2; colour++)
            bands(s, k, colour, &tile, &c, thread);
    }
}
