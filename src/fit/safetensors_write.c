/* SPDX-License-Identifier: MIT
 *
 * safetensors_write.c - Writing tensors: header, padding, then the bytes in little-endian order.
 */
#include "fit/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Bytes are converted a block at a time, so that a big field needs no second copy. */
#define BLOCK 4096

void inr_tensor_set(struct inr_tensor *tensor, const char *name, const float *values, size_t rows,
                    size_t cols)
{
    *tensor = (struct inr_tensor){.dtype = INR_DTYPE_F32,
                                  .n_dims = cols ? 2 : 1,
                                  .shape = {rows, cols},
                                  .size = (uint64_t)rows * (cols ? cols : 1) * 4,
                                  .bytes = values};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
}

/* Bytes [at, at + BLOCK) of a tensor as they stand in a file. Returns how many there are. */
static size_t block_of(const struct inr_tensor *tensor, uint64_t at, uint8_t out[BLOCK])
{
    uint64_t rest = tensor->size - at;
    size_t n = rest < BLOCK ? (size_t)rest : BLOCK;
    const uint8_t *from = (const uint8_t *)tensor->bytes + at;
    if (tensor->dtype == INR_DTYPE_U8) {
        memcpy(out, from, n);
        return n;
    }
    for (size_t i = 0; i < n; i += 4) {
        uint32_t bits;
        memcpy(&bits, from + i, 4);
        out[i] = (uint8_t)bits;
        out[i + 1] = (uint8_t)(bits >> 8);
        out[i + 2] = (uint8_t)(bits >> 16);
        out[i + 3] = (uint8_t)(bits >> 24);
    }
    return n;
}

uint32_t inr_tensors_crc(const struct inr_tensor *tensors, size_t n)
{
    uLong crc = crc32(0, NULL, 0);
    uint8_t block[BLOCK];
    for (size_t i = 0; i < n; i++)
        for (uint64_t at = 0; at < tensors[i].size; at += BLOCK)
            crc = crc32(crc, block, (uInt)block_of(&tensors[i], at, block));
    return (uint32_t)crc;
}

static json_t *describe(const struct inr_tensor *tensor, uint64_t offset)
{
    json_t *shape = json_array();
    for (int k = 0; k < tensor->n_dims; k++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[k]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensor->dtype == INR_DTYPE_F32 ? "F32" : "U8",
                     "shape", shape, "data_offsets", (json_int_t)offset,
                     (json_int_t)(offset + tensor->size));
}

static char *make_header(const struct inr_tensor *tensors, size_t n, json_t *metadata)
{
    json_t *header = json_object();
    bool good = header && json_object_set(header, "__metadata__", metadata) == 0;
    uint64_t offset = 0;
    for (size_t i = 0; good && i < n; i++) {
        good = json_object_set_new(header, tensors[i].name, describe(&tensors[i], offset)) == 0;
        offset += tensors[i].size;
    }
    char *text = good ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    return text;
}

enum inr_status inr_tensors_write(FILE *stream, const struct inr_tensor *tensors, size_t n,
                                  json_t *metadata, struct inr_error *err)
{
    char *header = make_header(tensors, n, metadata);
    if (!header)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the header of the file");
    size_t length = strlen(header);
    size_t padded = (length + 7) / 8 * 8;
    uint8_t prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (uint8_t)((uint64_t)padded >> (8 * i));
    fwrite(prefix, 1, sizeof prefix, stream);
    fwrite(header, 1, length, stream);
    fwrite("        ", 1, padded - length, stream);
    free(header);
    uint8_t block[BLOCK];
    for (size_t i = 0; i < n; i++)
        for (uint64_t at = 0; at < tensors[i].size; at += BLOCK)
            fwrite(block, 1, block_of(&tensors[i], at, block), stream);
    return INR_OK;
}
