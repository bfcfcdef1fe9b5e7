/* SPDX-License-Identifier: MIT
 *
 * plan.c - Which rows a suite has, what each of them is called, and who runs it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "bench/runner.h"
#include "field/formula.h"

/* What a signal contributes to a key, and its size. */
struct signal_facts {
    uint64_t hash;
    int dims;
    double points;
};

static enum inr_status find_facts(const struct inr_bench_signal *signal, struct signal_facts *facts,
                                  struct inr_error *err)
{
    struct inr_bench_source source;
    if (!signal->file) { /* its name says everything */
        char text[160];
        const struct inr_generator *g = NULL;
        for (size_t i = 0; (g = inr_generator_at(i)) && strcmp(g->name, signal->generator) != 0;)
            i++;
        snprintf(text, sizeof text, "%s %d %.9g %u %d %" PRIu64, signal->generator, signal->dims,
                 signal->bandwidth, signal->side, signal->seeded, signal->seed);
        facts->hash = inr_hash_text(INR_HASH_START, text);
        facts->dims = signal->dims;
        facts->points = 1.0;
        for (int i = 0; i < signal->dims; i++)
            facts->points *= signal->side ? signal->side : g ? g->side[signal->dims - 2] : 1;
        return INR_OK;
    }
    enum inr_status status = inr_bench_source_load(signal, 0, &source, err);
    if (status != INR_OK)
        return status;
    facts->hash = inr_hash_text(INR_HASH_START, source.hash);
    facts->dims = source.signal.dims;
    facts->points = (double)inr_signal_points(&source.signal);
    inr_bench_source_free(&source);
    return INR_OK;
}

/* The settings in full, so that a changed suite runs anew what it changed. */
static enum inr_status name_job(struct inr_bench_job *job, const struct signal_facts *facts,
                                struct inr_error *err)
{
    struct inr_fit_config config;
    char text[200];
    enum inr_status status = inr_bench_suite_config(job->suite, job->model, job->task, job->mode,
                                                    job->size, job->seed, &config, err);
    if (status != INR_OK)
        return status;
    char *json = inr_fit_config_to_json(&config);
    if (!json)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the settings of a row");
    snprintf(text, sizeof text, "%d %" PRIu64 " %d %s", (int)job->mode, job->size,
             (int)job->suite->clamp_unit, job->task->label);
    uint64_t hash = inr_hash_text(facts->hash, json);
    hash = inr_hash_text(hash, text);
    hash = inr_hash_text(hash, job->model->name);
    hash = inr_hash_text(hash, job->signal->name);
    hash = inr_hash_text(hash, job->model->knob ? job->model->knob : "");
    inr_hash_print(hash, job->key);
    free(json);
    const double batch =
        config.batch_mode == 0 || config.batch > facts->points ? facts->points : config.batch;
    job->cost =
        config.seconds > 0.0 ? config.seconds : (double)config.steps * batch * (double)job->size;
    return INR_OK;
}

/* All rows of one signal in one mode. */
static enum inr_status add_signal(const struct inr_bench_suite *suite, enum inr_bench_mode mode,
                                  size_t signal, const struct signal_facts *facts,
                                  struct inr_bench_plan *plan, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (size_t seed = 0; seed < suite->n_seeds; seed++)
        for (size_t task = 0; task < suite->n_tasks; task++)
            for (size_t size = 0; size < suite->n_sizes; size++)
                for (size_t model = 0; status == INR_OK && model < suite->n_models; model++) {
                    if (!inr_bench_model_is_for(&suite->models[model], facts->dims))
                        continue;
                    struct inr_bench_job *job = &plan->jobs[plan->n++];
                    *job = (struct inr_bench_job){.suite = suite,
                                                  .signal = &suite->signals[signal],
                                                  .model = &suite->models[model],
                                                  .task = &suite->tasks[task],
                                                  .mode = mode,
                                                  .size = suite->sizes[size],
                                                  .seed = suite->seeds[seed]};
                    status = name_job(job, facts, err);
                }
    return status;
}

enum inr_status inr_bench_plan_make(const struct inr_bench_suite *suite,
                                    struct inr_bench_plan *plan, struct inr_error *err)
{
    const size_t most = suite->n_modes * suite->n_signals * suite->n_seeds * suite->n_tasks *
                        suite->n_sizes * suite->n_models;
    struct signal_facts *facts = calloc(suite->n_signals + 1, sizeof *facts);
    enum inr_status status = INR_OK;
    plan->n = 0;
    plan->jobs = calloc(most + 1, sizeof *plan->jobs);
    if (!facts || !plan->jobs)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan of %zu rows", most);
    for (size_t i = 0; status == INR_OK && i < suite->n_signals; i++)
        status = find_facts(&suite->signals[i], &facts[i], err);
    for (size_t m = 0; m < suite->n_modes; m++)
        for (size_t i = 0; status == INR_OK && i < suite->n_signals; i++)
            status =
                add_signal(suite, (enum inr_bench_mode)suite->modes[m], i, &facts[i], plan, err);
    free(facts);
    if (status != INR_OK)
        inr_bench_plan_free(plan);
    return status;
}

void inr_bench_plan_free(struct inr_bench_plan *plan)
{
    free(plan->jobs);
    plan->jobs = NULL;
    plan->n = 0;
}

bool inr_bench_in_shard(const struct inr_bench_plan *plan, size_t i, int shard, int shards)
{
    /* Turned by one each time the models have been through: every shard gets all of them in turn,
     * whether or not the shards divide their number. */
    const size_t models = plan->n > 0 ? plan->jobs[0].suite->n_models : 1;
    return (i % models + i / models) % (size_t)shards == (size_t)shard - 1;
}
