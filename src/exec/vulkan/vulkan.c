/* SPDX-License-Identifier: MIT
 *
 * vulkan.c - The Vulkan backend of exec.h.
 */
#include "exec/vulkan/vulkan.h"

#include <stdlib.h>

#include "common/grid.glsl"
#include "exec/jet.h"
#include "exec/vulkan/train.h"

struct vulkan_exec {
    struct inr_exec base;
    struct inr_exec_config config;
    struct inr_vk_device d;
    struct inr_vk_kernels kernels;
    struct inr_vk_stage stage;
    struct inr_vk_state state;
    struct inr_vk_pool pool;
    struct inr_vk_readout readout;
    struct inr_vk_plan *plan; /* made by the first set_pool or eval */
    struct inr_vk_plan *jet;  /* made by the first evaluate_jet where `plan` is of values */
    struct inr_vk_trainer trainer;
    struct inr_exec_times times;
    double submit_flops; /* 0: the default */
};

_Static_assert(INR_VK_MAX_COLUMNS *INR_MAX_CHANNELS * sizeof(float) <= INR_VK_STAGE_SIZE,
               "the outputs of a micro-batch fit the staging buffer");

static struct vulkan_exec *get(struct inr_exec *exec)
{
    return (struct vulkan_exec *)exec;
}

static const struct vulkan_exec *get_const(const struct inr_exec *exec)
{
    return (const struct vulkan_exec *)exec;
}

static void drop_plan(struct vulkan_exec *e)
{
    inr_vk_trainer_clear(&e->trainer);
    inr_vk_plan_destroy(e->plan);
    inr_vk_plan_destroy(e->jet);
    e->plan = e->jet = NULL;
}

static void destroy(struct inr_exec *exec)
{
    struct vulkan_exec *e = get(exec);
    if (e->d.handle) {
        /* After a failure work may be under way that no fence tells of. */
        (void)e->d.fn.vkDeviceWaitIdle(e->d.handle);
        drop_plan(e);
        inr_vk_readout_clear(&e->readout);
        inr_vk_pool_clear(&e->pool);
        inr_vk_state_destroy(&e->state);
        inr_vk_stage_destroy(&e->stage);
        inr_vk_kernels_destroy(&e->kernels);
    }
    inr_vk_device_close(&e->d);
    free(e);
}

static enum inr_status create(const struct inr_device *device, const struct inr_exec_config *config,
                              const struct inr_log *log, struct inr_exec **out,
                              struct inr_error *err)
{
    *out = NULL;
    if (inr_jet_check(config, err) != INR_OK)
        return INR_ERR_USAGE;
    struct vulkan_exec *e = calloc(1, sizeof *e);
    if (!e)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the Vulkan backend");
    e->base.backend = &inr_vulkan_backend;
    e->config = *config;
    enum inr_status status = inr_vk_device_open(&e->d, device, log, err);
    if (config->memory_limit && config->memory_limit < e->d.memory_limit)
        e->d.memory_limit = config->memory_limit;
    if (status == INR_OK)
        status = inr_vk_kernels_create(&e->d, &e->kernels, err);
    if (status == INR_OK)
        status = inr_vk_stage_create(&e->d, &e->stage, err);
    if (status == INR_OK)
        status = inr_vk_state_create(&e->stage, &e->kernels, config, &e->state, err);
    if (status != INR_OK) {
        destroy(&e->base);
        return status;
    }
    e->pool = (struct inr_vk_pool){.d = &e->d, .range = e->d.range_limit};
    *out = &e->base;
    return INR_OK;
}

static enum inr_status set_state(struct inr_exec *exec, const struct inr_state *state,
                                 struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    return inr_vk_state_set(&e->state, &e->stage, state, err);
}

static enum inr_status get_state(struct inr_exec *exec, struct inr_state *state,
                                 struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    return inr_vk_state_get(&e->state, &e->stage, state, err);
}

static enum inr_status make_plan(struct vulkan_exec *e, struct inr_error *err)
{
    drop_plan(e);
    const struct inr_vk_plan_use use = {.batch =
                                            e->pool.loaded && e->config.train ? e->config.batch : 0,
                                        .jet = inr_jet_loss(&e->config),
                                        .measured = inr_vk_readout_on(&e->readout)};
    enum inr_status status =
        inr_vk_plan_create(&e->state, &e->kernels, &e->stage, &e->config, &use, &e->plan, err);
    if (status != INR_OK)
        return status;
    e->trainer = (struct inr_vk_trainer){.d = &e->d,
                                         .kernels = &e->kernels,
                                         .state = &e->state,
                                         .pool = &e->pool,
                                         .readout = &e->readout,
                                         .plan = e->plan,
                                         .submit_flops = e->submit_flops,
                                         .times = &e->times,
                                         .draw = {.mode = (uint32_t)e->config.batch_mode,
                                                  .batch = e->config.batch,
                                                  .seed = e->config.seed}};
    inr_logf(&e->d.instance.log, INR_LOG_DEBUG,
             "Vulkan plan: %s; %u columns, micro-batches of %u, %u slices, %.1f MiB", e->plan->text,
             e->plan->stride, e->plan->micro, e->plan->slices, (double)e->d.allocated / 1048576.0);
    return INR_OK;
}

