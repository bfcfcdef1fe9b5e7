/* SPDX-License-Identifier: MIT
 *
 * singularity.c - First layers placed on the signal: multi-scale ridges on its singular points or
 * at random (Roddenberry et al. 2024).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "field/activation.h"
#include "field/formula.h"
#include "field/init.h"
#include "inrush/select.h"
#include "select/maxima.h"

#define PI 3.14159265358979323846

/* Arrays of INR_STREAM_SINGULAR: the points of scale k, then two of the units. Numbers decide what
 * a seed means. */
enum { DRAW_POINTS = 0, DRAW_PLACE = 4096, DRAW_ANGLE = 4097 };

/* The axis' point 0 in coordinates, and the step between points (common/grid.glsl). */
struct axis {
    double first, pitch;
};

/* A unit of the first layer: r, in coordinates, and unit vectors across and along the ridge, in
 * points of the grid. */
struct atom {
    double at[3], across[3], along[3];
};

struct placing {
    const struct inr_signal *signal;
    const struct inr_singular_options *options;
    struct axis axes[3];
    uint32_t seed_lo, seed_hi;
    int wanted;         /* the units 0 .. wanted - 1 are to lie on singular points */
    struct atom *atoms; /* [units] */
    struct inr_singular_result result;
};

struct ticket {
    double key; /* exponentially distributed, divided by the weight: the smallest are drawn */
    size_t item;
};

/* One byte a point of the grid: 1 where a maximum would be too close to one taken. */
struct grid_marks {
    long n[3];
    unsigned char *v;
};

static int by_key(const void *a, const void *b)
{
    const struct ticket *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->item < y->item ? -1 : 1);
}

/* (0, 1), never an end. */
static double open_unit(uint32_t word)
{
    return ((double)word + 0.5) / 4294967296.0;
}

static inr_u4 draw(const struct placing *p, uint32_t array, uint32_t index)
{
    return inr_random(p->seed_lo, p->seed_hi, INR_STREAM_SINGULAR, array, index);
}

static struct axis axis_of(uint32_t n, int lattice)
{
    if (lattice == INR_LATTICE_LEFT)
        return (struct axis){-1.0, 2.0 / n};
    if (lattice == INR_LATTICE_CORNERS)
        return n > 1 ? (struct axis){-1.0, 2.0 / (n - 1.0)} : (struct axis){0.0, 2.0};
    return (struct axis){-1.0 + 1.0 / n, 2.0 / n};
}

/* A direction at right angles to n: the only one of a plane, turned by `turn` in space. */
static void perpendicular(int dims, const double n[3], double turn, double out[3])
{
    out[0] = out[1] = out[2] = 0.0;
    if (dims == 2) {
        out[0] = -n[1];
        out[1] = n[0];
    }
    if (dims != 3)
        return;
    int least = 0;
    double e[3] = {0.0, 0.0, 0.0}, u[3], length = 0.0;
    for (int a = 1; a < 3; a++)
        least = fabs(n[a]) < fabs(n[least]) ? a : least;
    e[least] = 1.0;
    for (int a = 0; a < 3; a++) {
        u[a] = e[a] - n[least] * n[a];
        length += u[a] * u[a];
    }
    length = sqrt(length);
    for (int a = 0; a < 3; a++)
        u[a] /= length;
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3, c = (a + 2) % 3;
        out[a] = cos(turn) * u[a] + sin(turn) * (n[b] * u[c] - n[c] * u[b]);
    }
}

/* Uniform in the domain and over directions; what units without a singular point keep. */
static void place_randomly(struct placing *p, int t)
{
    struct atom *atom = &p->atoms[t];
    const int dims = p->signal->dims;
    const inr_u4 place = draw(p, DRAW_PLACE, (uint32_t)t);
    const inr_u4 angle = draw(p, DRAW_ANGLE, (uint32_t)t);
    const uint32_t words[3] = {place.x, place.y, place.z};
    const double phi = 2.0 * PI * open_unit(angle.x);
    const double up = dims == 3 ? 2.0 * open_unit(angle.y) - 1.0 : 0.0;
    const double flat = sqrt(1.0 - up * up);
    for (int a = 0; a < 3; a++)
        atom->at[a] = 2.0 * open_unit(words[a]) - 1.0;
    atom->across[0] = dims == 1 ? (angle.x >> 31 ? -1.0 : 1.0) : flat * cos(phi);
    atom->across[1] = dims == 1 ? 0.0 : flat * sin(phi);
    atom->across[2] = up;
    perpendicular(dims, atom->across, 2.0 * PI * open_unit(angle.z), atom->along);
}

