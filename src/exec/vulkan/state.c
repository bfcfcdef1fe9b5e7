/* SPDX-License-Identifier: MIT
 *
 * state.c - Parameter-sized buffers, parameter maps, the optimiser.
 */
#include "exec/vulkan/state.h"

#include "common/params.h"
#include "exec/vulkan/map.h"

_Static_assert(sizeof(struct inr_step) == sizeof(inr_step_row),
               "the step table is copied as it is");

static enum inr_status create_buffers(struct inr_vk_state *s, const struct inr_vk_map *map,
                                      struct inr_error *err)
{
    const struct inr_program *p = s->program;
    const struct {
        struct inr_vk_buffer *buffer;
        const char *name;
        size_t n;
        bool train;
    } rows[] = {
        {&s->params, "parameters", p->n_params, false},
        {&s->effective, "effective weights", p->n_effective, false},
        {&s->map_source, "map sources", p->n_effective, false},
        {&s->m, "first moments", p->n_trainable, true},
        {&s->v, "second moments", p->n_trainable, true},
        {&s->d_effective, "gradient of effective weights", p->n_effective, true},
        {&s->d_params, "gradient of parameters", p->n_trainable, true},
        {&s->map_start, "map starts", p->n_trainable - p->n_table + 1, true},
        {&s->map_uses, "map uses", map->n_uses, true},
    };
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == INR_OK; i++)
        if (s->train || !rows[i].train)
            status = inr_vk_buffer_create(s->d, rows[i].name, rows[i].n * sizeof(float),
                                          INR_VK_LOCAL, rows[i].buffer, err);
    return status;
}

/* Kernels see a buffer as one range: the largest of them must fit what the device binds. */
static enum inr_status check_range(const struct inr_vk_device *d,
                                   const struct inr_exec_config *config, struct inr_error *err)
{
    const struct inr_program *p = config->program;
    const uint64_t params = (uint64_t)p->n_params * sizeof(float);
    const uint64_t fixed = config->train && config->fixed_point ? (uint64_t)p->n_table * 8 : 0;
    const char *what = fixed > params ? " in fixed-point" : "";
    const uint64_t words = (uint64_t)p->n_words * sizeof *p->words;
    const uint64_t tables = fixed > params ? fixed : params, most = words > tables ? words : tables;
    if (most <= d->range_limit)
        return INR_OK;
    return inr_fail(err, INR_ERR_MEMORY,
                    "%zu parameters%s need a buffer of %.1f MiB and this device binds at most "
                    "%.1f MiB: use smaller tables or --device cpu",
                    p->n_params, what, (double)most / 1048576.0,
                    (double)d->range_limit / 1048576.0);
}

static enum inr_status fill_buffers(struct inr_vk_state *s, struct inr_vk_stage *stage,
                                    const struct inr_vk_map *map, struct inr_error *err)
{
    const struct inr_program *p = s->program;
    enum inr_status status =
        inr_vk_upload(stage, &s->effective, 0, p->constants, p->n_effective * sizeof(float), err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, &s->map_source, 0, map->source,
                               p->n_effective * sizeof(uint32_t), err);
    if (status == INR_OK)
        status = inr_vk_zero(stage, &s->params, err);
    if (status != INR_OK || !s->train)
        return status;
    status = inr_vk_upload(stage, &s->map_start, 0, map->start,
                           (p->n_trainable - p->n_table + 1) * sizeof(uint32_t), err);
    if (status == INR_OK)
        status =
            inr_vk_upload(stage, &s->map_uses, 0, map->uses, map->n_uses * sizeof(uint32_t), err);
    if (status == INR_OK)
        status = inr_vk_zero(stage, &s->m, err);
    if (status == INR_OK)
        status = inr_vk_zero(stage, &s->v, err);
    return status;
}

