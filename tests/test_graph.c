/* SPDX-License-Identifier: MIT
 *
 * test_graph.c - Random programs on the CPU backend against an interpreter in double: any op may
 * read any slot, some slots are read by many ops, some twice by one, some by none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/cpu/cpu.h"
#include "field/activation.h"
#include "field/formula.h"
#include "field/loss.h"

#define MOST_OPS   24
#define MOST_ROWS  20 /* of a slot */
#define MOST_FLOAT 4096
#define SAMPLES    45 /* no multiple of a vector */
#define DEGREE     2
#define PI         3.14159265358979323846

struct graph {
    struct inr_program program;
    struct inr_op ops[MOST_OPS];
    int rows[MOST_OPS + 1];
    bool learns[MOST_OPS + 1];
    struct inr_map map;
    float constants[MOST_FLOAT];
    float params[MOST_FLOAT];
    bool learned[MOST_FLOAT]; /* entries whose gradient is asked for */
    uint64_t random;
};

static double random_number(struct graph *g)
{
    g->random = g->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(g->random >> 11) * 0x1p-52 - 1.0;
}

static int choose(struct graph *g, int n)
{
    return (int)((random_number(g) * 0.5 + 0.5) * n);
}

/* Room for n effective entries in +-spread around a middle. */
static size_t entries(struct graph *g, size_t n, double middle, double spread, bool learn)
{
    const size_t at = g->program.n_effective;
    assert_true(at + n <= MOST_FLOAT);
    for (size_t i = at; i < at + n; i++) {
        g->params[i] = (float)(middle + spread * random_number(g));
        g->learned[i] = learn;
    }
    g->program.n_effective += n;
    return at;
}

static int add_op(struct graph *g, struct inr_op op, int rows, bool learns)
{
    const int slot = g->program.n_slots++;
    op.out = slot;
    g->ops[g->program.n_ops++] = op;
    g->rows[slot] = rows;
    g->learns[slot] = learns;
    return slot;
}

/* A slot that exists, more often a late one; with rows > 0 one of that many rows, which `like` has.
 */
static int any_slot(struct graph *g, int rows, int like)
{
    for (int tries = 0; tries < 20; tries++) {
        const int n = g->program.n_slots, late = n < 3 ? n : 3;
        const int slot = choose(g, 2) ? n - 1 - choose(g, late) : choose(g, n);
        if (rows == 0 || g->rows[slot] == rows)
            return slot;
    }
    return like;
}

static int add_affine(struct graph *g, int in, int rows)
{
    const int n = g->rows[in];
    const size_t size = (size_t)rows * (size_t)n;
    const size_t weight = entries(g, size, 0, 1.5 / sqrt(n), true);
    return add_op(
        g,
        (struct inr_op){.kind = INR_OP_AFFINE,
                        .in = in,
                        .in2 = -1,
                        .n_in = n,
                        .n_out = rows,
                        .weight = weight,
                        .bias = choose(g, 3) ? entries(g, (size_t)rows, 0, 0.5, true) : INR_NONE,
                        .input_gradient = g->learns[in]},
        rows, true);
}

static void add_act(struct graph *g, int in)
{
    const bool wire = g->rows[in] % 2 == 0 && choose(g, 3) == 0;
    const bool learn = choose(g, 3);
    const int planes = wire ? 2 : 1;
    const struct inr_activation *act = inr_activation_by_name(wire ? "wire" : "sine");
    const size_t constants = entries(g, INR_MAX_CONSTANTS, 1.5, 0.3, false);
    g->learned[constants] = learn;
    g->learned[constants + 1] = learn && wire;
    add_op(g,
           (struct inr_op){.kind = INR_OP_ACT,
                           .in = in,
                           .in2 = -1,
                           .activation = act->id,
                           .units = g->rows[in] / planes,
                           .planes_in = planes,
                           .planes_out = planes,
                           .constants = constants,
                           .learn = learn ? (wire ? 3u : 1u) : 0u},
           g->rows[in], g->learns[in] || learn);
}

