/* SPDX-License-Identifier: MIT
 *
 * finish.c - Clamping and rounding of results.
 */
#include "task/finish.h"

#include "fit/model.h"
#include "fit/task_kind.h"

void inr_finish_values(struct inr_finish finish, float *values, size_t n)
{
    if (finish.sample == INR_SAMPLE_U8 || finish.sample == INR_SAMPLE_U16) {
        inr_quantise(values, n, finish.sample == INR_SAMPLE_U8 ? INR_DEPTH_U8 : INR_DEPTH_U16);
        return;
    }
    for (size_t i = 0; finish.unit && i < n; i++)
        values[i] = values[i] < 0.0f ? 0.0f : values[i] > 1.0f ? 1.0f : values[i];
}

void inr_model_finish_signal(const struct inr_model *model, struct inr_signal *signal)
{
    const struct inr_task_config *task = &model->config.task;
    const size_t n = inr_signal_points(signal) * signal->channels;
    signal->sample = model->info.sample;
    if (task->kind == INR_TASK_OCCUPANCY || signal->sample == INR_SAMPLE_BOOL) {
        for (size_t i = 0; i < n; i++)
            signal->values[i] = signal->values[i] > task->threshold ? 1.0f : 0.0f;
        signal->sample = INR_SAMPLE_BOOL;
        return;
    }
    inr_finish_values((struct inr_finish){signal->sample, model->info.unit}, signal->values, n);
}
