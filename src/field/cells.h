/* SPDX-License-Identifier: MIT
 *
 * cells.h - Where to look for the K nearest of many centres: a tree of cells over [-1, 1]^dims,
 * each with a list of candidates that holds the K nearest of every point of the cell.
 *
 * Exact for any point, of a size that follows the number of centres and not that of a pool, and the
 * same words for every backend (enc/kernel.glsl).
 */
#ifndef INR_FIELD_CELLS_H
#define INR_FIELD_CELLS_H

#include "inrush/field.h"

/* The words are: one a cell of the top grid, first axis fastest; then children and lists, as found.
 */
struct inr_cells {
    int dims;
    int bits[INR_MAX_DIMS]; /* the top has 2^bits cells an axis, 0 beyond dims */
    int depth;              /* halvings below the top, at most */
    uint32_t *words;        /* [n_words] */
    size_t n_words;
};

/* Build. centres [n][dims]; distances are Euclidean after scaling axis a by metric[a] > 0; n >= 1
 * and 1 <= nearest <= n. Of centres at one place those of the least index come first. Candidates
 * are listed by rising index. Errors: INR_ERR_MEMORY. inr_cells_free releases it. */
enum inr_status inr_cells_build(struct inr_cells *cells, const float *centres, size_t n, int dims,
                                const float *metric, int nearest, struct inr_error *err);
void inr_cells_free(struct inr_cells *cells);

/* The list of the cell that x [dims] falls in: its length, then the indices. */
const uint32_t *inr_cells_find(const struct inr_cells *cells, const float *x);

#endif
