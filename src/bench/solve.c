/* SPDX-License-Identifier: MIT
 *
 * solve.c - Bisection over the one setting that decides how large a field is.
 */
#include "bench/solve.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/layout.h"
#include "fit/config.h"
#include "fit/model.h"
#include "inrush/select.h"

/* A value below which a knob may not be valid yet: wavelets of several planes need some width. */
#define LEAST_MAX 64

/* What sizes a field, by the encoding it reads. Tables of a power of two entries leave up to half
 * of a size unused, which the network behind them can take. */
static const struct {
    const char *encoding, *knobs;
} by_encoding[] = {
    {"grid", "shape"},
    {"multigrid", "finest-resolution"},
    {"hash", "log2-table,width"},
    {"tiled", "log2-table,width"},
};

const char *inr_bench_knob(const struct inr_fit_config *config)
{
    const char *encoding = inr_registry_id_name(INR_REGISTRY_ENCODING, config->field.encoding);
    if (inr_kernels_wanted(&config->field)) /* the grid beside them stays coarse */
        return "kernels";
    for (size_t i = 0; i < sizeof by_encoding / sizeof by_encoding[0]; i++)
        if (strcmp(by_encoding[i].encoding, encoding) == 0)
            return by_encoding[i].knobs;
    return "width";
}

/* The texts of a finished fit at their longest: numbers with all digits, a long device name. */
static void fill_info(struct inr_model *model)
{
    snprintf(model->info.task, sizeof model->info.task, "image");
    snprintf(model->info.source_hash, sizeof model->info.source_hash, "%016d", 0);
    memset(model->info.source, 'x', 64);
    memset(model->info.device, 'x', 64);
    model->training.steps = model->training.total = 1000000;
    model->training.seconds = 1000.0 / 3.0;
    model->info.psnr = 100.0 / 3.0;
    model->info.ssim = 1.0 / 3.0;
    model->info.width = model->info.height = 1000;
    model->info.channels = (uint32_t)model->field->config.channels;
    model->scale = 2.0f / 3.0f;
    model->shift = -1.0f / 3.0f;
    model->info.complete = true;
}

enum inr_status inr_bench_bytes(const struct inr_fit_config *config, uint64_t *bytes,
                                struct inr_error *err)
{
    struct inr_field *field = NULL;
    struct inr_model *model = NULL;
    enum inr_status status = inr_field_layout(&config->field, &field, err);
    if (status != INR_OK)
        return status;
    field->params = calloc(field->n_params ? field->n_params : 1, sizeof *field->params);
    if (!field->params) {
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the size of a field");
    }
    status = inr_model_create(field, config, &model, err); /* takes the field */
    if (status != INR_OK)
        return status;
    fill_info(model);
    status = inr_model_bytes(model, bytes, err);
    inr_model_free(model);
    return status;
}

struct search {
    const struct inr_fit_config *config;
    const char *knob;
    const uint32_t *shape;
    enum inr_bench_mode mode;
    uint64_t size;
    struct inr_error why; /* of the last value that cannot be */
};

/* The setting behind a knob. */
static const char *flag_of(const char *knob)
{
    return strcmp(knob, "shape") == 0 ? "resolution" : knob;
}

/* A value of the knob as its flag takes it. */
static void print_value(const struct search *s, uint64_t value, char *text, size_t size)
{
    const int dims = s->config->field.dims;
    uint32_t longest = 1;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < dims; i++)
        longest = s->shape[i] > longest ? s->shape[i] : longest;
    if (strcmp(s->knob, "shape") != 0) {
        snprintf(text, size, "%" PRIu64, value);
        return;
    }
    for (int i = 0; i < dims && used < size; i++) {
        const double side = round((double)value * s->shape[i] / longest);
        used += (size_t)snprintf(text + used, size - used, "%s%.0f", i ? "x" : "",
                                 side < 1.0 ? 1.0 : side);
    }
}

