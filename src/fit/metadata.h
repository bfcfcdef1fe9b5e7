/* SPDX-License-Identifier: MIT
 *
 * metadata.h - The texts of a model file's __metadata__, from one table for writing and reading.
 */
#ifndef INR_FIT_METADATA_H
#define INR_FIT_METADATA_H

#include "fit/model.h"
#include "fit/safetensors.h"

/* A new JSON object of texts; the caller releases it. NULL: out of memory. `crc` is that of the
 * tensors' bytes. */
json_t *inr_metadata_write(const struct inr_model *model, uint32_t crc);

/* What the metadata says, before any tensor is looked at. */
struct inr_metadata {
    struct inr_model model; /* info, config, source (without profile), scale, shift, training */
    uint32_t crc;
};

/* Read and check. Errors: INR_ERR_INPUT naming the key. */
enum inr_status inr_metadata_read(const struct inr_tensor_file *file, const char *name,
                                  struct inr_metadata *out, struct inr_error *err);

/* Compare the checksum of the texts. The last check, so that others can say more precisely what is
 * wrong. Errors: INR_ERR_INPUT. */
enum inr_status inr_metadata_verify(const struct inr_tensor_file *file, const char *name,
                                    struct inr_error *err);

#endif
