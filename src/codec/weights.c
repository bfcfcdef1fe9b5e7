/* SPDX-License-Identifier: MIT
 *
 * weights.c - Quantised parameters as a range code.
 */
#include "codec/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/symbol.h"

enum model { LAPLACE, ANEW, ON, MODELS };

/* What the adaptive models have learnt so far. */
struct learnt {
    struct inr_int_model steps, levels;
    struct inr_bit_model choice[2];
};

/* How a tensor's levels are coded. */
struct choice {
    enum model model;
    int scale, low; /* LAPLACE: index of the scale of level >> low; PLAIN: low + 1 bits a level */
};

/* The scale that stands for no model at all: the tensors of noise that models would only expand. */
#define PLAIN     INR_LAPLACE_SCALES
#define PLAIN_MAX 16

static void start(struct learnt *l)
{
    inr_int_model_start(&l->steps);
    inr_int_model_start(&l->levels);
    inr_bit_model_start(&l->choice[0]);
    inr_bit_model_start(&l->choice[1]);
}

static size_t scalars(const struct inr_slice *slice)
{
    return (size_t)slice->rows * (size_t)slice->cols;
}

static int32_t upper_half(float step)
{
    uint32_t bits;
    memcpy(&bits, &step, sizeof bits);
    return (int32_t)(bits >> 16);
}

/* Index of the Laplace scale that fits deviations of that mean size best. */
static int scale_for(double mean)
{
    const double scale = mean > 0.0 ? mean : 1e-3;
    const int index = (int)lrint(8.0 * (log2(scale) + 6.0));
    return index < 0 ? 0 : index >= INR_LAPLACE_SCALES ? INR_LAPLACE_SCALES - 1 : index;
}

/* The cheapest scale near the one that fits, and what the levels then cost in bits. Distributions
 * too wide for the tables lose low bits to plain coding. */
static double fit_laplace(const int32_t *levels, size_t n, struct choice *choice)
{
    double mean = 0.0, best = HUGE_VAL;
    for (size_t i = 0; i < n; i++)
        mean += fabs((double)levels[i]) / (double)n;
    choice->low = 0;
    for (; mean > 16.0; mean /= 2.0)
        choice->low++;
    const int centre = scale_for(mean);
    for (int scale = centre - 4; scale <= centre + 4; scale++) {
        if (scale < 0 || scale >= INR_LAPLACE_SCALES)
            continue;
        double bits = 11.0;
        for (size_t i = 0; i < n; i++)
            bits += choice->low + inr_laplace_cost(0, scale, levels[i] >> choice->low);
        if (bits < best) {
            best = bits;
            choice->scale = scale;
        }
    }
    return best;
}

/* The bits that hold every level from -2^(bits - 1) to 2^(bits - 1) - 1. */
static int plain_bits(const int32_t *levels, size_t n)
{
    int bits = 1;
    for (size_t i = 0; i < n; i++)
        while (levels[i] < -(1 << (bits - 1)) || levels[i] >= 1 << (bits - 1))
            bits++;
    return bits;
}

static void put_choice(struct inr_range_encoder *e, struct learnt *l, const struct choice *choice)
{
    inr_bit_encode(e, &l->choice[0], choice->model == LAPLACE);
    if (choice->model != LAPLACE) {
        inr_bit_encode(e, &l->choice[1], choice->model == ON);
        return;
    }
    inr_bits_encode(e, (uint32_t)choice->scale, 7);
    inr_bits_encode(e, (uint32_t)choice->low, 4);
}

static struct choice take_choice(struct inr_range_decoder *d, struct learnt *l)
{
    struct choice choice = {0};
    if (!inr_bit_decode(d, &l->choice[0])) {
        choice.model = inr_bit_decode(d, &l->choice[1]) ? ON : ANEW;
        return choice;
    }
    choice.scale = (int)inr_bits_decode(d, 7);
    choice.low = (int)inr_bits_decode(d, 4);
    return choice;
}

static void put_levels(struct inr_range_encoder *e, struct learnt *l, const struct choice *choice,
                       const int32_t *levels, size_t n)
{
    if (choice->model == ANEW)
        inr_int_model_start(&l->levels);
    for (size_t i = 0; i < n; i++) {
        if (choice->model != LAPLACE) {
            inr_int_encode(e, &l->levels, levels[i]);
            continue;
        }
        if (choice->scale == PLAIN) {
            inr_bits_encode(e, (uint32_t)(levels[i] + (1 << choice->low)), choice->low + 1);
            continue;
        }
        inr_laplace_encode(e, 0, choice->scale, levels[i] >> choice->low);
        inr_bits_encode(e, (uint32_t)levels[i] & ((1u << choice->low) - 1), choice->low);
    }
}

