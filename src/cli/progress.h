/* SPDX-License-Identifier: MIT
 *
 * progress.h - The progress line: rewritten in place on a terminal, a plain line now and then
 * elsewhere.
 */
#ifndef INR_CLI_PROGRESS_H
#define INR_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#include "inrush/fit.h"

struct inr_cli_progress {
    FILE *out; /* NULL: silent */
    bool terminal;
    bool shown;  /* a line stands on the terminal */
    double last; /* monotonic seconds of the last line */
};

void inr_cli_progress_begin(struct inr_cli_progress *progress, FILE *out, bool silent);

/* Show the state of a fit, if it is time. */
void inr_cli_progress_fit(struct inr_cli_progress *progress, const struct inr_fit_progress *state);

/* Show done of total of something ("rows"), if it is time. */
void inr_cli_progress_count(struct inr_cli_progress *progress, const char *what, double done,
                            double total);

/* Show a line of the caller's making, if it is time. */
void inr_cli_progress_line(struct inr_cli_progress *progress, const char *line);

/* Wipe the line, so that other text can be printed. Safe on a zeroed struct. */
void inr_cli_progress_clear(struct inr_cli_progress *progress);

#endif
