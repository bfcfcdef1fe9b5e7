/* SPDX-License-Identifier: MIT
 *
 * vulkan_case.c - A small field and signal that run on any device.
 */
#include "vulkan_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grid.glsl"
#include "common/optimizer.glsl"
#include "exec/cpu/cpu.h"
#include "field/loss.h"
#include "field/activation.h"

static int messages;

static void on_log(void *user, enum inr_log_level level, const char *text)
{
    (void)user;
    if (level != INR_LOG_ERROR)
        return;
    messages++;
    fprintf(stderr, "%s\n", text);
}

const struct inr_log *vulkan_case_log(void)
{
    static const struct inr_log log = {.fn = on_log, .level = INR_LOG_WARNING};
    return &log;
}

int vulkan_case_messages(void)
{
    return messages;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "vulkan_case.c: %s\n", what);
    abort();
}

const struct inr_device *vulkan_case_cpu(void)
{
    static struct inr_device cpu;
    inr_cpu_describe(&cpu);
    return &cpu;
}

const struct inr_device *vulkan_case_device(void)
{
    static struct inr_device device;
    setenv("INRUSH_VALIDATION", "1", 0);
    const char *wish = getenv("INRUSH_TEST_DEVICE");
    struct inr_error err = {0};
    char why[256];
    if (inr_device_choose(wish ? wish : "1", &device, why, sizeof why, &err) == INR_OK &&
        device.kind != INR_DEVICE_CPU)
        return &device;
    fprintf(stderr, "No Vulkan device to test: %s\n", err.text);
    exit(getenv("CI") ? 1 : 77);
}

static float uniform(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (float)(*random >> 40) * 0x1p-24f;
}

static void make_program(struct vulkan_case *c)
{
    const struct vulkan_case_config *config = &c->config;
    struct inr_error err = {0};
    struct inr_program_grid grid = {.shape = {1, 1, 1}, .lattice = config->lattice, .batch = 1};
    for (int d = 0; d < config->dims; d++) {
        grid.shape[d] = config->side;
        grid.batch *= config->side;
    }
    must(inr_program_create(c->field, config->on_grid ? &grid : NULL, &c->program, &err) == INR_OK,
         err.text);
}

static int or_default(int value, int otherwise)
{
    return value ? value : otherwise;
}

static void set_tables(const struct vulkan_case_config *config, struct inr_field_config *field)
{
    field->features = config->grid.features;
    field->interpolation = config->grid.interpolation;
    for (int i = 0; i < INR_MAX_DIMS; i++)
        field->resolution[i] = or_default(config->grid.resolution[i], 5 + i);
    field->levels = or_default(config->grid.levels, 3);
    field->base_resolution = or_default(config->grid.base, 3);
    field->finest_resolution = or_default(config->grid.finest, 8);
    field->log2_table = or_default(config->grid.log2, 5);
    field->plane_resolution = or_default(config->grid.plane, 4);
    field->volume_resolution = or_default(config->grid.volume, 3);
}