/* Bytes of the levels under an adaptive model, by trying. */
static double try_adaptive(const struct learnt *l, enum model model, const int32_t *levels,
                           size_t n)
{
    const struct choice choice = {.model = model};
    struct learnt copy = *l;
    struct inr_range_encoder e;
    uint8_t *bytes = NULL;
    size_t size;
    inr_range_encoder_start(&e);
    put_levels(&e, &copy, &choice, levels, n);
    if (inr_range_encoder_finish(&e, &bytes, &size, NULL) != INR_OK)
        return HUGE_VAL;
    free(bytes);
    return 8.0 * (double)size;
}

static struct choice choose(const struct learnt *l, const int32_t *levels, size_t n)
{
    struct choice choice = {.model = LAPLACE};
    double best = fit_laplace(levels, n, &choice);
    const int width = plain_bits(levels, n);
    if (width <= PLAIN_MAX && 11.0 + (double)width * (double)n < best) {
        best = 11.0 + (double)width * (double)n;
        choice.scale = PLAIN;
        choice.low = width - 1;
    }
    for (int model = ANEW; model < MODELS; model++) {
        const double bits = try_adaptive(l, (enum model)model, levels, n);
        if (bits < best) {
            best = bits;
            choice.model = (enum model)model;
        }
    }
    return choice;
}

enum inr_status inr_weights_encode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const int32_t *symbols,
                                   const float *steps, uint8_t **bytes, size_t *size,
                                   struct inr_error *err)
{
    struct inr_range_encoder e;
    struct learnt learnt;
    int32_t last = 0;
    inr_range_encoder_start(&e);
    start(&learnt);
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        const size_t n_steps = inr_quantize_steps(quantizer, slice);
        if (n_steps == 0)
            continue;
        for (size_t i = 0; i < n_steps; i++) {
            const int32_t step = upper_half(*steps++);
            inr_int_encode(&e, &learnt.steps, step - last);
            last = step;
        }
        const int32_t *levels = symbols + slice->offset;
        const struct choice choice = choose(&learnt, levels, scalars(slice));
        put_choice(&e, &learnt, &choice);
        put_levels(&e, &learnt, &choice, levels, scalars(slice));
    }
    return inr_range_encoder_finish(&e, bytes, size, err);
}

/* Steps of a tensor; false: one that is no positive number. */
static bool take_steps(struct inr_range_decoder *d, struct learnt *l, float *steps, size_t n,
                       int32_t *last)
{
    for (size_t i = 0; i < n; i++) {
        *last += inr_int_decode(d, &l->steps);
        if (*last < 0 || *last >= 0x7f80) /* infinity */
            return false;
        const uint32_t bits = (uint32_t)*last << 16;
        memcpy(&steps[i], &bits, sizeof bits);
    }
    return true;
}

static bool take_levels(struct inr_range_decoder *d, struct learnt *l, int32_t most,
                        int32_t *levels, size_t n)
{
    const struct choice choice = take_choice(d, l);
    if (choice.model == LAPLACE && choice.scale > PLAIN)
        return false;
    if (choice.model == ANEW)
        inr_int_model_start(&l->levels);
    for (size_t i = 0; i < n; i++) {
        int64_t level;
        if (choice.model == LAPLACE && choice.scale == PLAIN) {
            level = (int64_t)inr_bits_decode(d, choice.low + 1) - (1 << choice.low);
        } else if (choice.model == LAPLACE) {
            level = (int64_t)inr_laplace_decode(d, 0, choice.scale) * (1 << choice.low);
            level += inr_bits_decode(d, choice.low);
        } else {
            level = inr_int_decode(d, &l->levels);
        }
        if (level < -most || level > most || inr_range_decoder_overrun(d))
            return false;
        levels[i] = (int32_t)level;
    }
    return true;
}

enum inr_status inr_weights_decode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const uint8_t *bytes,
                                   size_t size, const char *name, int32_t *symbols, float *steps,
                                   struct inr_error *err)
{
    struct inr_range_decoder d;
    struct learnt learnt;
    int32_t last = 0;
    inr_range_decoder_start(&d, bytes, size);
    start(&learnt);
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        const size_t n_steps = inr_quantize_steps(quantizer, slice);
        const int bits = inr_quantize_bits(quantizer, slice);
        if (n_steps == 0)
            continue;
        if (!take_steps(&d, &learnt, steps, n_steps, &last) ||
            !take_levels(&d, &learnt, (1 << (bits - 1)) - 1, symbols + slice->offset,
                         scalars(slice)))
            return inr_fail(err, INR_ERR_INPUT, "%s: the weights of %s are damaged", name,
                            slice->name);
        steps += n_steps;
    }
    return INR_OK;
}
