/* SPDX-License-Identifier: MIT
 *
 * code.c - Networks and latents as one range code. One walk serves both directions.
 */
#include "codec/latent/code.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/latent/predict.h"
#include "codec/latent/start.h"
#include "codec/symbol.h"

#define CONTEXT INR_LATENT_CONTEXT
#define NEAR    INR_LATENT_NEAR

/* Margins of the grids of contexts, which are 0. */
#define SIDE  3
#define ABOVE 3

struct coder {
    struct inr_range_encoder *encoder; /* or NULL */
    struct inr_range_decoder *decoder;
    const uint8_t *begin; /* of what is decoded */
};

/* A grid as contexts: levels clamped to +-INR_LATENT_CONTEXT_MAX, with margins. */
struct seen {
    int32_t *at;
    ptrdiff_t stride;
    int32_t *memory;
};

int inr_latent_shift_of(int tensor)
{
    const bool synthesis = tensor >= INR_LATENT_SYNTHESIS;
    switch (tensor) {
    case INR_LATENT_ENTROPY_B1:
    case INR_LATENT_ENTROPY_B2:
    case INR_LATENT_ENTROPY_B3:
        return INR_LATENT_SHIFT_ENTROPY_B;
    case INR_LATENT_SYNTH_B1:
    case INR_LATENT_SYNTH_B2:
    case INR_LATENT_EDGE_B1:
    case INR_LATENT_EDGE_B2:
        return INR_LATENT_SHIFT_SYNTHESIS_B;
    default:
        return synthesis ? INR_LATENT_SHIFT_SYNTHESIS_W : INR_LATENT_SHIFT_ENTROPY_W;
    }
}

void inr_latent_values(const struct inr_latent_net *net, const uint8_t *shift,
                       const int32_t *levels, float *params)
{
    for (int t = 0; t < INR_LATENT_TENSORS; t++)
        for (int i = net->at[t]; i < net->at[t] + inr_latent_size(net, t); i++)
            params[i] = ldexpf((float)levels[i], -(int)shift[inr_latent_shift_of(t)]);
}

enum inr_status inr_latent_content_create(struct inr_latent_content *c,
                                          const struct inr_latent_net *net, struct inr_error *err)
{
    *c = (struct inr_latent_content){.net = *net};
    const uint64_t points = inr_latent_points(net);
    c->memory = points < SIZE_MAX / 64
                    ? calloc((size_t)points + (size_t)net->parameters, sizeof *c->memory)
                    : NULL;
    if (!c->memory)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the latents of %u x %u pixels",
                        net->width, net->height);
    c->params = c->memory;
    int32_t *at = c->memory + net->parameters;
    for (int k = 0; k < net->levels; k++) {
        c->grid[k] = at;
        at += (size_t)net->w[k] * net->h[k];
    }
    return INR_OK;
}

void inr_latent_content_free(struct inr_latent_content *c)
{
    free(c->memory);
    *c = (struct inr_latent_content){0};
}

/* Bytes so far; between two calls they tell what a part took. */
static double position(const struct coder *c)
{
    if (c->encoder)
        return (double)c->encoder->size + (double)c->encoder->pending - log2(c->encoder->range) / 8;
    return (double)(c->decoder->at - c->begin) - log2(c->decoder->range) / 8;
}

static int32_t laplace(const struct coder *c, int32_t mean, int scale, int32_t value)
{
    if (!c->encoder)
        return inr_laplace_decode(c->decoder, mean, scale);
    inr_laplace_encode(c->encoder, mean, scale, value);
    return value;
}

static uint32_t bits(const struct coder *c, uint32_t value, int n)
{
    if (!c->encoder)
        return inr_bits_decode(c->decoder, n);
    inr_bits_encode(c->encoder, value, n);
    return value;
}

double inr_latent_tensor_bits(const int32_t *levels, const int32_t *start, int n, int *scale)
{
    double mean = 0.0, least = HUGE_VAL;
    for (int i = 0; i < n; i++)
        mean += fabs((double)levels[i] - (double)start[i]) / n;
    const int near = (int)lrint(8.0 * (log2(fmax(mean, 1.0 / 64.0)) + 6.0));
    const int last = INR_LAPLACE_SCALES - 1, centre = near > last ? last : near;
    for (int s = centre - 6; s <= centre + 6; s++) {
        if (s < 0 || s > last)
            continue;
        double cost = 0.0;
        for (int i = 0; i < n; i++)
            cost += inr_laplace_cost(0, s, levels[i] - start[i]);
        if (cost < least) {
            least = cost;
            if (scale)
                *scale = s;
        }
    }
    return least;
}

/* False: broken bytes. */
static bool code_networks(const struct coder *c, const struct inr_latent_content *content,
                          const int32_t *start, struct inr_latent_parts *parts)
{
    const struct inr_latent_net *net = &content->net;
    double before = position(c);
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        int32_t *levels = content->params + net->at[t];
        const int32_t *from = start + net->at[t];
        const int n = inr_latent_size(net, t);
        int scale = 0;
        if (c->encoder)
            inr_latent_tensor_bits(levels, from, n, &scale);
        scale = (int)bits(c, (uint32_t)scale, 7);
        if (scale >= INR_LAPLACE_SCALES)
            return false;
        for (int i = 0; i < n; i++) {
            const int64_t level = (int64_t)laplace(c, 0, scale, levels[i] - from[i]) + from[i];
            if (level < -INR_LATENT_BIAS_MAX || level > INR_LATENT_BIAS_MAX)
                return false;
            levels[i] = (int32_t)level;
        }
        if (t + 1 == INR_LATENT_SYNTHESIS || t + 1 == INR_LATENT_TENSORS) {
            const double now = position(c);
            *(t + 1 == INR_LATENT_TENSORS ? &parts->synthesis : &parts->entropy) = now - before;
            before = now;
        }
    }
    return true;
}

