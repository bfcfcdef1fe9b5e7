/* SPDX-License-Identifier: MIT
 *
 * cloud_xyz.c - Clouds of points as lines of text: x y z, or x y z nx ny nz.
 */
#define _XOPEN_SOURCE 700 /* newlocale */

#include "shape/cloud_text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 6
#define TOKEN       64

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f' || c == ',' ||
           c == ';';
}

const uint8_t *inr_cloud_token(const uint8_t *at, const uint8_t *end, char *out, size_t size)
{
    size_t n = 0;
    while (at < end && is_blank(*at))
        at++;
    if (at == end)
        return NULL;
    for (; at < end && !is_blank(*at); at++)
        if (n + 1 < size)
            out[n++] = *at ? (char)*at : '?';
    out[n] = '\0';
    return at;
}

bool inr_cloud_number(const char *token, double *out)
{
    char *rest;
    *out = strtod(token, &rest);
    return rest != token && *rest == '\0';
}

/* Numbers of a line: how many, or -1 for something else. */
static int numbers_of(const uint8_t *at, const uint8_t *end, double out[MAX_COLUMNS])
{
    char token[TOKEN];
    int n = 0;
    for (;;) {
        double value;
        at = inr_cloud_token(at, end, token, sizeof token);
        if (!at || token[0] == '#' || strncmp(token, "//", 2) == 0)
            return n;
        if (!inr_cloud_number(token, &value))
            return -1;
        if (n < MAX_COLUMNS)
            out[n] = value;
        n++;
    }
}

struct lines {
    const char *name;
    float *values; /* [n][columns] */
    size_t n, room;
    int columns; /* 0: not known yet */
    bool counted;
};

static enum inr_status take_line(struct lines *l, const double *row, int n, size_t line,
                                 struct inr_error *err)
{
    /* some programs write the number of points first */
    if (l->columns == 0 && n == 1 && !l->counted && row[0] == floor(row[0])) {
        l->counted = true;
        return INR_OK;
    }
    if (n < 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: line %zu is not numbers; give lines of x y z or x y z nx ny nz",
                        l->name, line);
    if ((n != 3 && n != 6) || (l->columns && n != l->columns))
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: line %zu has %d numbers; give 3 (x y z) or 6 (x y z nx ny nz) on "
                        "every line",
                        l->name, line, n);
    l->columns = n;
    if (l->n == l->room) {
        const size_t room = l->room ? 2 * l->room : 1024;
        float *grown = realloc(l->values, room * (size_t)n * sizeof *grown);
        if (!grown)
            return inr_shape_no_memory(err, l->name);
        l->values = grown;
        l->room = room;
    }
    for (int c = 0; c < n; c++)
        l->values[l->n * (size_t)n + (size_t)c] = (float)row[c];
    l->n++;
    return INR_OK;
}

/* Columns 4 to 6 may be colours, which no sign should be made of. */
static bool are_normals(const struct lines *l)
{
    size_t good = 0;
    for (size_t i = 0; i < l->n; i++) {
        const float *n = l->values + 6 * i + 3;
        const float length = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
        good += length > 0.25f && length < 4.0f;
    }
    return 2 * good >= l->n;
}

static enum inr_status as_mesh(const struct lines *l, struct inr_mesh **out, struct inr_error *err)
{
    const size_t columns = (size_t)l->columns;
    if (l->n == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: has no points; give lines of x y z or x y z nx ny nz", l->name);
    if (columns == 6 && !are_normals(l))
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: columns 4 to 6 are no normals, since most are far from length 1; give "
                        "x y z alone or unit normals",
                        l->name);
    enum inr_status status = inr_mesh_create(l->n, 0, columns == 6, out, err);
    for (size_t i = 0; status == INR_OK && i < l->n; i++) {
        memcpy((*out)->vertices + 3 * i, l->values + columns * i, 3 * sizeof(float));
        if (columns == 6)
            memcpy((*out)->normals + 3 * i, l->values + columns * i + 3, 3 * sizeof(float));
    }
    return status;
}

enum inr_status inr_cloud_decode_xyz(const uint8_t *data, size_t size, const char *name,
                                     struct inr_mesh **out, struct inr_error *err)
{
    struct lines lines = {.name = name};
    const uint8_t *at = data, *end = data + size;
    enum inr_status status = INR_OK;
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    *out = NULL;
    if (plain == (locale_t)0)
        return inr_shape_no_memory(err, name);
    locale_t before = uselocale(plain);
    for (size_t line = 1; status == INR_OK && at < end; line++) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        double row[MAX_COLUMNS] = {0};
        stop = stop ? stop : end;
        const int n = numbers_of(at, stop, row);
        if (n != 0)
            status = take_line(&lines, row, n, line, err);
        at = stop < end ? stop + 1 : end;
    }
    uselocale(before);
    freelocale(plain);
    if (status == INR_OK)
        status = as_mesh(&lines, out, err);
    free(lines.values);
    return status;
}
