/* SPDX-License-Identifier: MIT
 *
 * config_value.c - From text to one setting: the parsing and range checks that flags and JSON
 * share.
 */
#include "fit/config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "field/encoding.h"
#include "field/loss.h"
#include "fit/number.h"
#include "fit/optimizer.h"
#include "inrush/select.h"

struct parse {
    const struct inr_config_row *row;
    struct inr_fit_config *config;
    const char *label, *text;
    int shift;
    enum inr_status status;
    struct inr_error *err;
};

static enum inr_status refuse(const struct parse *p, const char *what)
{
    return inr_fail(p->err, p->status, "%s: \"%.64s\" is not %s from %.15g to %.15g", p->label,
                    p->text, what, p->row->low + p->shift, p->row->high + p->shift);
}

static enum inr_status parse_real(const struct parse *p, double *out)
{
    char *end = NULL;
    const char *t = p->text;
    double value = strtod(t, &end);
    /* strtod takes leading blanks, hexadecimal, "nan" and "inf": none of them is meant. */
    bool plain = t[0] && strspn(t, "0123456789+-.eE") == strlen(t) && end && *end == '\0';
    if (!plain || !(value >= p->row->low) || !(value <= p->row->high))
        return refuse(p, "a number");
    *out = value;
    return INR_OK;
}

static bool read_whole(const char *text, char **end, uint64_t *out)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, end, 10);
    *out = value;
    return errno == 0;
}

static enum inr_status parse_whole(const struct parse *p, uint64_t *out)
{
    char *end = NULL;
    uint64_t value = 0;
    if (!read_whole(p->text, &end, &value) || *end)
        return refuse(p, "a whole number");
    /* In whole numbers: near 2^53 doubles would round a number that is one too large. */
    uint64_t shift = (uint64_t)p->shift;
    if (value < (uint64_t)p->row->low + shift || value > (uint64_t)p->row->high + shift)
        return refuse(p, "a whole number");
    *out = value - shift;
    return INR_OK;
}

/* "N" for every axis, "WxH", "WxHxD". */
static enum inr_status parse_shape(const struct parse *p, int *out)
{
    const char *at = p->text;
    char *end = NULL;
    int n = 0, sides[INR_MAX_DIMS] = {0};
    for (bool more = true; more; at = end + 1) {
        uint64_t value = 0;
        if (n == INR_MAX_DIMS || !read_whole(at, &end, &value) || value < (uint64_t)p->row->low ||
            value > (uint64_t)p->row->high)
            return refuse(p, "N, WxH or WxHxD with whole numbers");
        sides[n++] = (int)value;
        more = *end == 'x';
    }
    if (*end)
        return refuse(p, "N, WxH or WxHxD with whole numbers");
    for (int i = 0; i < INR_MAX_DIMS; i++)
        out[i] = sides[i < n ? i : n - 1];
    return INR_OK;
}

static enum inr_status parse_bytes(const struct parse *p, uint64_t *out)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"", 1},
                 {"B", 1},
                 {"KiB", 1024},
                 {"MiB", 1048576},
                 {"GiB", 1073741824},
                 {"TiB", 1099511627776}};
    char *end = NULL;
    uint64_t value = 0;
    if (!read_whole(p->text, &end, &value))
        return refuse(p, "a size in bytes, KiB, MiB or GiB");
    if (end[0] == ' ' && end[1])
        end++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(end, units[i].suffix) == 0 &&
            (double)value * units[i].factor <= p->row->high) {
            *out = value * (uint64_t)units[i].factor;
            return INR_OK;
        }
    return refuse(p, "a size in bytes, KiB, MiB or GiB");
}

