/* SPDX-License-Identifier: MIT
 *
 * make-latent-start - Train the next initial networks, of number INR_LATENT_STARTS, on pictures:
 *
 *     cmake --build --preset release --target make_latent_start
 *     build/release/make_latent_start ROUNDS STEPS PICTURE... > src/codec/latent/start_2.c
 *
 * From where the newest table is, which files have and which stays; with ROUNDS below 0 from random
 * numbers. In each round every picture is coded from the networks so far, at one of four rates in
 * turn, and the networks go a part of the way to what they became (Nichol et al. 2018, Reptile).
 */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "codec/latent/coarse.h"
#include "codec/latent/encode.h"
#include "codec/latent/start.h"
#include "inrush/signal.h"

static const float lambdas[] = {3e-3f, 1e-3f, 1e-2f, 4e-4f};

static void begin_randomly(const struct inr_latent_net *net, float *p)
{
    static const struct {
        int tensor;
        float bound;
    } drawn[] = {{INR_LATENT_ENTROPY_W1, 0.5f},
                 {INR_LATENT_ENTROPY_W2, 0.5f},
                 {INR_LATENT_SYNTH_W1, 0.38f},
                 {INR_LATENT_SYNTH_W2, 0.1f},
                 {INR_LATENT_EDGE_W1, 0.2f}};
    memset(p, 0, (size_t)net->parameters * sizeof *p);
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++)
        inr_fill_uniform(p + net->at[drawn[i].tensor],
                         (size_t)inr_latent_size(net, drawn[i].tensor), -drawn[i].bound,
                         drawn[i].bound, 1, INR_STREAM_INIT, (uint32_t)i);
    for (int k = 0; k < net->levels; k++)
        p[net->at[INR_LATENT_ENTROPY_B3] + 2 * k + 1] = -1.0f;
    for (int c = 0; c < net->channels; c++)
        p[net->at[INR_LATENT_SYNTH_B2] + c] = 0.5f;
}

static void take(const struct inr_image *image, struct inr_latent_state *s)
{
    for (uint32_t r = 0; r < image->height; r++)
        for (uint32_t x = 0; x < image->width; x++)
            for (uint32_t c = 0; c < 3; c++)
                s->target[c].at[(ptrdiff_t)r * s->target[c].stride + (ptrdiff_t)x] =
                    inr_image_sample(image, x, r, c);
}

/* Code a picture from the networks in `start`, which then go `part` of the way. */
static int learn(const char *path, float lambda, uint64_t steps, float rate, float part,
                 float *start)
{
    struct inr_image image;
    struct inr_error err = {0};
    struct inr_latent_net net;
    struct inr_latent_trainer t;
    if (inr_image_read(path, &image, &err) != INR_OK || image.channels != 3) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        return 1;
    }
    inr_latent_net_init(&net, image.width, image.height, 3, 0);
    if (!inr_latent_trainer_create(&t, &net, omp_get_max_threads(), 1))
        return 1;
    struct inr_latent_state *s = &t.state;
    take(&image, s);
    memcpy(s->params, start, (size_t)net.parameters * sizeof *start);
    s->weight = 1.0f / (3.0f * lambda);
    s->step = inr_latent_step_for(lambda);
    if (!inr_latent_coarse(&t, inr_latent_pace_at(false, 0.0, steps).shared))
        return 1;
    for (uint64_t i = 0; i < steps; i++) {
        struct inr_latent_pace pace = inr_latent_pace_at(false, (double)i / (double)steps, steps);
        pace.rate_entropy *= rate;
        pace.rate_synthesis *= rate;
        inr_latent_train(&t, &pace);
    }
    double bits = 0.0;
    for (int k = 0; k < net.levels; k++)
        bits += s->level_bits[k];
    const double pixels = (double)image.width * image.height, mse = s->square / (3.0 * pixels);
    fprintf(stderr, "%s lambda %g: %.2f dB, %.4f bpp, loss %.4f\n", path, (double)lambda,
            -10.0 * log10(mse), bits / pixels, 1e3 * (mse + (double)lambda * bits / pixels));
    for (int i = 0; i < net.parameters; i++)
        start[i] += part * (s->params[i] - start[i]);
    inr_latent_trainer_free(&t);
    inr_image_free(&image);
    return 0;
}

static void print(const float *start)
{
    printf("/* SPDX-License-Identifier: MIT\n *\n * start_%d.c - Initial networks %d, trained on "
           "photographs by tools/make-latent-start.\n */\n#include \"codec/latent/start.h\"\n\n"
           "const int16_t inr_latent_start_%d[INR_LATENT_START_SIZE] = {\n",
           INR_LATENT_STARTS, INR_LATENT_STARTS, INR_LATENT_STARTS);
    int column = 0;
    for (int i = 0; i < INR_LATENT_START_SIZE; i++) {
        const float v = rintf(ldexpf(start[i], INR_LATENT_START_BITS));
        char text[16];
        const int n = snprintf(text, sizeof text, "%d,",
                               (int)(v < -32767.0f  ? -32767.0f
                                     : v > 32767.0f ? 32767.0f
                                                    : v));
        if (column > 0 && column + 1 + n > 100) {
            putchar('\n');
            column = 0;
        }
        column += printf(column == 0 ? "    %s" : " %s", text);
    }
    puts("};");
}

int main(int argc, char **argv)
{
    float start[INR_LATENT_START_SIZE];
    struct inr_latent_net net;
    if (argc < 4) {
        fputs("make-latent-start ROUNDS STEPS PICTURE... > start_N.c\n", stderr);
        return 2;
    }
    const long rounds = labs(strtol(argv[1], NULL, 10));
    const uint64_t steps = strtoull(argv[2], NULL, 10);
    inr_latent_net_init(&net, 1 << INR_LATENT_LEVELS, 1, 3, 0);
    inr_latent_start(&net, start);
    if (argv[1][0] == '-')
        begin_randomly(&net, start);
    for (long round = 0; round < rounds; round++) {
        const float left = 1.0f - (float)round / (float)rounds;
        for (int i = 3; i < argc; i++)
            if (learn(argv[i], lambdas[(round + i) % 4], steps, 1.5f * (0.3f + 0.7f * left),
                      0.15f + 0.55f * left, start))
                return 1;
    }
    print(start);
    return 0;
}
