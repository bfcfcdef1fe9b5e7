/* SPDX-License-Identifier: MIT
 *
 * fit_result.h - The result of a fit as people and programs read it.
 */
#ifndef INR_CLI_FIT_RESULT_H
#define INR_CLI_FIT_RESULT_H

#include "cli/cli.h"

struct inr_cli_fit_result {
    const struct inr_model *model;
    const char *output;
    enum inr_status status;    /* of the fit: INR_OK, INR_TARGET_MISSED or INR_INTERRUPTED */
    double samples_per_second; /* mean over this run; NaN: unknown */
};

/* Print on standard output, as JSON with --json. Errors: INR_ERR_MEMORY. */
enum inr_status inr_cli_print_fit(const struct inr_cli *cli,
                                  const struct inr_cli_fit_result *result, struct inr_error *err);

#endif
