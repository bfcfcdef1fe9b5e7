/* SPDX-License-Identifier: MIT
 *
 * exec.c - Hands the calls of exec.h to the backend of the device.
 */
#include "exec/exec.h"

#include <math.h>

#include "exec/cpu/cpu.h"
#include "exec/vulkan/vulkan.h"
#include "field/formula.h"

#include "common/optimizer.glsl"

enum inr_status inr_exec_create(const struct inr_device *device,
                                const struct inr_exec_config *config, const struct inr_log *log,
                                struct inr_exec **out, struct inr_error *err)
{
    const struct inr_exec_backend *backend =
        device->kind == INR_DEVICE_CPU ? &inr_cpu_backend : &inr_vulkan_backend;
    return backend->create(device, config, log, out, err);
}

enum inr_status inr_exec_set_state(struct inr_exec *exec, const struct inr_state *state,
                                   struct inr_error *err)
{
    return exec->backend->set_state(exec, state, err);
}

enum inr_status inr_exec_get_state(struct inr_exec *exec, struct inr_state *state,
                                   struct inr_error *err)
{
    return exec->backend->get_state(exec, state, err);
}

enum inr_status inr_exec_set_pool(struct inr_exec *exec, const struct inr_pool *pool,
                                  struct inr_error *err)
{
    return exec->backend->set_pool(exec, pool, err);
}

enum inr_status inr_exec_update_pool(struct inr_exec *exec, uint64_t first, uint64_t count,
                                     struct inr_error *err)
{
    return exec->backend->update_pool(exec, first, count, err);
}

enum inr_status inr_exec_train(struct inr_exec *exec, const struct inr_step *steps, uint32_t n,
                               struct inr_step_result *results, struct inr_error *err)
{
    return exec->backend->train(exec, steps, n, results, err);
}

enum inr_status inr_exec_eval(struct inr_exec *exec, const float *coords, size_t n, float *out,
                              struct inr_error *err)
{
    return exec->backend->eval(exec, coords, n, out, err);
}

enum inr_status inr_exec_quantize(struct inr_exec *exec, bool on, struct inr_error *err)
{
    return exec->backend->quantize(exec, on, err);
}

enum inr_status inr_exec_evaluate_jet(struct inr_exec *exec, const float *coords, size_t n,
                                      float *value, float *gradient, struct inr_error *err)
{
    return exec->backend->evaluate_jet(exec, coords, n, value, gradient, err);
}

enum inr_status inr_exec_gradient(struct inr_exec *exec, uint32_t index, float *d_params,
                                  struct inr_step_result *result, struct inr_error *err)
{
    return exec->backend->gradient(exec, index, d_params, result, err);
}

void inr_exec_times(const struct inr_exec *exec, struct inr_exec_times *times)
{
    *times = (struct inr_exec_times){0};
    if (exec->backend->times)
        exec->backend->times(exec, times);
}

const char *inr_exec_plan(const struct inr_exec *exec)
{
    return exec->backend->plan ? exec->backend->plan(exec) : "";
}

void inr_exec_destroy(struct inr_exec *exec)
{
    if (exec)
        exec->backend->destroy(exec);
}

struct inr_optimizer_config inr_optimizer_rest(const struct inr_optimizer_config *optimizer)
{
    struct inr_optimizer_config rest = *optimizer;
    if (rest.kind == INR_OPTIMIZER_MUON)
        rest.kind = INR_OPTIMIZER_ADAMW;
    return rest;
}

float inr_optimizer_fade(float beta)
{
    return beta > 0.0f ? fminf(-logf(beta), 88.0f) : 88.0f;
}
