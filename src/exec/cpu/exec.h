/* SPDX-License-Identifier: MIT
 *
 * exec.h - The state of a CPU exec and the steps its backend functions are made of.
 */
#ifndef INR_EXEC_CPU_EXEC_H
#define INR_EXEC_CPU_EXEC_H

#include "exec/cpu/plan.h"

/* One thread's memory; nothing of it is shared while tiles run. */
struct inr_cpu_worker {
    float *slots;       /* [plan.floats or jet.floats, the greater] */
    float *d_effective; /* [n_effective], NULL: evaluation only */
    float *d_table;     /* [n_table] of a program with tables, NULL with d_fixed; see table.h */
    int64_t *d_fixed;   /* [n_table] or NULL */
    uint8_t *dirty;     /* a byte a block */
    bool finite;        /* the table blocks this worker has updated are */
    float *muon;        /* [inr_cpu_muon_floats], NULL: none */
    uint32_t *index;    /* [2][samples of a tile] pool indices of this tile and the next */
    double sum, squares;
};

struct inr_cpu_exec {
    struct inr_exec head;
    struct inr_exec_config config;
    const struct inr_program *program;
    struct inr_cpu_kernels kernels;
    struct inr_cpu_plan plan;            /* of values */
    struct inr_cpu_plan jet;             /* of values and tangents; ops NULL: not wanted */
    const struct inr_cpu_plan *training; /* one of the two */
    struct inr_cpu_worker *workers;      /* [threads] */
    int threads;
    float *params; /* [n_params] */
    float
        *shadow; /* [n_params] what maps read while quantised, or of nested networks; NULL: none */
    bool quantised;
    uint32_t level;   /* of nested networks, what the effective array is of; 0: the highest */
    float *m, *v;     /* [n_trainable], NULL: evaluation only */
    float *d_params;  /* [n_trainable], NULL: evaluation only */
    float *counts;    /* [n_table], NULL but with a sparse optimiser */
    float **d_tables; /* [threads] the workers' gradients of tables, and their marks */
    uint8_t **dirty;
    float *lag;                          /* [n_trainable] of an average, else NULL; see average.h */
    float share;                         /* of the lag in the average */
    float *held_params, *held_effective; /* while the average is shown, those of training */
    bool shown;                          /* params and effective are of the average */
    double fixed_scale;                  /* of the present batch */
    float *effective;                    /* [n_effective] */
    bool finite_tables;                  /* tables are, as of their last update */
    bool finite; /* all of params are: else every result is NaN, see inr_cpu_map */
    struct inr_pool pool;
    bool has_pool;
    struct inr_cpu_readout *readout; /* NULL: samples are points */
};

/* Waking a thread costs some microseconds, and on a busy machine a time slice. Work below that is
 * done sooner by the calling thread alone; the result is the same. */
#define INR_CPU_ALONE_FLOPS   2e6
#define INR_CPU_ALONE_ENTRIES 65536

/* First of `total` pieces that worker w takes; that of w + 1 is the end. */
size_t inr_cpu_share(size_t total, int w, int threads);

/* Effective array from the parameters. The loops assume numbers, and the clamps in some activations
 * would hide a NaN, so parameters are looked at once a step instead: a diverged run shows as a NaN
 * loss and NaN values. */
void inr_cpu_map(struct inr_cpu_exec *exec);

/* The same as level `level` of nested networks; nothing where that is what is there. */
void inr_cpu_map_level(struct inr_cpu_exec *exec, uint32_t level);

/* d_params [n_trainable] from the gradient of the effective array in the first worker. */
void inr_cpu_pull(const struct inr_cpu_exec *exec, float *d_params);

/* Loss and gradient over the batch of step `index`; the gradient of the effective array ends up in
 * the first worker. */
void inr_cpu_batch_gradient(struct inr_cpu_exec *exec, uint32_t index,
                            struct inr_step_result *result);

/* From the first worker's gradient to new parameters. */
void inr_cpu_apply(struct inr_cpu_exec *exec, const struct inr_step *step);

/* The field at points first .. first + n of the pool's grid, at most a block, by worker w -> out
 * [channels][pitch]. */
void inr_cpu_evaluate_grid(const struct inr_cpu_exec *exec, int w, uint32_t first, int n,
                           float *out, size_t pitch);

/* The field at coords [n][dims] -> out [n][channels]. */
void inr_cpu_evaluate(struct inr_cpu_exec *exec, const float *coords, size_t n, float *out);

/* The same with its gradient [n][channels][dims]; exec has a plan of jets. */
void inr_cpu_evaluate_jet(struct inr_cpu_exec *exec, const float *coords, size_t n, float *value,
                          float *gradient);

#endif
