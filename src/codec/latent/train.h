/* SPDX-License-Identifier: MIT
 *
 * train.h - Latents and networks in training: quantisation with a gradient, and Adam.
 */
#ifndef INR_CODEC_LATENT_TRAIN_H
#define INR_CODEC_LATENT_TRAIN_H

#include "codec/latent/state.h"
#include "exec/vulkan/latent.h"

/* How a step is taken. */
struct inr_latent_pace {
    bool hard;         /* round; else soft rounding twice with noise between (Cool-Chic) */
    real temperature;  /* of soft rounding, > 0 */
    real noise;        /* standard deviation, in levels */
    real rate_latent;  /* of Adam, in levels, of grid 0 */
    real rate_growth;  /* that of the next grid, as a multiple */
    real remember;     /* Adam's beta2 of latents; that of networks does not change */
    real shared;       /* part of a grid's mean in the second mean that divides a latent's step */
    real rate_entropy; /* 0: the network stays */
    real rate_synthesis;
};

struct inr_latent_moments {
    real *value, *first, *second; /* parameters, and Adam's means */
};

struct inr_latent_trainer {
    struct inr_latent_state state;
    uint64_t seed;
    uint32_t steps; /* taken */
    int every; /* networks learn from one of so many rows of large grids in a step, in turn; on a
                  device from one of so many tiles */
    struct inr_latent_moments latent[INR_LATENT_LEVELS]; /* [h][w] */
    real *slope[INR_LATENT_LEVELS];                      /* d y / d value */
    real *row_sums;                   /* [net.h[0]] of squared gradients, while a grid moves */
    real *start;                      /* [parameters] what the file's networks are differences to */
    struct inr_latent_moments params; /* value: state.params */
    struct inr_latent_kernels {
        void (*quantise)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);
        inr_latent_gradient_fn *gradient;
        void (*move)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);
    } kernels; /* of the best instruction set there is */
    void *memory;
    struct inr_vk_latent *device; /* takes the steps; NULL: the CPU does */
    bool away;                    /* what it has is newer than what is here */
    real rescale;                 /* what latents there are still to be multiplied by */
    struct inr_error failure;     /* its first; no step is taken any more */
};

/* Latents, parameters and Adam's means at one time. */
struct inr_latent_snapshot {
    void *memory;
    real step;
    uint32_t steps;
};

/* Into a snapshot that was zero or saved from this trainer before; its memory is the caller's to
 * free. False: out of memory. */
bool inr_latent_trainer_save(struct inr_latent_trainer *t, struct inr_latent_snapshot *snapshot);
void inr_latent_trainer_restore(struct inr_latent_trainer *t,
                                const struct inr_latent_snapshot *snapshot);

/* False: out of memory. Latents are 0, networks as inr_latent_start leaves them. */
bool inr_latent_trainer_create(struct inr_latent_trainer *t, const struct inr_latent_net *net,
                               int threads, uint64_t seed);
void inr_latent_trainer_free(struct inr_latent_trainer *t);

/* Adam's means and the number of steps become those of a new trainer. */
void inr_latent_trainer_forget(struct inr_latent_trainer *t);

/* The kernels of the best instruction set of this machine. */
struct inr_latent_kernels inr_latent_kernels_pick(void);

/* One step; afterwards state.square and state.level_bits are those before it. */
void inr_latent_train(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);

/* Latents times this. */
void inr_latent_trainer_scale(struct inr_latent_trainer *t, real factor);

/* Let a Vulkan device take the steps from now on; the picture and the start are in place. Errors:
 * as inr_vk_latent_create. */
enum inr_status inr_latent_trainer_attach(struct inr_latent_trainer *t,
                                          const struct inr_device *device, uint64_t memory_limit,
                                          const struct inr_log *log, struct inr_error *err);
struct inr_vk_latent_shape inr_latent_shape(const struct inr_latent_net *net, bool train);
void inr_latent_train_device(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);

/* Bring latents, parameters and means back, where a device has them; or only state.params, while
 * the device keeps them. Failures go to t->failure. */
void inr_latent_trainer_fetch(struct inr_latent_trainer *t);
void inr_latent_trainer_fetch_params(struct inr_latent_trainer *t);

/* The noise of a step: number `draw` times `sign`. Of every two steps the second adds what the
 * first did with the other sign, so that what noise does to gradients, as far as that is linear, is
 * gone from Adam's means (antithetic variates, Hammersley and Morton 1956). */
struct inr_latent_noise {
    uint32_t draw;
    real sign;
};
static inline struct inr_latent_noise inr_latent_noise_of(uint32_t step)
{
    return (struct inr_latent_noise){step / 2, step % 2 ? R(-1.0) : R(1.0)};
}

/* 1 / (1 - beta^steps), of a mean that began as 0. */
static inline real inr_latent_bias_correction(real beta, uint32_t steps)
{
    return R(1.0) / (R(1.0) - (real)pow((double)beta, (double)steps));
}

#endif