static bool seen_create(struct seen *s, uint32_t w, uint32_t h)
{
    s->stride = (ptrdiff_t)w + 2 * SIDE;
    s->memory = calloc((size_t)s->stride * ((size_t)h + ABOVE + 1), sizeof *s->memory);
    s->at = s->memory ? s->memory + ABOVE * s->stride + SIDE : NULL;
    return s->memory != NULL;
}

/* The points of the grid above nearest to each point of row r. */
static void coarse_contexts(const struct seen *above, ptrdiff_t r, ptrdiff_t x, int32_t *out)
{
    const int32_t *near = above->at + r / 2 * above->stride + x / 2;
    const ptrdiff_t down = r % 2 ? above->stride : -above->stride, side = x % 2 ? 1 : -1;
    out[0] = near[0];
    out[1] = near[down];
    out[2] = near[side];
    out[3] = near[down + side];
}

static void code_row(const struct coder *c, const struct inr_latent_predictor *p, int k,
                     ptrdiff_t r, ptrdiff_t w, const struct seen *own, const struct seen *above,
                     int32_t *levels)
{
    ptrdiff_t offset[NEAR];
    for (int i = 0; i < NEAR; i++)
        offset[i] = inr_latent_near_dy[i] * own->stride + inr_latent_near_dx[i];
    int32_t *at = own->at + r * own->stride;
    for (ptrdiff_t x = 0; x < w; x++) {
        int32_t context[CONTEXT] = {0}, any = 0, mean = p->rest_mean[k];
        int scale = p->rest_scale[k];
        for (int i = 0; i < NEAR; i++)
            any |= context[i] = at[x + offset[i]];
        if (above)
            coarse_contexts(above, r, x, context + NEAR);
        for (int i = NEAR; i < CONTEXT; i++)
            any |= context[i];
        if (any)
            inr_latent_predict(p, k, context, &mean, &scale);
        const int32_t v = laplace(c, mean, scale, levels[x]);
        levels[x] = v;
        at[x] = v < -INR_LATENT_CONTEXT_MAX  ? -INR_LATENT_CONTEXT_MAX
                : v > INR_LATENT_CONTEXT_MAX ? INR_LATENT_CONTEXT_MAX
                                             : v;
    }
}

/* False: out of memory, or more was read than there is. */
static bool code_grids(const struct coder *c, const struct inr_latent_content *content,
                       const struct inr_latent_predictor *p, struct inr_latent_parts *parts,
                       bool *memory)
{
    const struct inr_latent_net *net = &content->net;
    struct seen above = {0};
    double before = position(c);
    *memory = true;
    for (int k = net->levels - 1; k >= 0; k--) {
        struct seen own;
        *memory = seen_create(&own, net->w[k], net->h[k]);
        bool whole = *memory;
        for (uint32_t r = 0; whole && r < net->h[k]; r++) {
            code_row(c, p, k, (ptrdiff_t)r, (ptrdiff_t)net->w[k], &own,
                     k + 1 < net->levels ? &above : NULL, content->grid[k] + (size_t)r * net->w[k]);
            whole = c->encoder || !inr_range_decoder_overrun(c->decoder);
        }
        free(above.memory);
        above = own;
        const double now = position(c);
        parts->grid[k] = now - before;
        before = now;
        if (!whole)
            break;
        if (k == 0) {
            free(above.memory);
            return true;
        }
    }
    free(above.memory);
    return false;
}

static enum inr_status code(const struct coder *c, const struct inr_latent_content *content,
                            const char *name, struct inr_latent_parts *parts, struct inr_error *err)
{
    const struct inr_latent_net *net = &content->net;
    struct inr_latent_predictor p;
    bool memory = true;
    int32_t *start = calloc((size_t)net->parameters, sizeof *start);
    if (!start)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for its networks", name);
    inr_latent_start_levels(net, content->shift, start);
    bool whole = code_networks(c, content, start, parts);
    free(start);
    if (whole && !inr_latent_predictor_init(&p, net, content->params,
                                            content->shift[INR_LATENT_SHIFT_ENTROPY_W],
                                            content->shift[INR_LATENT_SHIFT_ENTROPY_B]))
        whole = false;
    if (whole)
        whole = code_grids(c, content, &p, parts, &memory);
    if (!memory)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for its latents", name);
    if (!whole && c->encoder)
        return inr_fail(err, INR_ERR_FAILED, "%s: a network's weights left their range", name);
    return whole ? INR_OK
                 : inr_fail(err, INR_ERR_INPUT, "%s: its latents are cut or damaged; get it again",
                            name);
}

enum inr_status inr_latent_encode(const struct inr_latent_content *content, uint8_t **bytes,
                                  size_t *size, struct inr_latent_parts *parts,
                                  struct inr_error *err)
{
    struct inr_range_encoder encoder;
    const struct coder c = {.encoder = &encoder};
    inr_range_encoder_start(&encoder);
    const enum inr_status status = code(&c, content, "the picture", parts, err);
    if (status == INR_OK)
        return inr_range_encoder_finish(&encoder, bytes, size, err);
    inr_range_encoder_free(&encoder);
    return status;
}

enum inr_status inr_latent_decode(const uint8_t *bytes, size_t size, const char *name,
                                  struct inr_latent_content *content,
                                  struct inr_latent_parts *parts, struct inr_error *err)
{
    struct inr_range_decoder decoder;
    const struct coder c = {.decoder = &decoder, .begin = bytes};
    inr_range_decoder_start(&decoder, bytes, size);
    return code(&c, content, name, parts, err);
}
