/* SPDX-License-Identifier: MIT
 *
 * weights.c - Quantised parameters as a range code.
 */
#include "codec/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/context.h"
#include "codec/symbol.h"
#include "field/nested.h"

enum model { LAPLACE, ANEW, ON, MODELS };

/* What the adaptive models have learnt so far. */
struct inr_weights_learnt {
    struct inr_int_model steps, levels;
    struct inr_bit_model choice[2];
    int32_t last; /* step */
};

/* The levels of a slice that belong to a shell, in their order. */
struct inr_weights_part {
    int32_t *levels;
    uint32_t *at; /* where each lies in [rows][cols] */
    size_t n, rows, cols;
    struct inr_context_line *lines; /* [rows + cols], for contexts */
};

/* How a tensor's levels are coded. */
struct choice {
    enum model model;
    int scale, low; /* LAPLACE: index of the scale of level >> low; PLAIN: low + 1 bits a level */
    bool context;   /* LAPLACE: scales follow from rows and columns, see context.h */
};

/* The scale that stands for no model at all: the tensors of noise that models would only expand;
 * and the one that another follows, which begins contexts. */
#define PLAIN     INR_LAPLACE_SCALES
#define CONTEXT   (PLAIN + 1)
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

static uint32_t magnitude(int32_t level)
{
    return level < 0 ? 0u - (uint32_t)level : (uint32_t)level;
}

/* The same with contexts, from the scale of fit_laplace; bits of a choice that does without them
 * are known. */
static double fit_context(const struct inr_weights_part *part, double without,
                          struct choice *choice)
{
    struct choice found = *choice;
    double best = without;
    for (int scale = choice->scale - 2; scale <= choice->scale + 2; scale += 2) {
        if (scale < 0 || scale >= INR_LAPLACE_SCALES)
            continue;
        struct inr_context context;
        double bits = 18.0;
        inr_context_start(&context, part->lines, part->rows, part->cols, scale);
        for (size_t i = 0; i < part->n && bits < best; i++) {
            const int32_t level = part->levels[i] >> choice->low;
            bits +=
                choice->low + inr_laplace_cost(0, inr_context_scale(&context, part->at[i]), level);
            inr_context_add(&context, part->at[i], magnitude(level));
        }
        if (bits < best) {
            best = bits;
            found.scale = scale;
            found.context = true;
        }
    }
    *choice = found;
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
    if (choice->context)
        inr_bits_encode(e, CONTEXT, 7);
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
    choice.context = choice.scale == CONTEXT;
    if (choice.context)
        choice.scale = (int)inr_bits_decode(d, 7);
    choice.low = (int)inr_bits_decode(d, 4);
    return choice;
}

static void put_laplace(struct inr_range_encoder *e, const struct choice *choice,
                        const struct inr_weights_part *part)
{
    struct inr_context context;
    if (choice->context)
        inr_context_start(&context, part->lines, part->rows, part->cols, choice->scale);
    for (size_t i = 0; i < part->n; i++) {
        const int32_t level = part->levels[i] >> choice->low;
        const int scale =
            choice->context ? inr_context_scale(&context, part->at[i]) : choice->scale;
        inr_laplace_encode(e, 0, scale, level);
        inr_bits_encode(e, (uint32_t)part->levels[i] & ((1u << choice->low) - 1), choice->low);
        if (choice->context)
            inr_context_add(&context, part->at[i], magnitude(level));
    }
}

static void put_levels(struct inr_range_encoder *e, struct inr_weights_learnt *l,
                       const struct choice *choice, const struct inr_weights_part *part)
{
    if (choice->model == ANEW)
        inr_int_model_start(&l->levels);
    if (choice->model == LAPLACE && choice->scale != PLAIN) {
        put_laplace(e, choice, part);
        return;
    }
    for (size_t i = 0; i < part->n; i++) {
        const int32_t level = part->levels[i];
        if (choice->model != LAPLACE)
            inr_int_encode(e, &l->levels, level);
        else
            inr_bits_encode(e, (uint32_t)(level + (1 << choice->low)), choice->low + 1);
    }
}

/* Bytes of the levels under an adaptive model, by trying. */
static double try_adaptive(const struct inr_weights_learnt *l, enum model model,
                           const struct inr_weights_part *part)
{
    const struct choice choice = {.model = model};
    struct inr_weights_learnt copy = *l;
    struct inr_range_encoder e;
    uint8_t *bytes = NULL;
    size_t size;
    inr_range_encoder_start(&e);
    put_levels(&e, &copy, &choice, part);
    if (inr_range_encoder_finish(&e, &bytes, &size, NULL) != INR_OK)
        return HUGE_VAL;
    free(bytes);
    return 8.0 * (double)size;
}

