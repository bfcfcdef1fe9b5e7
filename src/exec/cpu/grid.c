/* SPDX-License-Identifier: MIT
 *
 * grid.c - Interpolated tables: forward, and the scatter of gradients; compiled per instruction
 * set.
 *
 * Samples are taken in groups of one vector. Per level the places of all corners and their weights
 * are computed in lanes; then entries are read, or added to, sample by sample, because a table row
 * holds all features of a point side by side.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"

#define GROUP       INR_CPU_LANES
#define TAPS_MAX    4  /* cubic */
#define CORNERS_MAX 64 /* on 3 axes */

struct group {
    uint32_t at[CORNERS_MAX][GROUP]; /* scalar offset of the corner's entry in its table */
    float weight[CORNERS_MAX][GROUP];
    int corners;
};

/* One axis: what each tap contributes to a corner's place, and its weight. */
struct axis {
    uint32_t part[TAPS_MAX][GROUP];
    float weight[TAPS_MAX][GROUP];
};

INR_CPU_INLINE uint32_t clamped(int at, uint32_t points)
{
    const int most = (int)points - 1;
    return (uint32_t)(at < 0 ? 0 : at > most ? most : at);
}

/* Axis number a of a level, whose points, scale and stride are given. */
INR_CPU_INLINE void place_axis(struct axis *axis, const float *x, float scale, float shift,
                               uint32_t points, uint32_t stride, const int a,
                               const int interpolation, const uint32_t kind)
{
    const bool cubic = interpolation == INR_GRID_CUBIC, aligned = !(shift > 0.0f);
    /* A cell of an aligned grid has a point above it; a staggered one wraps instead. */
    const int last = !aligned ? INT32_MAX : points > 1 ? (int)points - 2 : 0;
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        const inr_grid_cell cell = enc_grid_cell(x[t], scale, shift, last);
        for (int tap = 0; tap < (cubic ? 4 : 2); tap++) {
            const int step = cubic ? tap - 1 : tap, at = cell.at + step;
            const uint32_t index = aligned ? clamped(at, points) : (uint32_t)at;
            axis->part[tap][t] = enc_grid_part(kind, index, a, stride);
            axis->weight[tap][t] = enc_grid_weight(interpolation, cell.t, step + 1);
        }
    }
}

/* kind: HASH, or DENSE for tiled levels too, whose places add up in the same way. Cubic levels are
 * never hashed. */
INR_CPU_INLINE void place_corner(struct group *g, const inr_grid_level *level,
                                 const struct axis *axes, const int i, const int j, const int k,
                                 const int n_axes, const uint32_t kind, uint32_t features)
{
    uint32_t *at = g->at[g->corners];
    float *weight = g->weight[g->corners++];
    const uint32_t entries = level->entries;
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        uint32_t place = axes[0].part[i][t];
        float w = axes[0].weight[i][t];
        if (n_axes > 1) {
            place = enc_grid_join(kind, place, axes[1].part[j][t]);
            w *= axes[1].weight[j][t];
        }
        if (n_axes > 2) {
            place = enc_grid_join(kind, place, axes[2].part[k][t]);
            w *= axes[2].weight[k][t];
        }
        at[t] = place;
        weight[t] = w;
    }
    if (level->kind == INR_GRID_TILED) /* divisions have no vectors */
        for (int t = 0; t < GROUP; t++)
            at[t] = enc_grid_wrap(INR_GRID_TILED, entries, at[t]) * features;
    else
#pragma omp simd
        for (int t = 0; t < GROUP; t++)
            at[t] = enc_grid_wrap(kind, entries, at[t]) * features;
}

INR_CPU_INLINE void place_kind(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *l, int at, const int n_axes,
                               const int interpolation, const uint32_t kind)
{
    const int taps = interpolation == INR_GRID_CUBIC ? 4 : 2;
    struct axis axes[INR_MAX_DIMS];
    place_axis(&axes[0], o->x[0] + at, l->scale0, l->shift, l->points0, 1, 0, interpolation, kind);
    if (n_axes > 1)
        place_axis(&axes[1], o->x[1] + at, l->scale1, l->shift, l->points1, l->stride1, 1,
                   interpolation, kind);
    if (n_axes > 2)
        place_axis(&axes[2], o->x[2] + at, l->scale2, l->shift, l->points2, l->stride2, 2,
                   interpolation, kind);
    g->corners = 0;
    for (int k = 0; k < (n_axes > 2 ? taps : 1); k++)
        for (int j = 0; j < (n_axes > 1 ? taps : 1); j++)
            for (int i = 0; i < taps; i++)
                place_corner(g, l, axes, i, j, k, n_axes, kind, (uint32_t)o->features);
}

INR_CPU_INLINE void place_interpolation(struct group *g, const struct inr_cpu_grid *o,
                                        const inr_grid_level *level, int at, const int n_axes,
                                        const int interpolation)
{
    if (level->kind == INR_GRID_HASH && interpolation != INR_GRID_CUBIC)
        place_kind(g, o, level, at, n_axes, interpolation, INR_GRID_HASH);
    else
        place_kind(g, o, level, at, n_axes, interpolation, INR_GRID_DENSE);
}

INR_CPU_INLINE void place_axes(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *level, int at, const int n_axes)
{
    if (o->interpolation == INR_GRID_CUBIC)
        place_interpolation(g, o, level, at, n_axes, INR_GRID_CUBIC);
    else if (o->interpolation == INR_GRID_SMOOTHSTEP)
        place_interpolation(g, o, level, at, n_axes, INR_GRID_SMOOTHSTEP);
    else
        place_interpolation(g, o, level, at, n_axes, INR_GRID_LINEAR);
}

/* The corners of GROUP samples from `at` on. */
static void place(struct group *g, const struct inr_cpu_grid *o, const inr_grid_level *level,
                  int at)
{
    if (o->n_axes == 1)
        place_axes(g, o, level, at, 1);
    else if (o->n_axes == 2)
        place_axes(g, o, level, at, 2);
    else
        place_axes(g, o, level, at, 3);
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

/* At most a block's worth of scalars, which then reach into two. */
INR_CPU_INLINE void mark(uint8_t *dirty, size_t at, int n)
{
    dirty[at / INR_CPU_TABLE_BLOCK] = 1;
    dirty[(at + (size_t)n - 1) / INR_CPU_TABLE_BLOCK] = 1;
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
