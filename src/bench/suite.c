/* SPDX-License-Identifier: MIT
 *
 * suite.c - Reads suites: every key has a place, and what has none is an error with its path.
 */
#include "bench/suite_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_names[INR_BENCH_MODE_COUNT] = {"parameters", "bytes", "time"};

const char *inr_bench_mode_name(int mode)
{
    return mode >= 0 && mode < INR_BENCH_MODE_COUNT ? mode_names[mode] : NULL;
}

enum inr_status inr_suite_refuse(const struct inr_suite_reader *r, const char *path,
                                 const char *what)
{
    return inr_fail(r->err, INR_ERR_INPUT, "%s: %s: %s", r->suite->source, path, what);
}

enum inr_status inr_suite_check_keys(const struct inr_suite_reader *r, const json_t *object,
                                     const char *path, const char *known)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char word[80];
        snprintf(word, sizeof word, " %.76s ", key);
        if (strchr(key, ' ') == NULL && strstr(known, word) != NULL)
            continue;
        return inr_fail(r->err, INR_ERR_INPUT, "%s: unknown key \"%s%s%.60s\"; the keys here are%s",
                        r->suite->source, path, path[0] ? "." : "", key, known);
    }
    return INR_OK;
}

enum inr_status inr_suite_get_text(const struct inr_suite_reader *r, const json_t *object,
                                   const char *path, const char *key, const char **out)
{
    char where[160];
    const json_t *value = json_object_get(object, key);
    if (!value)
        return INR_OK;
    *out = json_string_value(value);
    snprintf(where, sizeof where, "%s%s%s", path, path[0] ? "." : "", key);
    return *out && **out ? INR_OK : inr_suite_refuse(r, where, "must be a text that is not empty");
}

bool inr_suite_whole(const json_t *value, double low, double high, uint64_t *out)
{
    const double x = json_number_value(value);
    if (!json_is_number(value) || !(x >= low && x <= high) || x != floor(x))
        return false;
    *out = json_is_integer(value) ? (uint64_t)json_integer_value(value) : (uint64_t)x;
    return true;
}

size_t inr_suite_list_size(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : value ? 1 : 0;
}

const json_t *inr_suite_list_at(const json_t *value, size_t i)
{
    return json_is_array(value) ? json_array_get(value, i) : value;
}

static enum inr_status read_wholes(const struct inr_suite_reader *r, const char *key, double low,
                                   uint64_t fallback, uint64_t **out, size_t *n)
{
    const json_t *list = json_object_get(r->suite->root, key);
    char where[80], what[120];
    *n = list ? inr_suite_list_size(list) : 1;
    *out = calloc(*n ? *n : 1, sizeof **out);
    if (!*out)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", r->suite->source);
    (*out)[0] = fallback;
    if (list && (*n == 0 || *n > INR_SUITE_LIST_MAX))
        return inr_suite_refuse(r, key, "must be a list of 1 to 256 whole numbers");
    for (size_t i = 0; list && i < *n; i++) {
        snprintf(where, sizeof where, "%s[%zu]", key, i);
        snprintf(what, sizeof what, "must be a whole number of %.0f to 9007199254740992", low);
        if (!inr_suite_whole(inr_suite_list_at(list, i), low, 9007199254740992.0, &(*out)[i]))
            return inr_suite_refuse(r, where, what);
    }
    return INR_OK;
}

/* ---- models ---- */

static enum inr_status read_dims(const struct inr_suite_reader *r, const json_t *entry,
                                 const char *path, struct inr_bench_model *model)
{
    char where[160];
    uint64_t dims = 0;
    model->dims = json_object_get(entry, "dims");
    snprintf(where, sizeof where, "%s.dims", path);
    for (size_t i = 0; i < inr_suite_list_size(model->dims); i++)
        if (!inr_suite_whole(inr_suite_list_at(model->dims, i), 1, 3, &dims))
            return inr_suite_refuse(r, where, "must hold 1, 2 and 3 only");
    return INR_OK;
}

