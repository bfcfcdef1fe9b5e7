/* SPDX-License-Identifier: MIT
 *
 * vulkan_case.h - A small field and a small signal, made once and run on any device: what the tests
 * of the Vulkan backend start from. Messages of the validation layer are counted.
 */
#ifndef VULKAN_CASE_H
#define VULKAN_CASE_H

#include "exec/vulkan/vulkan.h"

/* What to make; zero means the default in brackets. */
struct vulkan_case_config {
    const char *activation;             /* [sine] */
    float constants[INR_MAX_CONSTANTS]; /* [the activation's defaults] */
    int encoding, n_frequencies;        /* [identity] */
    float width_end, octave_ratio;      /* [equal widths, 2] */
    int nested;                         /* networks [1]: steps train all in turn, the whole first */
    float encoding_sigma;               /* [1] */
    bool learn_constants, include_input;
    const char *output; /* activation of the outputs [none] */
    struct {            /* tables of the encodings that have them; resolution also serves planes */
        int features, interpolation;
        int resolution[INR_MAX_DIMS];
        int levels, base, finest, log2; /* [3], [3], [8], [5] */
        int plane, volume;              /* [4], [3] */
    } grid;
    struct {                                     /* of architecture neurbf */
        int kernels, neighbours, features, form; /* [40], [4; 8 in space], [6], [ivq] */
        float low, high, unit_low, unit_high;    /* [none] */
    } kernel;
    int architecture;  /* [mlp] */
    int rank, scaling; /* [full], [none] */
    int reparam;       /* [none]; fourier has 3 low and 3 high frequencies of 24 phases */
    struct inr_quantizer quantizer; /* [none] */
    bool quantised;
    bool on_grid;       /* compile for the pool's grid: lookups where they pay */
    float noise;        /* added to every parameter, uniform in +- this */
    int dims, channels; /* [2], [3] */
    int width, layers;  /* [16], [1] */
    int loss, optimizer;
    float weight_decay;
    bool sparse, fixed_point, average;
    float table_tv, table_l2, table_rate;
    int batch_mode;
    uint32_t batch; /* [all samples] */
    uint32_t side;  /* samples per axis [12] */
    bool points;
    int lattice;          /* explicit coordinates; where its points lie */
    enum inr_depth depth; /* [u8] */
    uint64_t memory_limit;
    bool eval_only;
    int plan; /* INR_PLAN_* [layered] */
    int precision;
    float loss_scale;
    struct inr_fused_tuning tuning;
};

#define VULKAN_CASE_DECAY 0.8

struct vulkan_case {
    struct vulkan_case_config config;
    struct inr_field *field;
    struct inr_program *program;
    struct inr_pool pool;
    float *coords;
    void *values;
};

void vulkan_case_init(struct vulkan_case *c, const struct vulkan_case_config *config);
void vulkan_case_finish(struct vulkan_case *c);

/* An exec with the field's parameters and the pool set; overrides may be NULL. */
struct inr_exec *vulkan_case_exec(const struct vulkan_case *c, const struct inr_device *device,
                                  const struct inr_vk_overrides *overrides);

/* Run n steps from step `from` at `rate` with the optimiser's corrections. */
void vulkan_case_train(const struct vulkan_case *c, struct inr_exec *exec, uint32_t from,
                       uint32_t n, float rate, struct inr_step_result *results);

/* The device to test: INRUSH_TEST_DEVICE or the first Vulkan device. Without one the process exits:
 * 77 (skipped), or 1 where CI is set. Turns validation on unless the environment says otherwise. */
const struct inr_device *vulkan_case_device(void);
const struct inr_device *vulkan_case_cpu(void);

/* A log that counts errors, validation messages among them, and prints them. */
const struct inr_log *vulkan_case_log(void);
int vulkan_case_messages(void);

/* max |a - b| / max |b| */
double vulkan_case_difference(const float *a, const float *b, size_t n);

#endif
