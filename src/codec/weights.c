/* SPDX-License-Identifier: MIT
 *
 * weights.c - Quantised parameters as a range code.
 */
#include "codec/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/symbol.h"
#include "field/nested.h"

enum model { LAPLACE, ANEW, ON, MODELS };

/* What the adaptive models have learnt so far. */
struct inr_weights_learnt {
    struct inr_int_model steps, levels;
    struct inr_bit_model choice[2];
    int32_t last; /* step */
};

/* How a tensor's levels are coded. */
struct choice {
    enum model model;
    int scale, low; /* LAPLACE: index of the scale of level >> low; PLAIN: low + 1 bits a level */
};

/* The scale that stands for no model at all: the tensors of noise that models would only expand. */
#define PLAIN     INR_LAPLACE_SCALES
#define PLAIN_MAX 16

static void start(struct inr_weights_learnt *l)
{
    inr_int_model_start(&l->steps);
    inr_int_model_start(&l->levels);
    inr_bit_model_start(&l->choice[0]);
    inr_bit_model_start(&l->choice[1]);
    l->last = 0;
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

static void put_choice(struct inr_range_encoder *e, struct inr_weights_learnt *l,
                       const struct choice *choice)
{
    inr_bit_encode(e, &l->choice[0], choice->model == LAPLACE);
    if (choice->model != LAPLACE) {
        inr_bit_encode(e, &l->choice[1], choice->model == ON);
        return;
    }
    inr_bits_encode(e, (uint32_t)choice->scale, 7);
    inr_bits_encode(e, (uint32_t)choice->low, 4);
}

static struct choice take_choice(struct inr_range_decoder *d, struct inr_weights_learnt *l)
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

static void put_levels(struct inr_range_encoder *e, struct inr_weights_learnt *l,
                       const struct choice *choice, const int32_t *levels, size_t n)
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
static double try_adaptive(const struct inr_weights_learnt *l, enum model model,
                           const int32_t *levels, size_t n)
{
    const struct choice choice = {.model = model};
    struct inr_weights_learnt copy = *l;
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

static struct choice choose(const struct inr_weights_learnt *l, const int32_t *levels, size_t n)
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

/* Step number `i` of a slice belongs to shell `shell`: a row's to that of its first scalar. */
static bool step_in(const struct inr_field *field, const struct inr_slice *slice, size_t n_steps,
                    size_t i, int shell)
{
    const int of =
        n_steps == 1 ? 1 : inr_nested_shell(field, slice, i * (scalars(slice) / n_steps));
    return of == shell;
}

/* Between a slice and the levels of it that belong to a shell, in their order; how many. */
static size_t gather(const struct inr_field *field, const struct inr_slice *slice, int shell,
                     const int32_t *symbols, int32_t *levels)
{
    size_t n = 0;
    for (size_t i = 0; i < scalars(slice); i++)
        if (inr_nested_shell(field, slice, i) == shell)
            levels[n++] = symbols[slice->offset + i];
    return n;
}

static void scatter(const struct inr_field *field, const struct inr_slice *slice, int shell,
                    const int32_t *levels, int32_t *symbols)
{
    for (size_t i = 0; i < scalars(slice); i++)
        if (inr_nested_shell(field, slice, i) == shell)
            symbols[slice->offset + i] = *levels++;
}

/* `levels` has room for the scalars of any slice. */
static void put_shell(const struct inr_field *field, const struct inr_quantizer *quantizer,
                      int shell, const int32_t *symbols, const float *steps, int32_t *levels,
                      struct inr_weights_learnt *learnt, struct inr_range_encoder *e)
{
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        const size_t n_steps = inr_quantize_steps(quantizer, slice);
        for (size_t i = 0; i < n_steps; i++) {
            if (!step_in(field, slice, n_steps, i, shell))
                continue;
            const int32_t step = upper_half(steps[i]);
            inr_int_encode(e, &learnt->steps, step - learnt->last);
            learnt->last = step;
        }
        steps += n_steps;
        const size_t n = n_steps ? gather(field, slice, shell, symbols, levels) : 0;
        if (n == 0)
            continue;
        const struct choice choice = choose(learnt, levels, n);
        put_choice(e, learnt, &choice);
        put_levels(e, learnt, &choice, levels, n);
    }
}

int inr_weights_shells(const struct inr_field_config *config)
{
    return inr_field_nests(config) ? config->nested : 1;
}

enum inr_status inr_weights_encode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const int32_t *symbols,
                                   const float *steps, struct inr_weights_shell *shells,
                                   struct inr_error *err)
{
    struct inr_weights_learnt learnt;
    int32_t *levels = malloc((field->n_params + 1) * sizeof *levels);
    enum inr_status status =
        levels ? INR_OK : inr_fail(err, INR_ERR_MEMORY, "out of memory for quantised weights");
    start(&learnt);
    for (int k = 0; status == INR_OK && k < inr_weights_shells(&field->config); k++) {
        struct inr_range_encoder e;
        inr_range_encoder_start(&e);
        put_shell(field, quantizer, k + 1, symbols, steps, levels, &learnt, &e);
        status = inr_range_encoder_finish(&e, &shells[k].data, &shells[k].size, err);
    }
    free(levels);
    return status;
}

