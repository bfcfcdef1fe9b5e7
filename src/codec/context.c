/* SPDX-License-Identifier: MIT
 *
 * context.c - Scales of a matrix's levels from the levels before them.
 */
#include "codec/context.h"

#include <string.h>

#include "codec/symbol.h"

#define SUM_MAX ((1u << 20) - 1)
#define FINE    8 /* bits of a level's fraction */

/* 2^(i / 8) and 2^((i + 1/2) / 8) in 2^-16. */
static const uint32_t eighths[8] = {65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194};
static const uint32_t halves[8] = {68438, 74632, 81386, 88752, 96785, 105545, 115098, 125515};

/* 2^(scale / 8 - 6) in 2^-FINE, at least 1. */
static uint32_t width_of(int scale)
{
    const uint64_t at = (uint64_t)eighths[scale % 8] << (scale / 8);
    const uint64_t width = at >> (16 + 6 - FINE);
    return width < 1 ? 1 : (uint32_t)width;
}

/* The index of the scale that is nearest to a width in 2^-FINE, by ratio. */
static int nearest(uint64_t width)
{
    int power = 0, step = 0;
    while (width >> power > 1)
        power++;
    const uint64_t mantissa = power > 16 ? width >> (power - 16) : width << (16 - power);
    while (step < 8 && mantissa >= halves[step])
        step++;
    const int index = 8 * (power - FINE + 6) + step;
    return index < 0 ? 0 : index >= INR_LAPLACE_SCALES ? INR_LAPLACE_SCALES - 1 : index;
}

void inr_context_start(struct inr_context *context, struct inr_context_line *lines, size_t rows,
                       size_t cols, int scale)
{
    *context = (struct inr_context){
        .cols = (uint32_t)cols, .mean = width_of(scale), .row = lines, .column = lines + rows};
    memset(lines, 0, (rows + cols) * sizeof *lines);
}

/* S + A M in 2^-FINE: at most 2^29. */
static uint64_t weight_of(const struct inr_context *c, const struct inr_context_line *line)
{
    return ((uint64_t)line->sum << FINE) + (uint64_t)INR_CONTEXT_PRIOR * c->mean;
}

int inr_context_scale(const struct inr_context *context, size_t at)
{
    const struct inr_context_line *row = &context->row[at / context->cols];
    const struct inr_context_line *column = &context->column[at % context->cols];
    const uint64_t above = weight_of(context, row) * weight_of(context, column);
    const uint64_t below = (uint64_t)(row->n + INR_CONTEXT_PRIOR) * (column->n + INR_CONTEXT_PRIOR);
    return nearest(above / below / context->mean);
}

static void add(struct inr_context_line *line, uint32_t magnitude)
{
    if (magnitude > SUM_MAX - line->sum) { /* what is old counts for less */
        line->sum /= 2;
        line->n /= 2;
        magnitude = magnitude > SUM_MAX / 2 ? SUM_MAX / 2 : magnitude;
    }
    line->sum += magnitude;
    line->n++;
}

void inr_context_add(struct inr_context *context, size_t at, uint32_t magnitude)
{
    add(&context->row[at / context->cols], magnitude);
    add(&context->column[at % context->cols], magnitude);
}
