/* SPDX-License-Identifier: MIT
 *
 * cmd_signal.c - `inrush signal`: makes the signals that benchmarks fit, and says what they are
 * like.
 */
#include <math.h>

#include "inrush/signal.h"

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/picture.h"

/* The study's first seed, and a bandwidth in the middle of its range. */
#define DEFAULT_SEED      1234
#define DEFAULT_BANDWIDTH 0.5

static const struct inr_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help =
         "where it goes: .npy, or with 2 axes .png .pgm .pfm ...; without: it is only described"},
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_JSON,
    {.name = "dims", .value = "2|3", .group = "Signal", .words = "2 3", .help = "axes; default: 2"},
    {.name = "bandwidth",
     .value = "B",
     .group = "Signal",
     .help = "how fine its details are, 0.1 to 0.9; default: 0.5"},
    {.name = "side",
     .value = "N",
     .group = "Signal",
     .help = "points along each axis; default: the study's, a million points in all"},
    {.name = "seed",
     .value = "N",
     .group = "Signal",
     .help = "of the random ones, 0 to 4294967295; default: 1234"},
    {.name = NULL},
};

struct wish {
    const struct inr_generator *row;
    long dims, side, seed;
    double bandwidth;
};

static const char *name_at(size_t index)
{
    const struct inr_generator *row = inr_generator_at(index);
    return row ? row->name : NULL;
}

/* An option that would change nothing was meant for another signal. */
static enum inr_status refuse_unused(const struct inr_cli *cli, const struct inr_generator *row,
                                     struct inr_error *err)
{
    if (!row->banded && inr_cli_get(&cli->args, "bandwidth"))
        return inr_fail(err, INR_ERR_USAGE, "%s has one setting; leave --bandwidth out", row->name);
    if (!row->random && inr_cli_get(&cli->args, "seed"))
        return inr_fail(err, INR_ERR_USAGE, "%s is not random; leave --seed out", row->name);
    return INR_OK;
}

static enum inr_status read_wish(const struct inr_cli *cli, struct wish *w, struct inr_error *err)
{
    const struct inr_cli_args *args = &cli->args;
    const char *name = args->operands[0];
    int id = 0;
    enum inr_status status = inr_registry_find(INR_REGISTRY_SIGNAL, name, &id, err);
    if (status != INR_OK)
        return status;
    w->row = inr_generator_at((size_t)id);
    status = refuse_unused(cli, w->row, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(args, "dims", 2, 3, 2, &w->dims, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(args, "side", 1, 1000000, 0, &w->side, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(args, "seed", 0, 4294967295L, DEFAULT_SEED, &w->seed, err);
    if (status == INR_OK)
        status =
            inr_cli_get_number(args, "bandwidth", 0.1, 0.9, DEFAULT_BANDWIDTH, &w->bandwidth, err);
    return status;
}

static enum inr_status check_output(const struct inr_cli *cli, const char *output, long dims,
                                    struct inr_error *err)
{
    if (output == NULL)
        return INR_OK;
    if (dims != 2 && inr_image_can_write(output))
        return inr_fail(err, INR_ERR_USAGE, "%s: a signal with 3 axes is no picture; name a .npy",
                        output);
    return inr_cli_check_signal_output(cli, output, err);
}

static enum inr_status print_json(const struct wish *w, const struct inr_signal *signal,
                                  const struct inr_signal_stats *stats, const char *output,
                                  struct inr_error *err)
{
    json_t *json = json_object(), *shape = json_array();
    inr_cli_json_text(json, "name", w->row->name);
    for (int d = signal->dims - 1; d >= 0; d--)
        json_array_append_new(shape, json_integer(signal->shape[d]));
    json_object_set_new(json, "shape", shape);
    if (w->row->banded)
        inr_cli_json_number(json, "bandwidth", w->bandwidth);
    if (w->row->random)
        inr_cli_json_integer(json, "seed", (uint64_t)w->seed);
    inr_cli_json_number(json, "min", stats->min);
    inr_cli_json_number(json, "max", stats->max);
    inr_cli_json_number(json, "mean", stats->mean);
    inr_cli_json_number(json, "std", stats->std);
    inr_cli_json_number(json, "psnr_mean", stats->psnr_mean);
    if (output != NULL) {
        inr_cli_json_text(json, "output", output);
        inr_cli_json_integer(json, "bytes", inr_cli_file_size(output));
    }
    return inr_cli_json_print(json, err);
}

static void print_text(const struct wish *w, const struct inr_signal *signal,
                       const struct inr_signal_stats *stats)
{
    printf("signal     %s", w->row->name);
    if (w->row->banded)
        printf(", bandwidth %g", w->bandwidth);
    if (w->row->random)
        printf(", seed %ld", w->seed);
    printf("\nshape      %u x %u", signal->shape[0], signal->shape[1]);
    if (signal->dims == 3)
        printf(" x %u", signal->shape[2]);
    printf("\nvalues     %.6g to %.6g, mean %.6g, deviation %.6g\n", stats->min, stats->max,
           stats->mean, stats->std);
    if (isinf(stats->psnr_mean))
        puts("floor      none: the signal is constant");
    else
        printf("floor      %.2f dB, the psnr of its mean\n", stats->psnr_mean);
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *output = inr_cli_get(&cli->args, "output");
    struct inr_signal signal = {0};
    struct wish w = {0};
    enum inr_status status = read_wish(cli, &w, err);
    if (status == INR_OK)
        status = check_output(cli, output, w.dims, err);
    if (status == INR_OK)
        status = inr_signal_generate(w.row->name, (int)w.dims, w.bandwidth, (uint32_t)w.side,
                                     (uint64_t)w.seed, &signal, err);
    if (status == INR_OK && output != NULL)
        status = inr_signal_write(output, &signal, err);
    if (status == INR_OK && output != NULL && !inr_signal_fits(output, &signal))
        inr_cli_notice(cli, "%s: values outside [0,1] were clamped; a .npy or .pfm keeps them",
                       output);
    if (status == INR_OK) {
        const struct inr_signal_stats stats = inr_signal_stats(&signal);
        if (cli->json)
            status = print_json(&w, &signal, &stats, output, err);
        else
            print_text(&w, &signal, &stats);
    }
    inr_signal_free(&signal);
    return status;
}

const struct inr_cli_command inr_cli_signal = {
    .name = "signal",
    .summary = "make a test signal: noise, spheres, Sierpinski, star, phantom",
    .usage = "NAME [-o FILE] [options]",
    .text = "The synthetic signals of 'Grids Often Outperform Implicit Neural Representations at "
            "Compressing Dense Signals' (Kim and Fridovich-Keil 2025), in the same bits where they "
            "are random, and the Shepp-Logan phantom. An even side of band-limited noise grows by "
            "one. Sierpinski's triangle is the set itself; the study's is a plot with an outline.\n"
            "Pictures store 16 bits, binary signals 8; .npy stores floats, binary signals bools.",
    .examples = "inrush signal bandlimited --bandwidth 0.7 -o noise.npy\n"
                "inrush signal spheres --dims 3 --seed 2024 -o balls.npy\n"
                "inrush signal star -o star.png",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .word_at = name_at,
    .run = run,
};
