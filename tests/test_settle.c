/* SPDX-License-Identifier: MIT
 *
 * test_settle.c - The steps of a latent-coded picture's networks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/latent/predict.h"
#include "codec/latent/settle.h"
#include "codec/latent/start.h"

#define WIDTH  40
#define HEIGHT 24
#define STEPS  600

/* A trainer of waves, trained a little, with its latents rounded. */
static void train(struct inr_latent_trainer *t, const struct inr_latent_net *net)
{
    const struct inr_latent_pace soft = {.temperature = 0.3f,
                                         .noise = 0.2f,
                                         .rate_latent = 0.1f,
                                         .rate_growth = 1.5f,
                                         .remember = 0.95f,
                                         .rate_entropy = 0.007f,
                                         .rate_synthesis = 0.007f};
    const struct inr_latent_pace hard = {
        .hard = true, .temperature = 0.1f, .rate_entropy = 0.002f, .rate_synthesis = 0.002f};
    assert_true(inr_latent_trainer_create(t, net, 1, 5));
    struct inr_latent_state *s = &t->state;
    inr_latent_start(net, s->params);
    inr_latent_start(net, t->start);
    s->step = 0.1f;
    s->weight = 1e5f;
    for (int c = 0; c < net->channels; c++)
        for (int r = 0; r < HEIGHT; r++)
            for (int x = 0; x < WIDTH; x++)
                s->target[c].at[r * s->target[c].stride + x] =
                    0.5f + 0.4f * sinf(0.7f * (float)x + 0.3f * (float)r + (float)c);
    for (int i = 0; i < STEPS; i++)
        inr_latent_train(t, i < STEPS / 2 ? &soft : &hard);
    t->kernels.quantise(t, &hard);
}

/* Squared error and rate with the networks rounded to these steps. */
static double cost(struct inr_latent_trainer *t, const float *params, const uint8_t *shift,
                   int32_t *levels)
{
    struct inr_latent_state *s = &t->state;
    double bits = inr_latent_network_bits(&s->net, params, shift, levels);
    inr_latent_values(&s->net, shift, levels, s->params);
    t->kernels.gradient(s);
    for (int k = 0; k < s->net.levels; k++)
        bits += s->level_bits[k];
    return bits + (double)s->weight * s->square;
}

/* None of the four steps could be another of its neighbours for a smaller cost, given the rest;
 * parameters come back as they were. */
static void check_steps(struct inr_latent_trainer *t, struct inr_latent_content *content,
                        float weight)
{
    const size_t n = (size_t)t->state.net.parameters;
    float *params = malloc(n * sizeof *params);
    int32_t *levels = malloc(n * sizeof *levels);
    struct inr_error err = {0};
    assert_non_null(params);
    assert_non_null(levels);
    memcpy(params, t->state.params, n * sizeof *params);
    inr_latent_usual_shifts(&t->state.net, 1e-3, content->shift);
    t->state.weight = weight;
    assert_int_equal(inr_latent_settle(t, false, content, &err), INR_OK);
    const double chosen = cost(t, params, content->shift, levels);
    for (int group = 0; group < INR_LATENT_SHIFTS; group++)
        for (int by = -INR_LATENT_SHIFT_REACH; by <= INR_LATENT_SHIFT_REACH; by++) {
            uint8_t tried[INR_LATENT_SHIFTS];
            memcpy(tried, content->shift, sizeof tried);
            const int next = tried[group] + by;
            if (by == 0 || next < INR_LATENT_SHIFT_MIN || next > INR_LATENT_SHIFT_MAX)
                continue;
            tried[group] = (uint8_t)next;
            if (cost(t, params, tried, levels) < chosen)
                fail_msg("weight %g, group %d: %d instead of %d is better", (double)weight, group,
                         tried[group], content->shift[group]);
        }
    memcpy(t->state.params, params, n * sizeof *params);
    free(params);
    free(levels);
}

/* At rates from low to high. */
static void test_steps(void **state)
{
    (void)state;
    struct inr_latent_net net;
    struct inr_latent_trainer t;
    struct inr_latent_content content;
    struct inr_error err = {0};
    assert_true(inr_latent_net_init(&net, WIDTH, HEIGHT, 3, 0));
    train(&t, &net);
    assert_int_equal(inr_latent_content_create(&content, &net, &err), INR_OK);
    for (float weight = 1e2f; weight < 2e8f; weight *= 10.0f)
        check_steps(&t, &content, weight);
    inr_latent_content_free(&content);
    inr_latent_trainer_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
