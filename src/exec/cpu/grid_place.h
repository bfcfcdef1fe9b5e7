/* SPDX-License-Identifier: MIT
 *
 * grid_place.h - Where samples fall in the levels of a grid op: the corners around them and their
 * weights, with derivatives for jets. For the files compiled once per instruction set.
 */
#ifndef INR_EXEC_CPU_GRID_PLACE_H
#define INR_EXEC_CPU_GRID_PLACE_H

#include "exec/cpu/isa.h"
#include "field/formula.h"

#define GROUP       INR_CPU_LANES
#define TAPS_MAX    4  /* cubic */
#define CORNERS_MAX 64 /* on 3 axes */

struct group {
    uint32_t at[CORNERS_MAX][GROUP]; /* scalar offset of the corner's entry in its table */
    float weight[CORNERS_MAX][GROUP];
    float (*slope)[CORNERS_MAX][GROUP]; /* jets: [n_axes] of the weight by each coordinate */
    int corners;
};

/* One axis: what each tap contributes to a corner's place, and its weight. */
struct axis {
    uint32_t part[TAPS_MAX][GROUP];
    float weight[TAPS_MAX][GROUP];
    float slope[TAPS_MAX][GROUP]; /* jets */
};

INR_CPU_INLINE uint32_t clamped(int at, uint32_t points)
{
    const int most = (int)points - 1;
    return (uint32_t)(at < 0 ? 0 : at > most ? most : at);
}

/* Axis number a of a level, whose points, scale and stride are given. */
INR_CPU_INLINE void place_axis(struct axis *axis, const float *x, float scale, float shift,
                               uint32_t points, uint32_t stride, const int a,
                               const int interpolation, const uint32_t kind, const bool jet)
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
            if (jet)
                axis->slope[tap][t] =
                    enc_grid_rate(x[t], scale) * enc_grid_slope(interpolation, cell.t, step + 1);
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

/* Derivatives of the weight of the corner placed last. */
INR_CPU_INLINE void place_slopes(struct group *g, const struct axis *axes, const int i, const int j,
                                 const int k, const int n_axes)
{
    const int c = g->corners - 1;
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        const float w0 = axes[0].weight[i][t];
        const float w1 = n_axes > 1 ? axes[1].weight[j][t] : 1.0f;
        const float w2 = n_axes > 2 ? axes[2].weight[k][t] : 1.0f;
        g->slope[0][c][t] = axes[0].slope[i][t] * w1 * w2;
        if (n_axes > 1)
            g->slope[1][c][t] = w0 * axes[1].slope[j][t] * w2;
        if (n_axes > 2)
            g->slope[2][c][t] = w0 * w1 * axes[2].slope[k][t];
    }
}

INR_CPU_INLINE void place_kind(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *l, int at, const int n_axes,
                               const int interpolation, const uint32_t kind, const bool jet)
{
    const int taps = interpolation == INR_GRID_CUBIC ? 4 : 2;
    struct axis axes[INR_MAX_DIMS];
    place_axis(&axes[0], o->x[0] + at, l->scale0, l->shift, l->points0, 1, 0, interpolation, kind,
               jet);
    if (n_axes > 1)
        place_axis(&axes[1], o->x[1] + at, l->scale1, l->shift, l->points1, l->stride1, 1,
                   interpolation, kind, jet);
    if (n_axes > 2)
        place_axis(&axes[2], o->x[2] + at, l->scale2, l->shift, l->points2, l->stride2, 2,
                   interpolation, kind, jet);
    g->corners = 0;
    for (int k = 0; k < (n_axes > 2 ? taps : 1); k++)
        for (int j = 0; j < (n_axes > 1 ? taps : 1); j++)
            for (int i = 0; i < taps; i++) {
                place_corner(g, l, axes, i, j, k, n_axes, kind, (uint32_t)o->features);
                if (jet)
                    place_slopes(g, axes, i, j, k, n_axes);
            }
}

INR_CPU_INLINE void place_interpolation(struct group *g, const struct inr_cpu_grid *o,
                                        const inr_grid_level *level, int at, const int n_axes,
                                        const int interpolation, const bool jet)
{
    if (level->kind == INR_GRID_HASH && interpolation != INR_GRID_CUBIC)
        place_kind(g, o, level, at, n_axes, interpolation, INR_GRID_HASH, jet);
    else
        place_kind(g, o, level, at, n_axes, interpolation, INR_GRID_DENSE, jet);
}

INR_CPU_INLINE void place_axes(struct group *g, const struct inr_cpu_grid *o,
                               const inr_grid_level *level, int at, const int n_axes,
                               const bool jet)
{
    if (o->interpolation == INR_GRID_CUBIC)
        place_interpolation(g, o, level, at, n_axes, INR_GRID_CUBIC, jet);
    else if (o->interpolation == INR_GRID_SMOOTHSTEP)
        place_interpolation(g, o, level, at, n_axes, INR_GRID_SMOOTHSTEP, jet);
    else
        place_interpolation(g, o, level, at, n_axes, INR_GRID_LINEAR, jet);
}

/* The corners of GROUP samples from `at` on. */
INR_CPU_INLINE void place_group(struct group *g, const struct inr_cpu_grid *o,
                                const inr_grid_level *level, int at, const bool jet)
{
    if (o->n_axes == 1)
        place_axes(g, o, level, at, 1, jet);
    else if (o->n_axes == 2)
        place_axes(g, o, level, at, 2, jet);
    else
        place_axes(g, o, level, at, 3, jet);
}

/* At most a block's worth of scalars, which then reach into two. */
INR_CPU_INLINE void mark(uint8_t *dirty, size_t at, int n)
{
    dirty[at / INR_CPU_TABLE_BLOCK] = 1;
    dirty[(at + (size_t)n - 1) / INR_CPU_TABLE_BLOCK] = 1;
}

#endif
