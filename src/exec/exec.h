/* SPDX-License-Identifier: MIT
 *
 * exec.h - The interface both backends meet: an exec runs one program on one device. Coarse calls
 * only: set the sample pool, train N steps, evaluate points, read the state.
 *
 *     inr_exec_create(device, &config, &exec, err);
 *     inr_exec_set_state(exec, &state, err);
 *     inr_exec_set_pool(exec, &pool, err);
 *     inr_exec_train(exec, steps, n, results, err);
 *     inr_exec_eval(exec, coords, n, out, err);
 *     inr_exec_get_state(exec, &state, err);
 *     inr_exec_destroy(exec);
 *
 * Same seed, same batches, same initial weights on every backend: batches come from
 * common/random.glsl and common/grid.glsl. An exec is used from one thread at a time.
 */
#ifndef INR_EXEC_EXEC_H
#define INR_EXEC_EXEC_H

#include "common/geometry.h"
#include "exec/device.h"
#include "exec/readout.h"
#include "field/program.h"
#include "inrush/signal.h"

/* A pool of samples to train on. Either a grid (coords NULL: sample i is the row-major point of
 * `shape`, first axis fastest, its coordinates follow from inr_grid_coord) or explicit points. */
struct inr_pool {
    int dims, channels;
    uint32_t shape[INR_MAX_DIMS]; /* grid: points per axis, 1 beyond dims */
    int lattice;                  /* grid: INR_LATTICE_* of common/grid.glsl */
    const float *coords;          /* points: [count][dims], or NULL */
    const void *values; /* [count][channels] in `depth`, borrowed: must outlive the exec */
    enum inr_depth depth;
    uint64_t count; /* product of shape, or points; below 2^31 */
    /* target = scale * sample + shift, with integer samples taken as [0,1] */
    float scale, shift;
    /* NULL, or what the values measure of the grid: then they are [measurements][channels] of F32,
     * count is that of the grid's points, and only full batches can be drawn. Copied. */
    const struct inr_readout *readout;
};

/* Optimiser ids and meanings are rows of src/fit/optimizer.c; the update formulas are in
 * common/optimizer.glsl. */
/* What inr_optimizer_correction takes for a beta in [0,1): -log(beta), at most 88. */
float inr_optimizer_fade(float beta);

struct inr_optimizer_config {
    int kind;    /* INR_OPTIMIZER_* of common/optimizer.glsl */
    float beta1; /* adam, adamw, muon; sgd: momentum */
    float beta2;
    float epsilon;
    float
        weight_decay; /* adamw, muon: decoupled; adam, sgd: added to the gradient; not of tables */
    float absolute_decay; /* weights come nearer to 0 by rate * this a step; not of tables */
    float table_rate;     /* rate of tables / rate of a step; 0: 1 */
    bool sparse;          /* tables: skip entries whose gradient is 0 and correct by own counts */
    bool average;         /* eval uses an average of the parameters over the steps */
};

/* What steps all that is no weight matrix: the same, but adamw beside muon. */
struct inr_optimizer_config inr_optimizer_rest(const struct inr_optimizer_config *optimizer);

/* How a Vulkan device runs a program: op by op, or with its plain layers in one kernel. */
enum inr_plan_kind {
    INR_PLAN_AUTO, /* fused where program and device allow it */
    INR_PLAN_LAYERED,
    INR_PLAN_FUSED /* an error where they do not */
};

/* Factors of the products of fused layers; sums, biases and parameters always have 32 bits. */
enum inr_precision {
    INR_PRECISION_SINGLE,
    INR_PRECISION_MIXED, /* 16 bits */
    INR_PRECISION_SPLIT  /* two halves of 16 bits each, three products */
};

/* Shapes of the fused kernels, see exec/vulkan/fused.h; 0: chosen for the device. */
struct inr_fused_tuning {
    uint32_t columns, rm, rn, gm, gn, groups;
    bool keep, keep_sums;
    bool stand_in; /* for tests: the kernel of matrix units without them, on devices with halves */
};

