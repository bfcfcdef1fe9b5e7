/* SPDX-License-Identifier: MIT
 *
 * row.c - The list of columns, and rows as text and JSON.
 */
#include "bench/row.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/number.h"

#define AT(member)   offsetof(struct inr_bench_row, member)
#define SIZE(member) sizeof((struct inr_bench_row *)0)->member
#define TEXT(member, h)                                                                            \
    {                                                                                              \
#member, INR_BENCH_TEXT, AT(member), SIZE(member), h, 0, false                             \
    }
#define WHOLE(member, h)                                                                           \
    {                                                                                              \
#member, INR_BENCH_WHOLE, AT(member), SIZE(member), h, 0, false                            \
    }
#define REAL(member, h, d)                                                                         \
    {                                                                                              \
#member, INR_BENCH_REAL, AT(member), SIZE(member), h, d, false                             \
    }

#define LATE(member, type, h, d)                                                                   \
    {                                                                                              \
#member, type, AT(member), SIZE(member), h, d, true                                        \
    }

static const struct inr_bench_field fields[] = {
    TEXT(suite, NULL),
    TEXT(signal, "signal"),
    WHOLE(dims, NULL),
    REAL(bandwidth, "bandwidth", 1),
    TEXT(shape, NULL),
    TEXT(task, "task"),
    TEXT(model, "model"),
    TEXT(family, "family"),
    TEXT(mode, "mode"),
    TEXT(lattice, "lattice"),
    TEXT(clamp, NULL),
    WHOLE(size, "size"),
    WHOLE(parameters, "parameters"),
    WHOLE(bytes, "bytes"),
    WHOLE(seed, "seed"),
    WHOLE(steps, "steps"),
    REAL(seconds, "seconds", 1),
    REAL(samples_per_second, "samples/s", 0),
    REAL(psnr, "PSNR", 2),
    REAL(psnr_mean, "mean's PSNR", 2),
    REAL(ssim, "SSIM", 4),
    REAL(ms_ssim, "MS-SSIM", 4),
    REAL(mae, "MAE", 4),
    REAL(iou, "IoU", 3),
    REAL(time_30, "s to 30 dB", 2),
    REAL(time_35, "s to 35 dB", 2),
    REAL(time_40, "s to 40 dB", 2),
    TEXT(status, "status"),
    TEXT(message, NULL),
    TEXT(device, NULL),
    TEXT(driver, NULL),
    TEXT(version, NULL),
    WHOLE(threads, NULL),
    LATE(rate, INR_BENCH_REAL, "asked bpp", 2),
    LATE(bpp, INR_BENCH_REAL, "bpp", 4),
    LATE(decode_seconds, INR_BENCH_REAL, "decode s", 3),
    LATE(settings, INR_BENCH_TEXT, "settings", 0),
    LATE(coder, INR_BENCH_TEXT, NULL, 0),
};

_Static_assert(sizeof fields / sizeof fields[0] <= INR_BENCH_FIELDS_MAX, "raise the maximum");

const struct inr_bench_field *inr_bench_field_at(size_t index)
{
    return index < sizeof fields / sizeof fields[0] ? &fields[index] : NULL;
}

static const char *text_of(const struct inr_bench_field *f, const struct inr_bench_row *row)
{
    return (const char *)row + f->offset;
}

static uint64_t whole_of(const struct inr_bench_field *f, const struct inr_bench_row *row)
{
    return *(const uint64_t *)(const void *)((const char *)row + f->offset);
}

static double real_of(const struct inr_bench_field *f, const struct inr_bench_row *row)
{
    return *(const double *)(const void *)((const char *)row + f->offset);
}

void inr_bench_row_init(struct inr_bench_row *row)
{
    memset(row, 0, sizeof *row);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].type == INR_BENCH_REAL)
            *(double *)(void *)((char *)row + fields[i].offset) = (double)NAN;
}

bool inr_bench_row_done(const struct inr_bench_row *row)
{
    return strcmp(row->status, "done") == 0;
}

void inr_bench_curve_add(struct inr_bench_row *row, double seconds, double psnr)
{
    if (!isfinite(psnr))
        return;
    if (row->n_curve == INR_BENCH_CURVE_MAX) {
        for (size_t i = 0; i < INR_BENCH_CURVE_MAX / 2; i++)
            row->curve[i] = row->curve[2 * i + 1];
        row->n_curve = INR_BENCH_CURVE_MAX / 2;
    }
    row->curve[row->n_curve++] = (struct inr_bench_point){seconds, psnr};
}

void inr_bench_field_text(const struct inr_bench_field *field, const struct inr_bench_row *row,
                          char *out, size_t size)
{
    if (field->type == INR_BENCH_TEXT)
        snprintf(out, size, "%s", text_of(field, row));
    else if (field->type == INR_BENCH_WHOLE)
        snprintf(out, size, "%" PRIu64, whole_of(field, row));
    else if (isnan(real_of(field, row)))
        out[0] = '\0';
    else
        snprintf(out, size, "%.9g", real_of(field, row));
}