static void add_source(struct graph *g)
{
    const int dims = g->program.dims;
    struct inr_op op = {.in2 = -1, .n_out = 6, .shape = {5, 4, 3}};
    switch (choose(g, 6)) {
    case 0:
        op.kind = INR_OP_ENCODE;
        op.n_frequencies = 3;
        op.include_input = choose(g, 2);
        op.table = entries(g, 3 * (size_t)dims, 0, 0.6, false);
        add_op(g, op, 6 + (op.include_input ? dims : 0), false);
        break;
    case 1:
        op.kind = INR_OP_CHEBYSHEV;
        op.n_frequencies = DEGREE;
        add_op(g, op, dims * (DEGREE + 1), false);
        break;
    case 2:
        op.kind = INR_OP_LOOKUP;
        op.lattice = choose(g, 3);
        for (int i = 0; i < dims; i++)
            op.lookup[i] = entries(g, 6 * (size_t)op.shape[i], 0, 1, true);
        add_op(g, op, 6, true);
        break;
    case 3: /* a first layer whose activation waits while others run */
        op.out = add_affine(g, 0, 6);
        add_act(g, add_affine(g, 0, 6));
        add_affine(g, g->program.n_slots - 1, 6);
        add_act(g, op.out);
        break;
    case 4:
        add_affine(g, 0, 12);
        break;
    default:
        op.kind = INR_OP_RBF;
        op.learn = (unsigned)choose(g, 2);
        op.weight = entries(g, 6 * (size_t)dims, 0, 1, op.learn);
        op.bias = entries(g, 6, 3, 1, op.learn);
        add_op(g, op, 6, op.learn);
    }
}

static void add_any(struct graph *g)
{
    static const int widths[] = {2, 6, 6, 12};
    const int in = any_slot(g, 0, 0), other = any_slot(g, g->rows[in], in);
    struct inr_op op = {.in = in, .in2 = other};
    switch (choose(g, 9)) {
    case 0:
        add_source(g);
        break;
    case 8:
        op.kind = INR_OP_MSC;
        op.in2 = -1;
        op.n_out = g->rows[in];
        op.constants = entries(g, (size_t)op.n_out, 2, 1, false);
        add_op(g, op, op.n_out, g->learns[in]);
        break;
    case 1:
        op.kind = INR_OP_NORM;
        op.in2 = -1;
        op.n_out = g->rows[in];
        op.weight = entries(g, (size_t)op.n_out, 1, 0.3, true);
        op.bias = entries(g, (size_t)op.n_out, 0, 0.3, true);
        if (op.n_out > 2) /* two rows always come out as +-1 */
            add_op(g, op, op.n_out, true);
        break;
    case 2:
    case 3:
        add_act(g, in);
        break;
    case 4:
        op.kind = INR_OP_ADD;
        add_op(g, op, g->rows[in], g->learns[in] || g->learns[other]);
        break;
    case 5:
        op.kind = INR_OP_MUL;
        add_op(g, op, g->rows[in], g->learns[in] || g->learns[other]);
        break;
    default:
        add_affine(g, in, widths[choose(g, 4)]);
    }
}

static void make_graph(struct graph *g, uint64_t seed)
{
    memset(g, 0, sizeof *g);
    g->random = seed * 7919 + 1;
    struct inr_program *p = &g->program;
    *p = (struct inr_program){.dims = 1 + (int)seed % 3,
                              .channels = seed % 4 == 0 ? 7 : 2,
                              .n_slots = 1,
                              .slot_rows = g->rows,
                              .slot_learns = g->learns,
                              .ops = g->ops,
                              .maps = &g->map,
                              .n_maps = 1,
                              .constants = g->constants,
                              .flops = 1e4};
    g->rows[0] = p->dims;
    add_source(g);
    const int most = 3 + choose(g, MOST_OPS - 8);
    while (p->n_ops < most)
        add_any(g);
    p->output = add_affine(g, p->n_slots - 1, p->channels);
    if (seed % 3 == 0) {
        const int second = add_affine(g, any_slot(g, 0, 0), p->channels);
        p->output =
            add_op(g,
                   (struct inr_op){
                       .kind = seed % 2 ? INR_OP_ADD : INR_OP_MUL, .in = p->output, .in2 = second},
                   p->channels, true);
    }
    p->n_params = p->n_trainable = p->n_effective;
    g->map = (struct inr_map){.kind = INR_MAP_COPY, .n = p->n_params};
}

typedef double slot_values[MOST_ROWS];

static void run_lookup(const struct inr_op *op, int dims, const double *e, const double *x,
                       double *y)
{
    for (int r = 0; r < op->n_out; r++)
        y[r] = 0;
    for (int i = 0; i < dims; i++) {
        const int n = (int)op->shape[i];
        int nearest = 0;
        double least = 1e9;
        for (int k = 0; k < n; k++) {
            const double at = op->lattice == INR_LATTICE_CORNERS ? 2.0 * k / (n - 1) - 1
                              : op->lattice == INR_LATTICE_LEFT  ? 2.0 * k / n - 1
                                                                 : (2.0 * k + 1) / n - 1;
            if (fabs(x[i] - at) < least) {
                least = fabs(x[i] - at);
                nearest = k;
            }
        }
        for (int r = 0; r < op->n_out; r++)
            y[r] += e[op->lookup[i] + (size_t)(r * n + nearest)];
    }
}