struct inr_exec_config {
    const struct inr_program *program; /* borrowed */
    struct inr_optimizer_config optimizer;
    float table_tv, table_l2; /* regularisers of tables, as in inr_fit_config */
    bool half_tables;         /* Vulkan: ops read tables as 16-bit floats, unless no_fp16 */
    bool fixed_point;         /* table gradients as integers of 64 bits: any order, same sum */
    int loss;                 /* id */
    float loss_constant;      /* huber, truncated delta, relative_l2 and mape epsilon */
    inr_geometry geometry;    /* loss geometry: its weights. The field has one channel, the pool
                                 INR_GEOMETRY_TARGETS, with scale 1 and shift 0 */
    bool jets;                /* inr_exec_evaluate_jet will be called */
    int batch_mode;           /* INR_BATCH_* of common/grid.glsl */
    uint32_t batch;           /* samples a step, >= 1; FULL: the pool's count */
    uint64_t seed;
    int threads;           /* cpu: 0 = all cores this process may use */
    uint64_t memory_limit; /* bytes of device memory to stay below; 0: the device's own limit */
    bool train;            /* false: only eval will be called, training memory is not needed */
    int plan;              /* INR_PLAN_*; the CPU has one of its own */
    int precision;         /* INR_PRECISION_*, of a fused plan */
    bool no_coopmat;       /* leave matrix units alone */
    bool no_fp16;          /* and 16-bit floats: precision single */
    float loss_scale;      /* ... not in single: factor of the gradients of one sample; 0: 128 */
    struct inr_fused_tuning fused;
};

/* Everything that training changes. Arrays belong to the caller. */
struct inr_state {
    float *params; /* [n_params] trainable then frozen */
    float *m, *v;  /* [n_trainable] optimiser moments; NULL: zero on set, skipped on get */
    float *counts; /* [n_table] with a sparse optimiser: steps each scalar has taken; as m and v */
    float *lag;    /* [n_trainable] of an average, see inr_lag_step; as m and v */
    float share;   /* the average is inr_lag_average(params, lag, share) */
};

/* What the schedule decides for one step; the same rows drive every backend. */
struct inr_step {
    uint32_t index;          /* global step number from 0: keys the batch */
    float rate;              /* learning rate */
    float correct1;          /* 1 / (1 - beta1^(index+1)); 1 for sgd */
    float correct2;          /* 1 / (1 - beta2^(index+1)) */
    float fade, gain, share; /* of an average after this step, see inr_lag_step */
    uint32_t level;          /* of nested networks the one to train; 0: the highest */
};

struct inr_step_result {
    float loss; /* mean over the batch, or its measurements, and channels */
    float mse;  /* mean squared error in target units, before this step's update; loss geometry: of
                   distances, counted where a term of the loss compares them (on the surface, and
                   everywhere with a weight of `distance`) */
};

/* Where the time of training went, summed over its steps. */
struct inr_exec_times {
    uint64_t steps;
    double device; /* seconds by the device's clock; 0: it has none */
    double host;   /* seconds that the calling thread computed, waiting for the device left out */
};

struct inr_exec; /* first member: const struct inr_exec_backend *backend */

struct inr_exec_backend {
    const char *name; /* "cpu", "vulkan" */
    enum inr_status (*create)(const struct inr_device *device, const struct inr_exec_config *config,
                              const struct inr_log *log, struct inr_exec **out,
                              struct inr_error *err);
    enum inr_status (*set_state)(struct inr_exec *exec, const struct inr_state *state,
                                 struct inr_error *err);
    enum inr_status (*get_state)(struct inr_exec *exec, struct inr_state *state,
                                 struct inr_error *err);
    enum inr_status (*set_pool)(struct inr_exec *exec, const struct inr_pool *pool,
                                struct inr_error *err);
    enum inr_status (*update_pool)(struct inr_exec *exec, uint64_t first, uint64_t count,
                                   struct inr_error *err);
    enum inr_status (*train)(struct inr_exec *exec, const struct inr_step *steps, uint32_t n,
                             struct inr_step_result *results, struct inr_error *err);
    enum inr_status (*eval)(struct inr_exec *exec, const float *coords, size_t n, float *out,
                            struct inr_error *err);
    enum inr_status (*evaluate_jet)(struct inr_exec *exec, const float *coords, size_t n,
                                    float *value, float *gradient, struct inr_error *err);
    enum inr_status (*quantize)(struct inr_exec *exec, bool on, struct inr_error *err);
    enum inr_status (*gradient)(struct inr_exec *exec, uint32_t index, float *d_params,
                                struct inr_step_result *result, struct inr_error *err);
    void (*times)(const struct inr_exec *exec, struct inr_exec_times *times);
    const char *(*plan)(const struct inr_exec *exec);
    void (*destroy)(struct inr_exec *exec);
};

