/* SPDX-License-Identifier: MIT
 *
 * aim.c - Files and what they were to be: how far off they are, which is better.
 */
#include <math.h>
#include <stdlib.h>

#include "codec/latent/encode.h"

#define SIZE_TOLERANCE 0.04
#define PSNR_TOLERANCE 0.15

/* Latents of less than this part of a file: what is over is the networks'. */
#define SPARED 0.02

static double samples(const struct inr_latent_job *job)
{
    const struct inr_latent_net *net = &job->trainer.state.net;
    return (double)net->width * net->height * net->channels;
}

double inr_latent_job_most(const struct inr_latent_job *job)
{
    const double peak = job->image->depth == INR_DEPTH_U8 ? 255.0 : 65535.0;
    return 10.0 * log10(4.0 * samples(job) * peak * peak);
}

static double psnr_of(const struct inr_latent_job *job, const struct inr_compress_result *result)
{
    return fmin(result->psnr, inr_latent_job_most(job));
}

/* In tolerances. */
static double miss(const struct inr_latent_job *job, const struct inr_compress_result *result)
{
    const struct inr_compress_options *o = job->options;
    if (o->bytes > 0)
        return fabs((double)result->size / (double)o->bytes - 1.0) / SIZE_TOLERANCE;
    if (o->psnr > 0.0) {
        const double over = psnr_of(job, result) - fmin(o->psnr, inr_latent_job_most(job));
        return over >= 0.0 ? over / PSNR_TOLERANCE : 1.0 - over / PSNR_TOLERANCE;
    }
    return 0.0;
}

double inr_latent_job_miss(const struct inr_latent_job *job)
{
    const struct inr_compress_options *o = job->options;
    const struct inr_compress_result *last = &job->last;
    const bool over = o->bytes > 0 ? last->size > o->bytes : last->psnr >= o->psnr;
    const bool spared = job->latent_bits < SPARED * 8.0 * (double)last->size;
    return over && spared ? 0.0 : miss(job, last);
}

static bool is_better(const struct inr_latent_job *job, const struct inr_compress_result *a,
                      const struct inr_compress_result *b)
{
    const double wanted = job->options->psnr;
    if (!(wanted > 0.0))
        return miss(job, a) < miss(job, b);
    if ((a->psnr >= wanted) != (b->psnr >= wanted))
        return a->psnr >= wanted;
    return a->psnr >= wanted ? a->size < b->size : a->psnr > b->psnr;
}

void inr_latent_job_keep(struct inr_latent_job *job)
{
    struct inr_compress_result *last = &job->last, *best = &job->best;
    const int fits = last->fits;
    if (!best->bytes || is_better(job, last, best)) {
        free(best->bytes);
        *best = *last;
    } else {
        free(last->bytes);
    }
    *last = (struct inr_compress_result){0};
    last->fits = best->fits = fits;
}
