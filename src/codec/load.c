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
    uint8_t *data = NULL;
    size_t size = 0;
    *model = NULL;
    enum inr_status status = inr_file_read(path, FILE_MAX, &data, &size, err);
    if (status != INR_OK)
        return status;
    status = inr_codec_recognise(data, size) ? inr_codec_unpack(data, size, path, model, err)
                                             : inr_model_parse(data, size, path, model, err);
    free(data);
    return status;
}