static struct choice choose(const struct inr_weights_learnt *l, const struct inr_weights_part *part)
{
    struct choice choice = {.model = LAPLACE};
    double best = fit_laplace(part->levels, part->n, &choice);
    best = fit_context(part, best, &choice);
    const int width = plain_bits(part->levels, part->n);
    const double plain = 11.0 + (double)width * (double)part->n;
    if (width <= PLAIN_MAX && plain < best) {
        best = plain;
        choice = (struct choice){.model = LAPLACE, .scale = PLAIN, .low = width - 1};
    }
    for (int model = ANEW; model < MODELS; model++) {
        const double bits = try_adaptive(l, (enum model)model, part);
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

/* Room for the part of any slice. */
static bool part_create(const struct inr_field *field, struct inr_weights_part *part)
{
    size_t lines = 0;
    for (size_t s = 0; s < field->n_slices; s++) {
        const size_t n = (size_t)field->slices[s].rows + (size_t)field->slices[s].cols;
        lines = n > lines ? n : lines;
    }
    *part =
        (struct inr_weights_part){.levels = malloc((field->n_params + 1) * sizeof *part->levels),
                                  .at = malloc((field->n_params + 1) * sizeof *part->at),
                                  .lines = malloc((lines + 1) * sizeof *part->lines)};
    return part->levels && part->at && part->lines;
}

static void part_free(struct inr_weights_part *part)
{
    free(part->levels);
    free(part->at);
    free(part->lines);
    *part = (struct inr_weights_part){0};
}

/* Which scalars of a slice belong to a shell, in their order. */
static void part_begin(const struct inr_field *field, const struct inr_slice *slice, int shell,
                       struct inr_weights_part *part)
{
    part->rows = (size_t)slice->rows;
    part->cols = (size_t)slice->cols;
    part->n = 0;
    for (size_t i = 0; i < scalars(slice); i++)
        if (inr_nested_shell(field, slice, i) == shell)
            part->at[part->n++] = (uint32_t)i;
}

static void put_shell(const struct inr_field *field, const struct inr_quantizer *quantizer,
                      int shell, const int32_t *symbols, const float *steps,
                      struct inr_weights_part *part, struct inr_weights_learnt *learnt,
                      struct inr_range_encoder *e)
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
        part_begin(field, slice, shell, part);
        if (n_steps == 0 || part->n == 0)
            continue;
        for (size_t i = 0; i < part->n; i++)
            part->levels[i] = symbols[slice->offset + part->at[i]];
        const struct choice choice = choose(learnt, part);
        put_choice(e, learnt, &choice);
        put_levels(e, learnt, &choice, part);
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
    struct inr_weights_part part;
    enum inr_status status =
        part_create(field, &part)
            ? INR_OK
            : inr_fail(err, INR_ERR_MEMORY, "out of memory for quantised weights");
    start(&learnt);
    for (int k = 0; status == INR_OK && k < inr_weights_shells(&field->config); k++) {
        struct inr_range_encoder e;
        inr_range_encoder_start(&e);
        put_shell(field, quantizer, k + 1, symbols, steps, &part, &learnt, &e);
        status = inr_range_encoder_finish(&e, &shells[k].data, &shells[k].size, err);
    }
    part_free(&part);
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

static int64_t take_laplace(struct inr_range_decoder *d, const struct choice *choice,
                            struct inr_context *context, uint32_t at)
{
    const int scale = choice->context ? inr_context_scale(context, at) : choice->scale;
    const int32_t high = inr_laplace_decode(d, 0, scale);
    if (choice->context)
        inr_context_add(context, at, magnitude(high));
    return (int64_t)high * (1 << choice->low) + inr_bits_decode(d, choice->low);
}

static bool take_levels(struct inr_range_decoder *d, struct inr_weights_learnt *l, int32_t most,
                        struct inr_weights_part *part)
{
    const struct choice choice = take_choice(d, l);
    struct inr_context context;
    if (choice.model == LAPLACE && choice.scale > (choice.context ? PLAIN - 1 : PLAIN))
        return false;
    if (choice.model == ANEW)
        inr_int_model_start(&l->levels);
    if (choice.context)
        inr_context_start(&context, part->lines, part->rows, part->cols, choice.scale);
    for (size_t i = 0; i < part->n; i++) {
        int64_t level;
        if (choice.model == LAPLACE && choice.scale == PLAIN)
            level = (int64_t)inr_bits_decode(d, choice.low + 1) - (1 << choice.low);
        else if (choice.model == LAPLACE)
            level = take_laplace(d, &choice, &context, part->at[i]);
        else
            level = inr_int_decode(d, &l->levels);
        if (level < -most || level > most || inr_range_decoder_overrun(d))
            return false;
        part->levels[i] = (int32_t)level;
    }
    return true;
}

static bool take_slice(const struct inr_weights_decoder *w, const struct inr_slice *slice,
                       int32_t *symbols, struct inr_range_decoder *d)
{
    const int32_t most = (1 << (inr_quantize_bits(w->quantizer, slice) - 1)) - 1;
    struct inr_weights_part *part = w->part;
    part_begin(w->field, slice, w->shell, part);
    if (part->n == 0)
        return true;
    if (!take_levels(d, w->learnt, most, part))
        return false;
    for (size_t i = 0; i < part->n; i++)
        symbols[slice->offset + part->at[i]] = part->levels[i];
    return true;
}

enum inr_status inr_weights_decode(struct inr_weights_decoder *w, const uint8_t *bytes, size_t size,
                                   int32_t *symbols, float *steps, struct inr_error *err)
{
    struct inr_range_decoder d;
    if (w->shell == 0) {
        w->learnt = malloc(sizeof *w->learnt);
        w->part = malloc(sizeof *w->part);
        if (!w->learnt || !w->part || !part_create(w->field, w->part))
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
    if (w->part)
        part_free(w->part);
    free(w->part);
    w->learnt = NULL;
    w->part = NULL;
}
