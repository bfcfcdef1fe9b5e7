/* SPDX-License-Identifier: MIT
 *
 * bench.h - The two kinds of `inrush bench`: the speed of training, and suites of fits.
 */
#ifndef INR_CLI_BENCH_H
#define INR_CLI_BENCH_H

#include "cli/cli.h"

enum inr_status inr_cli_bench_speed(struct inr_cli *cli, struct inr_error *err);

/* A suite by name or from a file, or files to fit, or results to merge: by the operands. */
enum inr_status inr_cli_bench_suite(struct inr_cli *cli, struct inr_error *err);

#endif