static enum inr_status set_pool(struct inr_exec *exec, const struct inr_pool *pool,
                                struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    const struct inr_program *p = e->config.program;
    const int channels = inr_jet_targets(&e->config);
    enum inr_status status = inr_jet_check_pool(&e->config, pool, err);
    if (status != INR_OK)
        return status;
    if (pool->dims != p->dims || pool->channels != channels)
        return inr_fail(err, INR_ERR_USAGE,
                        "The pool has %d coordinates and %d channels, the network %d and %d",
                        pool->dims, pool->channels, p->dims, channels);
    if (e->config.batch_mode == (int)INR_BATCH_FULL && pool->count != e->config.batch)
        return inr_fail(err, INR_ERR_USAGE, "A full batch of %u samples from a pool of %llu",
                        e->config.batch, (unsigned long long)pool->count);
    drop_plan(e);
    status = inr_vk_pool_set(&e->pool, &e->stage, pool, err);
    if (status == INR_OK)
        status = inr_vk_readout_set(&e->readout, &e->stage, &e->kernels, pool, &e->config, err);
    if (status == INR_OK)
        status = make_plan(e, err);
    if (status != INR_OK)
        inr_vk_pool_clear(&e->pool);
    return status;
}

static enum inr_status update_pool(struct inr_exec *exec, uint64_t first, uint64_t count,
                                   struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    return inr_vk_pool_update(&e->pool, &e->stage, first, count, err);
}

static enum inr_status ready_to_train(const struct vulkan_exec *e, struct inr_error *err)
{
    if (!e->config.train || !e->pool.loaded || !e->plan)
        return inr_fail(err, INR_ERR_USAGE, "Training needs an exec made for it, and a pool");
    return INR_OK;
}

static enum inr_status train(struct inr_exec *exec, const struct inr_step *steps, uint32_t n,
                             struct inr_step_result *results, struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    enum inr_status status = ready_to_train(e, err);
    if (status == INR_OK)
        status = inr_vk_state_show(&e->state, &e->stage, false, err);
    if (status == INR_OK)
        status = inr_vk_train(&e->trainer, steps, n, results, err);
    if (status == INR_OK && n > 0)
        e->state.average.share = steps[n - 1].share;
    return status;
}

static enum inr_status quantize(struct inr_exec *exec, bool on, struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    if (on && !e->config.program->quantized)
        return inr_fail(err, INR_ERR_USAGE, "the field has no quantizer");
    inr_vk_trainer_clear(&e->trainer);
    return inr_vk_state_quantize(&e->state, &e->stage, on, err);
}

static enum inr_status gradient(struct inr_exec *exec, uint32_t index, float *d_params,
                                struct inr_step_result *result, struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    enum inr_status status = ready_to_train(e, err);
    struct inr_step_result unused;
    if (status == INR_OK)
        status = inr_vk_state_show(&e->state, &e->stage, false, err);
    if (status == INR_OK)
        status = inr_vk_train_gradient(&e->trainer, index, result ? result : &unused, err);
    if (status != INR_OK)
        return status;
    return inr_vk_download(&e->stage, &e->state.d_params, 0, d_params,
                           e->config.program->n_trainable * sizeof *d_params, err);
}

/* What evaluation writes; gradient NULL: values alone. */
struct results {
    float *value, *gradient;
};

/* Columns of the outputs from staging to their places. */
static void take_columns(const struct inr_vk_plan *plan, const float *found, uint32_t n,
                         uint32_t columns, struct results out)
{
    const uint32_t channels = (uint32_t)plan->program->channels;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t j = 0; j < n; j++) {
            const float *y = found + (size_t)c * columns + j;
            const size_t at = (size_t)j * channels + c;
            out.value[at] = y[0];
            for (uint32_t k = 0; out.gradient && k < plan->tangents; k++)
                out.gradient[at * plan->tangents + k] = y[(size_t)(1 + k) * n];
        }
}

