/* SPDX-License-Identifier: MIT
 *
 * inrush.h - Version, status codes, errors and the log: what every other header needs.
 *
 * Fallible functions return an inr_status and take a last parameter `struct inr_error *err` (may be
 * NULL). On failure err holds one sentence that says what, where, and what to try. The first
 * message wins: callers above just forward the status.
 *
 * Thread safety: no global state; separate objects may be used from separate threads.
 * Ownership: what a function creates, the matching _free/_destroy releases; both accept NULL.
 */
#ifndef INRUSH_INRUSH_H
#define INRUSH_INRUSH_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INR_VERSION_MAJOR 0
#define INR_VERSION_MINOR 1
#define INR_VERSION_PATCH 0
#define INR_VERSION       "0.1.0"

/* Status of a call. The values are also the exit codes of the program. */
enum inr_status {
    INR_OK = 0,              /* done */
    INR_ERR_FAILED = 1,      /* failed for a reason that has no code of its own */
    INR_ERR_USAGE = 2,       /* a wrong option or argument */
    INR_ERR_INPUT = 3,       /* an input could not be read or is not valid */
    INR_ERR_OUTPUT = 4,      /* an output could not be written; an older file is untouched */
    INR_ERR_NO_DEVICE = 5,   /* no device matches what was asked for */
    INR_ERR_DEVICE_LOST = 6, /* the device was lost while working */
    INR_ERR_MEMORY = 7,      /* out of memory, on the host or the device */
    INR_TARGET_MISSED = 8,   /* the budget ended before the target; the result is still valid */
    INR_INTERRUPTED = 130    /* stopped by the caller; the state is still valid */
};

/* One sentence about the first failure. Zero-initialise before use. */
struct inr_error {
    enum inr_status status;
    char text[512]; /* empty string: no error yet */
};

/* Record a failure unless err already holds one, and return `status`. err may be NULL. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
enum inr_status
inr_fail(struct inr_error *err, enum inr_status status, const char *format, ...);

/* The name of a status for people, e.g. "device lost". Never NULL. */
const char *inr_status_text(enum inr_status status);

enum inr_log_level {
    INR_LOG_ERROR,   /* the call fails */
    INR_LOG_WARNING, /* the call goes on, the user should know */
    INR_LOG_INFO,    /* one-off notices: the device chosen, the memory needed */
    INR_LOG_DEBUG    /* for bug reports (-v) */
};

/* Where messages go. A NULL log or a NULL fn is legal everywhere and means silence. */
struct inr_log {
    void (*fn)(void *user, enum inr_log_level level, const char *text); /* text: no newline */
    void *user;
    enum inr_log_level level; /* messages above this level are dropped before formatting */
};

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void inr_logf(const struct inr_log *log, enum inr_log_level level, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif
