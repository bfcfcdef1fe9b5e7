/* SPDX-License-Identifier: MIT
 *
 * fit_settings.h - From words to the configuration of a fit: preset, then file, then flags.
 */
#ifndef INR_CLI_FIT_SETTINGS_H
#define INR_CLI_FIT_SETTINGS_H

#include "cli/cli.h"

/* What the input of a fit is, as far as settings depend on it. */
enum inr_cli_subject {
    INR_CLI_SAMPLES,
    INR_CLI_SURFACE, /* a mesh, or points without normals */
    INR_CLI_POINTS,  /* with normals */
    INR_CLI_CODEC    /* a picture to be compressed */
};

/* Fill in *config. `resume`: NULL, or the model whose settings the fit goes on with. Errors:
 * INR_ERR_USAGE, INR_ERR_INPUT (the file). */
enum inr_status inr_cli_fit_settings(struct inr_cli *cli, const struct inr_model *resume,
                                     enum inr_cli_subject subject, struct inr_fit_config *config,
                                     struct inr_error *err);

#endif
