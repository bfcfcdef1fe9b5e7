/* SPDX-License-Identifier: MIT
 *
 * latent_plan.c - Buffers, calls and recordings of latents on a device.
 */
#include "exec/vulkan/latent_plan.h"

#include <stdlib.h>

#include "common/params.h"
#include "exec/vulkan/latent_sums.h"

static uint32_t groups_for(uint32_t points)
{
    const uint32_t tiles = (points + INR_LATENT_GROUP - 1) / INR_LATENT_GROUP;
    return tiles < INR_LATENT_GROUPS_MAX ? tiles : INR_LATENT_GROUPS_MAX;
}

static uint32_t count_parameters(const struct inr_vk_latent_shape *s)
{
    const int e = INR_LATENT_ENTROPY, c = INR_LATENT_CONTEXT, h = INR_LATENT_HIDDEN;
    const int entropy = e * c + s->levels * e + e * e + e + 2 * (e + c) + 2 * s->levels;
    const int synthesis = h * s->levels + h + s->channels * (h + s->levels) + s->channels;
    const int edges = 2 * INR_LATENT_EDGE * s->channels * INR_LATENT_TAPS;
    return (uint32_t)(entropy + synthesis + edges + INR_LATENT_EDGE + s->channels);
}

static void plan_parts(struct inr_vk_latent_plan *plan)
{
    const struct {
        enum inr_vk_latent_call call;
        uint32_t sums, groups;
    } list[] = {
        {INR_VK_LATENT_CALL_ENTROPY, INR_LATENT_SUMS_ENTROPY, plan->groups},
        {INR_VK_LATENT_CALL_LOSS, INR_LATENT_SUMS_EDGE + 1, plan->picture_groups},
        {INR_VK_LATENT_CALL_EDGE_BACK, INR_LATENT_SUMS_EDGE, plan->picture_groups},
        {INR_VK_LATENT_CALL_SYNTHESIS_BACK, INR_LATENT_SUMS_SYNTHESIS, plan->picture_groups},
        {INR_VK_LATENT_CALL_LEARN, 1, plan->groups}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct inr_vk_latent_part *part = &plan->parts[list[i].call];
        part->begin = plan->n_partials;
        part->end = plan->n_partials += list[i].sums * list[i].groups;
    }
}

static void plan_sizes(struct inr_vk_latent_plan *plan, const struct inr_vk_latent_shape *shape)
{
    *plan = (struct inr_vk_latent_plan){.shape = *shape};
    for (int k = 0; k < shape->levels; k++) {
        const uint32_t points = shape->w[k] * shape->h[k];
        plan->grids[k] = (inr_latent_grid_row){.width = shape->w[k],
                                               .height = shape->h[k],
                                               .points = points,
                                               .at = plan->points,
                                               .plane = plan->planes,
                                               .first = plan->groups,
                                               .groups = groups_for(points)};
        plan->points += points;
        plan->planes += points * (uint32_t)(shape->levels - k);
        plan->groups += groups_for(points);
    }
    plan->pixels = plan->grids[0].points;
    plan->picture_groups = plan->grids[0].groups;
    plan->parameters = count_parameters(shape);
    plan_parts(plan);
}

