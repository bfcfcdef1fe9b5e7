/* SPDX-License-Identifier: MIT
 *
 * program_ref.c - A program in double.
 */
#define INR_REAL_DOUBLE
#include "program_ref.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/formula.h"

#define STEP 1e-6 /* truncation error STEP^2, rounding 2^-53 / STEP */

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "program_ref.c: out of memory\n");
        abort();
    }
    return p;
}

static void map_linear(const struct inr_program *p, const struct inr_map *m, const double *params,
                       double *effective)
{
    for (int r = 0; r < m->rows; r++)
        for (int c = 0; c < m->cols; c++) {
            double sum = 0.0;
            for (int k = 0; k < m->inner; k++)
                sum += params[m->param + (size_t)(r * m->pitch + k)] *
                       (double)p->tables[m->table + (size_t)(k * m->cols + c)];
            effective[m->effective + (size_t)(r * m->cols + c)] = sum;
        }
}

static void map_complex(const struct inr_map *m, const double *params, double *effective)
{
    for (int r = 0; r < m->rows; r++)
        for (int c = 0; c < m->cols; c++) {
            const double re = params[m->param + (size_t)(r * m->cols + c)];
            const double im = params[m->param_imag + (size_t)(r * m->cols + c)];
            double *top = effective + m->effective + (size_t)(r * 2 * m->cols + c);
            double *bottom = top + (size_t)(m->rows * 2 * m->cols);
            top[0] = re;
            top[m->cols] = -im;
            if (m->kind == INR_MAP_COMPLEX) {
                bottom[0] = im;
                bottom[m->cols] = re;
            }
        }
}

static double *make_effective(const struct inr_program *p, const double *params)
{
    double *effective = must(malloc((p->n_effective + 1) * sizeof *effective));
    for (size_t e = 0; e < p->n_effective; e++)
        effective[e] = (double)p->constants[e];
    for (int i = 0; i < p->n_maps; i++) {
        const struct inr_map *m = &p->maps[i];
        if (m->kind == INR_MAP_LINEAR)
            map_linear(p, m, params, effective);
        else if (m->kind == INR_MAP_COPY)
            memcpy(effective + m->effective, params + m->param, m->n * sizeof *params);
        else
            map_complex(m, params, effective);
    }
    return effective;
}

static act_jet scalar_activation(int id, double z, const double *c)
{
    switch (id) {
#define X(number, name)                                                                            \
    case number:                                                                                   \
        return act_##name(z, c);
        ACT_SCALAR_LIST(X)
#undef X
    }
    abort();
}

static act_h plane_activation(int id, act_z z, const double *c)
{
    switch (id) {
#define X(number, name)                                                                            \
    case number:                                                                                   \
        return act_##name(z, c);
        ACT_PLANE_LIST(X)
#undef X
    }
    abort();
}

static void run_act(const struct inr_op *op, const double *effective, const double *in, double *out)
{
    for (int u = 0; u < op->units; u++) {
        double z[4] = {0};
        for (int k = 0; k < op->planes_in; k++)
            z[k] = in[k * op->units + u];
        if (op->activation < 32) {
            out[u] = scalar_activation(op->activation, z[0], effective + op->constants).f;
            continue;
        }
        const act_h h = plane_activation(op->activation, (act_z){z[0], z[1], z[2], z[3]},
                                         effective + op->constants);
        out[u] = h.u;
        if (op->planes_out > 1)
            out[op->units + u] = h.v;
    }
}

static void run_encode(const struct inr_op *op, int dims, const double *effective, const double *x,
                       double *out)
{
    for (int i = 0; op->include_input && i < dims; i++)
        *out++ = x[i];
    for (int f = 0; f < op->n_frequencies; f++) {
        double turns = 0.0;
        for (int i = 0; i < dims; i++)
            turns += effective[op->table + (size_t)(f * dims + i)] * x[i];
        out[f] = cos(2.0 * 3.14159265358979323846 * turns);
        out[op->n_frequencies + f] = sin(2.0 * 3.14159265358979323846 * turns);
    }
}

