/* SPDX-License-Identifier: MIT
 *
 * ceiling.h - What a device can do at most, whichever it is.
 */
#ifndef INR_BENCH_CEILING_H
#define INR_BENCH_CEILING_H

#include "exec/ceiling.h"

/* Measure for about `seconds`. threads: of the CPU, 0 = all. Of the CPU, fp32 is the sgemm rate on
 * tiles in cache, memory is that of arrays of 64 MiB on all threads, and `launch` is an empty
 * parallel region; it has neither matrix units nor shared memory of its own. Errors: those of
 * inr_vk_ceiling. */
enum inr_status inr_bench_ceiling(const struct inr_device *device, int threads, double seconds,
                                  const struct inr_log *log, struct inr_ceiling *out,
                                  struct inr_error *err);

#endif
