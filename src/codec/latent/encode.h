/* SPDX-License-Identifier: MIT
 *
 * encode.h - A picture to a latent-coded file: schedule, control of the rate, results.
 */
#ifndef INR_CODEC_LATENT_ENCODE_H
#define INR_CODEC_LATENT_ENCODE_H

#include "codec/latent/file.h"
#include "codec/latent/settle.h"
#include "codec/latent/train.h"

/* Place in the soft phase up to which lambda and the step of the latents change; files that miss
 * are trained again from there. */
#define INR_LATENT_HALF 0.5

/* Bytes of a file besides its section, about. */
#define INR_LATENT_AROUND 24.0

/* Decibels above a wanted PSNR that are aimed at. */
#define INR_LATENT_PSNR_OVER 0.07

/* What a file costs beside training, in steps of the picture: the choice of its roundings, coding,
 * and decoding for its score. */
#define INR_LATENT_FILE_WORK 16.0

/* What a file that misses tells: its excess at a lambda, as logarithms. */
struct inr_latent_known {
    bool is;
    double at, excess;
};

/* An encoding under way. */
struct inr_latent_job {
    const struct inr_image *image;
    const char *name;
    const struct inr_compress_options *options;
    const struct inr_compress_watch *watch;
    struct inr_latent_trainer trainer;
    struct inr_latent_file file;
    struct inr_latent_snapshot half;  /* of the trainer at INR_LATENT_HALF */
    float *kept;                      /* parameters before they were rounded */
    double first;                     /* lambda to begin with */
    double lambda;                    /* of squared error + lambda bits a pixel */
    double network_bits, around;      /* bits of the networks, and of what is no latents either */
    double excess;                    /* of the last step; 0 where nothing is steered */
    struct inr_latent_known known[2]; /* files with too little and with too much */
    uint64_t soft, hard;              /* of the two phases */
    uint64_t done;                    /* of the picture itself */
    double spent, whole;     /* work in steps of the picture: done, all that is sure to come */
    double begin, begun;     /* times: of everything, of what is counted in `spent` */
    bool settled;            /* the step of the latents is one of the file's */
    bool stopped;            /* by who watches, or by a device that fails */
    double latent_bits, mse; /* of the last file */
    struct inr_compress_result last, best;
};

/* How a step is taken at `u` of its phase, 0 .. 1, of a training of so many soft steps. */
struct inr_latent_pace inr_latent_pace_at(bool hard, double u, uint64_t steps);

/* One more step at `u` of its phase, 0 .. 1: soft, with lambda steered while `steering`, or hard,
 * where only the networks move. */
void inr_latent_job_step(struct inr_latent_job *job, bool hard, double u, bool steering);

/* A step that stops the job where its device fails. */
void inr_latent_job_train(struct inr_latent_job *job, const struct inr_latent_pace *pace);

/* The step of latents that goes with lambda. */
float inr_latent_step_for(double lambda);

/* The step becomes one that a file can hold. */
void inr_latent_job_settle(struct inr_latent_job *job);

/* Lambda, the step and the weight to begin with, where photographs take this lambda. */
void inr_latent_job_begin(struct inr_latent_job *job, double lambda);

/* How far above its target what is controlled is at these bits of latents, or this mean squared
 * error, as a logarithm; below: negative. */
double inr_latent_job_excess(const struct inr_latent_job *job, double bits, double mse);

/* Lambda as the last file's miss has it. */
void inr_latent_job_correct(struct inr_latent_job *job);

/* plan.c: measure a step, say how long all will take, and make the trainer as new again. */
void inr_latent_job_plan(struct inr_latent_job *job);

/* After a step that was worth `work` and began at this mean squared error: tell the watcher, who
 * may have the job stopped. */
void inr_latent_job_went(struct inr_latent_job *job, double work, double mse);

/* The first soft step at INR_LATENT_HALF; soft steps of a correction. */
uint64_t inr_latent_job_half(const struct inr_latent_job *job);
uint64_t inr_latent_job_again(const struct inr_latent_job *job);

/* The greatest PSNR that means anything: of half a level in one sample of the picture. */
double inr_latent_job_most(const struct inr_latent_job *job);

/* aim.c: how far the last file is from the target, in tolerances; 0 where nothing can be saved any
 * more. */
double inr_latent_job_miss(const struct inr_latent_job *job);

/* Of the last file and the best one keep the better; `last` is empty afterwards. */
void inr_latent_job_keep(struct inr_latent_job *job);

/* Of the last step: bits of all latents; mean squared error. */
double inr_latent_job_bits(const struct inr_latent_job *job);
double inr_latent_job_mse(const struct inr_latent_job *job);

#endif