static void run_lookup(const struct inr_op *op, int dims, const double *effective, const double *x,
                       double *out)
{
    for (int r = 0; r < op->n_out; r++)
        out[r] = 0.0;
    for (int i = 0; i < dims; i++) {
        const int n = (int)op->shape[i];
        /* the nearest of the points: pixel centres, or both ends included */
        const double at = op->lattice == INR_LATTICE_CORNERS ? (x[i] + 1.0) * (n - 1) / 2.0
                          : op->lattice == INR_LATTICE_LEFT  ? (x[i] + 1.0) * n / 2.0
                                                             : ((x[i] + 1.0) * n - 1) / 2.0;
        const int nearest = (int)fmin(fmax(floor(at + 0.5), 0.0), n - 1);
        for (int r = 0; r < op->n_out; r++)
            out[r] += effective[op->lookup[i] + (size_t)(r * n + nearest)];
    }
}

/* Entry of a point of a level, by the rules of instant-ngp's grids. */
static size_t grid_entry(const inr_grid_level *level, const int *point, int n)
{
    static const uint32_t primes[] = {1u, 2654435761u, 805459861u};
    uint64_t dense = 0, stride = 1;
    uint32_t hash = 0;
    const uint32_t points[] = {level->points0, level->points1, level->points2};
    for (int i = 0; i < n; i++) {
        dense += (uint64_t)point[i] * stride;
        stride *= points[i];
        hash ^= (uint32_t)point[i] * primes[i];
    }
    return (level->kind == INR_GRID_HASH ? hash : dense) % level->entries;
}

/* Keys' kernel, a = -3/4. */
static double keys(double d)
{
    d = fabs(d);
    return d < 1.0   ? 1.25 * d * d * d - 2.25 * d * d + 1.0
           : d < 2.0 ? -0.75 * (d * d * d - 5.0 * d * d + 8.0 * d - 4.0)
                     : 0.0;
}

/* Every point within two steps of the position, weighted by its distance. */
static void run_level(const struct inr_op *op, const inr_grid_level *level, const double *params,
                      const double *x, double *out)
{
    const double scale[] = {(double)level->scale0, (double)level->scale1, (double)level->scale2};
    const uint32_t points[] = {level->points0, level->points1, level->points2};
    const bool clamp = level->shift == 0.0f;
    int taps = 1;
    for (int i = 0; i < op->n_axes; i++)
        taps *= 4;
    for (int tap = 0; tap < taps; tap++) {
        int point[INR_MAX_DIMS] = {0};
        double weight = 1.0;
        for (int i = 0, rest = tap; i < op->n_axes && weight != 0.0; i++, rest /= 4) {
            const double unit = fmin(fmax((x[op->axes[i]] + 1.0) / 2.0, 0.0), 1.0);
            const double at = unit * scale[i] + (double)level->shift;
            const int p = (int)floor(at) - 1 + rest % 4;
            const double d = fabs(at - p), t = fmax(0.0, 1.0 - d);
            weight *= op->interpolation == INR_GRID_CUBIC        ? keys(d)
                      : op->interpolation == INR_GRID_SMOOTHSTEP ? t * t * (3.0 - 2.0 * t)
                                                                 : t;
            point[i] = clamp ? (int)fmin(fmax(p, 0), points[i] - 1.0) : p;
        }
        if (weight == 0.0)
            continue;
        const size_t entry = grid_entry(level, point, op->n_axes) * (size_t)op->features;
        for (int f = 0; f < op->features; f++)
            out[f] += weight * params[level->offset + entry + (size_t)f];
    }
}

static void run_grid(const struct inr_program *p, const struct inr_op *op, const double *params,
                     const double *x, double *out)
{
    for (int r = 0; r < op->n_out; r++)
        out[r] = 0.0;
    for (int l = 0; l < op->levels; l++)
        run_level(op, &p->levels[op->level + l], params, x, op->sum ? out : out + l * op->features);
}

/* Displacement from kernel i, in scaled axes; returns its square. */
static double away(const struct inr_op *op, int dims, const double *params, const double *x, int i,
                   double d[INR_MAX_DIMS])
{
    double squares = 0.0;
    for (int a = 0; a < dims; a++) {
        d[a] = (x[a] - params[op->centre + (size_t)(i * dims + a)]) * (double)op->metric[a];
        squares += d[a] * d[a];
    }
    return squares;
}