/* Steps of a slice in a shell; false: one that is no positive number. */
static bool take_steps(const struct inr_weights_decoder *w, const struct inr_slice *slice,
                       size_t n_steps, float *steps, struct inr_range_decoder *d)
{
    struct inr_weights_learnt *l = w->learnt;
    for (size_t i = 0; i < n_steps; i++) {
        if (!step_in(w->field, slice, n_steps, i, w->shell))
            continue;
        l->last += inr_int_decode(d, &l->steps);
        if (l->last < 0 || l->last >= 0x7f80) /* infinity */
            return false;
        const uint32_t bits = (uint32_t)l->last << 16;
        memcpy(&steps[i], &bits, sizeof bits);
    }
    return true;
}

static bool take_levels(struct inr_range_decoder *d, struct inr_weights_learnt *l, int32_t most,
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

/* How many scalars of a slice belong to a shell. */
static size_t count(const struct inr_field *field, const struct inr_slice *slice, int shell)
{
    size_t n = 0;
    for (size_t i = 0; i < scalars(slice); i++)
        n += inr_nested_shell(field, slice, i) == shell;
    return n;
}

static bool take_slice(const struct inr_weights_decoder *w, const struct inr_slice *slice,
                       int32_t *symbols, struct inr_range_decoder *d)
{
    const int32_t most = (1 << (inr_quantize_bits(w->quantizer, slice) - 1)) - 1;
    const size_t n = count(w->field, slice, w->shell);
    if (n == 0)
        return true;
    if (!take_levels(d, w->learnt, most, w->levels, n))
        return false;
    scatter(w->field, slice, w->shell, w->levels, symbols);
    return true;
}

enum inr_status inr_weights_decode(struct inr_weights_decoder *w, const uint8_t *bytes, size_t size,
                                   int32_t *symbols, float *steps, struct inr_error *err)
{
    struct inr_range_decoder d;
    if (w->shell == 0) {
        w->learnt = malloc(sizeof *w->learnt);
        w->levels = malloc((w->field->n_params + 1) * sizeof *w->levels);
        if (!w->learnt || !w->levels)
            return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for its weights", w->name);
        start(w->learnt);
    }
    w->shell++;
    inr_range_decoder_start(&d, bytes, size);
    for (size_t s = 0; s < w->field->n_slices; s++) {
        const struct inr_slice *slice = &w->field->slices[s];
        const size_t n_steps = inr_quantize_steps(w->quantizer, slice);
        if (n_steps == 0)
            continue;
        if (!take_steps(w, slice, n_steps, steps, &d) || !take_slice(w, slice, symbols, &d))
            return inr_fail(err, INR_ERR_INPUT, "%s: the weights of %s are damaged", w->name,
                            slice->name);
        steps += n_steps;
    }
    return INR_OK;
}

void inr_weights_decoder_finish(struct inr_weights_decoder *w)
{
    free(w->learnt);
    free(w->levels);
    w->learnt = NULL;
    w->levels = NULL;
}