void inr_bench_digits(uint64_t value, char *out, size_t size)
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t used = 0;
    for (int i = 0; i < n && used + 2 < size; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void inr_bench_field_pretty(const struct inr_bench_field *field, const struct inr_bench_row *row,
                            char *out, size_t size)
{
    if (field->type == INR_BENCH_TEXT) {
        snprintf(out, size, "%s", text_of(field, row));
    } else if (field->type == INR_BENCH_WHOLE) {
        /* The seed is a name rather than a number. */
        if (field->offset == AT(seed))
            snprintf(out, size, "%" PRIu64, row->seed);
        else
            inr_bench_digits(whole_of(field, row), out, size);
    } else {
        const double value = real_of(field, row);
        if (isnan(value))
            out[0] = '\0';
        else if (isinf(value))
            snprintf(out, size, "exact");
        else if (field->decimals == 0 && value >= 0.0)
            inr_bench_digits((uint64_t)(value + 0.5), out, size);
        else
            snprintf(out, size, "%.*f", field->decimals, value);
    }
}

static json_t *text_json(const char *text)
{
    char clean[1024];
    inr_text_copy_utf8(clean, sizeof clean, text);
    return json_string(clean);
}

json_t *inr_bench_row_to_json(const struct inr_bench_row *row)
{
    json_t *out = json_object();
    bool good = out != NULL;
    for (size_t i = 0; good && i < sizeof fields / sizeof fields[0]; i++) {
        const struct inr_bench_field *f = &fields[i];
        json_t *value;
        if (f->type == INR_BENCH_TEXT)
            value = text_json(text_of(f, row));
        else if (f->type == INR_BENCH_WHOLE)
            value = json_integer((json_int_t)whole_of(f, row));
        else
            value = isfinite(real_of(f, row)) ? json_real(real_of(f, row)) : json_null();
        good = json_object_set_new(out, f->name, value) == 0;
    }
    if (good && isinf(row->psnr))
        good = json_object_set_new(out, "exact", json_true()) == 0;
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

static bool read_field(const struct inr_bench_field *f, const json_t *value,
                       struct inr_bench_row *row)
{
    char *at = (char *)row + f->offset;
    if (!value && f->late)
        return true;
    if (f->type == INR_BENCH_TEXT) {
        if (!json_is_string(value))
            return false;
        inr_text_copy_utf8(at, f->size, json_string_value(value));
        return true;
    }
    if (f->type == INR_BENCH_WHOLE) {
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return false;
        *(uint64_t *)(void *)at = (uint64_t)json_integer_value(value);
        return true;
    }
    if (!json_is_number(value) && !json_is_null(value))
        return false;
    *(double *)(void *)at = json_is_null(value) ? (double)NAN : json_number_value(value);
    return true;
}

static bool read_curve(const json_t *curve, struct inr_bench_row *row)
{
    size_t i;
    json_t *point;
    json_array_foreach(curve, i, point)
    {
        const json_t *seconds = json_array_get(point, 0), *psnr = json_array_get(point, 1);
        if (!json_is_number(seconds) || !json_is_number(psnr))
            return false;
        inr_bench_curve_add(row, json_number_value(seconds), json_number_value(psnr));
    }
    return true;
}

bool inr_bench_row_from_json(const json_t *json, struct inr_bench_row *row)
{
    inr_bench_row_init(row);
    if (!json_is_object(json))
        return false;
    const char *key = json_string_value(json_object_get(json, "key"));
    const char *source = json_string_value(json_object_get(json, "source"));
    if (!key || strlen(key) + 1 != sizeof row->key || !source ||
        strlen(source) >= sizeof row->source)
        return false;
    memcpy(row->key, key, sizeof row->key);
    snprintf(row->source, sizeof row->source, "%s", source);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!read_field(&fields[i], json_object_get(json, fields[i].name), row))
            return false;
    if (json_is_true(json_object_get(json, "exact")))
        row->psnr = (double)INFINITY;
    return read_curve(json_object_get(json, "curve"), row);
}

char *inr_bench_row_line(const struct inr_bench_row *row)
{
    json_t *json = inr_bench_row_to_json(row), *curve = json_array();
    bool good = json && curve && json_object_set_new(json, "key", json_string(row->key)) == 0 &&
                json_object_set_new(json, "source", json_string(row->source)) == 0;
    for (size_t i = 0; good && i < row->n_curve; i++)
        good = json_array_append_new(
                   curve, json_pack("[f,f]", row->curve[i].seconds, row->curve[i].psnr)) == 0;
    good = good && json_object_set(json, "curve", curve) == 0;
    char *text = good ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(curve);
    json_decref(json);
    const size_t n = text ? strlen(text) : 0;
    char *line = text ? realloc(text, n + 2) : NULL;
    if (!line) {
        free(text);
        return NULL;
    }
    line[n] = '\n';
    line[n + 1] = '\0';
    return line;
}
