/* SPDX-License-Identifier: MIT
 *
 * bench.h - The kinds of `inrush bench`: the speed of training, what a device can do at most,
 * suites of fits, and compression.
 */
#ifndef INR_CLI_BENCH_H
#define INR_CLI_BENCH_H

#include "bench/runner.h"

#include "cli/cli.h"

enum { INR_CLI_NUMBERS_MAX = 64 };

struct inr_cli_numbers {
    uint32_t at[INR_CLI_NUMBERS_MAX];
    size_t n;
};

/* Option --NAME: whole numbers from 1 to `high`, separated by commas. Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_get_numbers(const struct inr_cli *cli, const char *name,
                                    const char *fallback, uint32_t high,
                                    struct inr_cli_numbers *out, struct inr_error *err);

/* Option --seconds, left alone when it is not given. Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_get_seconds(const struct inr_cli *cli, double *out, struct inr_error *err);

enum inr_status inr_cli_bench_speed(struct inr_cli *cli, struct inr_error *err);

enum inr_status inr_cli_bench_device(struct inr_cli *cli, struct inr_error *err);

/* A suite by name or from a file, or files to fit, or results to merge: by the operands. */
enum inr_status inr_cli_bench_suite(struct inr_cli *cli, struct inr_error *err);

/* Pictures at the same number of bytes: operands are pictures and folders behind the name. */
enum inr_status inr_cli_bench_rate(struct inr_cli *cli, struct inr_error *err);

/* What both kinds of rows share: progress, a line for what failed; --shard. */
struct inr_bench_watch inr_cli_bench_watch(struct inr_cli *cli);
enum inr_status inr_cli_bench_shard(const struct inr_cli *cli, const char *folder, int *shard,
                                    int *shards, struct inr_error *err);

#endif