static double kernel_value(const struct inr_op *op, int dims, const double *params, int i,
                           const double d[INR_MAX_DIMS])
{
    const bool hat = op->form == INR_KERNEL_HAT;
    const double *s = params + op->kernel_shape + i * (hat ? 1 : dims * (dims + 1) / 2);
    double form = 0.0, product = 1.0;
    for (int a = 0; a < dims && hat; a++)
        product *= fmax(0.0, 1.0 - fabs(d[a]) * s[0]);
    for (int a = 0; a < dims && !hat; a++)
        for (int b = a; b < dims; b++)
            form += (a == b ? 1.0 : 2.0) * *s++ * d[a] * d[b];
    return hat ? product : 1.0 / (1.0 + form);
}

/* The nearest of all kernels, one after another. */
static void run_kernels(const struct inr_op *op, int dims, const double *params,
                        const double *effective, const double *x, double *out)
{
    int nearest[INR_KERNEL_NEAREST_MAX];
    double value[INR_KERNEL_NEAREST_MAX], sum = 1e-8, d[INR_MAX_DIMS];
    for (int k = 0; k < op->nearest; k++) {
        double least = INFINITY;
        for (int i = 0; i < op->n_in; i++) {
            bool taken = false;
            for (int j = 0; j < k; j++)
                taken = taken || nearest[j] == i;
            const double squares = away(op, dims, params, x, i, d);
            if (taken || squares >= least)
                continue;
            least = squares;
            nearest[k] = i;
        }
        away(op, dims, params, x, nearest[k], d);
        value[k] = kernel_value(op, dims, params, nearest[k], d);
        sum += value[k];
    }
    for (int f = 0; f < op->n_out; f++) {
        out[f] = 0.0;
        for (int k = 0; k < op->nearest; k++) {
            const double share = value[k] / sum;
            const double factor = op->constants == INR_NONE
                                      ? share
                                      : sin(share * effective[op->constants + (size_t)f]);
            out[f] += factor * params[op->weight + (size_t)(nearest[k] * op->n_out + f)];
        }
    }
}

static void run_rbf(const struct inr_op *op, int dims, const double *effective, const double *x,
                    double *out)
{
    for (int u = 0; u < op->n_out; u++) {
        double squares = 0.0;
        for (int i = 0; i < dims; i++)
            squares += pow(x[i] - effective[op->weight + (size_t)(u * dims + i)], 2.0);
        out[u] = exp(-0.5 * effective[op->bias + (size_t)u] * squares);
    }
}

static void run_affine(const struct inr_op *op, const double *effective, const double *in,
                       double *out)
{
    for (int r = 0; r < op->n_out; r++) {
        out[r] = op->bias == INR_NONE ? 0.0 : effective[op->bias + (size_t)r];
        for (int c = 0; c < op->n_in; c++)
            out[r] += effective[op->weight + (size_t)(r * op->n_in + c)] * in[c];
    }
}

static void run_norm(const struct inr_op *op, const double *effective, const double *in,
                     double *out)
{
    double mean = 0.0, variance = 0.0;
    for (int r = 0; r < op->n_out; r++)
        mean += in[r] / op->n_out;
    for (int r = 0; r < op->n_out; r++)
        variance += (in[r] - mean) * (in[r] - mean) / op->n_out;
    for (int r = 0; r < op->n_out; r++)
        out[r] = effective[op->weight + (size_t)r] * (in[r] - mean) /
                     sqrt(variance + (double)INR_NORM_EPSILON) +
                 effective[op->bias + (size_t)r];
}

static void run_op(const struct inr_program *p, const struct inr_op *op, const double *params,
                   const double *effective, double *const *slots)
{
    const double *in = slots[op->in], *in2 = op->in2 >= 0 ? slots[op->in2] : NULL;
    double *out = slots[op->out];
    const int rows = p->slot_rows[op->out], terms = op->n_frequencies + 1;
    switch (op->kind) {
    case INR_OP_ENCODE:
        run_encode(op, p->dims, effective, in, out);
        break;
    case INR_OP_CHEBYSHEV:
        for (int i = 0; i < rows; i++)
            out[i] = cos(i % terms * acos(tanh(in[i / terms])));
        break;
    case INR_OP_LOOKUP:
        run_lookup(op, p->dims, effective, in, out);
        break;
    case INR_OP_GRID:
        run_grid(p, op, params, in, out);
        break;
    case INR_OP_KERNELS:
        run_kernels(op, p->dims, params, effective, in, out);
        break;
    case INR_OP_MSC:
        for (int i = 0; i < rows; i++)
            out[i] = in[i] + sin(effective[op->constants + (size_t)i] * in[i]);
        break;
    case INR_OP_RBF:
        run_rbf(op, p->dims, effective, in, out);
        break;
    case INR_OP_AFFINE:
        run_affine(op, effective, in, out);
        break;
    case INR_OP_ACT:
        run_act(op, effective, in, out);
        break;
    case INR_OP_MUL:
    case INR_OP_ADD:
        for (int i = 0; i < rows; i++)
            out[i] = op->kind == INR_OP_MUL ? in[i] * in2[i] : in[i] + in2[i];
        break;
    case INR_OP_NORM:
        run_norm(op, effective, in, out);
        break;
    }
}

