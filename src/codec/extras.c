/* SPDX-License-Identifier: MIT
 *
 * extras.c - What only some signals need to be made again.
 */
#include "codec/extras.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fit/task_kind.h"
#include "inrush/shape.h"

/* Bits of the format. */
enum { LATTICE = 1, RATE = 2, PEAK = 4, THRESHOLD = 8, FRAME = 16, ANGLES = 32, KNOWN = 63 };

#define USUAL_THRESHOLD 0.5f
#define ANGLES_MAX      65536

static unsigned needed(const struct inr_model *model)
{
    const struct inr_model_info *info = &model->info;
    const struct inr_fit_config *config = &model->config;
    return (config->lattice != 0 ? LATTICE : 0u) | (info->rate != 0.0 ? RATE : 0u) |
           (info->peak != 1.0 ? PEAK : 0u) |
           (config->task.threshold != USUAL_THRESHOLD ? THRESHOLD : 0u) |
           (!isnan(info->frame_scale) ? FRAME : 0u) |
           (config->task.kind == INR_TASK_CT ? ANGLES : 0u);
}

bool inr_extras_needed(const struct inr_model *model)
{
    return needed(model) != 0;
}

void inr_extras_put(struct inr_bytes *out, const struct inr_model *model)
{
    const struct inr_model_info *info = &model->info;
    const struct inr_fit_config *config = &model->config;
    const unsigned bits = needed(model);
    inr_bytes_put_varint(out, bits);
    if (bits & LATTICE)
        inr_bytes_put_varint(out, (uint64_t)config->lattice);
    if (bits & RATE)
        inr_bytes_put_float(out, (float)info->rate);
    if (bits & PEAK)
        inr_bytes_put_float(out, (float)info->peak);
    if (bits & THRESHOLD)
        inr_bytes_put_float(out, config->task.threshold);
    if (bits & FRAME) {
        int sign = INR_SIGN_AUTO; /* of arrays, whose distances have theirs */
        if (info->sign[0] != '\0')
            inr_registry_find(INR_REGISTRY_SIGN, info->sign, &sign, NULL);
        for (int d = 0; d < 3; d++)
            inr_bytes_put_double(out, info->centre[d]);
        inr_bytes_put_double(out, info->frame_scale);
        inr_bytes_put_varint(out, (uint64_t)sign);
    }
    if (bits & ANGLES)
        inr_bytes_put_varint(out, config->task.angles);
}

/* The name of a row that a varint names; NULL: there is none. */
static const char *take_row(struct inr_cursor *in, enum inr_registry registry, int *id)
{
    const uint64_t value = inr_cursor_varint(in);
    *id = value < 256 ? (int)value : 0;
    const char *name = value < 256 ? inr_registry_id_name(registry, *id) : "?";
    return in->bad || strcmp(name, "?") == 0 ? NULL : name;
}

static bool take_frame(struct inr_cursor *in, struct inr_model_info *info)
{
    int sign;
    bool good = info->dims == 3;
    for (int d = 0; d < 3; d++) {
        info->centre[d] = inr_cursor_double(in);
        good = good && isfinite(info->centre[d]);
    }
    info->frame_scale = inr_cursor_double(in);
    good = good && isnormal(info->frame_scale) && info->frame_scale > 0.0;
    const char *name = take_row(in, INR_REGISTRY_SIGN, &sign);
    if (good && name && sign != INR_SIGN_AUTO)
        snprintf(info->sign, sizeof info->sign, "%s", name);
    return good && name;
}

enum inr_status inr_extras_take(struct inr_cursor *in, bool present, const char *name,
                                struct inr_model_info *info, struct inr_fit_config *config,
                                struct inr_error *err)
{
    bool good = true;
    info->peak = 1.0;
    info->rate = 0.0;
    config->lattice = 0;
    config->task.threshold = USUAL_THRESHOLD;
    const uint64_t bits = present ? inr_cursor_varint(in) : 0;
    if (bits > KNOWN)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: it says more of its signal than this program knows: the file needs a "
                        "newer inrush",
                        name);
    if (bits & LATTICE)
        good = take_row(in, INR_REGISTRY_LATTICE, &config->lattice) != NULL;
    if (bits & RATE)
        info->rate = (double)inr_cursor_float(in);
    if (bits & PEAK)
        info->peak = (double)inr_cursor_float(in);
    if (bits & THRESHOLD)
        config->task.threshold = inr_cursor_float(in);
    if (good && bits & FRAME)
        good = take_frame(in, info);
    if (bits & ANGLES) {
        const uint64_t angles = inr_cursor_varint(in);
        good = good && angles >= 1 && angles <= ANGLES_MAX;
        config->task.angles = good ? (uint32_t)angles : 1;
    }
    config->task.shape = info->sign[0] != '\0';
    good = good && isfinite(info->rate) && info->rate >= 0.0 && isfinite(info->peak) &&
           info->peak >= 0.0 && isfinite(config->task.threshold);
    if (good && !in->bad)
        return INR_OK;
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: what it says of its signal cannot be: the file is "
                    "damaged; get it again",
                    name);
}