static void run_source(const struct inr_op *op, int dims, const double *e, const double *x,
                       double *y)
{
    if (op->kind == INR_OP_LOOKUP) {
        run_lookup(op, dims, e, x, y);
    } else if (op->kind == INR_OP_CHEBYSHEV) {
        for (int i = 0; i < dims; i++)
            for (int k = 0; k <= DEGREE; k++)
                *y++ = cos(k * acos(tanh(x[i])));
    } else if (op->kind == INR_OP_ENCODE) {
        for (int i = 0; op->include_input && i < dims; i++)
            *y++ = x[i];
        for (int j = 0; j < op->n_frequencies; j++) {
            double turns = 0;
            for (int i = 0; i < dims; i++)
                turns += e[op->table + (size_t)(j * dims + i)] * x[i];
            y[j] = cos(2 * PI * turns);
            y[op->n_frequencies + j] = sin(2 * PI * turns);
        }
    } else {
        for (int u = 0; u < op->n_out; u++) {
            double squares = 0;
            for (int i = 0; i < dims; i++)
                squares += pow(x[i] - e[op->weight + (size_t)(u * dims + i)], 2);
            y[u] = exp(-0.5 * e[op->bias + (size_t)u] * squares);
        }
    }
}

static void run_act(const struct inr_op *op, const double *e, const double *z, double *y)
{
    const double w = e[op->constants], s = e[op->constants + 1];
    for (int u = 0; u < op->units; u++) {
        if (op->planes_in == 1) {
            y[u] = sin(w * z[u]);
            continue;
        }
        const double a = z[u], b = z[op->units + u];
        const double size = exp(-w * b - s * s * (a * a + b * b));
        y[u] = size * cos(w * a);
        y[op->units + u] = size * sin(w * a);
    }
}

static void run_norm(const struct inr_op *op, const double *e, const double *x, double *y)
{
    double mean = 0, variance = 0;
    for (int r = 0; r < op->n_out; r++)
        mean += x[r] / op->n_out;
    for (int r = 0; r < op->n_out; r++)
        variance += pow(x[r] - mean, 2) / op->n_out;
    for (int r = 0; r < op->n_out; r++)
        y[r] = e[op->weight + (size_t)r] * (x[r] - mean) / sqrt(variance + 1e-5) +
               e[op->bias + (size_t)r];
}

static void run_affine(const struct inr_op *op, const double *e, const double *x, double *y)
{
    for (int r = 0; r < op->n_out; r++) {
        y[r] = op->bias == INR_NONE ? 0 : e[op->bias + (size_t)r];
        for (int c = 0; c < op->n_in; c++)
            y[r] += e[op->weight + (size_t)(r * op->n_in + c)] * x[c];
    }
}

/* The output at one point, straight from the comments of program.h. */
static void interpret(const struct graph *g, const double *e, const double *x, double *out)
{
    static slot_values slots[MOST_OPS + 1];
    const struct inr_program *p = &g->program;
    memcpy(slots[0], x, (size_t)p->dims * sizeof *x);
    for (int i = 0; i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        const double *a = slots[op->in];
        double *y = slots[op->out];
        if (op->kind == INR_OP_AFFINE)
            run_affine(op, e, a, y);
        else if (op->kind == INR_OP_ACT)
            run_act(op, e, a, y);
        else if (op->kind == INR_OP_NORM)
            run_norm(op, e, a, y);
        else if (op->kind == INR_OP_MSC)
            for (int r = 0; r < op->n_out; r++)
                y[r] = a[r] + sin(e[op->constants + (size_t)r] * a[r]);
        else if (op->kind == INR_OP_MUL || op->kind == INR_OP_ADD)
            for (int r = 0; r < g->rows[op->out]; r++)
                y[r] = op->kind == INR_OP_MUL ? a[r] * slots[op->in2][r] : a[r] + slots[op->in2][r];
        else
            run_source(op, p->dims, e, a, y);
    }
    memcpy(out, slots[p->output], (size_t)p->channels * sizeof *out);
}

static double loss_of(const struct graph *g, const double *e, const float *coords,
                      const float *targets)
{
    const int dims = g->program.dims, channels = g->program.channels;
    double sum = 0, x[INR_MAX_DIMS], y[INR_MAX_CHANNELS];
    for (int t = 0; t < SAMPLES; t++) {
        for (int i = 0; i < dims; i++)
            x[i] = (double)coords[t * dims + i];
        interpret(g, e, x, y);
        for (int c = 0; c < channels; c++)
            sum += pow(y[c] - (double)targets[t * channels + c], 2);
    }
    return sum / (SAMPLES * channels);
}

static struct inr_exec *make_exec(const struct graph *g, bool train, int threads)
{
    struct inr_error err = {0};
    struct inr_device device;
    struct inr_exec *exec = NULL;
    inr_cpu_describe(&device);
    const struct inr_exec_config config = {.program = &g->program,
                                           .loss = inr_loss_by_name("l2")->id,
                                           .batch_mode = 0,
                                           .threads = threads,
                                           .train = train};
    if (inr_cpu_backend.create(&device, &config, NULL, &exec, &err) != INR_OK)
        fail_msg("%s", err.text);
    const struct inr_state state = {.params = (float *)g->params};
    assert_int_equal(inr_cpu_backend.set_state(exec, &state, NULL), INR_OK);
    return exec;
}

