/* SPDX-License-Identifier: MIT
 *
 * bench_output.h - Where the results of a suite go.
 */
#ifndef INR_CLI_BENCH_OUTPUT_H
#define INR_CLI_BENCH_OUTPUT_H

#include "bench/results.h"

#include "cli/cli.h"

/* Refuse early what could not be written at the end. */
enum inr_status inr_cli_bench_check(struct inr_cli *cli, struct inr_error *err);

/* Write the files that were asked for, those of -o FOLDER, and the table or JSON on standard
 * output. */
enum inr_status inr_cli_bench_write(struct inr_cli *cli, const struct inr_bench_results *results,
                                    struct inr_error *err);

#endif
