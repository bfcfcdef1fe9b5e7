/* SPDX-License-Identifier: MIT
 *
 * progress.c - Prints progress to a terminal or a log without flooding either.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/text.h"

/* Seconds between lines: a terminal should look alive, a log should stay short. */
static const double terminal_period = 0.1, plain_period = 5.0;

static size_t columns(FILE *out)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col;
#else
    (void)out;
#endif
    return 80;
}

void inr_cli_progress_begin(struct inr_cli_progress *progress, FILE *out, bool silent)
{
    progress->out = silent ? NULL : out;
    progress->terminal = !silent && isatty(fileno(out));
    progress->shown = false;
    progress->last = inr_now();
}

static bool due(struct inr_cli_progress *progress)
{
    if (progress->out == NULL)
        return false;
    double t = inr_now();
    if (t - progress->last < (progress->terminal ? terminal_period : plain_period))
        return false;
    progress->last = t;
    return true;
}

/* A line longer than the terminal would wrap and could not be wiped, so it is cut. Padding with
 * blanks instead of an escape sequence also works on dumb terminals. */
static void show(struct inr_cli_progress *progress, const char *line)
{
    if (progress->terminal) {
        int width = (int)columns(progress->out) - 1;
        fprintf(progress->out, "\r%-*.*s", width, width, line);
        progress->shown = true;
    } else {
        fprintf(progress->out, "%s\n", line);
    }
    fflush(progress->out);
}

void inr_cli_progress_clear(struct inr_cli_progress *progress)
{
    if (!progress->shown)
        return;
    fprintf(progress->out, "\r%*s\r", (int)columns(progress->out) - 1, "");
    fflush(progress->out);
    progress->shown = false;
}

void inr_cli_progress_fit(struct inr_cli_progress *progress, const struct inr_fit_progress *state)
{
    char line[256], rate[32], eta[32], quality[48] = "";
    int n;
    if (!due(progress))
        return;
    inr_cli_si(state->samples_per_second, rate);
    if (isfinite(state->distance) && isfinite(state->iou))
        snprintf(quality, sizeof quality, "  error %.2g  IoU %.4f", state->distance, state->iou);
    else if (isfinite(state->distance))
        snprintf(quality, sizeof quality, "  error %.2g (batch)", state->distance);
    else if (isfinite(state->psnr))
        snprintf(quality, sizeof quality, "  %.2f dB%s", state->psnr,
                 state->measured ? "" : " (batch)");
    n = snprintf(line, sizeof line, "step %" PRIu64, state->step);
    if (state->total_steps > 0)
        n += snprintf(line + n, sizeof line - (size_t)n, "/%" PRIu64, state->total_steps);
    n += snprintf(line + n, sizeof line - (size_t)n, "  loss %.3g%s  %ssamples/s", state->loss,
                  quality, rate);
    if (state->eta >= 0.0) {
        inr_cli_duration(state->eta, eta);
        snprintf(line + n, sizeof line - (size_t)n, "  ETA %s", eta);
    }
    show(progress, line);
}

void inr_cli_progress_count(struct inr_cli_progress *progress, const char *what, double done,
                            double total)
{
    char line[128];
    if (!due(progress))
        return;
    snprintf(line, sizeof line, "%s %.0f/%.0f  %.0f %%", what, done, total,
             total > 0.0 ? 100.0 * done / total : 0.0);
    show(progress, line);
}

void inr_cli_progress_line(struct inr_cli_progress *progress, const char *line)
{
    if (due(progress))
        show(progress, line);
}
