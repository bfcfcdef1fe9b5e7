/* SPDX-License-Identifier: MIT
 *
 * state.c - Memory of a step of training, and parameters in the layout of its kernels.
 */
#include "codec/latent/state.h"

#include <stdlib.h>

static int padded(int n, int multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Count of reals, or their places once there is memory. */
struct arena {
    real *base;
    size_t used;
};

static real *take(struct arena *a, size_t n)
{
    real *at = a->base ? a->base + a->used : NULL;
    a->used += (n + 15) / 16 * 16;
    return at;
}

static void take_plane(struct arena *a, struct inr_latent_plane *p, uint32_t w, uint32_t h)
{
    p->w = w;
    p->h = h;
    p->stride = ((ptrdiff_t)w + INR_LATENT_LEFT + INR_LATENT_RIGHT + 15) / 16 * 16;
    real *at = take(a, (size_t)p->stride * ((size_t)h + 2 * INR_LATENT_BEYOND));
    p->at = at ? at + INR_LATENT_BEYOND * p->stride + INR_LATENT_LEFT : NULL;
}

static void take_planes(struct arena *a, struct inr_latent_state *s)
{
    const struct inr_latent_net *net = &s->net;
    for (int k = 0; k < net->levels; k++) {
        take_plane(a, &s->y[k], net->w[k], net->h[k]);
        for (int j = 1; k + j < net->levels; j++)
            take_plane(a, &s->up[k][j], net->w[k], net->h[k]);
    }
    for (int c = 0; c < net->channels; c++) {
        take_plane(a, &s->z[c], net->width, net->height);
        take_plane(a, &s->d_out[c], net->width, net->height);
    }
    for (int c = 0; c < INR_LATENT_EDGE; c++)
        take_plane(a, &s->e[c], net->width, net->height);
}

static void take_gradients(struct arena *a, struct inr_latent_state *s)
{
    const struct inr_latent_net *net = &s->net;
    for (int k = 0; k < net->levels; k++) {
        take_plane(a, &s->d_y[k], net->w[k], net->h[k]);
        for (int j = 1; k + j < net->levels; j++)
            take_plane(a, &s->d_up[k][j], net->w[k], net->h[k]);
    }
    for (int c = 0; c < net->channels; c++) {
        take_plane(a, &s->target[c], net->width, net->height);
        take_plane(a, &s->d_z[c], net->width, net->height);
    }
    for (int c = 0; c < INR_LATENT_EDGE; c++)
        take_plane(a, &s->d_e[c], net->width, net->height);
}

static void take_dense(struct arena *a, struct inr_latent_state *s)
{
    static const struct {
        int weights, bias;
    } tensors[INR_LATENT_DENSES] = {{INR_LATENT_ENTROPY_W1, INR_LATENT_ENTROPY_B1},
                                    {INR_LATENT_ENTROPY_W2, INR_LATENT_ENTROPY_B2},
                                    {INR_LATENT_ENTROPY_W3, INR_LATENT_ENTROPY_B3},
                                    {INR_LATENT_SYNTH_W1, INR_LATENT_SYNTH_B1},
                                    {INR_LATENT_SYNTH_W2, INR_LATENT_SYNTH_B2},
                                    {INR_LATENT_EDGE_W1, INR_LATENT_EDGE_B1},
                                    {INR_LATENT_EDGE_W2, INR_LATENT_EDGE_B2}};
    size_t sums = 0;
    for (int i = 0; i < INR_LATENT_DENSES; i++) {
        struct inr_latent_dense *d = &s->dense[i];
        const int w = tensors[i].weights, b = tensors[i].bias;
        d->tensor = w;
        d->tensor_bias = b;
        d->in = padded(s->net.cols[w], 4);
        d->out = padded(s->net.rows[w], 2);
        d->sets = s->net.rows[b];
        d->conv = w >= INR_LATENT_EDGE_W1;
        d->w = take(a, (size_t)(d->out * d->in));
        /* transposed convolutions: [channels of the input, to 4][outputs x taps, to 4] */
        d->wt = take(a, d->conv ? 4 * (size_t)padded(d->out * INR_LATENT_TAPS, 4)
                                : (size_t)(d->out * d->in));
        d->bias = take(a, (size_t)(d->sets * d->out));
        d->d_w = sums;
        d->d_bias = sums + (size_t)(d->out * d->in);
        sums = d->d_bias + (size_t)(d->sets * d->out);
    }
    s->n_sums = sums;
}

static void take_all(struct arena *a, struct inr_latent_state *s)
{
    const size_t threads = (size_t)s->threads;
    s->params = take(a, (size_t)s->net.parameters);
    s->grad = take(a, (size_t)s->net.parameters);
    take_dense(a, s);
    take_planes(a, s);
    if (!s->decoder) {
        take_gradients(a, s);
        s->sums = take(a, threads * s->n_sums * INR_LATENT_LANES_MAX);
    }
    s->lines = take(a, threads * 8 * (size_t)s->y[0].stride);
}

bool inr_latent_state_create(struct inr_latent_state *s, const struct inr_latent_net *net,
                             int threads, bool decoder)
{
    struct arena arena = {0};
    *s = (struct inr_latent_state){.net = *net, .threads = threads, .decoder = decoder};
    s->step = s->weight = R(1.0);
    s->every = 1;
    take_all(&arena, s);
    const size_t bytes = arena.used * sizeof(real) + 64;
    s->memory = calloc(1, bytes);
    s->bits = calloc((size_t)threads * INR_LATENT_LEVELS, sizeof *s->bits);
    s->squares = calloc((size_t)threads, sizeof *s->squares);
    if (!s->memory || !s->bits || !s->squares) {
        inr_latent_state_free(s);
        return false;
    }
    arena = (struct arena){(real *)(((uintptr_t)s->memory + 63) & ~(uintptr_t)63), 0};
    take_all(&arena, s);
    return true;
}

void inr_latent_state_free(struct inr_latent_state *s)
{
    free(s->memory);
    free(s->bits);
    free(s->squares);
    *s = (struct inr_latent_state){0};
}

static void pack(struct inr_latent_state *s, const struct inr_latent_dense *d)
{
    const int rows = s->net.rows[d->tensor], cols = s->net.cols[d->tensor];
    const real *w = s->params + s->net.at[d->tensor], *b = s->params + s->net.at[d->tensor_bias];
    const int ld = padded(rows * INR_LATENT_TAPS, 4);
    for (int o = 0; o < rows; o++)
        for (int i = 0; i < cols; i++) {
            const int taps = INR_LATENT_TAPS, c = i / taps, t = i % taps;
            d->w[o * d->in + i] = w[o * cols + i];
            d->wt[d->conv ? c * ld + o * taps + t : i * d->out + o] = w[o * cols + i];
        }
    const int n = s->net.cols[d->tensor_bias];
    for (int set = 0; set < d->sets; set++)
        for (int o = 0; o < n; o++)
            d->bias[set * d->out + o] = b[set * n + o];
}

void inr_latent_pack(struct inr_latent_state *s)
{
    for (int i = 0; i < INR_LATENT_DENSES; i++)
        pack(s, &s->dense[i]);
}

/* Sums of the picture's layers are of some rows; the entropy network's are weighed already. */
static real total(const struct inr_latent_state *s, const struct inr_latent_dense *d, size_t at,
                  int lanes)
{
    const int every = d->tensor >= INR_LATENT_SYNTHESIS ? inr_latent_every(s, 0) : 1;
    double sum = 0.0;
    for (int thread = 0; thread < s->threads; thread++) {
        const real *from =
            s->sums + (size_t)thread * s->n_sums * INR_LATENT_LANES_MAX + at * (size_t)lanes;
        for (int i = 0; i < lanes; i++)
            sum += (double)from[i];
    }
    return (real)(sum * every);
}

void inr_latent_unpack(struct inr_latent_state *s, int lanes)
{
    for (int i = 0; i < INR_LATENT_DENSES; i++) {
        const struct inr_latent_dense *d = &s->dense[i];
        const int rows = s->net.rows[d->tensor], cols = s->net.cols[d->tensor];
        const int n = s->net.cols[d->tensor_bias];
        real *w = s->grad + s->net.at[d->tensor], *b = s->grad + s->net.at[d->tensor_bias];
        for (int o = 0; o < rows; o++)
            for (int c = 0; c < cols; c++)
                w[o * cols + c] = total(s, d, d->d_w + (size_t)(o * d->in + c), lanes);
        for (int set = 0; set < d->sets; set++)
            for (int o = 0; o < n; o++)
                b[set * n + o] = total(s, d, d->d_bias + (size_t)(set * d->out + o), lanes);
    }
}