static bool is_preset(const char *name)
{
    int id;
    return inr_registry_find(INR_REGISTRY_PRESET, name, &id, NULL) == INR_OK;
}

static enum inr_status read_model(const struct inr_suite_reader *r, const json_t *entry,
                                  const char *path, struct inr_bench_model *model)
{
    enum inr_status status = INR_OK;
    model->name = json_string_value(entry);
    if (!model->name) {
        if (!json_is_object(entry))
            return inr_suite_refuse(r, path, "must be the name of a preset, or an object");
        status = inr_suite_check_keys(r, entry, path, " name preset config at_size knob dims ");
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "name", &model->name);
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "preset", &model->preset);
        if (status == INR_OK)
            status = inr_suite_get_text(r, entry, path, "knob", &model->knob);
        model->config = json_object_get(entry, "config");
        model->at_size = json_object_get(entry, "at_size");
        if (status == INR_OK)
            status = read_dims(r, entry, path, model);
    }
    if (status == INR_OK && !model->name)
        status = inr_suite_refuse(r, path, "needs a \"name\"");
    if (status == INR_OK && model->at_size && !json_is_object(model->at_size))
        status = inr_suite_refuse(r, path, "\"at_size\" must be an object with sizes as keys");
    if (status != INR_OK)
        return status;
    if (!model->preset)
        model->preset = json_string_value(json_object_get(model->config, "preset"));
    if (!model->preset)
        model->preset = model->name;
    if (is_preset(model->preset))
        return INR_OK;
    return inr_fail(r->err, INR_ERR_INPUT,
                    "%s: %s: \"%.40s\" is no preset ('inrush list preset' prints them); give "
                    "\"preset\" beside another name",
                    r->suite->source, path, model->preset);
}

bool inr_bench_model_is_for(const struct inr_bench_model *model, int dims)
{
    for (size_t i = 0; i < inr_suite_list_size(model->dims); i++)
        if (json_integer_value(inr_suite_list_at(model->dims, i)) == dims)
            return true;
    return model->dims == NULL;
}

/* Whether some signal has both of two models. */
static bool share_dims(const struct inr_bench_model *a, const struct inr_bench_model *b)
{
    bool share = false;
    for (int dims = 1; dims <= INR_MAX_DIMS; dims++)
        share = share || (inr_bench_model_is_for(a, dims) && inr_bench_model_is_for(b, dims));
    return share;
}

static enum inr_status read_models(const struct inr_suite_reader *r)
{
    struct inr_bench_suite *suite = r->suite;
    const json_t *list = json_object_get(suite->root, "models");
    enum inr_status status = INR_OK;
    const size_t n = inr_suite_list_size(list);
    if (n == 0 || n > INR_SUITE_LIST_MAX)
        return inr_suite_refuse(r, "models", "a list of 1 to 256 models is needed");
    suite->models = calloc(n, sizeof *suite->models);
    if (!suite->models)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", suite->source);
    for (size_t i = 0; status == INR_OK && i < n; i++) {
        char path[40];
        snprintf(path, sizeof path, "models[%zu]", i);
        status = read_model(r, inr_suite_list_at(list, i), path, &suite->models[i]);
        for (size_t k = 0; status == INR_OK && k < i; k++)
            if (strcmp(suite->models[k].name, suite->models[i].name) == 0 &&
                share_dims(&suite->models[k], &suite->models[i]))
                status = inr_suite_refuse(r, path, "another model has the same name");
        suite->n_models = i + 1;
    }
    return status;
}

/* ---- tasks, modes, budget ---- */

