/* SPDX-License-Identifier: MIT
 *
 * load.c - Models from files of either kind.
 */
#include <stdlib.h>

#include "base/file.h"
#include "inrush/codec.h"

#define FILE_MAX (UINT64_C(1) << 36)

enum inr_status inr_codec_load(const char *path, struct inr_model **model, struct inr_error *err)
{
    return inr_codec_load_level(path, 0, model, err);
}

enum inr_status inr_codec_load_level(const char *path, int level, struct inr_model **model,
                                     struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *model = NULL;
    enum inr_status status = inr_file_read(path, FILE_MAX, &data, &size, err);
    if (status != INR_OK)
        return status;
    if (inr_codec_recognise(data, size))
        status = inr_codec_unpack_level(data, size, level, path, model, err);
    else if (level > 0)
        status = inr_fail(err, INR_ERR_USAGE, "%s is no compressed file, which has levels", path);
    else
        status = inr_model_parse(data, size, path, model, err);
    free(data);
    return status;
}

enum inr_status inr_codec_read_levels(const char *path, struct inr_codec_level *levels, int *n,
                                      struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *n = 0;
    enum inr_status status = inr_file_read(path, FILE_MAX, &data, &size, err);
    if (status == INR_OK && inr_codec_recognise(data, size))
        status = inr_codec_levels(data, size, path, levels, n, err);
    free(data);
    return status;
}