static enum inr_status create_calls(struct inr_vk_state *s, struct inr_vk_kernels *kernels,
                                    struct inr_error *err)
{
    const struct inr_vk_kernel *map, *pull;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_MAP_FORWARD, NULL, 0, &map, err);
    if (status == INR_OK) {
        const struct inr_vk_access buffers[] = {
            {.buffer = &s->map_source},
            {.buffer = inr_vk_quantizer_source(&s->quantizer, &s->params)},
            {.buffer = &s->effective}};
        status = inr_vk_call_make(&s->calls, kernels, map, buffers, &s->map, err);
    }
    if (status != INR_OK || !s->train)
        return status;
    status = inr_vk_kernel_get(kernels, INR_VK_MAP_BACKWARD, NULL, 0, &pull, err);
    if (status == INR_OK) {
        const struct inr_vk_access buffers[] = {
            {.buffer = &s->map_start},
            {.buffer = &s->map_uses},
            {.buffer = &s->d_effective},
            {.buffer = &s->d_params, .begin = s->program->n_table, .end = s->program->n_trainable}};
        status = inr_vk_call_make(&s->calls, kernels, pull, buffers, &s->pull, err);
    }
    const uint32_t kind[] = {(uint32_t)s->optimizer.kind, s->optimizer.average};
    const uint32_t rest[] = {(uint32_t)inr_optimizer_rest(&s->optimizer).kind, kind[1]};
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_OPTIMIZER, kind, 2, &s->optimize, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_OPTIMIZER, rest, 2, &s->optimize_rest, err);
    if (status == INR_OK && s->optimizer.sparse && s->program->n_table > 0)
        status =
            inr_vk_kernel_get(kernels, INR_VK_OPTIMIZER_SPARSE, rest, 2, &s->optimize_sparse, err);
    return status;
}

enum inr_status inr_vk_state_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                    const struct inr_exec_config *config,
                                    struct inr_vk_state *state, struct inr_error *err)
{
    *state = (struct inr_vk_state){.d = stage->d,
                                   .program = config->program,
                                   .optimizer = config->optimizer,
                                   .train = config->train,
                                   .calls = {.d = stage->d}};
    struct inr_vk_map map = {0};
    enum inr_status status = check_range(stage->d, config, err);
    if (status == INR_OK)
        status = inr_vk_map_create(config->program, &map, err);
    if (status == INR_OK)
        status = create_buffers(state, &map, err);
    if (status == INR_OK)
        status = fill_buffers(state, stage, &map, err);
    inr_vk_map_free(&map);
    if (status == INR_OK)
        status = inr_vk_quantizer_create(stage, kernels, state->program, &state->params,
                                         &state->calls, &state->quantizer, err);
    if (status == INR_OK && state->train && state->program->learns)
        status = inr_vk_quantizer_learn(kernels, &state->params, &state->d_params, &state->calls,
                                        &state->quantizer, err);
    if (status == INR_OK)
        status = create_calls(state, kernels, err);
    const struct inr_vk_linear_buffers linear = {
        inr_vk_quantizer_source(&state->quantizer, &state->params), &state->effective,
        &state->d_effective, &state->d_params};
    if (status == INR_OK)
        status = inr_vk_linear_create(stage, kernels, state->program, &linear, state->train,
                                      &state->calls, &state->linear, err);
    if (status == INR_OK)
        status = inr_vk_table_create(stage, kernels, config, &state->params, &state->d_params,
                                     &state->calls, &state->table, err);
    if (status == INR_OK)
        status = inr_vk_muon_create(stage, kernels, config, &state->m, &state->d_params,
                                    &state->calls, &state->muon, err);
    if (status == INR_OK)
        status = inr_vk_average_create(stage, kernels, config, &state->params, &state->calls,
                                       &state->average, err);
    if (status != INR_OK)
        inr_vk_state_destroy(state);
    return status;
}

void inr_vk_state_destroy(struct inr_vk_state *state)
{
    struct inr_vk_device *d = state->d;
    if (!d)
        return;
    inr_vk_calls_destroy(&state->calls);
    inr_vk_quantizer_destroy(&state->quantizer);
    inr_vk_linear_destroy(&state->linear);
    inr_vk_table_destroy(&state->table);
    inr_vk_muon_destroy(&state->muon);
    inr_vk_average_destroy(&state->average);
    struct inr_vk_buffer *const buffers[] = {
        &state->params,     &state->m,           &state->v,
        &state->effective,  &state->d_effective, &state->d_params,
        &state->map_source, &state->map_start,   &state->map_uses};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        inr_vk_buffer_destroy(d, buffers[i]);
    *state = (struct inr_vk_state){0};
}

/* effective <- what maps read; tables as ops read them. */
static void record_maps(const struct inr_vk_state *state, struct inr_vk_stream *stream)
{
    const inr_push_map push = {.n = (uint32_t)state->program->n_effective};
    inr_vk_stream_run_threads(stream, &state->map, push.n, &push);
    inr_vk_linear_record_apply(&state->linear, stream);
    inr_vk_table_record_pack(&state->table, stream);
}