static void place_on(struct placing *p, int t, const struct inr_maximum *m)
{
    struct atom *atom = &p->atoms[t];
    const double sign = draw(p, DRAW_PLACE, (uint32_t)t).w >> 31 ? -1.0 : 1.0;
    const double turn = 2.0 * PI * open_unit(draw(p, DRAW_ANGLE, (uint32_t)t).z);
    for (int a = 0; a < 3; a++) {
        atom->at[a] = p->axes[a].first + p->axes[a].pitch * (double)m->at[a];
        atom->across[a] = sign * (double)m->normal[a];
    }
    perpendicular(p->signal->dims, atom->across, turn, atom->along);
    p->result.placed++;
}

/* The point of the grid nearest to a maximum. */
static void nearest(const struct inr_maximum *m, long at[3])
{
    for (int a = 0; a < 3; a++)
        at[a] = lround((double)m->at[a]);
}

static bool is_marked(const struct grid_marks *marks, const struct inr_maximum *m)
{
    long at[3];
    nearest(m, at);
    return marks->v[(at[2] * marks->n[1] + at[1]) * marks->n[0] + at[0]];
}

/* Mark every point closer to a maximum than `radius`. */
static void mark_around(struct grid_marks *marks, const struct inr_maximum *m, double radius)
{
    long low[3], high[3], at[3];
    const long r = (long)ceil(radius);
    nearest(m, at);
    for (int a = 0; a < 3; a++) {
        low[a] = at[a] - r > 0 ? at[a] - r : 0;
        high[a] = at[a] + r < marks->n[a] ? at[a] + r : marks->n[a] - 1;
    }
    for (long z = low[2]; z <= high[2]; z++)
        for (long y = low[1]; y <= high[1]; y++)
            for (long x = low[0]; x <= high[0]; x++) {
                const double dx = (double)(x - at[0]), dy = (double)(y - at[1]);
                const double dz = (double)(z - at[2]);
                if (dx * dx + dy * dy + dz * dz < radius * radius)
                    marks->v[(z * marks->n[1] + y) * marks->n[0] + x] = 1;
            }
}

/* Units k, k + n_scales, .. below wanted take maxima in the order of their tickets: first those
 * that keep 2 s apart, then whatever is left. */
static void take(struct placing *p, int k, struct inr_maxima *maxima, const struct ticket *tickets,
                 struct grid_marks *marks)
{
    int t = k;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < maxima->n && t < p->wanted; i++) {
            struct inr_maximum *m = &maxima->items[tickets[i].item];
            if (m->weight <= 0.0f || (pass == 0 && is_marked(marks, m)))
                continue;
            place_on(p, t, m);
            if (pass == 0)
                mark_around(marks, m, 2.0 * p->options->scales[k]);
            m->weight = 0.0f; /* taken */
            t += p->options->n_scales;
        }
}

/* Weighted drawing without replacement (Efraimidis and Spirakis 2006). */
static void draw_order(const struct placing *p, int k, const struct inr_maxima *maxima,
                       struct ticket *tickets)
{
    for (size_t i = 0; i < maxima->n; i++) {
        const uint32_t word = draw(p, DRAW_POINTS + (uint32_t)k, (uint32_t)i).x;
        tickets[i] = (struct ticket){-log(open_unit(word)) / (double)maxima->items[i].weight, i};
    }
    qsort(tickets, maxima->n, sizeof *tickets, by_key);
}

static enum inr_status place_scale(struct placing *p, int k, struct inr_error *err)
{
    const struct inr_signal *s = p->signal;
    struct inr_maxima maxima = {0};
    struct grid_marks marks = {.n = {1, 1, 1}};
    size_t points = 1;
    for (int a = 0; a < s->dims; a++) {
        marks.n[a] = (long)s->shape[a];
        points *= s->shape[a];
    }
    enum inr_status status = p->options->surface
                                 ? inr_maxima_surface(s, &maxima, err)
                                 : inr_maxima_find(s, p->options->scales[k], &maxima, err);
    struct ticket *tickets = malloc((maxima.n + 1) * sizeof *tickets);
    marks.v = calloc(points, 1);
    if (status == INR_OK && (!tickets || !marks.v))
        status =
            inr_fail(err, INR_ERR_MEMORY, "out of memory to draw from %zu edge points", maxima.n);
    if (status == INR_OK) {
        draw_order(p, k, &maxima, tickets);
        take(p, k, &maxima, tickets, &marks);
        p->result.points += maxima.n;
    }
    free(maxima.items);
    free(tickets);
    free(marks.v);
    return status;
}

/* One row of the weight and its bias: `alpha` per point of the grid in direction n. The bias uses
 * the weights as rounded, so that the row is 0 at the point itself. */
