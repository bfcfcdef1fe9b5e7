/* SPDX-License-Identifier: MIT
 *
 * npy.c - Reading NumPy's .npy files: one array of bool, integers or floats, strictly checked.
 *
 * The format: the magic "\x93NUMPY", a version (major, minor), the length of the header (2 bytes
 * little-endian in version 1, else 4), the header, which is a Python dictionary in text with the
 * keys descr, fortran_order and shape, and the values.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_AXES 4 /* three of the grid and the channels */

static const uint8_t magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* What a header says. */
struct header {
    char descr[32]; /* the type, as in the file: "<f4" */
    bool fortran;   /* the first axis is the fastest */
    int axes;
    uint64_t shape[MAX_AXES];
    bool has_descr, has_order, has_shape;
};

/* The header's text and how far it is read. */
struct text {
    const char *at, *end;
    bool old; /* version 1, which Python 2 wrote too */
};

static enum inr_status damaged(struct inr_error *err, const char *name, const char *why)
{
    return inr_fail(err, INR_ERR_INPUT, "%s: damaged .npy: %s; save the array again", name, why);
}

/* ---- the header's text ---- */

static void skip_blanks(struct text *t)
{
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\n'))
        t->at++;
}

static bool take(struct text *t, char wanted)
{
    skip_blanks(t);
    if (t->at == t->end || *t->at != wanted)
        return false;
    t->at++;
    return true;
}

static bool take_word(struct text *t, const char *word)
{
    const size_t n = strlen(word);
    skip_blanks(t);
    if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n) != 0)
        return false;
    t->at += n;
    return true;
}

/* A string in either kind of quotes, without escapes, shorter than size. */
static bool take_string(struct text *t, char *out, size_t size)
{
    size_t n = 0;
    skip_blanks(t);
    if (t->at == t->end || (*t->at != '\'' && *t->at != '"'))
        return false;
    const char quote = *t->at++;
    while (t->at < t->end && *t->at != quote && *t->at >= ' ' && *t->at != '\\' && n + 1 < size)
        out[n++] = *t->at++;
    out[n] = '\0';
    return take(t, quote);
}

/* A whole number. Values stop growing far above every limit, so none overflows. */
static bool take_number(struct text *t, uint64_t *out)
{
    skip_blanks(t);
    const char *start = t->at;
    *out = 0;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
        if (*out < (uint64_t)1 << 40)
            *out = *out * 10 + (uint64_t)(*t->at - '0');
    const bool any = t->at > start;
    if (any && t->old && t->at < t->end && *t->at == 'L')
        t->at++;
    return any;
}

/* (), (3,), (3, 4), (3, 4, ). Axes beyond MAX_AXES are counted and not kept. */
static bool take_shape(struct text *t, struct header *h)
{
    uint64_t length;
    bool comma = true;
    if (!take(t, '('))
        return false;
    while (!take(t, ')')) {
        if (!comma || !take_number(t, &length) || h->axes >= 64)
            return false;
        if (h->axes < MAX_AXES)
            h->shape[h->axes] = length;
        h->axes++;
        comma = take(t, ',');
    }
    /* (3) is a number in Python, not a tuple. */
    return h->axes != 1 || comma;
}

static enum inr_status take_descr(struct text *t, struct header *h, const char *name,
                                  struct inr_error *err)
{
    skip_blanks(t);
    if (t->at < t->end && *t->at == '[')
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: the array has fields with names; save one field of numbers", name);
    if (h->has_descr || !take_string(t, h->descr, sizeof h->descr))
        return damaged(err, name, "the header's descr is not one type");
    h->has_descr = true;
    return INR_OK;
}

/* One key and its value. */
static enum inr_status take_entry(struct text *t, struct header *h, const char *name,
                                  struct inr_error *err)
{
    char key[32];
    if (!take_string(t, key, sizeof key) || !take(t, ':'))
        return damaged(err, name, "the header is not a dictionary of names and values");
    if (strcmp(key, "descr") == 0)
        return take_descr(t, h, name, err);
    if (strcmp(key, "fortran_order") == 0) {
        h->fortran = take_word(t, "True");
        if (h->has_order || (!h->fortran && !take_word(t, "False")))
            return damaged(err, name, "the header's fortran_order is not one True or False");
        h->has_order = true;
        return INR_OK;
    }
    if (strcmp(key, "shape") == 0) {
        if (h->has_shape || !take_shape(t, h))
            return damaged(err, name, "the header's shape is not one tuple of whole numbers");
        h->has_shape = true;
        return INR_OK;
    }
    return damaged(err, name, "the header has a key that is not descr, fortran_order or shape");
}

