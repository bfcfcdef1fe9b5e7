/* SPDX-License-Identifier: MIT
 *
 * radon.c - Projections and their transpose row by row: both gather, a projection what its pixels
 * see, a pixel of the picture what sees it. Rows are cut into a middle, which vectors do (cpu/
 * radon.c), and ends that have neighbours outside of the picture.
 */
#include "exec/radon.h"

#include <math.h>
#include <string.h>

#include "exec/cpu/kernels.h"

/* Coordinates in single precision are off by less than this part of the sides. */
#define SLACK 1e-6

/* Where the pixels of a row lie on the other canvas: pixel i at (x + i dx, y + i dy). */
struct line {
    double x, dx, y, dy;
};

struct span {
    int from, to; /* [from, to) */
};

/* Shorten [*from, *to] to where low <= start + slope i <= high. */
static void clip(double start, double slope, double low, double high, double *from, double *to)
{
    if (low > high || (slope == 0.0 && (start < low || start > high)))
        *to = *from - 1.0;
    if (low > high || slope == 0.0)
        return;
    const double a = (low - start) / slope, b = (high - start) / slope;
    *from = fmax(*from, fmin(a, b));
    *to = fmin(*to, fmax(a, b));
}

/* Pixels of a row that lie from `low` on to `high` before the far ends of the canvas. */
static struct span inside(const struct inr_readout *r, const struct line *line, double low,
                          double high)
{
    double from = 0.0, to = (double)r->shape[0] - 1.0;
    clip(line->x, line->dx, low, (double)r->shape[0] - 1.0 - high, &from, &to);
    clip(line->y, line->dy, low, (double)r->shape[1] - 1.0 - high, &from, &to);
    const struct span none = {0, 0};
    return to >= from ? (struct span){(int)ceil(from), (int)floor(to) + 1} : none;
}

/* Of a row: pixels that have any neighbours, and of those the ones that have all. */
struct cut {
    struct span all, middle;
};

static struct cut cut_row(const struct inr_readout *r, const struct line *line, double reach,
                          double low, double high)
{
    const double slack = SLACK * ((double)r->shape[0] + (double)r->shape[1]);
    struct cut cut = {inside(r, line, -reach - slack, -reach - slack),
                      inside(r, line, low + slack, high + slack)};
    if (cut.middle.from >= cut.middle.to)
        cut.middle = (struct span){cut.all.from, cut.all.from};
    return cut;
}

static struct inr_cpu_radon row_of(const struct inr_readout *r, const float turn[2], uint32_t y)
{
    const float cx = 0.5f * (float)(r->shape[0] - 1), cy = 0.5f * (float)(r->shape[1] - 1);
    return (struct inr_cpu_radon){.c = turn[0],
                                  .s = turn[1],
                                  .cx = cx,
                                  .cy = cy,
                                  .y = (float)y - cy,
                                  .pitch = (int)r->shape[0]};
}

static bool has(const struct inr_readout *r, int x, int y)
{
    return x >= 0 && y >= 0 && (uint32_t)x < r->shape[0] && (uint32_t)y < r->shape[1];
}

/* What turned pixel x sees where some of the four are outside, which is dark. */
static float see(const struct inr_readout *r, const struct inr_cpu_radon *row, int x)
{
    const inr_radon_point p = inr_radon_source((float)x - row->cx, row->y, row->c, row->s);
    const float u = p.x + row->cx, v = p.y + row->cy;
    const int left = (int)floorf(u), upper = (int)floorf(v);
    float sum = 0.0f;
    for (int j = upper; j <= upper + 1; j++)
        for (int i = left; i <= left + 1; i++)
            if (has(r, i, j))
                sum += inr_radon_hat(u - (float)i) * inr_radon_hat(v - (float)j) *
                       row->in[j * row->pitch + i];
    return sum;
}

