/* SPDX-License-Identifier: MIT
 *
 * safetensors.c - Taking a safetensors file apart, checking every length before it is used.
 */
#include "fit/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A header of ours is a few kilobytes; this keeps a damaged length from asking for gigabytes. */
#define HEADER_MAX (16u << 20)

struct reader {
    struct inr_tensor_file *file;
    const uint8_t *data; /* after the header */
    uint64_t size;
    const char *name;
    struct inr_error *err;
};

static enum inr_status bad_tensor(const struct reader *r, const char *tensor, const char *what)
{
    return inr_fail(r->err, INR_ERR_INPUT, "%s: tensor \"%.80s\": %s", r->name, tensor, what);
}

static bool read_natural(const json_t *value, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static enum inr_status read_shape(const struct reader *r, const json_t *shape,
                                  struct inr_tensor *tensor)
{
    size_t n = json_array_size(shape);
    if (!json_is_array(shape) || n < 1 || n > 2)
        return bad_tensor(r, tensor->name, "shape must be a list of one or two numbers");
    uint64_t count = tensor->dtype == INR_DTYPE_F32 ? 4 : 1;
    tensor->n_dims = (int)n;
    for (size_t k = 0; k < n; k++) {
        uint64_t side = 0;
        if (!read_natural(json_array_get(shape, k), &side) || side == 0)
            return bad_tensor(r, tensor->name, "shape holds something else than numbers above 0");
        /* Nothing larger than the file can be right, which also keeps the product from wrapping. */
        if (side > r->size || count > r->size / side)
            return bad_tensor(r, tensor->name, "shape is larger than the file");
        tensor->shape[k] = side;
        count *= side;
    }
    tensor->size = count;
    return INR_OK;
}

static enum inr_status read_tensor(const struct reader *r, const char *name, const json_t *entry,
                                   struct inr_tensor *tensor)
{
    *tensor = (struct inr_tensor){.dtype = INR_DTYPE_F32};
    if (strlen(name) >= sizeof tensor->name)
        return bad_tensor(r, name, "the name is too long");
    memcpy(tensor->name, name, strlen(name) + 1);
    if (!json_is_object(entry) || json_object_size(entry) != 3)
        return bad_tensor(r, name, "must have dtype, shape and data_offsets, and nothing else");
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (dtype && strcmp(dtype, "U8") == 0)
        tensor->dtype = INR_DTYPE_U8;
    else if (!dtype || strcmp(dtype, "F32") != 0)
        return bad_tensor(r, name, "dtype must be F32 or U8");
    enum inr_status status = read_shape(r, json_object_get(entry, "shape"), tensor);
    if (status != INR_OK)
        return status;
    const json_t *offsets = json_object_get(entry, "data_offsets");
    uint64_t begin = 0, end = 0;
    if (json_array_size(offsets) != 2 || !read_natural(json_array_get(offsets, 0), &begin) ||
        !read_natural(json_array_get(offsets, 1), &end))
        return bad_tensor(r, name, "data_offsets must be two numbers");
    if (begin > end || end > r->size)
        return bad_tensor(r, name, "data_offsets lie outside the file");
    if (end - begin != tensor->size)
        return bad_tensor(r, name, "data_offsets do not match the shape");
    tensor->bytes = r->data + begin;
    return INR_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct inr_tensor *x = a, *y = b;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* The format wants tensors without gaps or overlaps, from the first byte to the last. */
static enum inr_status check_cover(const struct reader *r)
{
    struct inr_tensor_file *file = r->file;
    qsort(file->tensors, file->n_tensors, sizeof *file->tensors, by_place);
    const uint8_t *at = r->data;
    for (size_t i = 0; i < file->n_tensors; i++) {
        const struct inr_tensor *t = &file->tensors[i];
        if (t->bytes != at)
            return bad_tensor(r, t->name, "overlaps another tensor or leaves a gap before it");
        at += t->size;
    }
    if (at != r->data + r->size)
        return inr_fail(r->err, INR_ERR_INPUT, "%s: %llu bytes after the last tensor", r->name,
                        (unsigned long long)(r->data + r->size - at));
    return INR_OK;
}

static enum inr_status read_header(const struct reader *r)
{
    struct inr_tensor_file *file = r->file;
    const char *key;
    json_t *entry, *text;
    if (!json_is_object(file->header))
        return inr_fail(r->err, INR_ERR_INPUT, "%s: the header is not a JSON object", r->name);
    file->tensors = calloc(json_object_size(file->header) + 1, sizeof *file->tensors);
    if (!file->tensors)
        return inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory for the header", r->name);
    json_object_foreach(file->header, key, entry)
    {
        if (strcmp(key, "__metadata__") != 0) {
            enum inr_status status = read_tensor(r, key, entry, &file->tensors[file->n_tensors++]);
            if (status != INR_OK)
                return status;
            continue;
        }
        const char *inner;
        bool good = json_is_object(entry);
        json_object_foreach(entry, inner, text)
        {
            good = good && json_is_string(text);
        }
        if (!good)
            return inr_fail(r->err, INR_ERR_INPUT, "%s: __metadata__ must hold only texts",
                            r->name);
    }
    return check_cover(r);
}

enum inr_status inr_tensor_file_parse(const uint8_t *data, size_t size, const char *name,
                                      struct inr_tensor_file *file, struct inr_error *err)
{
    *file = (struct inr_tensor_file){0};
    uint64_t length = 0;
    if (size < 8)
        return inr_fail(err, INR_ERR_INPUT, "%s: too short for a model: %zu bytes", name, size);
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)data[i] << (8 * i);
    if (length < 2 || length > HEADER_MAX)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: not a model of this program: no safetensors header at byte 0", name);
    if (length > size - 8)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: cut off: the header needs %llu bytes, the file has %zu", name,
                        (unsigned long long)length + 8, size);
    json_error_t where;
    file->header =
        json_loadb((const char *)data + 8, (size_t)length, JSON_REJECT_DUPLICATES, &where);
    if (!file->header)
        return inr_fail(err, INR_ERR_INPUT, "%s: header, byte %d: %s", name, where.position + 8,
                        where.text);
    struct reader r = {file, data + 8 + length, size - 8 - length, name, err};
    enum inr_status status = read_header(&r);
    if (status != INR_OK) {
        inr_tensor_file_free(file);
        return status;
    }
    uLong crc = crc32(0, NULL, 0);
    for (uint64_t at = 0; at < r.size; at += 1u << 30) {
        uint64_t rest = r.size - at;
        crc = crc32(crc, r.data + at, (uInt)(rest < (1u << 30) ? rest : 1u << 30));
    }
    file->crc = (uint32_t)crc;
    return INR_OK;
}

void inr_tensor_file_free(struct inr_tensor_file *file)
{
    json_decref(file->header);
    free(file->tensors);
    *file = (struct inr_tensor_file){0};
}

const char *inr_tensor_file_text(const struct inr_tensor_file *file, const char *key)
{
    return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}

struct inr_tensor *inr_tensor_file_find(struct inr_tensor_file *file, const char *name)
{
    for (size_t i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

void inr_tensor_floats(const struct inr_tensor *tensor, float *out)
{
    const uint8_t *from = tensor->bytes;
    for (uint64_t i = 0; i < tensor->size / 4; i++, from += 4) {
        uint32_t bits = (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
                        (uint32_t)from[3] << 24;
        memcpy(&out[i], &bits, 4);
    }
}