static enum inr_status create_buffers(struct inr_vk_latent_plan *plan, struct inr_vk_device *d,
                                      struct inr_error *err)
{
    const uint64_t word = sizeof(float), pixel = 4 * word * plan->pixels;
    const uint64_t points = word * plan->points, planes = word * plan->planes;
    const uint64_t params = word * plan->parameters;
    const struct {
        const char *name;
        uint64_t bytes;
    } list[INR_VK_LATENT_BUFFERS] = {
        [INR_VK_LATENT_ROW] = {"step of latents", sizeof(inr_latent_step_row)},
        [INR_VK_LATENT_GRIDS] = {"table of grids", sizeof plan->grids},
        [INR_VK_LATENT_PARAMS] = {"networks of latents", params},
        [INR_VK_LATENT_PLANES] = {"grids at all sizes", planes},
        [INR_VK_LATENT_Z] = {"picture before convolutions", pixel},
        [INR_VK_LATENT_E] = {"picture between convolutions", pixel},
        [INR_VK_LATENT_RESULT] = {"picture", pixel},
        [INR_VK_LATENT_TARGET] = {"wanted picture", pixel},
        [INR_VK_LATENT_START] = {"networks' beginning", params},
        [INR_VK_LATENT_PARAM_MOMENTS] = {"means of networks' gradients", 2 * params},
        [INR_VK_LATENT_VALUE] = {"latents", points},
        [INR_VK_LATENT_MOMENTS] = {"means of latents' gradients", 2 * points},
        [INR_VK_LATENT_SLOPE] = {"slopes of roundings", points},
        [INR_VK_LATENT_D_PLANES] = {"gradients of grids at all sizes", planes},
        [INR_VK_LATENT_D_CONTEXT] = {"gradients of contexts", points * (INR_LATENT_CONTEXT + 1)},
        [INR_VK_LATENT_D_E] = {"gradient between convolutions", pixel},
        [INR_VK_LATENT_SUMS] = {"table of sums", sizeof(inr_latent_sum_row) *
                                                     (plan->parameters + INR_LATENT_RESULTS)},
        [INR_VK_LATENT_PARTIALS] = {"partial sums", word * plan->n_partials},
        [INR_VK_LATENT_RESULTS] = {"results of a step", word * INR_LATENT_RESULTS}};
    const int n = plan->shape.train ? INR_VK_LATENT_BUFFERS : INR_VK_LATENT_TARGET;
    enum inr_status status = INR_OK;
    for (int i = 0; i < n && status == INR_OK; i++)
        status = inr_vk_buffer_create(d, list[i].name, list[i].bytes, INR_VK_LOCAL,
                                      &plan->buffers[i], err);
    return status;
}

/* Kernels, how many of levels, channels and `loss` they are specialised for, and what they bind, -1
 * for its end. */
static const struct {
    enum inr_vk_kernel_id kernel;
    uint32_t constants;
    int bindings[INR_VK_MAX_BINDINGS + 1];
} uses[INR_VK_LATENT_CALLS] = {
    [INR_VK_LATENT_CALL_GROW] = {INR_VK_LATENT_KERNEL_GROW,
                                 1,
                                 {INR_VK_LATENT_GRIDS, INR_VK_LATENT_PLANES, -1}},
    [INR_VK_LATENT_CALL_SYNTHESIS] = {INR_VK_LATENT_KERNEL_SYNTHESIS,
                                      2,
                                      {INR_VK_LATENT_ROW, INR_VK_LATENT_PARAMS,
                                       INR_VK_LATENT_PLANES, INR_VK_LATENT_Z, -1}},
    [INR_VK_LATENT_CALL_EDGE] = {INR_VK_LATENT_KERNEL_EDGE,
                                 2,
                                 {INR_VK_LATENT_PARAMS, INR_VK_LATENT_Z, INR_VK_LATENT_E, -1}},
    /* neither target nor sums, which are not looked at */
    [INR_VK_LATENT_CALL_PICTURE] = {INR_VK_LATENT_KERNEL_PICTURE,
                                    3,
                                    {INR_VK_LATENT_ROW, INR_VK_LATENT_PARAMS, INR_VK_LATENT_Z,
                                     INR_VK_LATENT_E, INR_VK_LATENT_Z, INR_VK_LATENT_RESULT,
                                     INR_VK_LATENT_PLANES, -1}},
    [INR_VK_LATENT_CALL_QUANTISE] = {INR_VK_LATENT_KERNEL_QUANTISE,
                                     1,
                                     {INR_VK_LATENT_ROW, INR_VK_LATENT_GRIDS, INR_VK_LATENT_VALUE,
                                      INR_VK_LATENT_SLOPE, INR_VK_LATENT_PLANES, -1}},
    [INR_VK_LATENT_CALL_ENTROPY] = {INR_VK_LATENT_KERNEL_ENTROPY,
                                    1,
                                    {INR_VK_LATENT_GRIDS, INR_VK_LATENT_PARAMS,
                                     INR_VK_LATENT_PLANES, INR_VK_LATENT_D_CONTEXT,
                                     INR_VK_LATENT_PARTIALS, INR_VK_LATENT_ROW, -1}},
    [INR_VK_LATENT_CALL_LOSS] = {INR_VK_LATENT_KERNEL_PICTURE,
                                 3,
                                 {INR_VK_LATENT_ROW, INR_VK_LATENT_PARAMS, INR_VK_LATENT_Z,
                                  INR_VK_LATENT_E, INR_VK_LATENT_TARGET, INR_VK_LATENT_RESULT,
                                  INR_VK_LATENT_PARTIALS, -1}},
    [INR_VK_LATENT_CALL_EDGE_BACK] = {INR_VK_LATENT_KERNEL_EDGE_BACK,
                                      2,
                                      {INR_VK_LATENT_ROW, INR_VK_LATENT_PARAMS, INR_VK_LATENT_Z,
                                       INR_VK_LATENT_E, INR_VK_LATENT_RESULT, INR_VK_LATENT_D_E,
                                       INR_VK_LATENT_PARTIALS, -1}},
    [INR_VK_LATENT_CALL_SYNTHESIS_BACK] = {INR_VK_LATENT_KERNEL_SYNTHESIS_BACK,
                                           2,
                                           {INR_VK_LATENT_ROW, INR_VK_LATENT_PARAMS,
                                            INR_VK_LATENT_PLANES, INR_VK_LATENT_RESULT,
                                            INR_VK_LATENT_D_E, INR_VK_LATENT_D_PLANES,
                                            INR_VK_LATENT_PARTIALS, -1}},
    [INR_VK_LATENT_CALL_SHRINK] = {INR_VK_LATENT_KERNEL_SHRINK,
                                   1,
                                   {INR_VK_LATENT_GRIDS, INR_VK_LATENT_D_PLANES, -1}},
    [INR_VK_LATENT_CALL_LEARN] = {INR_VK_LATENT_KERNEL_LEARN,
                                  1,
                                  {INR_VK_LATENT_ROW, INR_VK_LATENT_GRIDS, INR_VK_LATENT_D_PLANES,
                                   INR_VK_LATENT_D_CONTEXT, INR_VK_LATENT_SLOPE,
                                   INR_VK_LATENT_MOMENTS, INR_VK_LATENT_PARTIALS, -1}},
    [INR_VK_LATENT_CALL_SUMS] = {INR_VK_LATENT_KERNEL_SUMS,
                                 2,
                                 {INR_VK_LATENT_ROW, INR_VK_LATENT_SUMS, INR_VK_LATENT_PARTIALS,
                                  INR_VK_LATENT_START, INR_VK_LATENT_PARAMS,
                                  INR_VK_LATENT_PARAM_MOMENTS, INR_VK_LATENT_RESULTS, -1}},
    [INR_VK_LATENT_CALL_MOVE] = {INR_VK_LATENT_KERNEL_MOVE,
                                 1,
                                 {INR_VK_LATENT_ROW, INR_VK_LATENT_GRIDS, INR_VK_LATENT_RESULTS,
                                  INR_VK_LATENT_MOMENTS, INR_VK_LATENT_VALUE, -1}},
};

