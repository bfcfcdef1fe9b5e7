/* SPDX-License-Identifier: MIT
 *
 * cmd_bench.c - `inrush bench`: the options of all kinds, and which one is meant.
 */
#include <string.h>

#include "bench/suite.h"

#include "cli/bench.h"

#define SPEED "With 'speed' and 'device'"
#define RATE  "With 'compress'"

static const struct inr_cli_option options[] = {
    {.name = "sizes",
     .value = "LIST",
     .group = "Rows",
     .help = "parameters (bytes in mode bytes) to compare at, e.g. 1e4,1e5"},
    {.name = "seeds",
     .value = "LIST",
     .group = "Rows",
     .help = "seeds of generated signals, weights and batches"},
    {.name = "signals", .value = "LIST", .group = "Rows", .help = "only these of the suite"},
    {.name = "bandwidths",
     .value = "LIST",
     .group = "Rows",
     .help = "only these, of signals that have one"},
    {.name = "models", .value = "LIST", .group = "Rows", .help = "only these of the suite"},
    {.name = "tasks",
     .value = "LIST",
     .group = "Rows",
     .help = "only these of the suite, or others by name ('inrush list task')"},
    {.name = "mode",
     .value = "LIST",
     .group = "Rows",
     .help = "what is equal: parameters, bytes (on disk), time, or several"},
    {.name = "steps", .value = "N", .group = "Rows", .help = "steps of training a row"},
    {.name = "time",
     .value = "SECONDS",
     .group = "Rows",
     .help = "of training a row in mode time; in other modes instead of steps"},
    {.name = "with",
     .value = "LIST",
     .group = "Rows",
     .help = "settings of fit for every model, as lattice=centres,batch=4096"},
    {.name = "clamp",
     .value = "WHAT",
     .group = "Rows",
     .words = "range unit",
     .help = "hold results within the range of the signal, or within [0,1] (as the study does)"},
    {.name = "shard",
     .value = "I/N",
     .group = "Rows",
     .help = "run only part I of N, for several machines; give all their results to bench "
             "afterwards"},
    {.name = "rates",
     .value = "LIST",
     .group = RATE,
     .help = "bits a pixel of whole files; default: 0.1,0.2,0.4,0.8"},
    {.name = "effort",
     .value = "1..9",
     .group = RATE,
     .help = "training time of ours, as of 'inrush compress'; default: 5"},
    {.name = "anchor",
     .value = "NAME",
     .group = RATE,
     .help = "coder or published curve that differences of rates are taken to; default: jpeg"},
    {.name = "output",
     .letter = 'o',
     .value = "FOLDER",
     .group = "Output",
     .file = true,
     .help = "keep rows here as they finish and skip those that are there; tables at the end"},
    {.name = "csv",
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "also write the rows to this file"},
    {.name = "markdown",
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "also write them as a table for people"},
    {.name = "html",
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "also write a page with charts and pictures, which needs no other file"},
    INR_CLI_OPTION_JSON,
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = "widths",
     .value = "LIST",
     .group = SPEED,
     .help = "widths separated by commas; default: 64,128,256"},
    {.name = "batches",
     .value = "LIST",
     .group = SPEED,
     .help = "samples a step, separated by commas; default: 16384,65536; of device, 2^14 ... 2^21"},
    {.name = "layers", .value = "N", .group = SPEED, .help = "hidden-to-hidden layers; default: 3"},
    {.name = "activation",
     .value = "NAME",
     .group = SPEED,
     .table = INR_REGISTRY_ACTIVATION + 1,
     .help = "sine by default, 'all', or one of these"},
    {.name = "plan",
     .value = "NAME",
     .group = SPEED,
     .table = INR_REGISTRY_PLAN + 1,
     .help = "how a GPU runs the layers"},
    {.name = "precision",
     .value = "NAME",
     .group = SPEED,
     .table = INR_REGISTRY_PRECISION + 1,
     .help = "of products on a GPU"},
    {.name = "no-coopmat", .group = SPEED, .help = "leave matrix units alone"},
    {.name = "tile",
     .value = "LIST",
     .group = SPEED,
     .help = "of a fused plan: columns of a tile; rows and columns of a thread or, in fragments, "
             "of a subgroup; the same of its gradients; workgroups. Default: by device"},
    {.name = "keep",
     .value = "WHAT",
     .group = SPEED,
     .words = "values sums both",
     .help = "of a fused plan: all layers' values in shared memory, the gradient's sums in "
             "registers"},
    {.name = "seconds",
     .value = "S",
     .group = SPEED,
     .help = "time to spend on a measurement; default: 1; of device, on all: 3"},
    {.name = "reps",
     .value = "N",
     .group = SPEED,
     .help = "measurements of a case, of which the median is reported; default: 1"},
    {.name = NULL},
};

static const char *suite_at(size_t index)
{
    struct inr_bench_builtin builtin;
    static const char *const measured[] = {"speed", "device", "compress"};
    if (index < 3)
        return measured[index];
    return inr_bench_builtin_at(index - 3, &builtin) ? builtin.name : NULL;
}

enum kind { SUITE, SPEEDS, RATES };