static enum inr_status read_task(const struct inr_suite_reader *r, const json_t *entry,
                                 const char *path, struct inr_bench_task *task)
{
    const char *key, *name = json_string_value(entry);
    json_t *value;
    size_t used;
    if (!name)
        name = json_string_value(json_object_get(entry, "task"));
    if (!name)
        return inr_suite_refuse(r, path, "must be the name of a task, or an object with \"task\"");
    used = (size_t)snprintf(task->label, sizeof task->label, "%.40s", name);
    if (!json_is_object(entry))
        return INR_OK;
    task->settings = entry;
    json_object_foreach((json_t *)(uintptr_t)entry, key, value)
    {
        char text[40];
        if (!inr_bench_setting_text(value, text, sizeof text))
            return inr_suite_refuse(r, path, "values must be names or numbers");
        if (strcmp(key, "task") != 0 && used + strlen(text) + 2 < sizeof task->label)
            used += (size_t)snprintf(task->label + used, sizeof task->label - used, " %s", text);
    }
    return INR_OK;
}

static enum inr_status read_tasks(const struct inr_suite_reader *r)
{
    struct inr_bench_suite *suite = r->suite;
    const json_t *list = json_object_get(suite->root, "tasks");
    enum inr_status status = INR_OK;
    const size_t n = list ? inr_suite_list_size(list) : 1;
    if (n == 0 || n > INR_SUITE_LIST_MAX)
        return inr_suite_refuse(r, "tasks", "must be a list of 1 to 256 tasks");
    suite->tasks = calloc(n, sizeof *suite->tasks);
    if (!suite->tasks)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", suite->source);
    suite->n_tasks = n;
    snprintf(suite->tasks[0].label, sizeof suite->tasks[0].label, "fit");
    for (size_t i = 0; list && status == INR_OK && i < n; i++) {
        char path[40];
        snprintf(path, sizeof path, "tasks[%zu]", i);
        status = read_task(r, inr_suite_list_at(list, i), path, &suite->tasks[i]);
    }
    return status;
}

static enum inr_status read_modes(const struct inr_suite_reader *r)
{
    struct inr_bench_suite *suite = r->suite;
    const json_t *list = json_object_get(suite->root, "mode");
    const size_t n = list ? inr_suite_list_size(list) : 1;
    suite->modes = calloc(INR_BENCH_MODE_COUNT, sizeof *suite->modes);
    if (!suite->modes)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", suite->source);
    if (n == 0 || n > INR_BENCH_MODE_COUNT)
        return inr_suite_refuse(r, "mode", "must be parameters, bytes or time, or a list of these");
    suite->n_modes = n;
    for (size_t i = 0; list && i < n; i++) {
        const char *name = json_string_value(inr_suite_list_at(list, i));
        int mode = 0;
        while (name && mode < INR_BENCH_MODE_COUNT && strcmp(name, mode_names[mode]) != 0)
            mode++;
        if (!name || mode == INR_BENCH_MODE_COUNT)
            return inr_suite_refuse(r, "mode",
                                    "must be parameters, bytes or time, or a list of these");
        suite->modes[i] = mode;
    }
    return INR_OK;
}

static enum inr_status read_budget(const struct inr_suite_reader *r)
{
    struct inr_bench_suite *suite = r->suite;
    const json_t *budget = json_object_get(suite->root, "budget");
    const json_t *seconds = json_object_get(budget, "seconds");
    const json_t *steps = json_object_get(budget, "steps");
    if (budget && !json_is_object(budget))
        return inr_suite_refuse(r, "budget",
                                "must be an object with \"steps\", \"seconds\" or both");
    enum inr_status status = inr_suite_check_keys(r, budget, "budget", " steps seconds ");
    if (status != INR_OK)
        return status;
    suite->seconds = json_number_value(seconds);
    if (seconds && !(suite->seconds > 0.0 && suite->seconds <= 1e6))
        return inr_suite_refuse(r, "budget.seconds", "must be a number above 0");
    if (steps && !inr_suite_whole(steps, 1, 4294967295.0, &suite->steps))
        return inr_suite_refuse(r, "budget.steps", "must be a whole number of 1 to 4294967295");
    if (!steps && !seconds)
        suite->steps = 1000;
    return INR_OK;
}

