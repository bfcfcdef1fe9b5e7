/* SPDX-License-Identifier: MIT
 *
 * safetensors.h - Reading and writing the safetensors format: an 8-byte little-endian header
 * length, a JSON header that names each tensor's dtype, shape and bytes, then the bytes.
 *
 * Reading trusts nothing: every length is checked against the file before it is used.
 */
#ifndef INR_FIT_SAFETENSORS_H
#define INR_FIT_SAFETENSORS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "inrush/inrush.h"

#define INR_TENSOR_NAME 80

enum inr_dtype { INR_DTYPE_F32, INR_DTYPE_U8 };

struct inr_tensor {
    char name[INR_TENSOR_NAME];
    enum inr_dtype dtype;
    int n_dims; /* 1 or 2 */
    uint64_t shape[2];
    uint64_t size;     /* bytes */
    const void *bytes; /* writing: floats in memory order; reading: in the file, unaligned */
    bool used;         /* for the reader's bookkeeping of unknown tensors */
};

/* A file taken apart. `tensors` is owned, what they point to belongs to the data given. */
struct inr_tensor_file {
    json_t *header;
    struct inr_tensor *tensors;
    size_t n_tensors;
    uint32_t crc; /* zlib crc32 of the bytes after the header */
};

/* Take `data` apart; it must outlive the result. Errors: INR_ERR_INPUT with what and where. */
enum inr_status inr_tensor_file_parse(const uint8_t *data, size_t size, const char *name,
                                      struct inr_tensor_file *file, struct inr_error *err);
void inr_tensor_file_free(struct inr_tensor_file *file);

/* A metadata text, or NULL. */
const char *inr_tensor_file_text(const struct inr_tensor_file *file, const char *key);

/* The tensor of that name, or NULL. */
struct inr_tensor *inr_tensor_file_find(struct inr_tensor_file *file, const char *name);

/* Copy the values of an F32 tensor, whatever the byte order of this machine. */
void inr_tensor_floats(const struct inr_tensor *tensor, float *out);

/* Fill in a tensor to write: floats [rows][cols], or a vector where cols is 0. */
void inr_tensor_set(struct inr_tensor *tensor, const char *name, const float *values, size_t rows,
                    size_t cols);

/* crc32 of the bytes the tensors will have in a file, to go into the metadata. */
uint32_t inr_tensors_crc(const struct inr_tensor *tensors, size_t n);

/* Write a whole file. `metadata` holds strings only and is borrowed. Errors: INR_ERR_MEMORY; a
 * failed write is left to the stream's error flag. */
enum inr_status inr_tensors_write(FILE *stream, const struct inr_tensor *tensors, size_t n,
                                  json_t *metadata, struct inr_error *err);

#endif
