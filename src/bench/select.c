/* SPDX-License-Identifier: MIT
 *
 * select.c - The options that change a suite, as a table.
 */
#include "bench/select.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 256

/* The words of a list separated by commas, cut out of a copy. */
struct words {
    char *copy;
    const char *at[WORDS_MAX];
    bool used[WORDS_MAX];
    size_t n;
};

static enum inr_status split(const char *option, const char *text, struct words *words,
                             struct inr_error *err)
{
    memset(words, 0, sizeof *words);
    words->copy = strdup(text);
    if (!words->copy)
        return inr_fail(err, INR_ERR_MEMORY, "--%s: out of memory", option);
    char *rest = words->copy;
    while (rest && words->n < WORDS_MAX) {
        char *comma = strchr(rest, ',');
        if (comma)
            *comma = '\0';
        words->at[words->n++] = rest;
        rest = comma ? comma + 1 : NULL;
    }
    for (size_t i = 0; i < words->n; i++)
        if (!words->at[i][0])
            return inr_fail(err, INR_ERR_USAGE, "--%s %s: nothing stands between two commas",
                            option, text);
    return INR_OK;
}

/* Marks the word that is `name`; false: none. */
static bool wants(struct words *words, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->at[i], name) == 0)
            found = words->used[i] = true;
    return found;
}

static enum inr_status refuse_rest(const char *option, const struct words *words, const char *all,
                                   struct inr_error *err)
{
    for (size_t i = 0; i < words->n; i++)
        if (!words->used[i])
            return inr_fail(err, INR_ERR_USAGE, "--%s %s: not in this suite, which has %s", option,
                            words->at[i], all);
    return INR_OK;
}

static void list(char *all, size_t size, const char *name)
{
    const size_t used = strlen(all);
    if (used + strlen(name) + 3 < size)
        snprintf(all + used, size - used, "%s%s", used ? ", " : "", name);
}

/* ---- parts ---- */

static enum inr_status keep_models(struct inr_bench_suite *suite, const char *text,
                                   struct inr_error *err)
{
    struct words words;
    char all[300] = "";
    size_t n = 0;
    enum inr_status status = split("models", text, &words, err);
    for (size_t i = 0; status == INR_OK && i < suite->n_models; i++) {
        list(all, sizeof all, suite->models[i].name);
        if (wants(&words, suite->models[i].name))
            suite->models[n++] = suite->models[i];
    }
    if (status == INR_OK)
        status = refuse_rest("models", &words, all, err);
    if (status == INR_OK)
        suite->n_models = n;
    free(words.copy);
    return status;
}

static enum inr_status keep_signals(struct inr_bench_suite *suite, const char *text,
                                    struct inr_error *err)
{
    struct words words;
    char all[300] = "";
    size_t n = 0;
    enum inr_status status = split("signals", text, &words, err);
    for (size_t i = 0; status == INR_OK && i < suite->n_signals; i++) {
        const char *name = suite->signals[i].name;
        if (i == 0 || strcmp(name, suite->signals[i - 1].name) != 0)
            list(all, sizeof all, name);
        if (wants(&words, name))
            suite->signals[n++] = suite->signals[i];
    }
    if (status == INR_OK)
        status = refuse_rest("signals", &words, all, err);
    if (status == INR_OK)
        suite->n_signals = n;
    free(words.copy);
    return status;
}

/* Signals without a bandwidth stay. */
static enum inr_status keep_bandwidths(struct inr_bench_suite *suite, const char *text,
                                       struct inr_error *err)
{
    struct words words;
    char all[300] = "", name[32];
    size_t n = 0;
    enum inr_status status = split("bandwidths", text, &words, err);
    for (size_t i = 0; status == INR_OK && i < suite->n_signals; i++) {
        snprintf(name, sizeof name, "%.9g", suite->signals[i].bandwidth);
        const bool has = !isnan(suite->signals[i].bandwidth);
        if (has && !strstr(all, name))
            list(all, sizeof all, name);
        if (!has || wants(&words, name))
            suite->signals[n++] = suite->signals[i];
    }
    if (status == INR_OK)
        status = refuse_rest("bandwidths", &words, all, err);
    if (status == INR_OK)
        suite->n_signals = n;
    free(words.copy);
    return status;
}