static void record_map(const struct inr_vk_state *state, struct inr_vk_stream *stream)
{
    inr_vk_quantizer_record(&state->quantizer, stream);
    record_maps(state, stream);
}

static enum inr_status set_moments(struct inr_vk_stage *stage, const struct inr_vk_buffer *to,
                                   const float *from, size_t n, struct inr_error *err)
{
    if (from)
        return inr_vk_upload(stage, to, 0, from, n * sizeof *from, err);
    return inr_vk_zero(stage, to, err);
}

/* Close the recording of the stage's stream, run it and wait. */
static enum inr_status finish_once(struct inr_vk_stage *stage, struct inr_error *err)
{
    enum inr_status status = inr_vk_stream_end(&stage->stream, err);
    if (status == INR_OK)
        status = inr_vk_stream_submit(&stage->stream, true, err);
    return status == INR_OK ? inr_vk_stream_wait(&stage->stream, err) : status;
}

enum inr_status inr_vk_state_set(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                 const struct inr_state *from, struct inr_error *err)
{
    const struct inr_program *p = state->program;
    enum inr_status status =
        inr_vk_upload(stage, &state->params, 0, from->params, p->n_params * sizeof(float), err);
    if (status == INR_OK && state->train)
        status = set_moments(stage, &state->m, from->m, p->n_trainable, err);
    if (status == INR_OK && state->train)
        status = set_moments(stage, &state->v, from->v, p->n_trainable, err);
    if (status == INR_OK && state->optimize_sparse)
        status = set_moments(stage, &state->table.counts, from->counts, p->n_table, err);
    if (status == INR_OK && state->average.kept)
        status = set_moments(stage, &state->average.lag, from->lag, p->n_trainable, err);
    state->average.share = from->share;
    state->average.shown = false;
    if (status == INR_OK)
        status = inr_vk_stream_begin(&stage->stream, err);
    if (status != INR_OK)
        return status;
    record_map(state, &stage->stream);
    return finish_once(stage, err);
}

