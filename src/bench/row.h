/* SPDX-License-Identifier: MIT
 *
 * row.h - One row of a benchmark, and the one list of its columns that CSV, JSON, Markdown, the
 * page and the results file are made from.
 */
#ifndef INR_BENCH_ROW_H
#define INR_BENCH_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

#define INR_BENCH_CURVE_MAX  48
#define INR_BENCH_FIELDS_MAX 40

/* A measurement on the way. */
struct inr_bench_point {
    double seconds, psnr;
};

/* Numbers that do not exist for a row are NaN. */
struct inr_bench_row {
    char key[17];    /* hash of everything that decides the row but the device */
    char source[17]; /* hash of the signal's samples */
    char suite[64], signal[96];
    uint64_t dims;
    double bandwidth;
    char shape[48]; /* "1000x1000", "100x100x100x3": axes x fastest, then channels above one */
    char task[96], model[64];
    char family[16];  /* "inr", "grid" or "hybrid": a grid with a network behind it */
    char mode[16];    /* "parameters", "bytes", "time", "rate" */
    char lattice[16]; /* where the coordinates lie: "centres", "corners", "left" */
    char clamp[16];   /* what results are held within: "range", "unit" (suite.h) */
    uint64_t size;    /* asked for: parameters, or bytes */
    uint64_t parameters, bytes, seed, steps;
    double seconds, samples_per_second; /* of training */
    double psnr, psnr_mean;             /* dB; psnr_mean: of the constant mean, the floor */
    double ssim, ms_ssim, mae, iou;
    double time_30, time_35, time_40; /* seconds of training until measured at that many dB */
    char status[16];                  /* "done", "failed" */
    char message[512];
    char device[256], driver[256], version[16];
    uint64_t threads; /* of the CPU; 0: all it has */

    /* Of compression, see rate/rate.h. seconds are then those of encoding. */
    double rate, bpp;      /* bits of the file a pixel: asked for, and those it came to */
    double decode_seconds; /* from file to pixels */
    char settings[448];    /* what the rate was met with; bytes and PSNR of nested networks */
    char coder[64];        /* "cjpeg 2.1.5" */

    struct inr_bench_point curve[INR_BENCH_CURVE_MAX];
    size_t n_curve;
};

enum inr_bench_type { INR_BENCH_TEXT, INR_BENCH_WHOLE, INR_BENCH_REAL };

/* A column. */
struct inr_bench_field {
    const char *name; /* key and CSV heading, snake_case */
    enum inr_bench_type type;
    size_t offset, size;
    const char *heading; /* in tables for people; NULL: not there */
    int decimals;        /* there, of a REAL */
    bool late;           /* results files of before it was lack it */
};

/* NULL past the end. */
const struct inr_bench_field *inr_bench_field_at(size_t index);

/* An empty row: numbers that need not exist are NaN. */
void inr_bench_row_init(struct inr_bench_row *row);

/* True for "done". */
bool inr_bench_row_done(const struct inr_bench_row *row);

/* Add a point to the curve; a full one keeps every other point. */
void inr_bench_curve_add(struct inr_bench_row *row, double seconds, double psnr);

/* The value of a column as full text ("" where there is none), or as people read it. */
void inr_bench_field_text(const struct inr_bench_field *field, const struct inr_bench_row *row,
                          char *out, size_t size);
void inr_bench_field_pretty(const struct inr_bench_field *field, const struct inr_bench_row *row,
                            char *out, size_t size);

/* 1234567 -> "1,234,567" */
void inr_bench_digits(uint64_t value, char *out, size_t size);

/* A row as an object with a key for each column, in order; NaN is null, and an infinite PSNR null
 * with "exact": true. NULL: out of memory. */
json_t *inr_bench_row_to_json(const struct inr_bench_row *row);

/* Read back such an object, "key", "source" and "curve" included. False: a column is missing or of
 * the wrong type. */
bool inr_bench_row_from_json(const json_t *json, struct inr_bench_row *row);

/* The line of a results file: the object with key, source and curve, and a newline. free() it;
 * NULL: out of memory. */
char *inr_bench_row_line(const struct inr_bench_row *row);

#endif