static enum inr_status read_all(const struct inr_suite_reader *r)
{
    struct inr_bench_suite *suite = r->suite;
    enum inr_status status =
        inr_suite_check_keys(r, suite->root, "",
                             " name about signals models sizes seeds tasks mode budget "
                             "clamp config at_mode ");
    const char *clamp = "range";
    suite->name = "suite";
    suite->about = "";
    suite->config = json_object_get(suite->root, "config");
    suite->at_mode = json_object_get(suite->root, "at_mode");
    if (status == INR_OK)
        status = inr_suite_get_text(r, suite->root, "", "name", &suite->name);
    if (status == INR_OK)
        status = inr_suite_get_text(r, suite->root, "", "about", &suite->about);
    if (status == INR_OK)
        status = inr_suite_check_keys(r, suite->at_mode, "at_mode", " parameters bytes time ");
    if (status == INR_OK)
        status = inr_suite_get_text(r, suite->root, "", "clamp", &clamp);
    suite->clamp_unit = clamp && strcmp(clamp, "unit") == 0;
    if (status == INR_OK && !suite->clamp_unit && strcmp(clamp, "range") != 0)
        status = inr_suite_refuse(r, "clamp", "must be range or unit");
    if (status == INR_OK)
        status = inr_suite_read_signals(r);
    if (status == INR_OK)
        status = read_models(r);
    if (status == INR_OK)
        status = read_wholes(r, "sizes", 1, 100000, &suite->sizes, &suite->n_sizes);
    if (status == INR_OK)
        status = read_wholes(r, "seeds", 0, 1234, &suite->seeds, &suite->n_seeds);
    if (status == INR_OK)
        status = read_tasks(r);
    if (status == INR_OK)
        status = read_modes(r);
    return status == INR_OK ? read_budget(r) : status;
}

/* ---- everything ---- */

/* Every combination that has settings of its own, so that mistakes show before the first row. A
 * budget that is missing may still be given. */
static enum inr_status try_all(const struct inr_suite_reader *r)
{
    struct inr_bench_suite with_budget = *r->suite;
    const struct inr_bench_suite *s = &with_budget;
    struct inr_fit_config config;
    enum inr_status status = INR_OK;
    with_budget.seconds = with_budget.seconds > 0.0 ? with_budget.seconds : 1.0;
    for (size_t m = 0; m < s->n_models; m++)
        for (size_t t = 0; t < s->n_tasks; t++)
            for (int mode = 0; mode < INR_BENCH_MODE_COUNT; mode++)
                for (size_t k = 0; status == INR_OK && k < s->n_sizes; k++)
                    status = inr_bench_suite_config(s, &s->models[m], &s->tasks[t],
                                                    (enum inr_bench_mode)mode, s->sizes[k], 0,
                                                    &config, r->err);
    return status;
}

enum inr_status inr_bench_suite_parse(const char *text, size_t size, const char *source,
                                      struct inr_bench_suite **out, struct inr_error *err)
{
    json_error_t where;
    *out = NULL;
    struct inr_bench_suite *suite = calloc(1, sizeof *suite);
    if (!suite)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", source);
    snprintf(suite->source, sizeof suite->source, "%s", source);
    const struct inr_suite_reader r = {suite, err};
    enum inr_status status = INR_OK;
    suite->root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (!suite->root)
        status = inr_fail(err, INR_ERR_INPUT, "%s:%d:%d: not valid JSON: %s", source, where.line,
                          where.column, where.text);
    else if (!json_is_object(suite->root))
        status = inr_fail(err, INR_ERR_INPUT, "%s:1:1: a suite must be a JSON object", source);
    if (status == INR_OK)
        status = read_all(&r);
    if (status == INR_OK)
        status = try_all(&r);
    if (status == INR_OK)
        *out = suite;
    else
        inr_bench_suite_free(suite);
    return status;
}

void inr_bench_suite_free(struct inr_bench_suite *suite)
{
    if (!suite)
        return;
    json_decref(suite->root);
    free(suite->signals);
    free(suite->models);
    free(suite->tasks);
    free(suite->sizes);
    free(suite->seeds);
    free(suite->modes);
    free(suite);
}