static enum inr_status parse_header(struct text t, struct header *h, const char *name,
                                    struct inr_error *err)
{
    bool comma = true;
    if (!take(&t, '{'))
        return damaged(err, name, "the header does not start with a brace");
    while (!take(&t, '}')) {
        if (!comma)
            return damaged(err, name, "the header lacks a comma or the closing brace");
        enum inr_status status = take_entry(&t, h, name, err);
        if (status != INR_OK)
            return status;
        comma = take(&t, ',');
    }
    skip_blanks(&t);
    if (t.at != t.end)
        return damaged(err, name, "something follows the dictionary of the header");
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return damaged(err, name, "the header lacks descr, fortran_order or shape");
    return INR_OK;
}

/* Find and parse the header; *at: where the values start. */
static enum inr_status read_header(const uint8_t *data, size_t size, const char *name,
                                   struct header *h, size_t *at, struct inr_error *err)
{
    if (size < sizeof magic + 4)
        return damaged(err, name, "the file ends in the first 10 bytes");
    const uint8_t *p = data + sizeof magic;
    const unsigned major = p[0], minor = p[1];
    if (major < 1 || major > 3 || minor != 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: .npy version %u.%u is not known; save the array with version 1.0 to "
                        "3.0",
                        name, major, minor);
    size_t length = (size_t)p[2] | (size_t)p[3] << 8;
    *at = sizeof magic + 4;
    if (major > 1) {
        if (size < sizeof magic + 6)
            return damaged(err, name, "the file ends in the first 12 bytes");
        length |= (size_t)p[4] << 16 | (size_t)p[5] << 24;
        *at += 2;
    }
    if (length > size - *at)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: damaged .npy: the header should be %zu bytes and the file ends after "
                        "%zu of them; save the array again",
                        name, length, size - *at);
    const char *text = (const char *)data + *at;
    *at += length;
    return parse_header((struct text){text, text + length, major == 1}, h, name, err);
}

/* ---- values ---- */

/* How a value lies in the file. */
struct type {
    char kind;        /* 'b' bool, 'i' signed, 'u' unsigned, 'f' float */
    unsigned size;    /* bytes */
    bool big;         /* most significant byte first */
    double range;     /* integers: greatest less least value */
    uint64_t flipped; /* signed: the top bit, flipped to count from the least value */
};

static enum inr_status parse_type(const char *descr, struct type *type, const char *name,
                                  struct inr_error *err)
{
    static const char *const known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
    const char *rest = descr[0] != '\0' && strchr("<>|", descr[0]) ? descr + 1 : descr;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(rest, known[i]) != 0)
            continue;
        type->kind = rest[0];
        type->size = (unsigned)(rest[1] - '0');
        type->big = descr[0] == '>';
        if (type->size > 1 && (rest == descr || descr[0] == '|'))
            return damaged(err, name, "the header's type has no byte order");
        const uint64_t top = UINT64_MAX >> (64 - 8 * type->size);
        type->range = (double)top;
        type->flipped = type->kind == 'i' ? top / 2 + 1 : 0;
        return INR_OK;
    }
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: values of type '%s' are not supported; save bool, integers of 1 to 8 "
                    "bytes, or floats of 2, 4 or 8 bytes",
                    name, descr);
}

static uint64_t load(const uint8_t *p, const struct type *type)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < type->size; i++)
        bits |= (uint64_t)p[type->big ? type->size - 1 - i : i] << 8 * i;
    return bits;
}

static double from_half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const int fraction = (int)(bits & 1023);
    double value = exponent == 0 ? ldexp((double)fraction, -24)
                                 : ldexp((double)(fraction + 1024), exponent - 25);
    if (exponent == 31)
        value = fraction ? (double)NAN : (double)INFINITY;
    return bits >> 15 & 1 ? -value : value;
}

static double value_of(const uint8_t *p, const struct type *type)
{
    const uint64_t bits = load(p, type);
    if (type->kind == 'b')
        return (double)bits;
    if (type->kind != 'f')
        return (double)(bits ^ type->flipped) / type->range;
    if (type->size == 2)
        return from_half(bits);
    if (type->size == 4) {
        const uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof single);
        return (double)single;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* "[4, 0, 2]", the place as NumPy would index it. */
static void place_text(const uint64_t *index, int axes, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "[");
    for (int a = 0; a < axes && n < size; a++)
        n += (size_t)snprintf(out + n, size - n, "%s%llu", a ? ", " : "",
                              (unsigned long long)index[a]);
    if (n < size)
        snprintf(out + n, size - n, "]");
}

static enum inr_status bad_value(const struct header *h, const uint64_t *index, double value,
                                 const char *name, struct inr_error *err)
{
    char place[96];
    const char *what = "neither 0 nor 1";
    place_text(index, h->axes, place, sizeof place);
    if (h->descr[strlen(h->descr) - 2] != 'b')
        what = isnan(value)   ? "not a number"
               : isinf(value) ? "infinite"
                              : "too large for a 32-bit float";
    return inr_fail(err, INR_ERR_INPUT, "%s: the value at index %s is %s; replace it by a number",
                    name, place, what);
}

