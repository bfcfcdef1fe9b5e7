/* SPDX-License-Identifier: MIT
 *
 * suite_config.c - The settings of one fit of a suite, layer on layer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite.h"

bool inr_bench_setting_text(const json_t *value, char *out, size_t size)
{
    if (json_is_string(value))
        return snprintf(out, size, "%s", json_string_value(value)) < (int)size;
    if (json_is_number(value))
        return snprintf(out, size, "%.9g", json_number_value(value)) < (int)size;
    return false;
}

static enum inr_status apply(const struct inr_bench_suite *suite, const json_t *settings,
                             const char *where, struct inr_fit_config *config,
                             struct inr_error *err)
{
    char name[400];
    if (!settings)
        return INR_OK;
    snprintf(name, sizeof name, "%s: %s", suite->source, where);
    json_t *copy = json_deep_copy(settings);
    json_object_del(copy, "preset"); /* it was the first to act */
    char *text = json_dumps(copy, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    json_decref(copy);
    if (!text)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", suite->source);
    enum inr_status status = inr_fit_config_from_json(config, text, strlen(text), name, err);
    free(text);
    return status;
}

static enum inr_status apply_task(const struct inr_bench_suite *suite,
                                  const struct inr_bench_task *task, struct inr_fit_config *config,
                                  struct inr_error *err)
{
    const char *key;
    json_t *value;
    struct inr_error why = {0};
    enum inr_status status = INR_OK;
    if (!task->settings)
        return strcmp(task->label, "fit") == 0
                   ? INR_OK
                   : inr_fit_config_set(config, "task", task->label, err);
    json_object_foreach((json_t *)(uintptr_t)task->settings, key, value)
    {
        char text[40];
        if (status == INR_OK && inr_bench_setting_text(value, text, sizeof text) &&
            strcmp(text, "fit") != 0)
            status = inr_fit_config_set(config, key, text, &why);
    }
    if (status == INR_OK)
        return INR_OK;
    return inr_fail(err, INR_ERR_INPUT, "%s: task \"%s\": %s", suite->source, task->label,
                    why.text);
}

enum inr_status inr_bench_set_with(struct inr_fit_config *config, const char *with,
                                   struct inr_error *err)
{
    const char *rest = with ? with : "";
    enum inr_status status = INR_OK;
    while (status == INR_OK && *rest) {
        const size_t n = strcspn(rest, ",");
        const char *equals = memchr(rest, '=', n);
        char flag[64], value[64];
        if (!equals || (size_t)(equals - rest) >= sizeof flag || n >= sizeof value)
            return inr_fail(err, INR_ERR_USAGE,
                            "--with %s: settings as SETTING=VALUE are needed, separated by commas",
                            with);
        snprintf(flag, sizeof flag, "%.*s", (int)(equals - rest), rest);
        snprintf(value, sizeof value, "%.*s", (int)(rest + n - equals - 1), equals + 1);
        status = inr_fit_config_set(config, flag, value, err);
        rest += n + (rest[n] == ',');
    }
    return status;
}

enum inr_status inr_bench_suite_config(const struct inr_bench_suite *suite,
                                       const struct inr_bench_model *model,
                                       const struct inr_bench_task *task, enum inr_bench_mode mode,
                                       uint64_t size, uint64_t seed, struct inr_fit_config *config,
                                       struct inr_error *err)
{
    char where[200], key[24];
    enum inr_status status = inr_fit_preset(model->preset, config, err);
    if (status == INR_OK)
        status = apply(suite, suite->config, "config", config, err);
    snprintf(where, sizeof where, "at_mode.%s", inr_bench_mode_name((int)mode));
    if (status == INR_OK)
        status = apply(suite, json_object_get(suite->at_mode, inr_bench_mode_name((int)mode)),
                       where, config, err);
    snprintf(where, sizeof where, "model \"%.80s\": config", model->name);
    if (status == INR_OK)
        status = apply(suite, model->config, where, config, err);
    snprintf(key, sizeof key, "%llu", (unsigned long long)size);
    snprintf(where, sizeof where, "model \"%.80s\": at_size.%s", model->name, key);
    if (status == INR_OK)
        status = apply(suite, json_object_get(model->at_size, key), where, config, err);
    if (status == INR_OK)
        status = apply_task(suite, task, config, err);
    if (status == INR_OK)
        status = inr_bench_set_with(config, suite->with, err);
    if (status != INR_OK)
        return status;
    const bool timed = mode == INR_BENCH_TIME || suite->steps == 0;
    if (timed && !(suite->seconds > 0.0))
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: mode time needs budget.seconds (or --time): how long each model "
                        "trains",
                        suite->source);
    config->seed = seed;
    config->steps = timed ? 0 : suite->steps;
    config->seconds = timed ? suite->seconds : 0.0;
    config->psnr = 0.0;
    config->save_every = 0;
    config->keep_state = false;
    return INR_OK;
}
