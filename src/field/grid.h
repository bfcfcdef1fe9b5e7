/* SPDX-License-Identifier: MIT
 *
 * grid.h - Table encodings: which tables a field has, where their points lie, what they start from.
 *
 * An encoding is one or more tables. A table spans one to three of the coordinates and has one
 * level, or several of growing resolution whose entries follow one another.
 */
#ifndef INR_FIELD_GRID_H
#define INR_FIELD_GRID_H

#include "common/grid_level.h"
#include "field/layout.h"

#define INR_GRID_LEVELS_MAX 32
#define INR_GRID_TABLES_MAX 7 /* planes in space: 3 lines, 3 planes, 1 volume */

struct inr_grid_table {
    char name[32]; /* of the slice */
    int n_axes;
    int axes[INR_MAX_DIMS]; /* coordinates it spans, ascending */
    int n_levels;
    inr_grid_level levels[INR_GRID_LEVELS_MAX]; /* offsets count from the table's first scalar */
    uint64_t entries;                           /* of all levels */
};

/* Features of an entry, after the rule for 0. */
int inr_grid_features(const struct inr_field_config *config);

/* Features that leave the encoding: levels side by side, or their sum with architecture none. */
int inr_grid_rows(const struct inr_field_config *config);

/* Tables of the config's encoding, 0 for other encodings; tables [INR_GRID_TABLES_MAX]. */
int inr_grid_tables(const struct inr_field_config *config, struct inr_grid_table *tables);

/* Check the settings of a table encoding, sizes included. Errors: INR_ERR_USAGE. */
enum inr_status inr_grid_check(const struct inr_field_config *config, struct inr_error *err);

/* Append the tables. Called before any other tensor is laid out. */
void inr_grid_lay_out(struct inr_layout *layout);

/* Fill slice `s` of role INR_ROLE_TABLE: grid 0.1 everywhere and planes U(0.1, 0.25), N(0, 0.01^2),
 * N(0, 0.001^2) for lines, planes, volume (Kim and Fridovich-Keil 2025); others U(-1e-4, 1e-4)
 * (Mueller et al. 2022). */
void inr_grid_init(struct inr_field *field, const struct inr_slice *s, uint64_t seed);

#endif