/* Values and products round to 2^-24 each, a few hundred of them meet in an entry, and a norm of
 * nearly equal rows magnifies them: 2e-4 of the largest. */
static void close_to_all(const double *expected, const float *got, size_t n, const bool *asked,
                         const char *what, uint64_t seed)
{
    double largest = 1e-3;
    for (size_t i = 0; i < n; i++)
        if (!asked || asked[i])
            largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if ((!asked || asked[i]) && !(fabs((double)got[i] - expected[i]) <= 2e-4 * largest))
            fail_msg("seed %llu, %s [%zu]: %.9g, not %.9g", (unsigned long long)seed, what, i,
                     (double)got[i], expected[i]);
}

static void check_values(const struct graph *g, const double *e, const float *coords, uint64_t seed)
{
    const int dims = g->program.dims, channels = g->program.channels;
    static float got[SAMPLES * INR_MAX_CHANNELS];
    static double expected[SAMPLES * INR_MAX_CHANNELS];
    double x[INR_MAX_DIMS];
    for (int t = 0; t < SAMPLES; t++) {
        for (int i = 0; i < dims; i++)
            x[i] = (double)coords[t * dims + i];
        interpret(g, e, x, expected + t * channels);
    }
    for (int train = 0; train < 2; train++) {
        struct inr_exec *exec = make_exec(g, train, 2);
        inr_cpu_backend.eval(exec, coords, SAMPLES, got, NULL);
        close_to_all(expected, got, (size_t)(SAMPLES * channels), NULL,
                     train ? "value, trainer" : "value", seed);
        inr_cpu_backend.destroy(exec);
    }
}

static void check_gradients(const struct graph *g, double *e, const float *coords, uint64_t seed)
{
    const struct inr_program *p = &g->program;
    static float targets[SAMPLES * INR_MAX_CHANNELS], got[MOST_FLOAT];
    static double expected[MOST_FLOAT];
    for (int i = 0; i < SAMPLES * p->channels; i++)
        targets[i] = 0.01f * (float)(i * 37 % 101) - 0.5f;
    for (size_t i = 0; i < p->n_effective; i++) {
        const double held = e[i], h = 1e-5;
        if (!g->learned[i])
            continue;
        e[i] = held + h;
        const double up = loss_of(g, e, coords, targets);
        e[i] = held - h;
        expected[i] = (up - loss_of(g, e, coords, targets)) / (2 * h);
        e[i] = held;
    }
    struct inr_exec *exec = make_exec(g, true, 1 + (int)seed % 3);
    const struct inr_pool pool = {.dims = p->dims,
                                  .channels = p->channels,
                                  .coords = coords,
                                  .values = targets,
                                  .depth = INR_DEPTH_F32,
                                  .count = SAMPLES,
                                  .scale = 1.0f};
    struct inr_step_result result;
    assert_int_equal(inr_cpu_backend.set_pool(exec, &pool, NULL), INR_OK);
    /* Twice: nothing of the first pass may remain. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(inr_cpu_backend.gradient(exec, 0, got, &result, NULL), INR_OK);
        close_to_all(expected, got, p->n_effective, g->learned, "gradient", seed);
    }
    inr_cpu_backend.destroy(exec);
}

static void test_random_programs(void **state)
{
    (void)state;
    static struct graph g;
    static double e[MOST_FLOAT];
    for (uint64_t seed = 1; seed <= 400; seed++) {
        make_graph(&g, seed);
        float coords[SAMPLES * INR_MAX_DIMS];
        for (size_t i = 0; i < sizeof coords / sizeof coords[0]; i++)
            coords[i] = (float)random_number(&g);
        for (size_t i = 0; i < g.program.n_effective; i++)
            e[i] = (double)g.params[i];
        check_values(&g, e, coords, seed);
        check_gradients(&g, e, coords, seed);
    }
}

/* A program whose output another op reads has no place for the loss to write its gradient. */
static void test_refusal(void **state)
{
    (void)state;
    static struct graph g;
    struct inr_error err = {0};
    struct inr_device device;
    struct inr_exec *exec = NULL;
    make_graph(&g, 1);
    g.program.output = g.ops[g.program.n_ops - 1].in;
    inr_cpu_describe(&device);
    const struct inr_exec_config config = {.program = &g.program, .threads = 1};
    assert_int_equal(inr_cpu_backend.create(&device, &config, NULL, &exec, &err), INR_ERR_FAILED);
    assert_null(exec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_programs),
                                       cmocka_unit_test(test_refusal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