static void write_row(const struct placing *p, float *weight, float *bias, const double n[3],
                      const double at[3], double alpha)
{
    double sum = 0.0;
    for (int a = 0; a < p->signal->dims; a++) {
        weight[a] = (float)(alpha * n[a] / p->axes[a].pitch);
        sum += (double)weight[a] * at[a];
    }
    *bias = (float)-sum;
}

static void write_layer(const struct placing *p, struct inr_field *field)
{
    const struct inr_singular_options *o = p->options;
    const struct inr_activation *act = inr_activation_by_id(field->config.activation);
    const double sigma = fabs((double)field->config.first[inr_init_window(&field->config)]);
    const struct inr_slice *w = inr_field_slice(field, "net.0.weight");
    float *weights = field->params + w->offset;
    float *biases = field->params + inr_field_slice(field, "net.0.bias")->offset;
    const int units = field->units, dims = p->signal->dims;
    for (int t = 0; t < units; t++) {
        const struct atom *atom = &p->atoms[t];
        const double alpha = 1.0 / (sqrt(2.0) * sigma * o->width * o->scales[t % o->n_scales]);
        write_row(p, weights + t * dims, biases + t, atom->across, atom->at, alpha);
        if (w->rows < 2 * units)
            continue;
        /* Where the window reads the second row alone, it must be the one across the ridge. */
        write_row(p, weights + (units + t) * dims, biases + units + t,
                  act->window_apart ? atom->across : atom->along, atom->at,
                  act->window_apart ? alpha : alpha / 3.0);
    }
}

static enum inr_status check(const struct inr_signal *signal, const struct inr_field *field,
                             const struct inr_singular_options *o, struct inr_error *err)
{
    enum inr_status status =
        inr_init_check_placed(&field->config, "an init from singularities", err);
    if (status != INR_OK)
        return status;
    if (signal->dims != field->config.dims)
        return inr_fail(err, INR_ERR_USAGE,
                        "a signal of %d axes cannot place a field of %d coordinates", signal->dims,
                        field->config.dims);
    if (!(o->share >= 0.0 && o->share <= 1.0))
        return inr_fail(err, INR_ERR_USAGE,
                        "the share of singular points is %g: it must lie in "
                        "0..1",
                        o->share);
    if (!(o->width > 0.0) || !isfinite(o->width))
        return inr_fail(err, INR_ERR_USAGE, "the width of windows is %g scales: it must be above 0",
                        o->width);
    if (o->n_scales < 1 || o->n_scales > INR_SINGULAR_SCALES)
        return inr_fail(err, INR_ERR_USAGE, "there are %d scales: there must be 1 to %d",
                        o->n_scales, INR_SINGULAR_SCALES);
    for (int k = 0; k < o->n_scales; k++)
        if (!(o->scales[k] >= 0.25 && o->scales[k] <= INR_MAXIMA_SCALE_MAX))
            return inr_fail(err, INR_ERR_USAGE, "scale %d is %g points: it must lie in 0.25..%g", k,
                            o->scales[k], INR_MAXIMA_SCALE_MAX);
    return INR_OK;
}

bool inr_singular_wanted(const struct inr_field_config *config)
{
    const struct inr_init *init = inr_init_by_id(config->init);
    return init && init->placed;
}

void inr_singular_default(const struct inr_field_config *config,
                          struct inr_singular_options *options)
{
    *options = (struct inr_singular_options){
        .share = config->init == INR_INIT_RIDGES ? 0.0 : (double)config->edge_share,
        .n_scales = 3,
        .scales = {1.0, 2.0, 4.0},
        .width = 1.5,
    };
}

enum inr_status inr_singular_init(const struct inr_signal *signal, struct inr_field *field,
                                  const struct inr_singular_options *options, uint64_t seed,
                                  struct inr_singular_result *result, struct inr_error *err)
{
    enum inr_status status = check(signal, field, options, err);
    if (status != INR_OK)
        return status;
    const int units = field->units;
    struct placing p = {.signal = signal,
                        .options = options,
                        .seed_lo = (uint32_t)seed,
                        .seed_hi = (uint32_t)(seed >> 32),
                        .wanted = (int)lround(options->share * units),
                        .atoms = calloc((size_t)units, sizeof *p.atoms)};
    if (!p.atoms)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %d first-layer units", units);
    for (int a = 0; a < signal->dims; a++)
        p.axes[a] = axis_of(signal->shape[a], options->lattice);
    for (int t = 0; t < units; t++)
        place_randomly(&p, t);
    for (int k = 0; status == INR_OK && k < options->n_scales && k < p.wanted; k++)
        status = place_scale(&p, k, err);
    if (status == INR_OK)
        write_layer(&p, field);
    p.result.wanted = p.wanted;
    if (result)
        *result = p.result;
    free(p.atoms);
    return status;
}