void program_ref_eval(const struct inr_program *p, const double *params,
                      const struct program_ref_batch *batch, double *y)
{
    double *effective = make_effective(p, params);
    double **slots = must(calloc((size_t)p->n_slots, sizeof *slots));
    for (int i = 0; i < p->n_slots; i++)
        slots[i] = must(malloc((size_t)p->slot_rows[i] * sizeof **slots));
    for (size_t j = 0; j < batch->n; j++) {
        memcpy(slots[0], batch->x + j * (size_t)p->dims, (size_t)p->dims * sizeof **slots);
        for (int i = 0; i < p->n_ops; i++)
            run_op(p, &p->ops[i], params, effective, slots);
        memcpy(y + j * (size_t)p->channels, slots[p->output], (size_t)p->channels * sizeof **slots);
    }
    for (int i = 0; i < p->n_slots; i++)
        free(slots[i]);
    free(slots);
    free(effective);
}

double program_ref_loss(const struct inr_program *p, const double *params,
                        const struct program_ref_batch *batch)
{
    const size_t n = batch->n * (size_t)p->channels;
    double *y = must(malloc(n * sizeof *y)), sum = 0.0;
    program_ref_eval(p, params, batch, y);
    for (size_t i = 0; i < n; i++)
        sum += (y[i] - batch->target[i]) * (y[i] - batch->target[i]);
    free(y);
    return sum / (double)n;
}

void program_ref_gradient(const struct inr_program *p, const double *params,
                          const struct program_ref_batch *batch, double *gradient)
{
    double *moved = must(malloc(p->n_params * sizeof *moved));
    memcpy(moved, params, p->n_params * sizeof *moved);
    for (size_t i = 0; i < p->n_trainable; i++) {
        moved[i] = params[i] + STEP;
        const double above = program_ref_loss(p, moved, batch);
        moved[i] = params[i] - STEP;
        gradient[i] = (above - program_ref_loss(p, moved, batch)) / (2.0 * STEP);
        moved[i] = params[i];
    }
    free(moved);
}

/* Mean norm of the forward differences of a table of one level. */
static double variation(const struct inr_program *p, const struct inr_op *op, const double *params)
{
    const inr_grid_level *level = &p->levels[op->level];
    const int n[3] = {(int)level->points0, (int)level->points1, (int)level->points2};
    double sum = 0.0;
    int cells = 0;
    for (int e = 0; e < n[0] * n[1] * n[2]; e++)
        for (int f = 0; f < op->features; f++) {
            const double *v = params + level->offset + (size_t)(e * op->features + f);
            double squares = 0.0;
            bool inside = true;
            for (int a = 0, pitch = 1; a < op->n_axes; pitch *= n[a], a++) {
                const bool has = e / pitch % n[a] + 1 < n[a];
                squares += has ? pow(v[pitch * op->features] - v[0], 2.0) : 0.0;
                inside = inside && has;
            }
            sum += inside ? sqrt(fmax(squares, 1e-6)) : 0.0;
            cells += inside;
        }
    return cells ? sum / cells : 0.0;
}

static double regulariser(const struct inr_program *p, const double *params, double tv, double l2)
{
    double sum = 0.0;
    for (int i = 0; i < p->n_ops; i++)
        if (p->ops[i].kind == INR_OP_GRID && p->levels[p->ops[i].level].shift == 0.0f)
            sum += tv * variation(p, &p->ops[i], params);
    for (size_t i = 0; i < p->n_table; i++)
        sum += l2 / 2.0 * params[i] * params[i];
    return sum;
}

