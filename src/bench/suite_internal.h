/* SPDX-License-Identifier: MIT
 *
 * suite_internal.h - What the readers of a suite's parts share. Paths name the place in messages.
 */
#ifndef INR_BENCH_SUITE_INTERNAL_H
#define INR_BENCH_SUITE_INTERNAL_H

#include "bench/suite.h"

/* No list of a suite is longer, and neither are its bandwidths. */
#define INR_SUITE_LIST_MAX 256

struct inr_suite_reader {
    struct inr_bench_suite *suite;
    struct inr_error *err;
};

enum inr_status inr_suite_refuse(const struct inr_suite_reader *r, const char *path,
                                 const char *what);

/* Every key of `object` is one of `known` (blanks around each). */
enum inr_status inr_suite_check_keys(const struct inr_suite_reader *r, const json_t *object,
                                     const char *path, const char *known);

/* *out stays when there is no such key. */
enum inr_status inr_suite_get_text(const struct inr_suite_reader *r, const json_t *object,
                                   const char *path, const char *key, const char **out);

/* A whole number of `low` to `high`; 1e5 counts as one. */
bool inr_suite_whole(const json_t *value, double low, double high, uint64_t *out);

/* The items of a list; something that is no list is a list of one. */
size_t inr_suite_list_size(const json_t *value);
const json_t *inr_suite_list_at(const json_t *value, size_t i);

enum inr_status inr_suite_read_signals(const struct inr_suite_reader *r);

#endif
