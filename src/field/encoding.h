/* SPDX-License-Identifier: MIT
 *
 * encoding.h - The table of input encodings: how many features they make and from which
 * frequencies.
 *
 * Most rows are a frequency table F [n][dims] in cycles per coordinate unit: features are
 * cos(2 pi F x), then sin(2 pi F x), after the coordinates themselves where include_input is set.
 * Rows with `tables` have trainable tables instead: grid.h.
 */
#ifndef INR_FIELD_ENCODING_H
#define INR_FIELD_ENCODING_H

#include "inrush/field.h"

enum inr_encoding_id {
    INR_ENCODING_IDENTITY = 0,
    INR_ENCODING_FOURIER = 1,
    INR_ENCODING_OCTAVES = 2,
    INR_ENCODING_CHEBYSHEV = 3,
    INR_ENCODING_GRID = 4,
    INR_ENCODING_MULTIGRID = 5,
    INR_ENCODING_HASH = 6,
    INR_ENCODING_TILED = 7,
    INR_ENCODING_PLANES = 8
};

struct inr_encoding {
    int id;
    const char *name;
    const char *summary;
    bool stored; /* F is random: kept in the file as a frozen tensor; else derived from the settings
                  */
    bool tables; /* features come from trainable tables */
    int (*frequencies)(const struct inr_field_config *config); /* n, rows of F */
    /* Fill F [n][dims]; seed matters to stored tables only. */
    void (*fill)(const struct inr_field_config *config, uint64_t seed, float *table);
};

size_t inr_encoding_count(void);
const struct inr_encoding *inr_encoding_at(size_t index);
const struct inr_encoding *inr_encoding_by_id(int id); /* NULL: unknown */

/* Rows that enter the first layer: coordinates if kept, and two features a frequency; or the
 * features of tables. */
int inr_encoding_features(const struct inr_field_config *config);
#endif
