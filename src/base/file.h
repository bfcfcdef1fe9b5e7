/* SPDX-License-Identifier: MIT
 *
 * file.h - Whole-file reads and atomic writes: a file appears complete under its name or not at
 * all.
 */
#ifndef INR_BASE_FILE_H
#define INR_BASE_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "inrush/inrush.h"

/* Read all of `path` ("-": standard input) into a malloc'd buffer of *size bytes, which the caller
 * frees. Files above `limit` bytes are refused. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_file_read(const char *path, uint64_t limit, uint8_t **data, size_t *size,
                              struct inr_error *err);

/* The first bytes of a file, at most `size`, *got of them: tells whether it can be read at all, and
 * what it is. Errors: INR_ERR_INPUT (missing, a folder, no permission). */
enum inr_status inr_file_head(const char *path, uint8_t *data, size_t size, size_t *got,
                              struct inr_error *err);

/* An output in the making: written to a temporary name beside `path`. */
struct inr_outfile {
    FILE *stream; /* write here; a failed write is noticed at commit at the latest */
    char *path;
    char *temporary;
};

/* Start writing `path`. Errors: INR_ERR_OUTPUT (directory, no permission, no such folder). */
enum inr_status inr_outfile_open(struct inr_outfile *out, const char *path, struct inr_error *err);

/* Flush, fsync, rename over `path`, sync the folder. On failure the temporary file is removed and
 * an older file under `path` is untouched. Errors: INR_ERR_OUTPUT (disk full ...). */
enum inr_status inr_outfile_commit(struct inr_outfile *out, struct inr_error *err);

/* Close and remove the temporary file. Safe on a zeroed or committed struct. */
void inr_outfile_abort(struct inr_outfile *out);

/* Refuse early what cannot be written late: a directory, a missing folder, or (unless `overwrite`)
 * an existing file. Errors: INR_ERR_OUTPUT. */
enum inr_status inr_outfile_check(const char *path, int overwrite, struct inr_error *err);

#endif
