/* SPDX-License-Identifier: MIT
 *
 * trial.h - One picture, one coder, one rate.
 */
#ifndef INR_BENCH_RATE_TRIAL_H
#define INR_BENCH_RATE_TRIAL_H

#include "bench/rate/coder.h"
#include "bench/row.h"
#include "inrush/codec.h"

/* Sizes that settings of a coder gave, so that the next rate need not try them again. */
#define INR_RATE_STEPS 512

/* A folder for files on their way through other programs. */
struct inr_rate_scratch {
    char folder[256];                   /* "": none yet */
    const struct inr_image *image;      /* that source.* are of */
    bool ppm, png;                      /* those that are there */
    const struct inr_rate_tool *tool;   /* that the sizes are of */
    uint64_t sizes[INR_RATE_STEPS + 1]; /* 0: not tried */
};

/* Make the folder. Errors: INR_ERR_OUTPUT. */
enum inr_status inr_rate_scratch_open(struct inr_rate_scratch *scratch, struct inr_error *err);

/* Remove the folder with all that is in it. Safe on a zeroed struct. */
void inr_rate_scratch_close(struct inr_rate_scratch *scratch);

struct inr_rate_trial {
    const struct inr_rate_tool *tool;
    const struct inr_image *image;
    const char *name;
    struct inr_rate_scratch *scratch;
    const struct inr_compress_options *options; /* of ours: effort and config */
    struct inr_fit_watch watch;                 /* of ours */
    bool (*stop)(void *user);                   /* of other programs */
    void *user;
};

/* Meet the rate of row->size bytes as closely as the coder can; `row` receives bytes, bpp, times,
 * scores and settings. Errors: INR_ERR_FAILED, INR_ERR_USAGE, those of a fit, INR_INTERRUPTED. */
enum inr_status inr_rate_trial_own(const struct inr_rate_trial *trial, struct inr_bench_row *row,
                                   struct inr_error *err);
enum inr_status inr_rate_trial_other(const struct inr_rate_trial *trial, struct inr_bench_row *row,
                                     struct inr_error *err);

/* Scores of `test`, rounded samples [height][width][channels] in the image's scale. Errors:
 * INR_ERR_MEMORY. */
enum inr_status inr_rate_score(const struct inr_image *image, const float *test,
                               struct inr_bench_row *row, struct inr_error *err);

#endif
