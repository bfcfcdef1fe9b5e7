/* SPDX-License-Identifier: MIT
 *
 * test_move.c - Steps of latents against Adam in plain double, and what networks learn from in a
 * step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "codec/latent/encode.h"
#include "codec/latent/start.h"

#define WIDTH  21
#define HEIGHT 13
#define STEPS  5

/* Gradient of point x of row r of grid k at a step: some much larger than others. */
static double gradient(int k, uint32_t r, uint32_t x, int step)
{
    return sin(1.0 + 3.0 * k + 0.7 * r + 1.3 * x + step) * exp(0.2 * x - 0.1 * r);
}

static void step(struct inr_latent_trainer *t, const struct inr_latent_pace *pace, int n)
{
    struct inr_latent_state *s = &t->state;
    for (int k = 0; k < s->net.levels; k++)
        for (uint32_t r = 0; r < s->net.h[k]; r++)
            for (uint32_t x = 0; x < s->net.w[k]; x++) {
                s->d_y[k].at[(ptrdiff_t)r * s->d_y[k].stride + (ptrdiff_t)x] =
                    (float)gradient(k, r, x, n);
                t->slope[k][r * s->net.w[k] + x] = 1.0f;
            }
    t->steps++;
    t->kernels.move(t, pace);
}

/* What the values of grid k ought to be: Adam with the root of a blend of second means. */
static void expect(const struct inr_latent_net *net, int k, const struct inr_latent_pace *pace,
                   double *value)
{
    const size_t points = (size_t)net->w[k] * net->h[k];
    const double beta2 = (double)pace->remember, shared = (double)pace->shared;
    const double rate = (double)pace->rate_latent * pow((double)pace->rate_growth, k);
    double *first = calloc(2 * points, sizeof *first), *second = first + points;
    assert_non_null(first);
    for (int n = 0; n < STEPS; n++) {
        const double c1 = 1.0 - pow(0.9, n + 1), c2 = 1.0 - pow(beta2, n + 1);
        double mean = 0.0;
        for (size_t i = 0; i < points; i++) {
            const double g = gradient(k, (uint32_t)(i / net->w[k]), (uint32_t)(i % net->w[k]), n);
            first[i] = 0.9 * first[i] + 0.1 * g;
            second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
            mean += second[i] / (double)points;
        }
        for (size_t i = 0; i < points; i++) {
            const double by = (1.0 - shared) * second[i] + shared * mean;
            value[i] -= rate * (first[i] / c1) / sqrt(by / c2);
        }
    }
    free(first);
}

static void check(float shared, float remember, int threads)
{
    const struct inr_latent_pace pace = {
        .rate_latent = 0.1f, .rate_growth = 1.5f, .remember = remember, .shared = shared};
    struct inr_latent_net net;
    struct inr_latent_trainer t;
    double value[WIDTH * HEIGHT];
    inr_latent_net_init(&net, WIDTH, HEIGHT, 3, 0);
    assert_true(inr_latent_trainer_create(&t, &net, threads, 1));
    for (int n = 0; n < STEPS; n++)
        step(&t, &pace, n);
    for (int k = 0; k < net.levels; k++) {
        for (size_t i = 0; i < WIDTH * HEIGHT; i++)
            value[i] = 0.0;
        expect(&net, k, &pace, value);
        /* a few roundings of 32 bits a step of at most 0.1 * 1.5^6 */
        for (size_t i = 0; i < (size_t)net.w[k] * net.h[k]; i++)
            if (!(fabs((double)t.latent[k].value[i] - value[i]) < 2e-5))
                fail_msg("grid %d, point %zu: %.8f, not %.8f", k, i, (double)t.latent[k].value[i],
                         value[i]);
    }
    inr_latent_trainer_free(&t);
}

static void test_steps(void **state)
{
    (void)state;
    check(0.0f, 0.95f, 1);
    check(0.8f, 0.99f, 1);
    check(0.8f, 0.95f, 3);
}

/* Few steps go as they did; many share. */
static void test_pace(void **state)
{
    (void)state;
    const struct inr_latent_pace few = inr_latent_pace_at(false, 0.0, 400);
    const struct inr_latent_pace many = inr_latent_pace_at(false, 0.0, 100000);
    assert_true(fabsf(few.shared - 0.5f) < 1e-6f && fabsf(few.remember - 0.95f) < 1e-6f);
    assert_true(fabsf(many.shared - 0.8f) < 1e-6f && fabsf(many.remember - 0.99f) < 1e-6f);
}

/* Some rows in turn: what networks learn from them is together what they learn from all, and
 * latents do not notice. */
static void test_turns(void **state)
{
    (void)state;
    enum { W = 37, H = 3 * INR_LATENT_MANY_ROWS + 5, EVERY = 4 };
    struct inr_latent_net net;
    struct inr_latent_trainer t;
    inr_latent_net_init(&net, W, H, 3, 0);
    assert_true(inr_latent_trainer_create(&t, &net, 2, 1));
    struct inr_latent_state *s = &t.state;
    inr_latent_start(&net, s->params);
    for (int k = 0; k < net.levels; k++)
        for (uint32_t i = 0; i < net.w[k] * net.h[k]; i++)
            t.latent[k].value[i] = 2.0f * sinf((float)(i * i % 977 + 31u * (uint32_t)k));
    const struct inr_latent_pace hard = {.hard = true, .temperature = 0.3f};
    double *sums = calloc((size_t)net.parameters, sizeof *sums);
    float *d_y = malloc(W * H * sizeof *d_y);
    assert_non_null(sums);
    assert_non_null(d_y);
    t.kernels.quantise(&t, &hard);
    for (int turn = -1; turn < EVERY; turn++) {
        s->every = turn < 0 ? 1 : EVERY;
        s->turn = turn < 0 ? 0 : turn;
        t.kernels.gradient(s);
        for (int i = 0; i < net.parameters; i++)
            sums[i] += turn < 0 ? -(double)s->grad[i] : (double)s->grad[i] / EVERY;
        for (int r = 0; r < H; r++)
            for (int x = 0; x < W; x++) {
                const float d = s->d_y[0].at[r * s->d_y[0].stride + x];
                if (turn < 0)
                    d_y[r * W + x] = d;
                /* by 4 and back is exact, but for how it is fused */
                assert_true(fabsf(d - d_y[r * W + x]) <= 1e-5f * (1.0f + fabsf(d)));
            }
    }
    for (int i = 0; i < net.parameters; i++)
        /* sums of 10^4 terms in float */
        if (!(fabs(sums[i]) <= 1e-4 * (1.0 + fabs((double)s->grad[i]))))
            fail_msg("parameter %d: off by %g of %g", i, sums[i], (double)s->grad[i]);
    free(sums);
    free(d_y);
    inr_latent_trainer_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_pace),
                                       cmocka_unit_test(test_turns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
