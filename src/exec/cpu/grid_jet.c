/* SPDX-License-Identifier: MIT
 *
 * grid_jet.c - Interpolated tables with their derivatives by the coordinates: forward, and the
 * scatter of gradients; compiled per instruction set.
 *
 *     y = sum_c w_c e_c,   y_k = sum_c dw_c/dx_k e_c,   de_c = w_c g + sum_k dw_c/dx_k g_k
 *
 * over corners c with entries e. A coordinate that the op does not span has no tangent.
 */
#include "exec/cpu/grid_place.h"

#define PART 16 /* features at a time */

static void place(struct group *g, const struct inr_cpu_grid *o, const inr_grid_level *level,
                  int at)
{
    place_group(g, o, level, at, true);
}

/* Columns of the values and of the axes' tangents. */
static int column(const struct inr_cpu_grid *o, int group)
{
    return group == 0 ? 0 : (1 + o->axes[group - 1]) * o->n;
}

/* part features of a group's samples, for values (group 0) or axis group - 1. */
INR_CPU_INLINE void read_part(const struct group *g, const float *table, float *rows, int ld,
                              const float (*weight)[GROUP], const int part, bool add)
{
    float out[GROUP][PART];
    for (int t = 0; t < GROUP; t++) {
        float sum[PART] = {0};
        for (int c = 0; c < g->corners; c++) {
            const float *entry = table + g->at[c][t];
            for (int f = 0; f < part; f++)
                sum[f] += weight[c][t] * entry[f];
        }
        for (int f = 0; f < part; f++)
            out[t][f] = sum[f];
    }
    for (int f = 0; f < part; f++) {
        float *row = inr_cpu_row_out(rows, f, ld);
        for (int t = 0; t < GROUP; t++)
            row[t] = add ? row[t] + out[t][f] : out[t][f];
    }
}

static void read_group(const struct group *g, const struct inr_cpu_grid *o, const float *table,
                       float *rows, bool add)
{
    for (int from = 0; from < o->features; from += PART) {
        const int left = o->features - from, part = left < PART ? left : PART;
        float *part_rows = inr_cpu_row_out(rows, from, o->ld);
        for (int k = 0; k <= o->n_axes; k++) {
            const float(*weight)[GROUP] = k == 0 ? g->weight : g->slope[k - 1];
            float *y = part_rows + column(o, k);
            if (part == 2)
                read_part(g, table + from, y, o->ld, weight, 2, add);
            else if (part == 4)
                read_part(g, table + from, y, o->ld, weight, 4, add);
            else
                read_part(g, table + from, y, o->ld, weight, part, add);
        }
    }
}

static void clear_tangents(const struct inr_cpu_grid *o, float *rows, int n_rows)
{
    for (int r = 0; r < n_rows; r++) {
        float *y = inr_cpu_row_out(rows, r, o->ld) + o->n;
        for (int t = 0; t < o->tangents * o->n; t++)
            y[t] = 0.0f;
    }
}

static void grid_jet(const struct inr_cpu_grid *o)
{
    float slope[INR_MAX_DIMS][CORNERS_MAX][GROUP];
    struct group g = {.slope = slope};
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        float *rows = o->sum ? o->y : inr_cpu_row_out(o->y, l * o->features, o->ld);
        const bool add = o->sum && l > 0;
        if (o->n_axes < o->tangents && !add)
            clear_tangents(o, rows, o->features);
        for (int at = 0; at < o->n; at += GROUP) {
            place(&g, o, level, at);
            read_group(&g, o, o->params + level->offset, rows + at, add);
        }
    }
}

/* What a corner's entry is given: feature by feature, of one sample. */
INR_CPU_INLINE void add_entry(const struct inr_cpu_grid *o, size_t at, const float *v,
                              const int part)
{
    if (o->d_fixed) {
        for (int f = 0; f < part; f++)
            o->d_fixed[at + (size_t)f] += (int64_t)rint((double)v[f] * o->fixed_scale);
    } else {
        for (int f = 0; f < part; f++)
            o->d_table[at + (size_t)f] += v[f];
    }
    mark(o->dirty, at, part);
}

/* Samples one after another: two of them may meet at one entry. */
INR_CPU_INLINE void scatter_part(const struct group *g, const struct inr_cpu_grid *o, size_t offset,
                                 const float *rows, const int part)
{
    float in[1 + INR_MAX_DIMS][GROUP][PART];
    for (int k = 0; k <= o->n_axes; k++)
        for (int f = 0; f < part; f++) {
            const float *row = inr_cpu_row(rows, f, o->ld) + column(o, k);
            for (int t = 0; t < GROUP; t++)
                in[k][t][f] = row[t];
        }
    for (int t = 0; t < GROUP; t++)
        for (int c = 0; c < g->corners; c++) {
            float v[PART];
            for (int f = 0; f < part; f++)
                v[f] = g->weight[c][t] * in[0][t][f];
            for (int k = 0; k < o->n_axes; k++)
                for (int f = 0; f < part; f++)
                    v[f] += g->slope[k][c][t] * in[1 + k][t][f];
            add_entry(o, offset + g->at[c][t], v, part);
        }
}

static void grid_jet_back(const struct inr_cpu_grid *o)
{
    float slope[INR_MAX_DIMS][CORNERS_MAX][GROUP];
    struct group g = {.slope = slope};
    for (int l = 0; l < o->n_levels; l++) {
        const inr_grid_level *level = &o->levels[l];
        const float *rows = o->sum ? o->y : inr_cpu_row(o->y, l * o->features, o->ld);
        for (int at = 0; at < o->n; at += GROUP) {
            place(&g, o, level, at);
            for (int from = 0; from < o->features; from += PART) {
                const int left = o->features - from, part = left < PART ? left : PART;
                const float *y = inr_cpu_row(rows, from, o->ld) + at;
                const size_t offset = level->offset + (size_t)from;
                if (part == 2)
                    scatter_part(&g, o, offset, y, 2);
                else if (part == 4)
                    scatter_part(&g, o, offset, y, 4);
                else
                    scatter_part(&g, o, offset, y, part);
            }
        }
    }
}

void INR_CPU_FILL_GRID_JET(struct inr_cpu_kernels *k)
{
    k->grid_jet = grid_jet;
    k->grid_jet_back = grid_jet_back;
}
