/* SPDX-License-Identifier: MIT
 *
 * settings.c - A field's settings as few bytes.
 */
#include "codec/settings.h"

#include <limits.h>
#include <string.h>

#include "fit/config.h"

#define END 255

/* The list of the format: numbers are places in it, so rows are only ever added at the end. The
 * activation, whose constants some are, comes before all. */
static const char *const list[] = {
    "width",
    "layers",
    "first-omega",
    "hidden-omega",
    "first-sigma",
    "hidden-sigma",
    "encoding",
    "frequencies",
    "octave-base",
    "include-input",
    "encoding-sigma",
    "architecture",
    "bias",
    "stop-gradient",
    "first-beta",
    "hidden-beta",
    "incode-a",
    "incode-b",
    "incode-c",
    "incode-d",
    "learn-constants",
    "output-activation",
    "output-omega",
    "rank",
    "filter-scale",
    "scaling",
    "features",
    "interpolation",
    "resolution",
    "levels",
    "base-resolution",
    "finest-resolution",
    "level-scale",
    "log2-table",
    "plane-resolution",
    "volume-resolution",
    "kernels",
    "neighbours",
    "kernel-features",
    "kernel",
    "kernel-low",
    "kernel-high",
    "unit-low",
    "unit-high",
    "width-end",
    "width-power",
    "octave-ratio",
    "nested",
    "opponent",
};

#define ROWS ((int)(sizeof list / sizeof list[0]))

static float *constant_at(const struct inr_config_row *row, struct inr_fit_config *config,
                          bool hidden)
{
    const int k = inr_config_constant(row, config);
    if (k < 0)
        return NULL;
    return hidden ? &config->field.hidden[k] : &config->field.first[k];
}

/* The value of a row, whose address is `at`, after its number; nothing where it is 0. */
static void put_row(struct inr_bytes *out, uint8_t number, const struct inr_config_row *row,
                    struct inr_fit_config *config)
{
    const char *at = (const char *)config + row->offset;
    if (row->type == INR_CONFIG_CONSTANT || row->type == INR_CONFIG_CONSTANT_BOOL) {
        const float *constant = constant_at(row, config, row->layers == INR_CONFIG_HIDDEN);
        if (!constant || !(*constant != 0.0f))
            return;
        inr_bytes_put_byte(out, number);
        inr_bytes_put_float(out, *constant);
    } else if (row->type == INR_CONFIG_FLOAT) {
        const float value = *(const float *)(const void *)at;
        if (!(value != 0.0f))
            return;
        inr_bytes_put_byte(out, number);
        inr_bytes_put_float(out, value);
    } else if (row->type == INR_CONFIG_SHAPE) {
        const int *sides = (const int *)(const void *)at;
        if (sides[0] == 0 && sides[1] == 0 && sides[2] == 0)
            return;
        inr_bytes_put_byte(out, number);
        for (int a = 0; a < INR_MAX_DIMS; a++)
            inr_bytes_put_signed(out, sides[a]);
    } else {
        const int value = row->type == INR_CONFIG_BOOL ? *(const bool *)(const void *)at
                                                       : *(const int *)(const void *)at;
        if (value == 0)
            return;
        inr_bytes_put_byte(out, number);
        inr_bytes_put_signed(out, value);
    }
}

void inr_settings_put(struct inr_bytes *out, const struct inr_fit_config *config)
{
    struct inr_fit_config copy = *config;
    inr_bytes_put_signed(out, config->field.activation);
    for (int i = 0; i < ROWS; i++)
        put_row(out, (uint8_t)i, inr_config_row_by_flag(list[i]), &copy);
    inr_bytes_put_byte(out, END);
}

static int take_int(struct inr_cursor *in, int low)
{
    const int64_t value = inr_cursor_signed(in);
    if (value < low || value > INT_MAX)
        in->bad = true;
    return in->bad ? low : (int)value;
}

static void set_constant(const struct inr_config_row *row, struct inr_fit_config *config,
                         float value)
{
    float *first = constant_at(row, config, false), *hidden = constant_at(row, config, true);
    if (first && row->layers & INR_CONFIG_FIRST)
        *first = value;
    if (hidden && row->layers & INR_CONFIG_HIDDEN)
        *hidden = value;
}

static void take_row(struct inr_cursor *in, const struct inr_config_row *row,
                     struct inr_fit_config *config)
{
    char *at = (char *)config + row->offset;
    if (row->type == INR_CONFIG_CONSTANT || row->type == INR_CONFIG_CONSTANT_BOOL) {
        set_constant(row, config, inr_cursor_float(in));
    } else if (row->type == INR_CONFIG_FLOAT) {
        *(float *)(void *)at = inr_cursor_float(in);
    } else if (row->type == INR_CONFIG_SHAPE) {
        for (int a = 0; a < INR_MAX_DIMS; a++)
            ((int *)(void *)at)[a] = take_int(in, 0);
    } else if (row->type == INR_CONFIG_BOOL) {
        const int value = take_int(in, 0);
        in->bad = in->bad || value > 1;
        *(bool *)(void *)at = value == 1;
    } else {
        *(int *)(void *)at = take_int(in, INT_MIN);
    }
}

/* All rows of the list at 0, so that what was not written is 0. */
static void clear_rows(struct inr_fit_config *config)
{
    static const uint8_t zeros[INR_MAX_DIMS] = {0};
    for (int i = 0; i < ROWS; i++) {
        struct inr_cursor in = {zeros, zeros + sizeof zeros, false};
        take_row(&in, inr_config_row_by_flag(list[i]), config);
    }
}

static enum inr_status damaged(const char *name, struct inr_error *err)
{
    return inr_fail(err, INR_ERR_INPUT, "%s: the settings of the field are damaged", name);
}

enum inr_status inr_settings_take(struct inr_cursor *in, const char *name, int dims, int channels,
                                  struct inr_fit_config *config, struct inr_error *err)
{
    struct inr_error cause = {0};
    const int activation = take_int(in, 0);
    if (in->bad || strcmp(inr_registry_id_name(INR_REGISTRY_ACTIVATION, activation), "?") == 0)
        return damaged(name, err);
    inr_field_default(activation, dims, channels, &config->field);
    clear_rows(config);
    int last = -1;
    for (int number = inr_cursor_byte(in); number != END; number = inr_cursor_byte(in)) {
        if (in->bad || number <= last)
            return damaged(name, err);
        if (number >= ROWS)
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: setting %d is not known: the file needs a newer inrush", name,
                            number);
        take_row(in, inr_config_row_by_flag(list[number]), config);
        last = number;
    }
    if (in->bad)
        return damaged(name, err);
    if (inr_field_check(&config->field, &cause) != INR_OK)
        return inr_fail(err, INR_ERR_INPUT, "%s: the field cannot be: %s", name, cause.text);
    return INR_OK;
}