/* A switch on the command line has no text. */
static enum inr_status parse_bool(const struct parse *p, bool *out)
{
    static const char *const yes[] = {"", "true", "on", "yes", "1"};
    static const char *const no[] = {"false", "off", "no", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (strcasecmp(p->text, yes[i]) == 0) {
            *out = true;
            return INR_OK;
        }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (strcasecmp(p->text, no[i]) == 0) {
            *out = false;
            return INR_OK;
        }
    return inr_fail(p->err, p->status, "%s: \"%.64s\" is neither on nor off", p->label, p->text);
}

static enum inr_status parse_text(const struct parse *p, char *out)
{
    size_t n = strlen(p->text);
    if (n == 0 || n >= p->row->size || !inr_text_is_utf8(p->text))
        return inr_fail(p->err, p->status, "%s: the text must be UTF-8 of 1 to %zu bytes", p->label,
                        p->row->size - 1);
    memcpy(out, p->text, n + 1);
    return INR_OK;
}

static enum inr_status parse_constant(const struct parse *p)
{
    struct inr_field_config *field = &p->config->field;
    int k = inr_config_constant(p->row, p->config);
    if (k < 0)
        return inr_fail(p->err, p->status, "%s: activation %s has no constant %s", p->label,
                        inr_registry_id_name(INR_REGISTRY_ACTIVATION, field->activation),
                        p->row->constant);
    double value = 0.0;
    bool on = false;
    bool is_bool = p->row->type == INR_CONFIG_CONSTANT_BOOL;
    enum inr_status status = is_bool ? parse_bool(p, &on) : parse_real(p, &value);
    if (status != INR_OK)
        return status;
    if (is_bool)
        value = on ? 1.0 : 0.0;
    if (p->row->layers & INR_CONFIG_FIRST)
        field->first[k] = (float)value;
    if (p->row->layers & INR_CONFIG_HIDDEN)
        field->hidden[k] = (float)value;
    return INR_OK;
}

/* A preset decides what is fitted and how; how long and where stay as they were. */
static enum inr_status parse_preset(const struct parse *p)
{
    struct inr_error found = {0};
    struct inr_fit_config made;
    const struct inr_fit_config *old = p->config;
    const struct inr_task_config *task = &old->task;
    enum inr_status status = task->shape
                                 ? inr_fit_preset_shape(p->text, task->kind, false, &made, &found)
                                 : inr_fit_preset(p->text, &made, &found);
    if (status != INR_OK)
        return inr_fail(p->err, p->status, "%s: %s", p->label, found.text);
    made.field.dims = old->field.dims;
    made.field.channels = old->field.channels;
    made.task = old->task;
    made.seed = old->seed;
    made.steps = old->steps;
    made.seconds = old->seconds;
    made.psnr = old->psnr;
    made.save_every = old->save_every;
    made.keep_state = old->keep_state;
    memcpy(made.device, old->device, sizeof made.device);
    made.threads = old->threads;
    made.memory_limit = old->memory_limit;
    made.plan = old->plan;
    made.precision = old->precision;
    made.no_coopmat = old->no_coopmat;
    made.no_fp16 = old->no_fp16;
    made.loss_scale = old->loss_scale;
    *p->config = made;
    return INR_OK;
}

static void reset_encoding(struct inr_field_config *field)
{
    struct inr_field_config plain;
    inr_field_default(field->activation, field->dims, field->channels, &plain);
    field->n_frequencies = field->encoding == INR_ENCODING_FOURIER     ? 256
                           : field->encoding == INR_ENCODING_OCTAVES   ? 10
                           : field->encoding == INR_ENCODING_CHEBYSHEV ? 256
                                                                       : 0;
    field->encoding_sigma = plain.encoding_sigma;
    field->octave_base = plain.octave_base;
    field->octave_ratio = plain.octave_ratio;
    field->include_input = false;
    field->features = plain.features;
    field->interpolation = plain.interpolation;
    memcpy(field->resolution, plain.resolution, sizeof field->resolution);
    field->levels = plain.levels;
    field->base_resolution = plain.base_resolution;
    field->finest_resolution = plain.finest_resolution;
    field->level_scale = plain.level_scale;
    field->log2_table = plain.log2_table;
    field->plane_resolution = plain.plane_resolution;
    field->volume_resolution = plain.volume_resolution;
}

static void reset_activation(struct inr_field_config *field)
{
    struct inr_field_config plain;
    inr_field_default(field->activation, field->dims, field->channels, &plain);
    memcpy(field->first, plain.first, sizeof field->first);
    memcpy(field->hidden, plain.hidden, sizeof field->hidden);
    field->init = plain.init;
    field->sigma_p = 0.0f;
    field->learn_constants = plain.learn_constants;
}

static void reset_optimizer(struct inr_fit_config *config)
{
    const struct inr_optimizer *optimizer = inr_optimizer_by_id(config->optimizer);
    config->beta1 = optimizer->beta1;
    config->beta2 = optimizer->beta2;
    config->epsilon = optimizer->epsilon;
    config->weight_decay = optimizer->weight_decay;
}

static enum inr_status parse_kind(const struct parse *p, int *out)
{
    struct inr_error found = {0};
    if (inr_registry_find((enum inr_registry)p->row->setting.registry, p->text, out, &found) !=
        INR_OK)
        return inr_fail(p->err, p->status, "%s: %s", p->label, found.text);
    switch (p->row->setting.registry) {
    case INR_REGISTRY_ACTIVATION:
        if (out == &p->config->field.activation) /* that of the outputs resets nothing */
            reset_activation(&p->config->field);
        break;
    case INR_REGISTRY_ENCODING:
        reset_encoding(&p->config->field);
        break;
    case INR_REGISTRY_REPARAM: /* what is asked for has not happened yet */
        p->config->field.collapsed = false;
        break;
    case INR_REGISTRY_LOSS:
        p->config->loss_constant = inr_loss_by_id(p->config->loss)->constant_default;
        break;
    case INR_REGISTRY_OPTIMIZER:
        reset_optimizer(p->config);
        break;
    default:
        break;
    }
    return INR_OK;
}

/* "auto" for a setting that FreSh can choose, and "fresh" as the initialiser. `sigma` is the
 * deviation of Fourier features where the field has them. */
static bool parse_fresh(const struct parse *p)
{
    const char *flag = p->row->setting.flag;
    struct inr_fit_config *config = p->config;
    if (strcmp(flag, "init") == 0 && strcasecmp(p->text, "fresh") == 0) {
        config->fresh = INR_FRESH_AUTO;
        return true;
    }
    if (strcasecmp(p->text, "auto") != 0)
        return false;
    if (strcmp(flag, "sigma") == 0 && config->field.encoding == INR_ENCODING_FOURIER)
        flag = "encoding-sigma";
    if (strcmp(flag, "omega") == 0)
        flag = inr_knob_name(INR_KNOB_OMEGA);
    for (int k = 0; k < INR_KNOB_COUNT; k++)
        if (strcmp(flag, inr_knob_name((enum inr_knob)k)) == 0) {
            config->fresh = INR_FRESH_FIRST + k;
            return true;
        }
    return false;
}

enum inr_status inr_config_parse(const struct inr_config_row *row, struct inr_fit_config *config,
                                 const char *label, const char *text, int shift,
                                 enum inr_status status, struct inr_error *err)
{
    struct parse p = {row, config, label, text, shift, status, err};
    void *at = (char *)config + row->offset;
    uint64_t whole = 0;
    double real = 0.0;
    bool flag = false;
    enum inr_status s = INR_OK;
    if (parse_fresh(&p))
        return INR_OK;
    switch (row->type) {
    case INR_CONFIG_PRESET:
        return parse_preset(&p);
    case INR_CONFIG_KIND:
        return parse_kind(&p, at);
    case INR_CONFIG_INT:
        if ((s = parse_whole(&p, &whole)) == INR_OK)
            *(int *)at = (int)whole;
        return s;
    case INR_CONFIG_SHAPE:
        return parse_shape(&p, at);
    case INR_CONFIG_U32:
        if ((s = parse_whole(&p, &whole)) == INR_OK)
            *(uint32_t *)at = (uint32_t)whole;
        return s;
    case INR_CONFIG_U64:
        return parse_whole(&p, at);
    case INR_CONFIG_BYTES:
        return parse_bytes(&p, at);
    case INR_CONFIG_FLOAT:
        if ((s = parse_real(&p, &real)) == INR_OK)
            *(float *)at = (float)real;
        return s;
    case INR_CONFIG_DOUBLE:
        return parse_real(&p, at);
    case INR_CONFIG_BOOL:
        return parse_bool(&p, at);
    case INR_CONFIG_INT_BOOL:
        if ((s = parse_bool(&p, &flag)) == INR_OK)
            *(int *)at = flag;
        return s;
    case INR_CONFIG_TEXT:
        return parse_text(&p, at);
    case INR_CONFIG_CONSTANT:
    case INR_CONFIG_CONSTANT_BOOL:
        return parse_constant(&p);
    }
    return INR_ERR_FAILED;
}
