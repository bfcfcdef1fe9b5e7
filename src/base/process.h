/* SPDX-License-Identifier: MIT
 *
 * process.h - Other programs, run without a shell and not for ever.
 */
#ifndef INR_BASE_PROCESS_H
#define INR_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "inrush/inrush.h"

/* The file that the shell would run for `name`, by PATH. False: none, or its path is too long. */
bool inr_process_find(const char *name, char *path, size_t size);

struct inr_process_result {
    double seconds;  /* from start to end */
    char text[1024]; /* the first of what it wrote to standard output and error */
};

/* Run `argv` (ends with NULL; argv[0] is a path) with no input, in a process group of its own. It
 * is killed after `limit` seconds, or when `stop` (may be NULL; asked ten times a second) says so.
 * Errors: INR_ERR_FAILED (it cannot be run, took too long, or did not end with 0; the message has
 * the first line of what it wrote), INR_INTERRUPTED. */
enum inr_status inr_process_run(const char *const *argv, double limit, bool (*stop)(void *user),
                                void *user, struct inr_process_result *result,
                                struct inr_error *err);

#endif
