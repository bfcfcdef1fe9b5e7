/* SPDX-License-Identifier: MIT
 *
 * speed.h - How fast training runs, and what share of the machine's own matrix products that is.
 */
#ifndef INR_BENCH_SPEED_H
#define INR_BENCH_SPEED_H

#include "exec/exec.h"

/* What to time: a 2-D picture of three channels, 512 x 512 samples of 8 bits, random batches, Adam.
 */
struct inr_bench_speed_case {
    int activation; /* id */
    int width;      /* real units */
    int layers;     /* hidden-to-hidden layers */
    uint32_t batch;
    int plan;      /* of a GPU: INR_PLAN_* */
    int precision; /* ... INR_PRECISION_* */
    bool no_coopmat;
    struct inr_fused_tuning fused;
    int threads;    /* cpu: 0 = all cores this process may use */
    double seconds; /* time to spend on measuring, after a warm-up; 0: one second */
};

struct inr_bench_speed_result {
    double samples_per_second; /* trained samples: batch / median time of a step */
    double gflops;             /* those times the program's flops a sample (6 a weight) */
    double sgemm_gflops;       /* cpu: median rate of its products alone, see below; else 0 */
    double sgemm_ratio;        /* cpu: fastest training / fastest products; else 0 */
    double step_seconds;       /* median */
    double device_seconds;     /* of a step by the device's clock; 0: unknown */
    double host_seconds;       /* of a step on the calling thread, waiting left out; 0: unknown */
    double first_step_seconds; /* from the beginning to the end of the first step */
    char plan[96];             /* how a GPU ran it; empty: the CPU's way */
    int tile, block, threads;  /* cpu: samples a tile and a block of it */
};

/* The field and program of a case. The caller frees both, also after an error. */
enum inr_status inr_bench_speed_field(const struct inr_bench_speed_case *what,
                                      struct inr_field **field, struct inr_program **program,
                                      struct inr_error *err);

/* Time training on `device`. For the CPU the yardstick runs in turns with it: the three products of
 * the largest layer (forward, data gradient, weight gradient) by cblas_sgemm, with as many columns
 * as training gives them, on as many threads at once, all matrices in cache. Both see the same
 * clock and the same neighbours, so the ratio holds on a shared machine where the rates do not.
 * Errors: those of inr_exec_create. */
enum inr_status inr_bench_speed_run(const struct inr_device *device,
                                    const struct inr_bench_speed_case *what,
                                    struct inr_bench_speed_result *result, struct inr_error *err);

#endif