/* What pixel x is given by those that see it. */
static float give(const struct inr_readout *r, const struct inr_cpu_radon *row, int x)
{
    const float dx = (float)x - row->cx;
    const inr_radon_point t = inr_radon_turned(dx, row->y, row->c, row->s);
    const int left = (int)ceilf(t.x + row->cx - INR_RADON_REACH);
    const int upper = (int)ceilf(t.y + row->cy - INR_RADON_REACH);
    float sum = 0.0f;
    for (int i = left; i < left + INR_RADON_SEERS; i++)
        for (int j = upper; j < upper + INR_RADON_SEERS; j++) {
            const inr_radon_point p =
                inr_radon_source((float)i - row->cx, (float)j - row->cy, row->c, row->s);
            if (has(r, i, j))
                sum += inr_radon_hat(p.x - dx) * inr_radon_hat(p.y - row->y) * row->in[i];
        }
    return sum;
}

/* Projection m [columns] under one angle. */
static void project_angle(const struct inr_readout *r, const struct inr_cpu_kernels *kernels,
                          const float turn[2], const float *image, float *m)
{
    memset(m, 0, r->shape[0] * sizeof *m);
    for (uint32_t y = 0; y < r->shape[1]; y++) {
        struct inr_cpu_radon row = row_of(r, turn, y);
        const double c = (double)row.c, s = (double)row.s;
        const double cx = (double)row.cx, cy = (double)row.cy, at = (double)row.y;
        const struct line line = {cx - c * cx - s * at, c, cy - s * cx + c * at, s};
        const struct cut cut = cut_row(r, &line, 1.0, 0.0, 0.0);
        row.in = image;
        row.out = m;
        row.first = cut.middle.from;
        row.last = cut.middle.to;
        for (int x = cut.all.from; x < row.first; x++)
            m[x] += see(r, &row, x);
        kernels->radon_see(&row);
        for (int x = row.last; x < cut.all.to; x++)
            m[x] += see(r, &row, x);
    }
}

/* Row y of the picture from all angles. */
static void adjoint_row(const struct inr_readout *r, const struct inr_cpu_kernels *kernels,
                        const float *turns, const float *m, uint32_t y, float *out)
{
    const double reach = (double)INR_RADON_REACH;
    memset(out, 0, r->shape[0] * sizeof *out);
    for (uint32_t a = 0; a < r->angles; a++) {
        struct inr_cpu_radon row = row_of(r, turns + 2 * a, y);
        const double c = (double)row.c, s = (double)row.s;
        const double cx = (double)row.cx, cy = (double)row.cy, at = (double)row.y;
        const struct line line = {cx - c * cx + s * at, c, cy + s * cx + c * at, -s};
        /* The first of three seers lies at ceil(t - reach). */
        const struct cut cut = cut_row(r, &line, reach, reach, 2.0 - reach);
        row.in = m + (size_t)a * r->shape[0];
        row.out = out;
        row.first = cut.middle.from;
        row.last = cut.middle.to;
        for (int x = cut.all.from; x < row.first; x++)
            out[x] += give(r, &row, x);
        kernels->radon_give(&row);
        for (int x = row.last; x < cut.all.to; x++)
            out[x] += give(r, &row, x);
    }
}

void inr_radon_project(const struct inr_readout *r, const float *image, float *m, int threads)
{
    const struct inr_cpu_kernels kernels = inr_cpu_kernels_pick();
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (uint32_t a = 0; a < r->angles; a++) {
        float turn[2];
        inr_readout_turn(r, a, turn);
        project_angle(r, &kernels, turn, image, m + (size_t)a * r->shape[0]);
    }
}

void inr_radon_adjoint(const struct inr_readout *r, const float *m, float *image, float *turns,
                       int threads)
{
    const struct inr_cpu_kernels kernels = inr_cpu_kernels_pick();
    for (uint32_t a = 0; a < r->angles; a++)
        inr_readout_turn(r, a, turns + 2 * a);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (uint32_t y = 0; y < r->shape[1]; y++)
        adjoint_row(r, &kernels, turns, m, y, image + (size_t)y * r->shape[0]);
}