static enum inr_status create_calls(struct inr_vk_latent_plan *plan, struct inr_vk_kernels *kernels,
                                    struct inr_vk_calls *calls, struct inr_error *err)
{
    const int n = plan->shape.train ? INR_VK_LATENT_CALLS : INR_VK_LATENT_CALL_QUANTISE;
    enum inr_status status = INR_OK;
    for (int i = 0; i < n && status == INR_OK; i++) {
        struct inr_vk_access access[INR_VK_MAX_BINDINGS] = {0};
        const struct inr_vk_kernel *kernel;
        const uint32_t constants[3] = {(uint32_t)plan->shape.levels, (uint32_t)plan->shape.channels,
                                       i == INR_VK_LATENT_CALL_LOSS};
        const uint32_t n_constants = uses[i].constants;
        for (int b = 0; uses[i].bindings[b] >= 0; b++) {
            access[b].buffer = &plan->buffers[uses[i].bindings[b]];
            if (uses[i].bindings[b] == INR_VK_LATENT_PARTIALS) {
                access[b].begin = plan->parts[i].begin;
                access[b].end = plan->parts[i].end;
            }
        }
        status = inr_vk_kernel_get(kernels, uses[i].kernel, constants, n_constants, &kernel, err);
        if (status == INR_OK)
            status = inr_vk_call_make(calls, kernels, kernel, access, &plan->calls[i], err);
    }
    return status;
}

static enum inr_status upload_tables(struct inr_vk_latent_plan *plan, struct inr_vk_stage *stage,
                                     struct inr_error *err)
{
    enum inr_status status = inr_vk_upload(stage, &plan->buffers[INR_VK_LATENT_GRIDS], 0,
                                           plan->grids, sizeof plan->grids, err);
    if (status != INR_OK || !plan->shape.train)
        return status;
    inr_latent_sum_row *rows = calloc(plan->parameters + INR_LATENT_RESULTS, sizeof *rows);
    if (!rows)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the table of sums");
    plan->n_sums = inr_vk_latent_sums_fill(plan, rows);
    status = inr_vk_upload(stage, &plan->buffers[INR_VK_LATENT_SUMS], 0, rows,
                           plan->n_sums * sizeof *rows, err);
    free(rows);
    return status;
}

