/* SPDX-License-Identifier: MIT
 *
 * pace.c - How training goes: rates and roundings over time, and lambda towards a size or a PSNR.
 */
#include <math.h>

#include "codec/latent/encode.h"

/* Lambda's change over a whole training at an excess of 1, and where in training it is steered:
 * later on, when roundings are nearly hard, latents do not follow any more. */
#define GAIN      40.0
#define GAIN_LATE 15.0
#define BEGIN     0.08
#define LATE      0.35

/* Lambda of a step is off by this times the excess, which keeps what follows late from swinging;
 * and by no more than that. */
#define PUSH      2.0
#define PUSH_MOST 1.0

/* What training shows and what a file of it will be, measured on photographs: while roundings are
 * soft, a point of b bits has SURPLUS of them too many at the beginning, or where there are few
 * FEW b / (b + HALF), and fewer and fewer until NONE; then a little too few. The squared error goes
 * from too large to too small. */
#define SURPLUS       0.27
#define SURPLUS_FEW   0.345
#define SURPLUS_HALF  0.067
#define SURPLUS_NONE  0.75
#define SURPLUS_POWER 1.75
#define HARDER_BITS   1.06
#define SOFT_ERROR    0.55
#define SOFT_SLOPE    0.9
#define HARDER_ERROR  1.08

/* Part of a file, of networks that rest in corrections. */
#define HEAVY 0.2

/* How far lambda goes from what photographs take; from where on at most it begins, as levels grow
 * slowly and a finer step makes more of them; and the change that a change of the rate takes from
 * half way on. */
#define LAMBDA_RANGE 16.0
#define LAMBDA_BEGIN 3e-5
#define SLOPE        2.5

/* Second means of latents are over one of so many parts of the steps, within limits. */
#define MEMORIES     20.0
#define MEMORY_LEAST 20.0
#define MEMORY_MOST  100.0

/* Parts of the grid's in a latent's second mean, up to FEW steps and of MANY. */
#define FEW         500.0
#define MANY        1500.0
#define SHARED_FEW  0.5
#define SHARED_MANY 0.8

static double blend(double from, double to, double u)
{
    return from + (to - from) * u;
}

struct inr_latent_pace inr_latent_pace_at(bool hard, double u, uint64_t steps)
{
    const double fall = 0.02 + 0.98 * 0.5 * (1.0 + cos(3.14159265358979 * u));
    const double memory = fmin(fmax((double)steps / MEMORIES, MEMORY_LEAST), MEMORY_MOST);
    const double slow = fmin(fmax(((double)steps - FEW) / (MANY - FEW), 0.0), 1.0);
    struct inr_latent_pace pace = {.hard = hard,
                                   .rate_growth = (float)blend(1.5, 1.6, slow),
                                   .remember = (float)(1.0 - 1.0 / memory),
                                   .shared = (float)blend(SHARED_FEW, SHARED_MANY, slow)};
    if (hard) {
        /* the latents stay: a rounding that hides what a change costs drives them to ever more bits
         */
        pace.temperature = 0.1f;
        pace.rate_entropy = pace.rate_synthesis = (float)(5e-4 * (1.0 - 0.9 * u));
        return pace;
    }
    pace.temperature = (float)blend(0.45, 0.1, u);
    pace.noise = (float)blend(0.22, 0.15, u);
    pace.rate_latent = (float)(0.16 * fall);
    pace.rate_entropy = pace.rate_synthesis = (float)(0.007 * fall);
    return pace;
}

/* What the networks take of a file. After a file its shifts stay: others would change the next
 * one's size by a lot. */
static void weigh(struct inr_latent_job *job)
{
    const struct inr_latent_state *s = &job->trainer.state;
    inr_latent_trainer_fetch_params(&job->trainer);
    uint8_t *shift = job->file.content.shift;
    if (!job->best.bytes || job->options->psnr > 0.0)
        inr_latent_usual_shifts(&s->net, job->lambda, shift);
    job->network_bits = inr_latent_network_bits(&s->net, s->params, shift, NULL);
}

