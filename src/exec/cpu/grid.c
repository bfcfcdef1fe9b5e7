/* SPDX-License-Identifier: MIT
 *
 * grid.c - Interpolated tables: forward, and the scatter of gradients; compiled per instruction
 * set.
 *
 * Samples are taken in groups of one vector. Per level the places of all corners and their weights
 * are computed in lanes; then entries are read, or added to, sample by sample, because a table row
 * holds all features of a point side by side.
 */
#include "exec/cpu/grid_place.h"

static void place(struct group *g, const struct inr_cpu_grid *o, const inr_grid_level *level,
                  int at)
{
    place_group(g, o, level, at, false);
}

/* y [features][ld] = or += the weighted corners; F: features, or 0: any number. */
INR_CPU_INLINE void read_group(const struct group *g, const float *table, float *y, int ld,
                               const int F, int features, bool add)
{
    const int n = F ? F : features;
    float out[GROUP][16];
    for (int from = 0; from < n; from += 16) {
        const int part = F ? F : n - from < 16 ? n - from : 16;
        for (int t = 0; t < GROUP; t++) {
            float sum[16] = {0};
            for (int c = 0; c < g->corners; c++) {
                const float *entry = table + g->at[c][t] + from;
                const float w = g->weight[c][t];
                for (int f = 0; f < part; f++)
                    sum[f] += w * entry[f];
            }
            for (int f = 0; f < part; f++)
                out[t][f] = sum[f];
        }
        for (int f = 0; f < part; f++) {
            float *row = inr_cpu_row_out(y, from + f, ld);
            for (int t = 0; t < GROUP; t++)
                row[t] = add ? row[t] + out[t][f] : out[t][f];
        }
    }
}

/* Samples one after another: two of them may meet at one entry. */
INR_CPU_INLINE void scatter_group(const struct group *g, const struct inr_cpu_grid *o,
                                  size_t offset, const float *y, const int F, int features)
{
    const int n = F ? F : features;
    const bool whole = F && offset % (size_t)F == 0; /* no entry lies in two blocks */
    float in[GROUP][16];
    for (int from = 0; from < n; from += 16) {
        const int part = F ? F : n - from < 16 ? n - from : 16;
        for (int f = 0; f < part; f++) {
            const float *row = inr_cpu_row(y, from + f, o->ld);
            for (int t = 0; t < GROUP; t++)
                in[t][f] = row[t];
        }
        for (int t = 0; t < GROUP; t++)
            for (int c = 0; c < g->corners; c++) {
                const size_t at = offset + g->at[c][t] + (size_t)from;
                const float w = g->weight[c][t];
                float *d = o->d_table + at;
                for (int f = 0; f < part; f++)
                    d[f] += w * in[t][f];
                if (F == 1 || ((F == 2 || F == 4) && whole))
                    o->dirty[at / INR_CPU_TABLE_BLOCK] = 1;
                else
                    mark(o->dirty, at, part);
            }
    }
}

/* The same with whole numbers, whose sum does not depend on the order. */
static void scatter_fixed(const struct group *g, const struct inr_cpu_grid *o, size_t offset,
                          const float *y)
{
    for (int t = 0; t < GROUP; t++)
        for (int c = 0; c < g->corners; c++) {
            const size_t at = offset + g->at[c][t];
            for (int f = 0; f < o->features; f++) {
                const float v = g->weight[c][t] * inr_cpu_row(y, f, o->ld)[t];
                o->d_fixed[at + (size_t)f] += (int64_t)rint((double)v * o->fixed_scale);
            }
            for (int f = 0; f < o->features; f += INR_CPU_TABLE_BLOCK) {
                const int left = o->features - f;
                mark(o->dirty, at + (size_t)f,
                     left < INR_CPU_TABLE_BLOCK ? left : INR_CPU_TABLE_BLOCK);
            }
        }
}

/* Entries of a level that stays in the second cache need no asking. */
#define NEAR_ENTRIES 32768

/* Ask for the entries of a group that is read, or added to, after the one before it. */
INR_CPU_INLINE void ask(const struct group *g, const float *table)
{
    for (int c = 0; c < g->corners; c++)
        for (int t = 0; t < GROUP; t++)
            __builtin_prefetch(table + g->at[c][t]);
}

/* The places of the group at `at`; false past the tile's end. */
INR_CPU_INLINE bool place_next(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *level, int at, const float *table)
{
    if (at >= o->n)
        return false;
    place(g, o, level, at);
    if (table && level->entries > NEAR_ENTRIES)
        ask(g, table);
    return true;
}

INR_CPU_INLINE void read_any(const struct group *g, const struct inr_cpu_grid *o,
                             const float *table, float *y, bool add)
{
    if (o->features == 1)
        read_group(g, table, y, o->ld, 1, 1, add);
    else if (o->features == 2)
        read_group(g, table, y, o->ld, 2, 2, add);
    else if (o->features == 3)
        read_group(g, table, y, o->ld, 3, 3, add);
    else if (o->features == 4)
        read_group(g, table, y, o->ld, 4, 4, add);
    else
        read_group(g, table, y, o->ld, 0, o->features, add);
}

INR_CPU_INLINE void scatter_any(const struct group *g, const struct inr_cpu_grid *o, size_t offset,
                                const float *y)
{
    if (o->d_fixed)
        scatter_fixed(g, o, offset, y);
    else if (o->features == 1)
        scatter_group(g, o, offset, y, 1, 1);
    else if (o->features == 2)
        scatter_group(g, o, offset, y, 2, 2);
    else if (o->features == 3)
        scatter_group(g, o, offset, y, 3, 3);
    else if (o->features == 4)
        scatter_group(g, o, offset, y, 4, 4);
    else
        scatter_group(g, o, offset, y, 0, o->features);
}

static void grid(const struct inr_cpu_grid *o)
{
    struct group g[2];
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        const float *table = o->params + level->offset;
        float *rows = o->sum ? o->y : inr_cpu_row_out(o->y, l * o->features, o->ld);
        bool more = place_next(&g[0], o, level, 0, table);
        for (int at = 0, k = 0; more; at += GROUP, k ^= 1) {
            more = place_next(&g[k ^ 1], o, level, at + GROUP, table);
            read_any(&g[k], o, table, rows + at, o->sum && l > 0);
        }
    }
}

static void grid_back(const struct inr_cpu_grid *o)
{
    struct group g[2];
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        const float *rows = o->sum ? o->y : inr_cpu_row(o->y, l * o->features, o->ld);
        const float *table = o->d_table ? o->d_table + level->offset : NULL;
        bool more = place_next(&g[0], o, level, 0, table);
        for (int at = 0, k = 0; more; at += GROUP, k ^= 1) {
            more = place_next(&g[k ^ 1], o, level, at + GROUP, table);
            scatter_any(&g[k], o, level->offset, rows + at);
        }
    }
}

void INR_CPU_FILL_GRID(struct inr_cpu_kernels *k)
{
    k->grid = grid;
    k->grid_back = grid_back;
}