static void make_field(struct vulkan_case *c)
{
    const struct vulkan_case_config *config = &c->config;
    struct inr_error err = {0};
    struct inr_field_config field;
    inr_field_default(inr_activation_by_name(config->activation)->id, config->dims,
                      config->channels, &field);
    for (int k = 0; k < INR_MAX_CONSTANTS; k++)
        if (config->constants[0] != 0.0f)
            field.first[k] = field.hidden[k] = config->constants[k];
    field.width = config->width;
    field.layers = config->layers;
    field.encoding = config->encoding;
    field.n_frequencies = config->n_frequencies;
    field.width_end = config->width_end;
    field.nested = config->nested;
    field.octave_ratio = config->octave_ratio;
    field.encoding_sigma = config->encoding_sigma;
    field.learn_constants = config->learn_constants;
    if (config->output)
        field.output_activation = inr_activation_by_name(config->output)->id;
    field.include_input = config->include_input;
    field.architecture = config->architecture;
    field.rank = config->rank;
    field.filter_scale = 8.0f;
    field.scaling = config->scaling;
    field.quantizer = config->quantizer;
    field.quantised = config->quantised;
    field.reparam = config->reparam;
    field.reparam_frequencies = 3;
    field.reparam_phases = 24;
    field.reparam_alpha = 0.05f;
    set_tables(config, &field);
    field.kernels = or_default(config->kernel.kernels, 40);
    field.neighbours = config->kernel.neighbours;
    field.kernel_features = or_default(config->kernel.features, 6);
    field.kernel = config->kernel.form;
    field.kernel_low = config->kernel.low;
    field.kernel_high = config->kernel.high;
    field.unit_low = config->kernel.unit_low;
    field.unit_high = config->kernel.unit_high;
    must(inr_field_create(&field, 5, &c->field, &err) == INR_OK, err.text);
    uint64_t random = 3;
    for (size_t i = 0; config->noise > 0.0f && i < c->field->n_trainable; i++)
        c->field->params[i] += config->noise * (2.0f * uniform(&random) - 1.0f);
    make_program(c);
}

/* Smooth waves with some noise: like a picture, so that training has something to do. */
static float value(uint64_t *random, size_t i, size_t n)
{
    const double noise = (double)uniform(random);
    return (float)(0.4 + 0.3 * sin(25.0 * (double)i / (double)n) + 0.25 * noise);
}

static void make_pool(struct vulkan_case *c)
{
    const struct vulkan_case_config *config = &c->config;
    size_t n = 1;
    for (int d = 0; d < config->dims; d++)
        n *= config->side;
    const size_t values = n * (size_t)config->channels, coords = n * (size_t)config->dims;
    uint64_t random = 11;
    c->values = malloc(values * inr_depth_size(config->depth));
    c->coords = config->points ? malloc(coords * sizeof *c->coords) : NULL;
    must(c->values && (c->coords || !config->points), "out of memory");
    for (size_t i = 0; i < values; i++) {
        const float v = value(&random, i, values);
        if (config->depth == INR_DEPTH_U8)
            ((uint8_t *)c->values)[i] = (uint8_t)(v * 255.0f);
        else if (config->depth == INR_DEPTH_U16)
            ((uint16_t *)c->values)[i] = (uint16_t)(v * 65535.0f);
        else
            ((float *)c->values)[i] = v;
    }
    for (size_t i = 0; c->coords && i < coords; i++)
        c->coords[i] = 1.8f * value(&random, i, coords) - 0.9f;
    const bool unit = inr_loss_by_id(c->config.loss)->unit;
    c->pool = (struct inr_pool){.dims = config->dims,
                                .channels = config->channels,
                                .shape = {1, 1, 1},
                                .lattice = config->lattice,
                                .coords = c->coords,
                                .values = c->values,
                                .depth = config->depth,
                                .count = n,
                                .scale = unit ? 1.0f : 2.0f,
                                .shift = unit ? 0.0f : -1.0f};
    for (int d = 0; d < config->dims; d++)
        c->pool.shape[d] = config->side;
    if (config->batch == 0 || config->batch_mode == (int)INR_BATCH_FULL)
        c->config.batch = (uint32_t)n;
}

void vulkan_case_init(struct vulkan_case *c, const struct vulkan_case_config *config)
{
    memset(c, 0, sizeof *c);
    c->config = *config;
    struct vulkan_case_config *d = &c->config;
    d->activation = d->activation ? d->activation : "sine";
    d->encoding_sigma = d->encoding_sigma > 0.0f ? d->encoding_sigma : 1.0f;
    d->dims = d->dims ? d->dims : 2;
    d->channels = d->channels ? d->channels : 3;
    d->width = d->width ? d->width : 16;
    d->layers = d->layers ? d->layers : 1;
    d->side = d->side ? d->side : 12;
    make_field(c);
    make_pool(c);
}