/* Tasks of the suite, and others by their name alone, with the settings they have by default. */
static enum inr_status keep_tasks(struct inr_bench_suite *suite, const char *text,
                                  struct inr_error *err)
{
    struct words words;
    char all[300] = "", first[96];
    size_t n = 0;
    int id;
    enum inr_status status = split("tasks", text, &words, err);
    struct inr_bench_task *made = calloc(suite->n_tasks + words.n + 1, sizeof *made);
    if (status == INR_OK && !made)
        status = inr_fail(err, INR_ERR_MEMORY, "--tasks: out of memory");
    for (size_t i = 0; status == INR_OK && i < suite->n_tasks; i++) {
        const char *label = suite->tasks[i].label;
        snprintf(first, sizeof first, "%.*s", (int)strcspn(label, " "), label);
        list(all, sizeof all, label);
        /* Both are asked: each marks the words that it is. */
        const bool whole = wants(&words, label), part = wants(&words, first);
        if (whole || part)
            made[n++] = suite->tasks[i];
    }
    for (size_t i = 0; status == INR_OK && i < words.n; i++)
        if (!words.used[i] &&
            (strcmp(words.at[i], "fit") == 0 ||
             inr_registry_find(INR_REGISTRY_TASK, words.at[i], &id, NULL) == INR_OK)) {
            snprintf(made[n++].label, sizeof made->label, "%s", words.at[i]);
            words.used[i] = true;
        }
    if (status == INR_OK)
        status = refuse_rest("tasks", &words, all, err);
    if (status == INR_OK) {
        free(suite->tasks);
        suite->tasks = made;
        suite->n_tasks = n;
        made = NULL;
    }
    free(made);
    free(words.copy);
    return status;
}

/* ---- replacements ---- */

static enum inr_status read_wholes(const char *option, const char *text, double low,
                                   uint64_t **values, size_t *n, struct inr_error *err)
{
    struct words words;
    uint64_t *made = NULL;
    enum inr_status status = split(option, text, &words, err);
    if (status == INR_OK && !(made = calloc(words.n, sizeof *made)))
        status = inr_fail(err, INR_ERR_MEMORY, "--%s: out of memory", option);
    for (size_t i = 0; status == INR_OK && i < words.n; i++) {
        char *end;
        const double x = strtod(words.at[i], &end);
        if (*end || !(x >= low && x <= 9007199254740992.0) || x != floor(x))
            status = inr_fail(err, INR_ERR_USAGE,
                              "--%s %s: whole numbers from %.0f on are needed, separated by commas "
                              "(1e5 is one)",
                              option, text, low);
        else
            made[i] = (uint64_t)x;
    }
    if (status == INR_OK) {
        free(*values);
        *values = made;
        *n = words.n;
    } else {
        free(made);
    }
    free(words.copy);
    return status;
}

static enum inr_status set_sizes(struct inr_bench_suite *suite, const char *text,
                                 struct inr_error *err)
{
    return read_wholes("sizes", text, 1.0, &suite->sizes, &suite->n_sizes, err);
}

static enum inr_status set_seeds(struct inr_bench_suite *suite, const char *text,
                                 struct inr_error *err)
{
    return read_wholes("seeds", text, 0.0, &suite->seeds, &suite->n_seeds, err);
}

static enum inr_status set_mode(struct inr_bench_suite *suite, const char *text,
                                struct inr_error *err)
{
    struct words words;
    size_t n = 0;
    enum inr_status status = split("mode", text, &words, err);
    for (int mode = 0; status == INR_OK && mode < INR_BENCH_MODE_COUNT; mode++)
        if (wants(&words, inr_bench_mode_name(mode)))
            suite->modes[n++] = mode;
    for (size_t i = 0; status == INR_OK && i < words.n; i++)
        if (!words.used[i])
            status = inr_fail(err, INR_ERR_USAGE,
                              "--mode %s: the modes are parameters, bytes and time", words.at[i]);
    if (status == INR_OK)
        suite->n_modes = n;
    free(words.copy);
    return status;
}

static enum inr_status set_steps(struct inr_bench_suite *suite, const char *text,
                                 struct inr_error *err)
{
    uint64_t *value = NULL;
    size_t n = 0;
    enum inr_status status = read_wholes("steps", text, 1.0, &value, &n, err);
    if (status == INR_OK && (n != 1 || *value > UINT32_MAX))
        status = inr_fail(err, INR_ERR_USAGE, "--steps %s: one number below 2^32 is needed", text);
    if (status == INR_OK)
        suite->steps = *value;
    free(value);
    return status;
}

