/* SPDX-License-Identifier: MIT
 *
 * results.h - The rows of a benchmark, in memory and in a folder.
 *
 * A folder holds results.jsonl, one line of JSON a row, appended and synced as rows finish, and
 * pictures/KEY.png and KEY-error.png, and SOURCE-signal.png of each signal. A line that a crash cut
 * short is dropped when it is read.
 */
#ifndef INR_BENCH_RESULTS_H
#define INR_BENCH_RESULTS_H

#include "bench/picture.h"
#include "bench/row.h"

struct inr_bench_results {
    struct inr_bench_row *rows;
    struct inr_bench_pictures *pictures; /* of each row, where they are in memory */
    char **folders;                      /* where each row's pictures lie, or NULL */
    size_t n, capacity;
};

/* Release the rows; the struct is zeroed. */
void inr_bench_results_free(struct inr_bench_results *results);

/* Add a row, or replace the one with its key unless that is done and the new one is not. Takes
 * the pictures (may be NULL). Errors: INR_ERR_MEMORY. */
enum inr_status inr_bench_results_add(struct inr_bench_results *results,
                                      const struct inr_bench_row *row,
                                      struct inr_bench_pictures *pictures, const char *folder,
                                      struct inr_error *err);

/* The row with that key, or NULL. */
const struct inr_bench_row *inr_bench_results_find(const struct inr_bench_results *results,
                                                   const char *key);

/* Add the rows of a results file. A last line without its end is not an error. Errors:
 * INR_ERR_INPUT with the line, INR_ERR_MEMORY. */
enum inr_status inr_bench_results_read(struct inr_bench_results *results, const char *path,
                                       struct inr_error *err);

/* A results file that rows are appended to. */
struct inr_bench_journal {
    int file; /* -1: none */
    char path[512], folder[480];
};

/* Open `folder`/results.jsonl, or results-I-of-N.jsonl for shard I of N, make folders where they
 * are missing, add the rows it has to `results`, and cut off a line that was never finished.
 * Errors: INR_ERR_OUTPUT, INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_bench_journal_open(struct inr_bench_journal *journal, const char *folder,
                                       int shard, int shards, struct inr_bench_results *results,
                                       struct inr_error *err);

/* Append a row, and write its pictures. When it returns, both are on the disk. Errors:
 * INR_ERR_OUTPUT, INR_ERR_MEMORY. */
enum inr_status inr_bench_journal_add(struct inr_bench_journal *journal,
                                      const struct inr_bench_row *row,
                                      const struct inr_bench_pictures *pictures,
                                      struct inr_error *err);

void inr_bench_journal_close(struct inr_bench_journal *journal);

/* A picture of row i, from memory or its folder; free() data. Nothing when there is none. */
void inr_bench_results_picture(const struct inr_bench_results *results, size_t i,
                               enum inr_bench_view view, struct inr_bench_png *png);

/* Its name below the folder. */
void inr_bench_picture_name(const struct inr_bench_row *row, enum inr_bench_view view,
                            char out[64]);

#endif
