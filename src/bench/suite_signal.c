/* SPDX-License-Identifier: MIT
 *
 * suite_signal.c - The signals of a suite: files and generated ones.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite_internal.h"

static enum inr_status read_numbers(const struct inr_suite_reader *r, const json_t *object,
                                    const char *path, struct inr_bench_signal *signal)
{
    char where[160];
    uint64_t dims = 2, side = 0;
    const json_t *value = json_object_get(object, "dims");
    snprintf(where, sizeof where, "%s.dims", path);
    if (value && !inr_suite_whole(value, 1, 3, &dims))
        return inr_suite_refuse(r, where, "must be 1, 2 or 3");
    value = json_object_get(object, "side");
    snprintf(where, sizeof where, "%s.side", path);
    if (value && !inr_suite_whole(value, 1, 65536, &side))
        return inr_suite_refuse(r, where, "must be a whole number of 1 to 65536");
    value = json_object_get(object, "seed");
    snprintf(where, sizeof where, "%s.seed", path);
    if (value && !inr_suite_whole(value, 0, 4294967295.0, &signal->seed))
        return inr_suite_refuse(r, where, "must be a whole number of 0 to 4294967295");
    signal->seeded = value != NULL;
    signal->dims = (int)dims;
    signal->side = (uint32_t)side;
    return INR_OK;
}

/* The row of a generated signal, or NULL with a sentence that lists them. */
static const struct inr_generator *find_generator(const struct inr_suite_reader *r,
                                                  const char *path, const char *name)
{
    char list[160] = "";
    size_t used = 0;
    const struct inr_generator *g;
    for (size_t i = 0; (g = inr_generator_at(i)) != NULL; i++) {
        if (strcmp(g->name, name) == 0)
            return g;
        if (used < sizeof list)
            used +=
                (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", g->name);
    }
    inr_fail(r->err, INR_ERR_INPUT, "%s: %s: \"%.40s\" is no generated signal; they are %s",
             r->suite->source, path, name, list);
    return NULL;
}

static enum inr_status check_generator(const struct inr_suite_reader *r, const char *path,
                                       bool has_bandwidth, struct inr_bench_signal *signal)
{
    char what[120];
    const struct inr_generator *g = find_generator(r, path, signal->generator);
    if (!g)
        return INR_ERR_INPUT;
    snprintf(what, sizeof what, "%s exists in %s only", g->name, g->side[0] ? "2-D" : "3-D");
    if (signal->dims < 2 || !g->side[signal->dims - 2])
        return inr_suite_refuse(r, path, what);
    snprintf(what, sizeof what, "%s has no bandwidth", g->name);
    if (has_bandwidth && !g->banded)
        return inr_suite_refuse(r, path, what);
    if (g->banded)
        signal->bandwidth = 0.5;
    return INR_OK;
}

/* One entry of "signals": a row for each of its bandwidths. */
static enum inr_status read_signal(const struct inr_suite_reader *r, const json_t *entry,
                                   const char *path)
{
    struct inr_bench_suite *suite = r->suite;
    struct inr_bench_signal made = {.dims = 2, .bandwidth = (double)NAN};
    const json_t *bandwidth = json_object_get(entry, "bandwidth");
    enum inr_status status = INR_OK;
    made.generator = json_string_value(entry);
    if (!made.generator && !json_is_object(entry))
        return inr_suite_refuse(r, path, "must be the name of a generated signal, or an object");
    if (!made.generator) {
        status = inr_suite_check_keys(r, entry, path, " name file label dims bandwidth side seed ");
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "name", &made.generator);
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "file", &made.file);
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "label", &made.name);
        if (status == INR_OK)
            status = read_numbers(r, entry, path, &made);
        if (status != INR_OK)
            return status;
        if (!made.generator == !made.file)
            return inr_suite_refuse(r, path,
                                    "needs either \"name\", of a generated signal, or \"file\"");
    }
    const char *slash = made.file ? strrchr(made.file, '/') : NULL;
    if (!made.name)
        made.name = slash ? slash + 1 : made.file ? made.file : made.generator;
    if (made.generator)
        status = check_generator(r, path, bandwidth != NULL, &made);
    const size_t n = bandwidth ? inr_suite_list_size(bandwidth) : 1;
    for (size_t i = 0; status == INR_OK && i < n; i++) {
        char where[160];
        snprintf(where, sizeof where, "%s.bandwidth", path);
        if (bandwidth) {
            made.bandwidth = json_number_value(inr_suite_list_at(bandwidth, i));
            if (made.file || !(made.bandwidth >= 0.1 && made.bandwidth <= 0.9))
                return inr_suite_refuse(r, where,
                                        "belongs to a generated signal and lies in 0.1 to 0.9");
        }
        if (suite->n_signals == INR_SUITE_LIST_MAX)
            return inr_suite_refuse(r, "signals", "more than 256 signals");
        suite->signals[suite->n_signals++] = made;
    }
    return status;
}

enum inr_status inr_suite_read_signals(const struct inr_suite_reader *r)
{
    const json_t *list = json_object_get(r->suite->root, "signals");
    enum inr_status status = INR_OK;
    r->suite->signals = calloc(INR_SUITE_LIST_MAX, sizeof *r->suite->signals);
    if (!r->suite->signals)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", r->suite->source);
    for (size_t i = 0; status == INR_OK && i < inr_suite_list_size(list); i++) {
        char path[40];
        snprintf(path, sizeof path, "signals[%zu]", i);
        status = read_signal(r, inr_suite_list_at(list, i), path);
    }
    return status;
}