/* In the modes that count steps, seconds take their place. */
static enum inr_status set_time(struct inr_bench_suite *suite, const char *text,
                                struct inr_error *err)
{
    char *end;
    const double seconds = strtod(text, &end);
    bool timed = false;
    if (end == text || *end || !(seconds > 0.0 && seconds <= 1e6))
        return inr_fail(err, INR_ERR_USAGE, "--time %s: a number of seconds above 0 is needed",
                        text);
    suite->seconds = seconds;
    for (size_t i = 0; i < suite->n_modes; i++)
        timed = timed || suite->modes[i] == INR_BENCH_TIME;
    if (!timed)
        suite->steps = 0;
    return INR_OK;
}

static enum inr_status set_clamp(struct inr_bench_suite *suite, const char *text,
                                 struct inr_error *err)
{
    suite->clamp_unit = strcmp(text, "unit") == 0;
    return suite->clamp_unit || strcmp(text, "range") == 0
               ? INR_OK
               : inr_fail(err, INR_ERR_USAGE, "--clamp %s: it is range or unit", text);
}

/* Tried on every model at once, so that a mistake shows before the first row. */
static enum inr_status set_with(struct inr_bench_suite *suite, const char *text,
                                struct inr_error *err)
{
    struct inr_fit_config config;
    enum inr_status status = INR_OK;
    json_t *copy = json_stringn_nocheck(text, strlen(text));
    if (!copy || json_object_set_new(suite->root, "with", copy) != 0)
        return inr_fail(err, INR_ERR_MEMORY, "--with: out of memory");
    suite->with = json_string_value(copy);
    for (size_t i = 0; status == INR_OK && i < suite->n_models; i++)
        status = inr_bench_suite_config(suite, &suite->models[i], &suite->tasks[0],
                                        suite->steps ? INR_BENCH_PARAMETERS : INR_BENCH_TIME,
                                        suite->sizes[0], 0, &config, err);
    return status;
}

static const struct inr_bench_selector selectors[] = {
    {"sizes", "parameters (or bytes) to compare at, e.g. 1e4,1e5", set_sizes},
    {"seeds", "seeds of signals, weights and batches", set_seeds},
    {"signals", "only these signals", keep_signals},
    {"bandwidths", "of signals that have one, only these, e.g. 0.3,0.8", keep_bandwidths},
    {"models", "only these models", keep_models},
    {"tasks", "these tasks: of the suite, or any other by its name", keep_tasks},
    {"mode", "what is equal: parameters, bytes, time, or several", set_mode},
    /* Mode time keeps seconds: --steps goes after --time would have cleared them. */
    {"time", "seconds of training a row, in mode time; else instead of steps", set_time},
    {"steps", "steps a row, in the modes parameters and bytes", set_steps},
    {"clamp", "what results are held within: range (of the signal) or unit", set_clamp},
    {"with", "settings of fit for every model, as lattice=centres,batch=4096", set_with},
};

const struct inr_bench_selector *inr_bench_selector_at(size_t index)
{
    return index < sizeof selectors / sizeof selectors[0] ? &selectors[index] : NULL;
}

enum inr_status inr_bench_suite_set_files(struct inr_bench_suite *suite, const char *const *paths,
                                          size_t n, struct inr_error *err)
{
    struct inr_bench_signal *signals = calloc(n, sizeof *signals);
    json_t *texts = json_array(); /* keeps the names as long as the suite lives */
    bool good = signals && texts;
    for (size_t i = 0; good && i < n; i++) {
        json_t *text = json_stringn_nocheck(paths[i], strlen(paths[i]));
        good = json_array_append_new(texts, text) == 0;
        if (!good)
            break;
        const char *path = json_string_value(text), *slash = strrchr(path, '/');
        signals[i] = (struct inr_bench_signal){
            .name = slash ? slash + 1 : path, .file = path, .bandwidth = (double)NAN};
    }
    good = good && json_object_set(suite->root, "signals", texts) == 0;
    json_decref(texts);
    if (!good) {
        free(signals);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the names of %zu files", n);
    }
    free(suite->signals);
    suite->signals = signals;
    suite->n_signals = n;
    return INR_OK;
}