enum inr_status inr_vk_state_show(struct inr_vk_state *state, struct inr_vk_stage *stage, bool show,
                                  struct inr_error *err)
{
    if (!state->average.kept || show == state->average.shown)
        return INR_OK;
    enum inr_status status = inr_vk_stream_begin(&stage->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_average_record(&state->average, &stage->stream, &state->params, show);
    record_map(state, &stage->stream);
    status = finish_once(stage, err);
    if (status == INR_OK)
        state->average.shown = show;
    return status;
}

enum inr_status inr_vk_state_quantize(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                      bool on, struct inr_error *err)
{
    enum inr_status status = inr_vk_state_show(state, stage, false, err);
    state->quantizer.on = on;
    if (status == INR_OK)
        status = inr_vk_stream_begin(&stage->stream, err);
    if (status != INR_OK)
        return status;
    record_map(state, &stage->stream);
    return finish_once(stage, err);
}

enum inr_status inr_vk_state_get(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                 struct inr_state *to, struct inr_error *err)
{
    const struct inr_program *p = state->program;
    enum inr_status status = inr_vk_state_show(state, stage, false, err);
    to->share = state->average.share;
    if (status == INR_OK)
        status =
            inr_vk_download(stage, &state->params, 0, to->params, p->n_params * sizeof(float), err);
    const size_t moments = p->n_trainable * sizeof(float);
    if (!state->train)
        return status;
    if (status == INR_OK && to->m)
        status = inr_vk_download(stage, &state->m, 0, to->m, moments, err);
    if (status == INR_OK && to->v)
        status = inr_vk_download(stage, &state->v, 0, to->v, moments, err);
    if (status == INR_OK && to->counts && state->optimize_sparse)
        status = inr_vk_download(stage, &state->table.counts, 0, to->counts,
                                 p->n_table * sizeof(float), err);
    if (status == INR_OK && to->lag && state->average.kept)
        status = inr_vk_download(stage, &state->average.lag, 0, to->lag, moments, err);
    return status;
}

enum inr_status inr_vk_state_optimizer(const struct inr_vk_state *state,
                                       struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                       const struct inr_vk_buffer *steps,
                                       struct inr_vk_update *update, struct inr_error *err)
{
    const size_t n_table = state->program->n_table, n = state->program->n_trainable;
    enum inr_status status = INR_OK;
    if (state->program->nests)
        status = inr_vk_quantizer_levels(&state->quantizer, kernels, calls, &state->params,
                                         &state->d_params, steps, &update->levels, err);
    for (int part = 0; part < 2 && status == INR_OK; part++) {
        const bool tables = part == 0;
        const uint64_t begin = tables ? 0 : n_table, end = tables ? n_table : n;
        if (begin == end)
            continue;
        const bool sparse = tables && state->optimize_sparse;
        const struct inr_vk_access lag = {
            .buffer = &state->average.lag, .begin = begin, .end = end};
        const struct inr_vk_access buffers[] = {
            {.buffer = steps},
            {.buffer = &state->d_params, .begin = begin, .end = end},
            {.buffer = &state->params, .begin = begin, .end = end},
            {.buffer = &state->m, .begin = begin, .end = end},
            {.buffer = &state->v, .begin = begin, .end = end},
            sparse ? (struct inr_vk_access){.buffer = &state->table.counts} : lag,
            lag};
        status =
            inr_vk_call_make(calls, kernels, sparse ? state->optimize_sparse : state->optimize_rest,
                             buffers, tables ? &update->tables : &update->others, err);
        if (status == INR_OK && !tables && state->muon.n > 0)
            status =
                inr_vk_call_make(calls, kernels, state->optimize, buffers, &update->matrices, err);
    }
    return status;
}

void inr_vk_state_record_pull(const struct inr_vk_state *state, struct inr_vk_stream *stream)
{
    const size_t n_table = state->program->n_table;
    const inr_push_map push = {.n = (uint32_t)(state->program->n_trainable - n_table),
                               .first = (uint32_t)n_table};
    inr_vk_stream_run_threads(stream, &state->pull, push.n, &push);
    inr_vk_linear_record_pull(&state->linear, stream);
    inr_vk_quantizer_record_learn(&state->quantizer, stream);
    inr_vk_table_record_finish(&state->table, stream);
}

void inr_vk_state_record_level(const struct inr_vk_state *state, struct inr_vk_stream *stream,
                               const struct inr_vk_update *update, bool pull, uint32_t row)
{
    if (!state->program->nests)
        return;
    inr_vk_levels_record(&state->quantizer, &update->levels, stream, pull, row);
    if (!pull)
        record_maps(state, stream);
}

/* Matrices and all else by turns, in the order they lie in. */
static void record_stretches(const struct inr_vk_state *state, struct inr_vk_stream *stream,
                             const struct inr_vk_update *update, inr_push_optimizer *push)
{
    const size_t n = state->program->n_trainable;
    for (size_t at = state->program->n_table; at < n;) {
        bool matrices;
        const size_t end = inr_program_stretch(state->program, at, &matrices);
        push->first = (uint32_t)at;
        push->n = (uint32_t)(end - at);
        inr_vk_stream_run_threads(stream, matrices ? &update->matrices : &update->others, push->n,
                                  push);
        at = end;
    }
}

void inr_vk_state_record_update(const struct inr_vk_state *state, struct inr_vk_stream *stream,
                                const struct inr_vk_update *update, uint32_t row)
{
    const struct inr_optimizer_config *o = &state->optimizer;
    const size_t n_table = state->program->n_table;
    inr_push_optimizer push = {.row = row,
                               .first = (uint32_t)n_table,
                               .n = (uint32_t)(state->program->n_trainable - n_table),
                               .beta1 = o->beta1,
                               .beta2 = o->beta2,
                               .epsilon = o->epsilon,
                               .decay = o->weight_decay,
                               .absolute = o->absolute_decay,
                               .factor = 1.0f};
    inr_vk_muon_record(&state->muon, stream, o->beta1);
    if (state->muon.n > 0)
        record_stretches(state, stream, update, &push);
    else
        inr_vk_stream_run_threads(stream, &update->others, push.n, &push);
    push.first = 0;
    push.n = (uint32_t)n_table;
    push.decay = push.absolute = 0.0f; /* not of tables: table_l2 */
    push.factor = o->table_rate > 0.0f ? o->table_rate : 1.0f;
    push.fade1 = inr_optimizer_fade(o->beta1);
    push.fade2 = inr_optimizer_fade(o->beta2);
    inr_vk_stream_run_threads(stream, &update->tables, push.n, &push);
    record_map(state, stream);
}