/* Whether an option says something to a kind of benchmark. */
static bool goes_with(const struct inr_cli_option *option, enum kind kind)
{
    static const char *const not_speed[] = {"output", "markdown", "html"};
    static const char *const rates[] = {"models", "with", "shard"};
    const bool of_rows = strcmp(option->group, "Rows") == 0;
    if (strcmp(option->group, SPEED) == 0)
        return kind == SPEEDS;
    if (strcmp(option->group, RATE) == 0) /* merged results may be of rates */
        return kind == RATES || (kind == SUITE && strcmp(option->name, "anchor") == 0);
    for (size_t i = 0; kind == RATES && i < sizeof rates / sizeof rates[0]; i++)
        if (strcmp(option->name, rates[i]) == 0)
            return true;
    for (size_t i = 0; kind == SPEEDS && i < sizeof not_speed / sizeof not_speed[0]; i++)
        if (strcmp(option->name, not_speed[i]) == 0)
            return false;
    return kind == SUITE || !of_rows;
}

/* An option of another kind would be ignored: say so. */
static enum inr_status check_options(const struct inr_cli *cli, enum kind kind,
                                     struct inr_error *err)
{
    for (size_t i = 0; options[i].name != NULL; i++)
        if (!goes_with(&options[i], kind) && inr_cli_count(&cli->args, options[i].name) > 0)
            return inr_fail(err, INR_ERR_USAGE, "--%s does not go with 'bench %s'; leave it out",
                            options[i].name, cli->args.operands[0]);
    return INR_OK;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *what = cli->args.operands[0];
    const bool device = strcmp(what, "device") == 0;
    const enum kind kind = device || strcmp(what, "speed") == 0 ? SPEEDS
                           : strcmp(what, "compress") == 0      ? RATES
                                                                : SUITE;
    enum inr_status status = check_options(cli, kind, err);
    if (status != INR_OK)
        return status;
    if (device)
        return inr_cli_bench_device(cli, err);
    return kind == SPEEDS  ? inr_cli_bench_speed(cli, err)
           : kind == RATES ? inr_cli_bench_rate(cli, err)
                           : inr_cli_bench_suite(cli, err);
}

const struct inr_cli_command inr_cli_bench = {
    .name = "bench",
    .summary = "compare fields on signals and coders on pictures, or measure speed",
    .usage = "SUITE|FILE...|RESULTS.jsonl|compress|speed|device [options]",
    .text =
        "A suite is signals x models x sizes x seeds x tasks; 'inrush list suite' shows those that "
        "come with the program. Each model gets the largest field that does not exceed the size. "
        "What is equal is the mode: parameters (trainable numbers) or bytes on disk with the same "
        "steps, or the seconds of training. Files after a suite take the place of its signals; "
        "files alone are compared by the suite 'file', and the last line names the winner. "
        "Interrupted or failed runs go on with the same words; a failed row never stops the "
        "others. Results of several runs (results.jsonl) are merged into one table.\n"
        "PSNR has peak 1 and is of the result clamped to what the signal can be, unrounded; times "
        "to 30, 35 and 40 dB are seconds of training, by measurements of the whole result on the "
        "way.\n"
        "'compress' makes files of pictures at --rates with our methods, and with JPEG, WebP, JPEG "
        "2000, JPEG XL and AVIF where cjpeg, cwebp, opj_compress, cjxl, avifenc and their decoders "
        "are installed, and compares quality over true sizes; of the Kodak pictures published "
        "curves stand beside them. --models chooses among weights, latent, jpeg, webp, jpeg2000, "
        "jxl, "
        "avif.\n"
        "'speed' times training steps on random batches of a picture. On the CPU 'of sgemm' "
        "is the share of the rate that the machine's own matrix products (cblas_sgemm on tiles in "
        "cache, measured in turn) reach alone; 6 operations a weight and sample are counted. On a "
        "GPU "
        "'host' is the CPU time of a step beside the device's; '1st step' is the time from nothing "
        "to the end of the first.\n"
        "'device' measures what a device can do at most, and prints the floor of a training step: "
        "its operations, the bytes it moves at least (and those of a plan that keeps every layer "
        "in "
        "memory), and the time that takes at the measured rates.",
    .examples = "inrush bench photo.png\n"
                "inrush bench quick -o quick --html quick.html\n"
                "inrush bench grids-vs-inr --signals star --sizes 1e4,1e5\n"
                "inrush bench grids-vs-inr photo.png --tasks fit,denoise --with noise=0.1\n"
                "inrush bench grids-vs-inr photo.png --with lattice=centres --clamp range\n"
                "inrush bench mine.json --sizes 1e4,1e5 --shard 1/2 -o part1\n"
                "inrush bench part1/results-1-of-2.jsonl part2/results-2-of-2.jsonl -o all\n"
                "inrush bench speed --widths 64,256 --activation all --csv speed.csv\n"
                "inrush bench compress photos/ --rates 0.1,0.3,1 -o rd --html rd.html\n"
                "inrush bench device --json",
    .options = options,
    .min_operands = 1,
    .max_operands = 1000,
    .word_at = suite_at,
    .run = run,
};
