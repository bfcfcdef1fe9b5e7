/* SPDX-License-Identifier: MIT
 *
 * bench_rate.c - `inrush bench compress`: pictures at the same number of bytes by many coders.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/rate.h"

#include "cli/bench.h"
#include "cli/bench_output.h"
#include "cli/interrupt.h"

/* "0.1,0.2": bits a pixel, in rising order. */
static enum inr_status read_rates(const struct inr_cli *cli, struct inr_rate_options *options,
                                  struct inr_error *err)
{
    const char *given = inr_cli_get(&cli->args, "rates");
    const char *text = given ? given : "0.1,0.2,0.4,0.8";
    options->n_rates = 0;
    for (const char *p = text;;) {
        char *end;
        const double rate = strtod(p, &end);
        if (end == p || (*end != ',' && *end != '\0') || !(rate >= 1e-4) || !(rate <= 100.0) ||
            options->n_rates == INR_RATE_RATES_MAX)
            return inr_fail(err, INR_ERR_USAGE,
                            "--rates %s: up to %d numbers from 0.0001 to 100 are needed, separated "
                            "by commas",
                            text, INR_RATE_RATES_MAX);
        for (size_t i = 0; i < options->n_rates; i++)
            if (options->rates[i] == rate)
                return inr_fail(err, INR_ERR_USAGE, "--rates %s: %g is there twice", text, rate);
        options->rates[options->n_rates++] = rate;
        if (*end == '\0')
            return INR_OK;
        p = end + 1;
    }
}

static enum inr_status read_options(struct inr_cli *cli, struct inr_rate_options *options,
                                    struct inr_cli_device *device, struct inr_error *err)
{
    long effort = 5;
    *options = (struct inr_rate_options){.paths = cli->args.operands + 1,
                                         .n_paths = cli->args.n_operands - 1,
                                         .models = inr_cli_get(&cli->args, "models"),
                                         .with = inr_cli_get(&cli->args, "with"),
                                         .folder = inr_cli_get(&cli->args, "output")};
    enum inr_status status = read_rates(cli, options, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "effort", 1, 9, 5, &effort, err);
    options->effort = (int)effort;
    if (status == INR_OK)
        status = inr_cli_bench_shard(cli, options->folder, &options->shard, &options->shards, err);
    if (status == INR_OK)
        status = inr_cli_get_device(cli, device, err);
    options->device.wish = device->device;
    options->device.threads = device->threads;
    return status;
}

enum inr_status inr_cli_bench_rate(struct inr_cli *cli, struct inr_error *err)
{
    struct inr_bench_results results = {0};
    struct inr_rate_options options;
    struct inr_cli_device device = {0};
    struct inr_error late = {0};
    struct inr_bench_watch watch = inr_cli_bench_watch(cli);
    enum inr_status status = inr_cli_bench_check(cli, err), written = INR_OK;
    if (status == INR_OK)
        status = read_options(cli, &options, &device, err);
    if (status == INR_OK) {
        inr_cli_interrupt_install();
        status = inr_rate_run(&options, &watch, &results, err);
        inr_cli_progress_clear(&cli->progress);
    }
    if (results.n > 0)
        written = inr_cli_bench_write(cli, &results, &late);
    if (status == INR_INTERRUPTED && options.folder != NULL)
        inr_cli_notice(cli, "interrupted; the same command goes on where it stopped");
    inr_bench_results_free(&results);
    if (written != INR_OK)
        *err = late;
    return written != INR_OK ? written : status;
}