/* Whether the field at `value` is allowed, and its size. */
static bool size_at(struct search *s, uint64_t value, struct inr_fit_config *made, uint64_t *size)
{
    char text[64];
    *made = *s->config;
    print_value(s, value, text, sizeof text);
    memset(&s->why, 0, sizeof s->why);
    if (inr_fit_config_set(made, flag_of(s->knob), text, &s->why) != INR_OK)
        return false;
    inr_field_take_shape(&made->field, s->shape);
    const enum inr_status status = s->mode == INR_BENCH_BYTES
                                       ? inr_bench_bytes(made, size, &s->why)
                                       : inr_field_count(&made->field, size, &s->why);
    return status == INR_OK;
}

static bool fits(struct search *s, uint64_t value, struct inr_fit_config *made)
{
    uint64_t size = 0;
    return size_at(s, value, made, &size) && size <= s->size;
}

static enum inr_status too_small(struct search *s, uint64_t value, struct inr_error *err)
{
    struct inr_fit_config made;
    uint64_t size = 0;
    const char *unit = s->mode == INR_BENCH_BYTES ? "bytes" : "parameters";
    if (!size_at(s, value, &made, &size))
        return inr_fail(err, INR_ERR_USAGE, "no %s gives a field that can be made: %s", s->knob,
                        s->why.text);
    return inr_fail(err, INR_ERR_USAGE,
                    "%" PRIu64 " %s are too few: at its least, %s %" PRIu64 ", the field has "
                    "%" PRIu64,
                    s->size, unit, s->knob, value, size);
}

/* The largest value from `low`, which fits, to `high`: first by growing steps, so that no field far
 * too large is laid out, then by halves. */
static struct inr_fit_config largest(struct search *s, uint64_t low, uint64_t high,
                                     struct inr_fit_config best)
{
    struct inr_fit_config made = best;
    uint64_t above = high + 1;
    for (uint64_t step = low; above == high + 1 && low < high;) {
        const uint64_t next = high - low < step ? high : low + step;
        if (fits(s, next, &made)) {
            low = next;
            best = made;
            step *= 2;
        } else {
            above = next;
        }
    }
    while (low + 1 < above) {
        const uint64_t middle = low + (above - low) / 2;
        if (fits(s, middle, &made)) {
            low = middle;
            best = made;
        } else {
            above = middle;
        }
    }
    return best;
}

/* One knob. A later one only grows from where it stands. */
static enum inr_status turn(struct search *s, bool first, struct inr_fit_config *config,
                            struct inr_error *err)
{
    const struct inr_config_row *row = inr_config_row_by_flag(flag_of(s->knob));
    struct inr_fit_config best;
    uint64_t unused;
    if (!row || (row->type != INR_CONFIG_INT && row->type != INR_CONFIG_SHAPE))
        return inr_fail(err, INR_ERR_USAGE, "--%s is not a setting that can size a field",
                        flag_of(s->knob));
    uint64_t low = row->low < 1.0 ? 1 : (uint64_t)row->low;
    const uint64_t high = (uint64_t)row->high;
    const uint64_t last = low + LEAST_MAX < high ? low + LEAST_MAX : high;
    if (!first && row->type == INR_CONFIG_INT) {
        const int now = *(const int *)(const void *)((const char *)config + row->offset);
        low = now > 1 ? (uint64_t)now : 1;
    }
    while (first && low < last && !size_at(s, low, &best, &unused))
        low++;
    if (!fits(s, low, &best))
        return first ? too_small(s, low, err) : INR_OK;
    *config = largest(s, low, high, best);
    return INR_OK;
}

enum inr_status inr_bench_solve(struct inr_fit_config *config, const char *knobs,
                                const uint32_t *shape, enum inr_bench_mode mode, uint64_t size,
                                struct inr_error *err)
{
    const char *rest = knobs ? knobs : inr_bench_knob(config);
    enum inr_status status = INR_OK;
    for (bool first = true; status == INR_OK && *rest; first = false) {
        const size_t n = strcspn(rest, ",");
        char knob[40];
        snprintf(knob, sizeof knob, "%.*s", (int)n, rest);
        rest += n + (rest[n] == ',');
        const struct inr_fit_config start = *config;
        struct search s = {&start, knob, shape, mode, size, {0}};
        status = turn(&s, first, config, err);
    }
    return status;
}