/* One micro-batch: coordinates up, forward, outputs down, transposed on the way through staging. */
static enum inr_status eval_columns(struct vulkan_exec *e, const struct inr_vk_plan *plan,
                                    const float *coords, uint32_t n, struct results out,
                                    struct inr_error *err)
{
    const struct inr_program *p = e->config.program;
    const uint32_t dims = (uint32_t)p->dims, channels = (uint32_t)p->channels;
    const uint32_t columns = out.gradient ? inr_vk_plan_columns(plan, n) : n;
    const VkDeviceSize row = (VkDeviceSize)plan->stride * sizeof(float);
    const VkDeviceSize part = (VkDeviceSize)n * sizeof(float);
    const VkDeviceSize found = (VkDeviceSize)columns * sizeof(float);
    VkBufferCopy up[INR_MAX_DIMS], down[INR_MAX_CHANNELS];
    float *staged = e->stage.up.map;
    for (uint32_t d = 0; d < dims; d++) {
        for (uint32_t j = 0; j < n; j++)
            staged[(size_t)d * n + j] = coords[(size_t)j * dims + d];
        up[d] = (VkBufferCopy){d * part, d * row, part};
    }
    for (uint32_t c = 0; c < channels; c++)
        down[c] = (VkBufferCopy){c * row, c * found, found};
    struct inr_vk_stream *stream = &e->stage.stream;
    enum inr_status status = inr_vk_stream_begin(stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_stream_copy(stream, &e->stage.up, &plan->values[0], up, dims);
    inr_vk_plan_record_forward(plan, stream, n);
    inr_vk_stream_copy(stream, &plan->values[p->output], &e->stage.down, down, channels);
    status = inr_vk_stream_end(stream, err);
    if (status == INR_OK)
        status = inr_vk_stream_submit(stream, true, err);
    if (status == INR_OK)
        status = inr_vk_stream_wait(stream, err);
    if (status == INR_OK)
        take_columns(plan, e->stage.down.map, n, columns, out);
    return status;
}

static enum inr_status evaluate(struct vulkan_exec *e, struct inr_vk_plan *plan,
                                const float *coords, size_t n, struct results out,
                                struct inr_error *err)
{
    const size_t dims = (size_t)e->config.program->dims;
    const size_t channels = (size_t)e->config.program->channels;
    const size_t most = plan->stride / (1 + plan->tangents);
    enum inr_status status = inr_vk_plan_need_forward(plan, &e->kernels, err);
    if (status == INR_OK)
        status = inr_vk_state_show(&e->state, &e->stage, true, err);
    for (size_t done = 0; done < n && status == INR_OK;) {
        const size_t left = n - done, count = left < most ? left : most;
        const struct results part = {out.value + done * channels,
                                     out.gradient ? out.gradient + done * channels * dims : NULL};
        status = eval_columns(e, plan, coords + done * dims, (uint32_t)count, part, err);
        done += count;
    }
    return status;
}

static enum inr_status eval(struct inr_exec *exec, const float *coords, size_t n, float *out,
                            struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    const struct results results = {out, NULL};
    enum inr_status status = e->plan ? INR_OK : make_plan(e, err);
    return status == INR_OK ? evaluate(e, e->plan, coords, n, results, err) : status;
}

static enum inr_status evaluate_jet(struct inr_exec *exec, const float *coords, size_t n,
                                    float *value, float *gradient, struct inr_error *err)
{
    struct vulkan_exec *e = get(exec);
    const struct results results = {value, gradient};
    if (!e->config.jets && !inr_jet_loss(&e->config))
        return inr_fail(err, INR_ERR_USAGE, "this exec was made without jets");
    enum inr_status status = e->plan ? INR_OK : make_plan(e, err);
    if (status == INR_OK && e->plan->tangents)
        return evaluate(e, e->plan, coords, n, results, err);
    if (status == INR_OK && !e->jet)
        status = inr_vk_plan_create(&e->state, &e->kernels, &e->stage, &e->config,
                                    &(struct inr_vk_plan_use){.jet = true}, &e->jet, err);
    return status == INR_OK ? evaluate(e, e->jet, coords, n, results, err) : status;
}

static void times(const struct inr_exec *exec, struct inr_exec_times *times)
{
    *times = get_const(exec)->times;
}

void inr_vk_exec_override(struct inr_exec *exec, const struct inr_vk_overrides *overrides)
{
    struct vulkan_exec *e = get(exec);
    if (overrides->range)
        e->pool.range = overrides->range;
    e->submit_flops = overrides->submit_flops;
    e->d.software = e->d.software && !overrides->gpu_tiles;
    e->d.float_atomics = e->d.float_atomics && !overrides->no_float_atomics;
}

static const char *plan_text(const struct inr_exec *exec)
{
    const struct vulkan_exec *e = get_const(exec);
    return e->plan ? e->plan->text : "";
}

uint32_t inr_vk_exec_micro_batch(const struct inr_exec *exec)
{
    const struct vulkan_exec *e = get_const(exec);
    return e->plan ? e->plan->micro : 0;
}

const struct inr_exec_backend inr_vulkan_backend = {
    .name = "vulkan",
    .create = create,
    .set_state = set_state,
    .get_state = get_state,
    .set_pool = set_pool,
    .update_pool = update_pool,
    .train = train,
    .eval = eval,
    .evaluate_jet = evaluate_jet,
    .quantize = quantize,
    .gradient = gradient,
    .times = times,
    .plan = plan_text,
    .destroy = destroy,
};