/* Common head of every backend's exec. */
struct inr_exec {
    const struct inr_exec_backend *backend;
};

/* Make an exec on `device`. Errors: INR_ERR_MEMORY (says how much was needed), INR_ERR_NO_DEVICE,
 * INR_ERR_DEVICE_LOST, INR_ERR_USAGE (a loss or a jet that the program does not allow). */
enum inr_status inr_exec_create(const struct inr_device *device,
                                const struct inr_exec_config *config, const struct inr_log *log,
                                struct inr_exec **out, struct inr_error *err);

/* Copy parameters and moments in and out. */
enum inr_status inr_exec_set_state(struct inr_exec *exec, const struct inr_state *state,
                                   struct inr_error *err);
enum inr_status inr_exec_get_state(struct inr_exec *exec, struct inr_state *state,
                                   struct inr_error *err);

/* Choose what to train on; the values stay borrowed until the next set_pool or destroy. */
enum inr_status inr_exec_set_pool(struct inr_exec *exec, const struct inr_pool *pool,
                                  struct inr_error *err);

/* Samples first .. first + count of the pool that was set have other coordinates and values now:
 * look at them again. Errors: INR_ERR_USAGE (no such samples, or those of a grid), those of the
 * device. */
enum inr_status inr_exec_update_pool(struct inr_exec *exec, uint64_t first, uint64_t count,
                                     struct inr_error *err);

/* Run n steps; results [n]. Non-finite losses are returned as they are: the caller decides. */
enum inr_status inr_exec_train(struct inr_exec *exec, const struct inr_step *steps, uint32_t n,
                               struct inr_step_result *results, struct inr_error *err);

/* Evaluate the field at coords [n][dims] -> out [n][channels], any n. */
enum inr_status inr_exec_eval(struct inr_exec *exec, const float *coords, size_t n, float *out,
                              struct inr_error *err);

/* Compute with quantised weights from now on, or with floats again; the program says which at
 * first. Errors: INR_ERR_USAGE (the program's field has no quantizer). */
enum inr_status inr_exec_quantize(struct inr_exec *exec, bool on, struct inr_error *err);

/* The field and its gradient by the coordinates at coords [n][dims] -> value [n][channels],
 * gradient [n][channels][dims], any n. Interpolated tables have kinks between cells, where the
 * gradient is that of the cell above; finer with stop_gradient gives what PyTorch gives, |z| + 1
 * held constant. Errors: INR_ERR_USAGE (the exec was made without `jets`). */
enum inr_status inr_exec_evaluate_jet(struct inr_exec *exec, const float *coords, size_t n,
                                      float *value, float *gradient, struct inr_error *err);

/* The gradient of the loss over the batch of step `index`, without updating: d_params
 * [n_trainable]. For tests and the self-test. */
enum inr_status inr_exec_gradient(struct inr_exec *exec, uint32_t index, float *d_params,
                                  struct inr_step_result *result, struct inr_error *err);

/* Zeros where the backend does not tell: on the CPU both are the same. */
void inr_exec_times(const struct inr_exec *exec, struct inr_exec_times *times);

/* How the exec runs its program, for people: "layered", "fused, tiles of 64 rows and 32 columns".
 * Empty before the first pool or evaluation. The exec owns the text, which lasts until the next
 * call. */
const char *inr_exec_plan(const struct inr_exec *exec);

void inr_exec_destroy(struct inr_exec *exec);

#endif