void inr_latent_job_begin(struct inr_latent_job *job, double lambda)
{
    struct inr_latent_state *s = &job->trainer.state;
    job->first = fmin(fmax(lambda, 1e-9), 0.3);
    job->lambda = fmax(job->first, LAMBDA_BEGIN);
    weigh(job);
    s->step = inr_latent_step_for(job->lambda);
    s->weight = (float)(1.0 / (job->lambda * s->net.channels));
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

double inr_latent_job_excess(const struct inr_latent_job *job, double bits, double mse)
{
    if (job->options->bytes > 0) {
        const double all = 8.0 * (double)job->options->bytes;
        const double wanted = fmax(all - job->around - job->network_bits, 0.02 * all);
        return log(fmax(bits, 1.0) / wanted);
    }
    const double aimed = fmin(job->options->psnr + INR_LATENT_PSNR_OVER, inr_latent_job_most(job));
    return log(pow(10.0, -0.1 * aimed) / fmax(mse, 1e-12));
}

/* ... of the file that training at `u` of its soft phase leads to. */
static double excess_at(const struct inr_latent_job *job, double u)
{
    const double early = pow(fmax(1.0 - u / SURPLUS_NONE, 0.0), SURPLUS_POWER);
    const double points = (double)inr_latent_points(&job->trainer.state.net);
    const double bits = inr_latent_job_bits(job), least = 0.25 * bits, each = bits / points;
    const double surplus = fmin(SURPLUS, SURPLUS_FEW * each / (each + SURPLUS_HALF));
    const double harder = fmin(SOFT_ERROR + SOFT_SLOPE * u, HARDER_ERROR);
    return inr_latent_job_excess(job, HARDER_BITS * fmax(bits - surplus * points * early, least),
                                 harder * inr_latent_job_mse(job));
}

static double limit(const struct inr_latent_job *job, double lambda)
{
    const double most = LAMBDA_RANGE * fmax(job->first, LAMBDA_BEGIN);
    return fmin(fmax(lambda, job->first / LAMBDA_RANGE), most);
}

/* Whether the last file was trained as the next one will be: not the first where corrections take
 * more steps than what they do again, and come to better files at the same lambda. */
static bool is_comparable(const struct inr_latent_job *job)
{
    return job->last.fits > 1 || inr_latent_job_again(job) == job->soft - inr_latent_job_half(job);
}

/* Between what was too much and what was too little once both are known: where a line through them
 * has it, but no nearer than a quarter to either, since small files do not change smoothly. */
void inr_latent_job_correct(struct inr_latent_job *job)
{
    const double excess = inr_latent_job_excess(job, job->latent_bits, job->mse);
    const double at = log(job->lambda);
    if (is_comparable(job))
        job->known[excess > 0.0] = (struct inr_latent_known){true, at, excess};
    const struct inr_latent_known *under = &job->known[0], *over = &job->known[1];
    double next = at + SLOPE * fmin(fmax(excess, -1.0), 1.0);
    if (under->is && over->is) {
        const double part = over->excess / (over->excess - under->excess);
        next = over->at + fmin(fmax(part, 0.25), 0.75) * (under->at - over->at);
    }
    job->lambda = limit(job, exp(next));
}

static void steer(struct inr_latent_job *job, double u)
{
    const double gain = (u < LATE ? GAIN : GAIN_LATE) / (double)job->soft;
    const double change = gain * job->excess, most = 0.1;
    job->lambda *= exp(change < -most ? -most : change > most ? most : change);
    job->lambda = limit(job, job->lambda);
}

float inr_latent_step_for(double lambda)
{
    return (float)(0.4 * sqrt(lambda / 3e-3));
}

/* Another step for the latents, which stay what they mean. */
static void rescale(struct inr_latent_trainer *t, float step)
{
    inr_latent_trainer_scale(t, t->state.step / step);
    t->state.step = step;
}

void inr_latent_job_settle(struct inr_latent_job *job)
{
    job->file.step = inr_latent_step_near(job->trainer.state.step);
    rescale(&job->trainer, inr_latent_step(job->file.step));
    job->settled = true;
}

/* The step follows lambda while roundings are soft, and then is one that the file can hold. */
static void follow(struct inr_latent_job *job, double u)
{
    if (job->settled)
        return;
    rescale(&job->trainer, inr_latent_step_for(job->lambda));
    if (u >= INR_LATENT_HALF)
        inr_latent_job_settle(job);
}

void inr_latent_job_train(struct inr_latent_job *job, const struct inr_latent_pace *pace)
{
    inr_latent_train(&job->trainer, pace);
    if (job->trainer.failure.status != INR_OK)
        job->stopped = true;
}

void inr_latent_job_step(struct inr_latent_job *job, bool hard, double u, bool steering)
{
    struct inr_latent_trainer *t = &job->trainer;
    struct inr_latent_pace pace = inr_latent_pace_at(hard, u, job->soft);
    /* what networks would learn further has no room where they are much of the file */
    const bool heavy =
        job->best.bytes && job->network_bits > HEAVY * 8.0 * (double)job->options->bytes;
    if (heavy && job->options->bytes > 0)
        pace.rate_entropy = pace.rate_synthesis = 0.0f;
    const double push = fmin(fmax(PUSH * job->excess, -PUSH_MOST), PUSH_MOST);
    t->state.weight = (float)(1.0 / (job->lambda * exp(push) * t->state.net.channels));
    inr_latent_job_train(job, &pace);
    if (job->done % 32 == 0)
        weigh(job);
    job->excess = 0.0;
    if (steering && u > BEGIN && u < INR_LATENT_HALF) {
        job->excess = excess_at(job, u);
        steer(job, u);
    }
    if (!hard)
        follow(job, u);
    job->done++;
}