void program_ref_regularise(const struct inr_program *p, const double *params, double tv, double l2,
                            double *gradient)
{
    double *moved = must(malloc(p->n_params * sizeof *moved));
    memcpy(moved, params, p->n_params * sizeof *moved);
    for (size_t i = 0; i < p->n_table && (tv > 0.0 || l2 > 0.0); i++) {
        moved[i] = params[i] + STEP;
        const double above = regulariser(p, moved, tv, l2);
        moved[i] = params[i] - STEP;
        gradient[i] += (above - regulariser(p, moved, tv, l2)) / (2.0 * STEP);
        moved[i] = params[i];
    }
    free(moved);
}

/* Steps of central differences of fourth order, (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h: small
 * enough to stay within a cell of a table, large enough that a difference of differences keeps
 * seven digits. */
#define JET_STEP   2e-5
#define SLOPE_STEP 2e-4

void program_ref_jet(const struct inr_program *p, const double *params,
                     const struct program_ref_batch *batch, double *y, double *gradient)
{
    static const double at[4] = {1.0, -1.0, 2.0, -2.0}, share[4] = {8.0, -8.0, -1.0, 1.0};
    const size_t dims = (size_t)p->dims, channels = (size_t)p->channels;
    double *x = must(malloc(batch->n * dims * sizeof *x));
    double *moved = must(malloc(batch->n * channels * sizeof *moved));
    const struct program_ref_batch near = {batch->n, x, batch->target};
    program_ref_eval(p, params, batch, y);
    memset(gradient, 0, batch->n * channels * dims * sizeof *gradient);
    for (size_t k = 0; k < dims; k++)
        for (int step = 0; step < 4; step++) {
            memcpy(x, batch->x, batch->n * dims * sizeof *x);
            for (size_t i = 0; i < batch->n; i++)
                x[i * dims + k] += at[step] * JET_STEP;
            program_ref_eval(p, params, &near, moved);
            for (size_t i = 0; i < batch->n * channels; i++)
                gradient[i * dims + k] += share[step] * moved[i] / (12.0 * JET_STEP);
        }
    free(x);
    free(moved);
}

static double geometry_of(double f, const double *g, const double *t, int dims,
                          const inr_geometry *w, double *kink)
{
    double size = 0.0, normal = 0.0, dot = 0.0;
    for (int k = 0; k < dims; k++) {
        size += g[k] * g[k];
        normal += t[1 + k] * t[1 + k];
        dot += g[k] * t[1 + k];
    }
    size = sqrt(size);
    const double cosine = dot / (fmax(size, 1e-8) * fmax(sqrt(normal), 1e-8));
    *kink = fmin(*kink, fmin(fabs(f), fmin(fabs(f - t[0]), fabs(size - 1.0))));
    const double on = (double)w->on * fabs(f) + (double)w->normal * (1.0 - cosine);
    const double off = (double)w->off * exp(-(double)w->sharpness * fabs(f));
    return (t[4] == 1.0 ? on : off) + (double)w->eikonal * fabs(size - 1.0) +
           (double)w->distance * fabs(f - t[0]);
}

double program_ref_geometry(const struct inr_program *p, const double *params,
                            const struct program_ref_batch *batch, const inr_geometry *w,
                            double *kink)
{
    const size_t dims = (size_t)p->dims;
    double *y = must(malloc(batch->n * sizeof *y));
    double *g = must(malloc(batch->n * dims * sizeof *g)), sum = 0.0;
    program_ref_jet(p, params, batch, y, g);
    for (size_t i = 0; i < batch->n; i++)
        sum += geometry_of(y[i], g + i * dims, batch->target + i * INR_GEOMETRY_TARGETS, p->dims, w,
                           kink);
    free(y);
    free(g);
    return sum / (double)batch->n;
}

double program_ref_geometry_slope(const struct inr_program *p, const double *params,
                                  const struct program_ref_batch *batch, const inr_geometry *w,
                                  size_t at)
{
    static const double step[4] = {1.0, -1.0, 2.0, -2.0}, share[4] = {8.0, -8.0, -1.0, 1.0};
    double *moved = must(malloc(p->n_params * sizeof *moved)), sum = 0.0, kink = 1.0;
    memcpy(moved, params, p->n_params * sizeof *moved);
    for (int i = 0; i < 4; i++) {
        moved[at] = params[at] + step[i] * SLOPE_STEP;
        sum += share[i] * program_ref_geometry(p, moved, batch, w, &kink);
    }
    free(moved);
    return sum / (12.0 * SLOPE_STEP);
}
