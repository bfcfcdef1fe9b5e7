/* SPDX-License-Identifier: MIT
 *
 * encode.h - A picture to a latent-coded file: schedule, control of the rate, results.
 */
#ifndef INR_CODEC_LATENT_ENCODE_H
#define INR_CODEC_LATENT_ENCODE_H

#include "codec/latent/file.h"
#include "codec/latent/settle.h"
#include "codec/latent/train.h"

/* Bytes of a file besides its section, about; what a PSNR may be exceeded by, half of it aimed at.
 */
#define INR_LATENT_AROUND    24.0
#define INR_LATENT_PSNR_OVER 0.07

/* An encoding under way. */
struct inr_latent_job {
    const struct inr_image *image;
    const char *name;
    const struct inr_compress_options *options;
    const struct inr_compress_watch *watch;
    struct inr_latent_trainer trainer;
    struct inr_latent_file file;
    float *kept;         /* parameters before they were rounded */
    double first;        /* lambda to begin with */
    double lambda;       /* of squared error + lambda bits a pixel */
    double network_bits; /* at the last look */
    double gap;          /* log of what rounding changes in what is controlled */
    uint64_t soft, hard; /* steps of the two phases */
    uint64_t done, total;
    double begin;
    bool settled; /* the step of the latents is one of the file's */
    bool stopped;
    struct inr_compress_result last, best;
};

/* One more step at `u` of its phase, 0 .. 1: soft, with lambda steered while `steering`, or hard,
 * where only the networks move. */
void inr_latent_job_step(struct inr_latent_job *job, bool hard, double u, bool steering);

/* The step of latents that goes with lambda. */
float inr_latent_step_for(double lambda);

/* Of the last step: bits of all latents; mean squared error. */
double inr_latent_job_bits(const struct inr_latent_job *job);
double inr_latent_job_mse(const struct inr_latent_job *job);

#endif