/* All values in C order, whatever their order in the file. */
static enum inr_status read_values(const uint8_t *data, const struct header *h,
                                   const struct type *type, const char *name, float *out, size_t n,
                                   struct inr_error *err)
{
    uint64_t index[MAX_AXES] = {0}, stride[MAX_AXES] = {0}, step = type->size;
    for (int i = 0; i < h->axes; i++) {
        const int axis = h->fortran ? i : h->axes - 1 - i;
        stride[axis] = step;
        step *= h->shape[axis];
    }
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const double value = value_of(data + at, type);
        out[i] = (float)value;
        if (!isfinite(out[i]) || (type->kind == 'b' && value > 1.0))
            return bad_value(h, index, value, name, err);
        for (int axis = h->axes - 1; axis >= 0; axis--) {
            at += stride[axis];
            if (++index[axis] < h->shape[axis])
                break;
            at -= stride[axis] * h->shape[axis];
            index[axis] = 0;
        }
    }
    return INR_OK;
}

/* ---- the array as a signal ---- */

static enum inr_sample sample_of(const struct type *type)
{
    if (type->kind == 'b' || type->kind == 'f')
        return type->kind == 'b' ? INR_SAMPLE_BOOL : INR_SAMPLE_FLOAT;
    if (type->kind == 'u' && type->size <= 2)
        return type->size == 1 ? INR_SAMPLE_U8 : INR_SAMPLE_U16;
    return INR_SAMPLE_INTEGER;
}

/* A last axis of 1 to 4 is the channels where it can hardly be space. */
static bool has_channels(const struct header *h)
{
    const uint64_t last = h->shape[h->axes - 1];
    if (h->axes < 3 || last > 4)
        return false;
    for (int a = 0; a < h->axes - 1; a++)
        if (h->axes == 3 && h->shape[a] <= last)
            return false;
    return true;
}

/* Check the shape against limits and the `bytes` that are there, and take it over. */
static enum inr_status set_shape(const struct header *h, const struct type *type, size_t bytes,
                                 const char *name, struct inr_signal *signal, size_t *n,
                                 struct inr_error *err)
{
    uint64_t values = 1;
    if (h->axes == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: one number is not a signal; save an array", name);
    if (h->axes > MAX_AXES || (h->axes == MAX_AXES && h->shape[MAX_AXES - 1] > 4))
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: %d axes are too many; give 1 to 3, and at most 4 channels as the last",
                        name, h->axes);
    for (int a = 0; a < h->axes; a++) {
        if (h->shape[a] == 0)
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: axis %d of the array has length 0; save one that is not empty",
                            name, a);
        if (h->shape[a] > INR_SIGNAL_MAX_VALUES || values * h->shape[a] > INR_SIGNAL_MAX_VALUES)
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: the array has more than the %u values that are supported; crop "
                            "it or take every other value",
                            name, INR_SIGNAL_MAX_VALUES);
        values *= h->shape[a];
    }
    if (values * type->size != bytes)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: damaged .npy: the shape in the header needs %llu bytes of values and "
                        "the file has %zu; save the array again",
                        name, (unsigned long long)(values * type->size), bytes);
    const int channels = has_channels(h);
    signal->dims = h->axes - channels;
    signal->channels = channels ? (uint32_t)h->shape[h->axes - 1] : 1;
    for (int d = 0; d < 3; d++)
        signal->shape[d] = d < signal->dims ? (uint32_t)h->shape[signal->dims - 1 - d] : 1;
    *n = (size_t)values;
    return INR_OK;
}

bool inr_npy_probe(const uint8_t *data, size_t size)
{
    return size >= sizeof magic && memcmp(data, magic, sizeof magic) == 0;
}

enum inr_status inr_npy_decode(const uint8_t *data, size_t size, const char *name,
                               struct inr_signal *signal, struct inr_error *err)
{
    struct header h = {0};
    struct type type = {0};
    size_t at = 0, n = 0;
    enum inr_status status = read_header(data, size, name, &h, &at, err);
    if (status == INR_OK)
        status = parse_type(h.descr, &type, name, err);
    if (status == INR_OK)
        status = set_shape(&h, &type, size - at, name, signal, &n, err);
    if (status != INR_OK)
        return status;
    signal->sample = sample_of(&type);
    signal->values = malloc(n * sizeof *signal->values);
    if (!signal->values)
        return inr_signal_no_memory(err, name);
    return read_values(data + at, &h, &type, name, signal->values, n, err);
}
