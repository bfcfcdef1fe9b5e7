/* SPDX-License-Identifier: MIT
 *
 * spectrum.h - What `inrush spectrum` found, as text, JSON, CSV and a plot.
 */
#ifndef INR_CLI_SPECTRUM_H
#define INR_CLI_SPECTRUM_H

#include "inrush/select.h"

#include "cli/cli.h"

struct inr_cli_spectrum {
    const char *input; /* as given */
    const char *name;  /* without folders */
    bool chosen;       /* a field was given: result is set */
    char preset[32];   /* what its settings start from */
    struct inr_signal signal;
    int bins;                        /* 0: no axis has two points */
    double fresh[INR_SPECTRUM_MAX];  /* as inr_spectrum_fresh, cycles 1..bins */
    double radial[INR_SPECTRUM_MAX]; /* as inr_spectrum_radial */
    bool flat;                       /* all of it is 0 */
    struct inr_fresh_result result;  /* where chosen */
};

/* Print the tables on standard output. */
void inr_cli_print_spectrum(const struct inr_cli_spectrum *found);

/* Print one JSON object. Errors: INR_ERR_MEMORY. */
enum inr_status inr_cli_json_spectrum(const struct inr_cli_spectrum *found, struct inr_error *err);

/* Write the bins as CSV. Errors: INR_ERR_OUTPUT. */
enum inr_status inr_cli_csv_spectrum(const struct inr_cli_spectrum *found, const char *path,
                                     struct inr_error *err);

/* Draw a picture, SVG or PNG by suffix. Errors: INR_ERR_USAGE, INR_ERR_OUTPUT, INR_ERR_MEMORY. */
enum inr_status inr_cli_plot_spectrum(const struct inr_cli_spectrum *found, const char *path,
                                      struct inr_error *err);

/* True when the suffix names a format of plots. */
bool inr_cli_can_plot(const char *path);

/* "picture, 768 x 512, 3 channels" */
void inr_cli_signal_text(const struct inr_signal *signal, char *out, size_t size);

#endif