void vulkan_case_finish(struct vulkan_case *c)
{
    inr_program_free(c->program);
    inr_field_free(c->field);
    free(c->coords);
    free(c->values);
    memset(c, 0, sizeof *c);
}

static const float beta1 = 0.9f, beta2 = 0.999f;

struct inr_exec *vulkan_case_exec(const struct vulkan_case *c, const struct inr_device *device,
                                  const struct inr_vk_overrides *overrides)
{
    struct inr_error err = {0};
    struct inr_exec *exec;
    const struct inr_exec_config config = {
        .program = c->program,
        .optimizer = {.kind = c->config.optimizer,
                      .beta1 = beta1,
                      .beta2 = beta2,
                      .epsilon = 1e-8f,
                      .weight_decay = c->config.weight_decay,
                      .table_rate = c->config.table_rate,
                      .sparse = c->config.sparse,
                      .average = c->config.average},
        .table_tv = c->config.table_tv,
        .table_l2 = c->config.table_l2,
        .fixed_point = c->config.fixed_point,
        .loss = c->config.loss,
        .loss_constant = 0.3f,
        .batch_mode = c->config.batch_mode,
        .batch = c->config.batch,
        .seed = 77,
        .threads = 1,
        .memory_limit = device->kind == INR_DEVICE_CPU ? 0 : c->config.memory_limit,
        .train = !c->config.eval_only,
        .plan = or_default(c->config.plan, INR_PLAN_LAYERED),
        .precision = c->config.precision,
        .loss_scale = c->config.loss_scale,
        .fused = c->config.tuning};
    must(inr_exec_create(device, &config, vulkan_case_log(), &exec, &err) == INR_OK, err.text);
    if (overrides && device->kind != INR_DEVICE_CPU)
        inr_vk_exec_override(exec, overrides);
    const struct inr_state state = {.params = c->field->params};
    must(inr_exec_set_state(exec, &state, &err) == INR_OK, err.text);
    if (config.train)
        must(inr_exec_set_pool(exec, &c->pool, &err) == INR_OK, err.text);
    return exec;
}

/* The rows of an average with the decay VULKAN_CASE_DECAY, its lags scaled anew every 8 steps. */
static void fill_average(struct inr_step *step)
{
    const double d = VULKAN_CASE_DECAY, t = step->index, since = step->index % 8;
    step->fade = step->index > 0 && since < 1.0 ? (float)pow(d, 8) : 1.0f;
    step->gain = (float)((1.0 - pow(d, t)) * pow(d, -since));
    step->share = (float)(pow(d, since + 1.0) / (1.0 - pow(d, t + 1.0)));
}

void vulkan_case_train(const struct vulkan_case *c, struct inr_exec *exec, uint32_t from,
                       uint32_t n, float rate, struct inr_step_result *results)
{
    struct inr_error err = {0};
    struct inr_step *steps = calloc(n, sizeof *steps);
    must(steps != NULL, "out of memory");
    for (uint32_t i = 0; i < n; i++) {
        const bool sgd = c->config.optimizer == INR_OPTIMIZER_SGD;
        const double t = (double)(from + i + 1);
        steps[i] = (struct inr_step){
            .index = from + i,
            .rate = rate,
            .correct1 = sgd ? 1.0f : (float)(1.0 / (1.0 - pow((double)beta1, t))),
            .correct2 = sgd ? 1.0f : (float)(1.0 / (1.0 - pow((double)beta2, t))),
            .level = c->config.nested ? (from + i) % (uint32_t)c->config.nested : 0};
        fill_average(&steps[i]);
    }
    must(inr_exec_train(exec, steps, n, results, &err) == INR_OK, err.text);
    free(steps);
}

double vulkan_case_difference(const float *a, const float *b, size_t n)
{
    double difference = 0.0, largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)a[i] - (double)b[i]);
        difference = d > difference || isnan(d) ? d : difference;
        largest = fabs((double)b[i]) > largest ? fabs((double)b[i]) : largest;
    }
    return largest > 0.0 ? difference / largest : difference;
}
