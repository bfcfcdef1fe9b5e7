/* SPDX-License-Identifier: MIT
 *
 * selftest.h - Runs every kernel of a device against the CPU backend, so that a person with a new
 * GPU or driver can see whether it computes what it should.
 */
#ifndef INR_EXEC_SELFTEST_H
#define INR_EXEC_SELFTEST_H

#include "exec/device.h"

/* One line of the report: `kernel` is what ran ("act_backward"), `detail` with what ("wire, complex
 * layer"), `error` the largest deviation and `tolerance` what is allowed, both relative to the
 * largest value of the reference. */
typedef void (*inr_selftest_fn)(void *user, const char *kernel, const char *detail, double error,
                                double tolerance, bool pass);

/* Check `device`; the callback gets one line a kernel and row. A line that fails is not an error of
 * the call: INR_OK means that everything could be run. */
enum inr_status inr_selftest_run(const struct inr_device *device, const struct inr_log *log,
                                 inr_selftest_fn fn, void *user, struct inr_error *err);

#endif
