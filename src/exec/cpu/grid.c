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
#define CORNERS_MAX 64 /* cubic, 3 axes */

struct group {
    uint32_t at[CORNERS_MAX][GROUP]; /* scalar offset of the corner's entry in its table */
    float weight[CORNERS_MAX][GROUP];
    int corners;
};

/* Cells and fractions of one axis; missing axes stay at 0. */
struct axis {
    int at[GROUP];
    float t[GROUP];
};

INR_CPU_INLINE void place_axis(struct axis *a, const float *x, float scale, float shift,
                               uint32_t points)
{
    /* A cell of an aligned grid has a point above it; a staggered one wraps instead. */
    const int last = shift > 0.0f ? INT32_MAX : points > 1 ? (int)points - 2 : 0;
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        const inr_grid_cell cell = enc_grid_cell(x[t], scale, shift, last);
        a->at[t] = cell.at;
        a->t[t] = cell.t;
    }
}

INR_CPU_INLINE uint32_t clamped(int at, uint32_t points)
{
    const int most = (int)points - 1;
    return (uint32_t)(at < 0 ? 0 : at > most ? most : at);
}

/* Corner (ci, cj, ck), in steps from the cell: its entry and weight in every lane. */
INR_CPU_INLINE void place_corner(struct group *g, int corner, const inr_grid_level *level,
                                 const struct axis *axes, const int *step, const int n_axes,
                                 const int interpolation, const uint32_t kind, uint32_t features)
{
    const bool clamp = !(level->shift > 0.0f);
    const uint32_t p0 = level->points0, p1 = level->points1, p2 = level->points2;
    const uint32_t entries = level->entries, s1 = level->stride1, s2 = level->stride2;
    const int d0 = step[0], d1 = step[1], d2 = step[2];
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        float w = enc_grid_weight(interpolation, axes[0].t[t], d0 + 1);
        int i = axes[0].at[t] + d0, j = 0, k = 0;
        if (n_axes > 1) {
            w *= enc_grid_weight(interpolation, axes[1].t[t], d1 + 1);
            j = axes[1].at[t] + d1;
        }
        if (n_axes > 2) {
            w *= enc_grid_weight(interpolation, axes[2].t[t], d2 + 1);
            k = axes[2].at[t] + d2;
        }
        const uint32_t ui = clamp ? clamped(i, p0) : (uint32_t)i;
        const uint32_t uj = clamp ? clamped(j, p1) : (uint32_t)j;
        const uint32_t uk = clamp ? clamped(k, p2) : (uint32_t)k;
        g->at[corner][t] = enc_grid_entry(kind, entries, s1, s2, ui, uj, uk) * features;
        g->weight[corner][t] = w;
    }
}

INR_CPU_INLINE void place_kind(struct group *g, const inr_grid_level *level,
                               const struct axis *axes, const int n_axes, const int interpolation,
                               const uint32_t kind, uint32_t features)
{
    const bool cubic = interpolation == INR_GRID_CUBIC;
    const int taps = cubic ? 4 : 2, first = cubic ? -1 : 0;
    int step[INR_MAX_DIMS];
    g->corners = 0;
    for (int k = 0; k < (n_axes > 2 ? taps : 1); k++)
        for (int j = 0; j < (n_axes > 1 ? taps : 1); j++)
            for (int i = 0; i < taps; i++) {
                step[0] = first + i;
                step[1] = n_axes > 1 ? first + j : 0;
                step[2] = n_axes > 2 ? first + k : 0;
                place_corner(g, g->corners++, level, axes, step, n_axes, interpolation, kind,
                             features);
            }
}

INR_CPU_INLINE void place_interpolation(struct group *g, const inr_grid_level *level,
                                        const struct axis *axes, const int n_axes,
                                        const int interpolation, uint32_t features)
{
    if (level->kind == INR_GRID_HASH)
        place_kind(g, level, axes, n_axes, interpolation, INR_GRID_HASH, features);
    else if (level->kind == INR_GRID_TILED)
        place_kind(g, level, axes, n_axes, interpolation, INR_GRID_TILED, features);
    else
        place_kind(g, level, axes, n_axes, interpolation, INR_GRID_DENSE, features);
}

INR_CPU_INLINE void place_axes(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *level, int at, const int n_axes)
{
    struct axis axes[INR_MAX_DIMS];
    const uint32_t features = (uint32_t)o->features;
    place_axis(&axes[0], o->x[0] + at, level->scale0, level->shift, level->points0);
    if (n_axes > 1)
        place_axis(&axes[1], o->x[1] + at, level->scale1, level->shift, level->points1);
    if (n_axes > 2)
        place_axis(&axes[2], o->x[2] + at, level->scale2, level->shift, level->points2);
    if (o->interpolation == INR_GRID_CUBIC)
        place_interpolation(g, level, axes, n_axes, INR_GRID_CUBIC, features);
    else if (o->interpolation == INR_GRID_SMOOTHSTEP)
        place_interpolation(g, level, axes, n_axes, INR_GRID_SMOOTHSTEP, features);
    else
        place_interpolation(g, level, axes, n_axes, INR_GRID_LINEAR, features);
}

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

static void grid(const struct inr_cpu_grid *o)
{
    struct group g;
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        const float *table = o->params + level->offset;
        float *rows = o->sum ? o->y : inr_cpu_row_out(o->y, l * o->features, o->ld);
        const bool add = o->sum && l > 0;
        for (int at = 0; at < o->n; at += GROUP) {
            place(&g, o, level, at);
            if (o->features == 1)
                read_group(&g, table, rows + at, o->ld, 1, 1, add);
            else if (o->features == 2)
                read_group(&g, table, rows + at, o->ld, 2, 2, add);
            else if (o->features == 3)
                read_group(&g, table, rows + at, o->ld, 3, 3, add);
            else if (o->features == 4)
                read_group(&g, table, rows + at, o->ld, 4, 4, add);
            else
                read_group(&g, table, rows + at, o->ld, 0, o->features, add);
        }
    }
}

static void grid_back(const struct inr_cpu_grid *o)
{
    struct group g;
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        const float *rows = o->sum ? o->y : inr_cpu_row(o->y, l * o->features, o->ld);
        for (int at = 0; at < o->n; at += GROUP) {
            place(&g, o, level, at);
            if (o->d_fixed)
                scatter_fixed(&g, o, level->offset, rows + at);
            else if (o->features == 1)
                scatter_group(&g, o, level->offset, rows + at, 1, 1);
            else if (o->features == 2)
                scatter_group(&g, o, level->offset, rows + at, 2, 2);
            else if (o->features == 3)
                scatter_group(&g, o, level->offset, rows + at, 3, 3);
            else if (o->features == 4)
                scatter_group(&g, o, level->offset, rows + at, 4, 4);
            else
                scatter_group(&g, o, level->offset, rows + at, 0, o->features);
        }
    }
}

void INR_CPU_FILL_GRID(struct inr_cpu_kernels *k)
{
    k->grid = grid;
    k->grid_back = grid_back;
}
