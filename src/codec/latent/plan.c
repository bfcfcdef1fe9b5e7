/* SPDX-License-Identifier: MIT
 *
 * plan.c - How long an encoding will take, and how far it has come.
 */
#include <math.h>

#include "base/clock.h"
#include "codec/latent/encode.h"

/* Seconds of steps that are enough to know what one takes. */
#define ENOUGH 0.02

/* Files after the first, each with its short training, that a target takes; measured. */
#define CORRECTIONS 1.0

/* Steps that a training from half way takes at least: in fewer, latents cannot follow lambda. */
#define AGAIN 60.0

/* Seconds of a step: of a few that change nothing but Adam's means, after one that finds memory
 * cold. */
static double time_steps(struct inr_latent_job *job)
{
    static const struct inr_latent_pace still = {
        .temperature = 0.35f, .noise = 0.22f, .rate_growth = 1.0f};
    struct inr_latent_trainer *t = &job->trainer;
    double begin = inr_now(), seconds = 0.0;
    int n = 0;
    for (bool warm = false; !job->stopped && (n == 0 || seconds < ENOUGH);) {
        inr_latent_job_train(job, &still);
        n += warm;
        begin = warm ? begin : inr_now();
        seconds = inr_now() - begin;
        warm = true;
        inr_latent_job_went(job, 0.0, inr_latent_job_mse(job));
    }
    inr_latent_trainer_forget(t);
    return seconds / (n > 0 ? n : 1);
}

void inr_latent_job_plan(struct inr_latent_job *job)
{
    const bool aims = job->options->bytes > 0 || job->options->psnr > 0.0;
    const uint64_t steps = job->soft + job->hard;
    job->whole = (double)steps + INR_LATENT_FILE_WORK;
    const double a_step = time_steps(job);
    const double again = (double)(inr_latent_job_again(job) + job->hard);
    const double more = aims ? CORRECTIONS * (again + INR_LATENT_FILE_WORK) : 0.0;
    const struct inr_compress_plan plan = {.steps = steps, .seconds = a_step * (job->whole + more)};
    if (job->watch->plan && !job->stopped)
        job->watch->plan(job->watch->user, &plan);
    job->begun = inr_now();
}

uint64_t inr_latent_job_half(const struct inr_latent_job *job)
{
    return (uint64_t)ceil(INR_LATENT_HALF * (double)job->soft);
}

uint64_t inr_latent_job_again(const struct inr_latent_job *job)
{
    return (uint64_t)fmax((double)(job->soft - inr_latent_job_half(job)), AGAIN);
}

void inr_latent_job_went(struct inr_latent_job *job, double work, double mse)
{
    const struct inr_fit_watch *watch = &job->watch->fit;
    job->spent += work;
    job->whole = fmax(job->whole, job->spent);
    const double seconds = inr_now() - job->begun, left = job->whole - job->spent;
    const double rate = job->spent / fmax(seconds, 1e-9);
    const double pixels = (double)job->image->width * (double)job->image->height;
    const struct inr_fit_progress progress = {.step = (uint64_t)job->spent,
                                              .total_steps = (uint64_t)ceil(job->whole),
                                              .seconds = seconds,
                                              .eta = rate > 0.0 ? left / rate : -1.0,
                                              .loss = mse,
                                              .psnr = -10.0 * log10(fmax(mse, 1e-12)),
                                              .samples_per_second = rate * pixels,
                                              .distance = (double)NAN,
                                              .iou = (double)NAN};
    if (watch->progress && watch->progress(watch->user, &progress) == INR_FIT_STOP)
        job->stopped = true;
}
