/* SPDX-License-Identifier: MIT
 *
 * error.c - Status names, the first-message-wins error, and the log.
 */
#include "inrush/inrush.h"

#include <stdio.h>

enum inr_status inr_fail(struct inr_error *err, enum inr_status status, const char *format, ...)
{
    if (err && !err->text[0]) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->status = status;
    }
    return status;
}

const char *inr_status_text(enum inr_status status)
{
    switch (status) {
    case INR_OK:
        return "done";
    case INR_ERR_FAILED:
        return "failed";
    case INR_ERR_USAGE:
        return "wrong usage";
    case INR_ERR_INPUT:
        return "input unreadable";
    case INR_ERR_OUTPUT:
        return "output not written";
    case INR_ERR_NO_DEVICE:
        return "no such device";
    case INR_ERR_DEVICE_LOST:
        return "device lost";
    case INR_ERR_MEMORY:
        return "out of memory";
    case INR_TARGET_MISSED:
        return "target not reached";
    case INR_INTERRUPTED:
        return "interrupted";
    }
    return "unknown status";
}

void inr_logf(const struct inr_log *log, enum inr_log_level level, const char *format, ...)
{
    if (!log || !log->fn || level > log->level)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log->fn(log->user, level, text);
}
