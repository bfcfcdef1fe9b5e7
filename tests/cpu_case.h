/* SPDX-License-Identifier: MIT
 *
 * cpu_case.h - A small field on the CPU backend with random samples: what its tests start from.
 */
#ifndef CPU_CASE_H
#define CPU_CASE_H

#include "exec/cpu/cpu.h"
#include "ref_field.h"

/* What to make; zero means the default in brackets. */
struct cpu_case_config {
    const char *activation; /* [sine] */
    int dims, channels;     /* [2], [3] */
    int width, layers;      /* [7]; layers as given */
    const char *init;       /* [the activation's] */
    float width_end;        /* [equal widths] */
    int encoding;           /* id [identity] */
    int n_frequencies;
    float octave_ratio; /* [2] */
    bool include_input, learn_constants, no_bias;
    int architecture, rank; /* id [mlp]; sl2a: [full] */
    int scaling;            /* Gaussians an axis [none] */
    int reparam;            /* id [none], over a small basis */
    uint32_t grid[3];       /* points of a grid instead of random ones */
    int lattice;
    const char *output; /* activation of the outputs [none] */
    float output_omega;
    bool opponent;
    const char *loss; /* [l2] */
    size_t samples;   /* of the pool [37] */
    int batch_mode;   /* id [full] */
    uint32_t batch;
    int threads; /* [1] */
    int optimizer;
    float weight_decay, absolute_decay;
    uint64_t seed; /* [1] */
    bool eval_only;
};

struct cpu_case {
    struct cpu_case_config config;
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *exec;
    struct inr_pool pool;
    float *coords, *values;
    double *x, *target; /* the same in double */
    struct ref_batch batch;
};

/* Constants are mild ones, so that no activation is flat where the samples lie. */
void cpu_case_init(struct cpu_case *c, const struct cpu_case_config *config);
void cpu_case_finish(struct cpu_case *c);

/* Such constants, for fields of other tests. */
void cpu_case_mild(struct inr_field_config *field, const char *activation);

/* A number in [-1, 1) from a counter. */
double cpu_case_random(uint64_t *state);

#endif
