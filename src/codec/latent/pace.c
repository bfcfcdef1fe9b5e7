/* SPDX-License-Identifier: MIT
 *
 * pace.c - How training goes: rates and roundings over time, and lambda towards a size or a PSNR.
 */
#include <math.h>

#include "codec/latent/encode.h"

/* Part of lambda's error that a step corrects, and where in training that begins. */
#define GAIN  0.025
#define BEGIN 0.03

/* Part of soft training in which the step of the latents changes. */
#define FOLLOW 0.5

/* How far lambda goes from where it began. */
#define LAMBDA_RANGE 40.0

static double blend(double from, double to, double u)
{
    return from + (to - from) * u;
}

static struct inr_latent_pace pace_at(bool hard, double u)
{
    const double fall = 0.05 + 0.95 * 0.5 * (1.0 + cos(3.14159265358979 * u));
    struct inr_latent_pace pace = {.hard = hard, .rate_growth = 1.2f};
    if (hard) {
        /* the latents stay: a rounding that hides what a change costs drives them to ever more bits
         */
        pace.temperature = 0.1f;
        pace.rate_entropy = pace.rate_synthesis = (float)(5e-4 * (1.0 - 0.9 * u));
        return pace;
    }
    pace.temperature = (float)blend(0.35, 0.1, u);
    pace.noise = (float)blend(0.22, 0.1, u);
    pace.rate_latent = (float)(0.1 * fall);
    pace.rate_entropy = pace.rate_synthesis = (float)(0.005 * fall);
    return pace;
}

double inr_latent_job_bits(const struct inr_latent_job *job)
{
    double bits = 0.0;
    for (int k = 0; k < job->trainer.state.net.levels; k++)
        bits += job->trainer.state.level_bits[k];
    return bits;
}

double inr_latent_job_mse(const struct inr_latent_job *job)
{
    const struct inr_latent_net *net = &job->trainer.state.net;
    return job->trainer.state.square / ((double)net->width * net->height * net->channels);
}

/* How far above its target what is controlled would end, as a logarithm. */
static double excess(const struct inr_latent_job *job)
{
    if (job->options->bytes > 0) {
        const double around = 8.0 * (INR_LATENT_AROUND + (double)job->file.icc_size);
        const double all = 8.0 * (double)job->options->bytes;
        const double wanted = fmax(all - around - job->network_bits, 0.3 * all);
        return log(fmax(inr_latent_job_bits(job), 1.0) / wanted) + job->gap;
    }
    const double wanted = pow(10.0, -0.1 * (job->options->psnr + INR_LATENT_PSNR_OVER));
    return -(log(fmax(inr_latent_job_mse(job), 1e-12) / wanted) + job->gap);
}

static void steer(struct inr_latent_job *job, double gain)
{
    const double change = gain * excess(job), most = 0.1;
    job->lambda *= exp(change < -most ? -most : change > most ? most : change);
    job->lambda = fmin(fmax(job->lambda, job->first / LAMBDA_RANGE), job->first * LAMBDA_RANGE);
}

float inr_latent_step_for(double lambda)
{
    return (float)(0.4 * sqrt(lambda / 3e-3));
}

/* Another step for the latents, which stay what they mean. */
static void rescale(struct inr_latent_trainer *t, float step)
{
    const struct inr_latent_net *net = &t->state.net;
    const float factor = t->state.step / step;
    for (int k = 0; k < net->levels; k++)
        for (size_t i = 0; i < (size_t)net->w[k] * net->h[k]; i++)
            t->latent[k].value[i] *= factor;
    t->state.step = step;
}

/* The step follows lambda while roundings are soft, and then is one that the file can hold. */
static void follow(struct inr_latent_job *job, double u)
{
    struct inr_latent_trainer *t = &job->trainer;
    const float wanted = inr_latent_step_for(job->lambda);
    if (job->settled)
        return;
    if (u < FOLLOW) {
        rescale(t, wanted);
        return;
    }
    job->file.step = inr_latent_step_near(wanted);
    rescale(t, inr_latent_step(job->file.step));
    job->settled = true;
}

void inr_latent_job_step(struct inr_latent_job *job, bool hard, double u, bool steering)
{
    struct inr_latent_trainer *t = &job->trainer;
    const struct inr_latent_pace pace = pace_at(hard, u);
    t->state.weight = (float)(1.0 / (job->lambda * t->state.net.channels));
    inr_latent_train(t, &pace);
    if (job->done % 64 == 0)
        job->network_bits =
            inr_latent_network_bits(&t->state.net, t->state.params, job->file.content.shift, NULL);
    if (steering && !hard && u > BEGIN)
        steer(job, fmax(GAIN, 6.0 / (double)job->soft));
    if (!hard)
        follow(job, u);
    job->done++;
}
