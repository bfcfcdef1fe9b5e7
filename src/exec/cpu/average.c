/* SPDX-License-Identifier: MIT
 *
 * average.c - The average of the parameters over the steps.
 */
#include "exec/cpu/average.h"

#include <string.h>

#include "field/formula.h"

#include "common/optimizer.glsl"

uint64_t inr_cpu_average_floats(const struct inr_exec_config *config)
{
    const struct inr_program *program = config->program;
    return config->train && config->optimizer.average
               ? program->n_trainable + program->n_params + program->n_effective
               : 0;
}

void inr_cpu_average_fade(struct inr_cpu_exec *exec, const struct inr_step *step)
{
    const size_t n = exec->config.optimizer.sparse ? exec->program->n_table : 0;
    if (!exec->lag || step->fade == 1.0f)
        return;
    const int threads = n < INR_CPU_ALONE_ENTRIES ? 1 : exec->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++)
        for (size_t i = inr_cpu_share(n, w, threads); i < inr_cpu_share(n, w + 1, threads); i++)
            exec->lag[i] *= step->fade;
}

static void swap(float **a, float **b)
{
    float *c = *a;
    *a = *b;
    *b = c;
}

void inr_cpu_average_show(struct inr_cpu_exec *exec, bool show)
{
    const struct inr_program *program = exec->program;
    if (!exec->lag || show == exec->shown)
        return;
    swap(&exec->params, &exec->held_params);
    swap(&exec->effective, &exec->held_effective);
    exec->shown = show;
    if (!show)
        return;
    const float *w = exec->held_params, *u = exec->lag;
    for (size_t i = 0; i < program->n_trainable; i++)
        exec->params[i] = inr_lag_average(w[i], u[i], exec->share);
    memcpy(exec->params + program->n_trainable, w + program->n_trainable,
           (program->n_params - program->n_trainable) * sizeof *w);
    const bool finite = exec->finite;
    inr_cpu_map(exec);
    exec->finite = finite; /* an average of numbers is one */
}