enum inr_status inr_vk_latent_plan_create(struct inr_vk_latent_plan *plan,
                                          const struct inr_vk_latent_shape *shape,
                                          struct inr_vk_stage *stage,
                                          struct inr_vk_kernels *kernels,
                                          struct inr_vk_calls *calls, struct inr_error *err)
{
    plan_sizes(plan, shape);
    enum inr_status status = create_buffers(plan, stage->d, err);
    if (status == INR_OK)
        status = upload_tables(plan, stage, err);
    if (status == INR_OK)
        status = create_calls(plan, kernels, calls, err);
    return status;
}

void inr_vk_latent_plan_destroy(struct inr_vk_latent_plan *plan, struct inr_vk_device *d)
{
    for (int i = 0; i < INR_VK_LATENT_BUFFERS; i++)
        inr_vk_buffer_destroy(d, &plan->buffers[i]);
}

static inr_push_latent push_of(const struct inr_vk_latent_plan *plan, enum inr_vk_latent_call call,
                               uint32_t groups)
{
    return (inr_push_latent){.width = plan->shape.w[0],
                             .height = plan->shape.h[0],
                             .points = plan->points,
                             .groups = groups,
                             .partials = plan->parts[call].begin,
                             .units = INR_LATENT_ENTROPY};
}

/* Over all grids, or over the picture. */
static void over_grids(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream,
                       enum inr_vk_latent_call call)
{
    const inr_push_latent push = push_of(plan, call, plan->groups);
    inr_vk_stream_run(stream, &plan->calls[call], plan->groups, 1, 1, &push);
}

static void over_picture(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream,
                         enum inr_vk_latent_call call)
{
    const inr_push_latent push = push_of(plan, call, plan->picture_groups);
    inr_vk_stream_run(stream, &plan->calls[call], plan->picture_groups, 1, 1, &push);
}

/* Between grid k and the next one, a thread for each point of `of`. */
static void between(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream,
                    enum inr_vk_latent_call call, int k, int of)
{
    inr_push_latent push = push_of(plan, call, 0);
    push.grid = (uint32_t)k;
    const uint64_t planes = (uint64_t)(plan->shape.levels - 1 - k);
    inr_vk_stream_run_threads(stream, &plan->calls[call], planes * plan->grids[of].points, &push);
}

static void grow(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream)
{
    for (int k = plan->shape.levels - 2; k >= 0; k--)
        between(plan, stream, INR_VK_LATENT_CALL_GROW, k, k);
}

void inr_vk_latent_record_picture(const struct inr_vk_latent_plan *plan,
                                  struct inr_vk_stream *stream)
{
    grow(plan, stream);
    over_picture(plan, stream, INR_VK_LATENT_CALL_SYNTHESIS);
    over_picture(plan, stream, INR_VK_LATENT_CALL_EDGE);
    over_picture(plan, stream, INR_VK_LATENT_CALL_PICTURE);
}

void inr_vk_latent_record_step(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream)
{
    over_grids(plan, stream, INR_VK_LATENT_CALL_QUANTISE);
    grow(plan, stream);
    over_grids(plan, stream, INR_VK_LATENT_CALL_ENTROPY);
    over_picture(plan, stream, INR_VK_LATENT_CALL_SYNTHESIS);
    over_picture(plan, stream, INR_VK_LATENT_CALL_EDGE);
    over_picture(plan, stream, INR_VK_LATENT_CALL_LOSS);
    over_picture(plan, stream, INR_VK_LATENT_CALL_EDGE_BACK);
    over_picture(plan, stream, INR_VK_LATENT_CALL_SYNTHESIS_BACK);
    for (int k = 0; k + 1 < plan->shape.levels; k++)
        between(plan, stream, INR_VK_LATENT_CALL_SHRINK, k, k + 1);
    over_grids(plan, stream, INR_VK_LATENT_CALL_LEARN);
    const inr_push_latent push = push_of(plan, INR_VK_LATENT_CALL_SUMS, 0);
    inr_vk_stream_run(stream, &plan->calls[INR_VK_LATENT_CALL_SUMS], plan->n_sums, 1, 1, &push);
    over_grids(plan, stream, INR_VK_LATENT_CALL_MOVE);
}
