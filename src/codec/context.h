/* SPDX-License-Identifier: MIT
 *
 * context.h - How wide the distribution of a matrix's next level is, from those before it in its
 * row and in its column, in integer arithmetic alone: weights of one input or of one unit are alike
 * in size.
 *
 * With M the mean magnitude that the matrix is announced with, A = INR_CONTEXT_PRIOR, and S, n the
 * sum and the number of the magnitudes before it in its row (r) and its column (c), the Laplace
 * scale is M R C of R = (S_r + A M) / (n_r M + A M) and C likewise.
 */
#ifndef INR_CODEC_CONTEXT_H
#define INR_CODEC_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#define INR_CONTEXT_PRIOR 3

struct inr_context_line {
    uint32_t sum, n; /* magnitudes, at most 2^20 - 1 in sum */
};

/* One matrix on its way through the coder. */
struct inr_context {
    uint32_t cols;
    uint32_t mean;                   /* M, in 2^-8 of a level, >= 1 */
    struct inr_context_line *row;    /* the caller's [rows + cols] */
    struct inr_context_line *column; /* behind them */
};

/* scale: index of a Laplace scale (symbol.h) that stands for M. */
void inr_context_start(struct inr_context *context, struct inr_context_line *lines, size_t rows,
                       size_t cols, int scale);

/* Index of the Laplace scale of entry `at` of [rows][cols]. */
int inr_context_scale(const struct inr_context *context, size_t at);

/* The magnitude that was there. */
void inr_context_add(struct inr_context *context, size_t at, uint32_t magnitude);

#endif
