/* SPDX-License-Identifier: MIT
 *
 * config.c - Setting one option by its flag, and the check that every fit starts from.
 */
#include "fit/config.h"

#include <stdio.h>
#include <string.h>

#include "field/activation.h"
#include "field/loss.h"
#include "field/quantize.h"

enum inr_status inr_fit_config_set(struct inr_fit_config *config, const char *flag,
                                   const char *text, struct inr_error *err)
{
    const struct inr_config_row *row = inr_config_row_by_flag(flag);
    if (!row)
        return inr_fail(err, INR_ERR_USAGE, "--%.64s is not a setting of a fit", flag);
    char label[80];
    snprintf(label, sizeof label, "--%s", row->setting.flag);
    return inr_config_parse(row, config, label, text ? text : "", 0, INR_ERR_USAGE, err);
}

/* The number in a row; false for rows that hold none. */
static bool row_number(const struct inr_config_row *row, const struct inr_fit_config *config,
                       double *out)
{
    const char *at = (const char *)config + row->offset;
    switch (row->type) {
    case INR_CONFIG_INT:
        *out = *(const int *)(const void *)at;
        return true;
    case INR_CONFIG_U32:
        *out = *(const uint32_t *)(const void *)at;
        return true;
    case INR_CONFIG_U64:
    case INR_CONFIG_BYTES:
        *out = (double)*(const uint64_t *)(const void *)at;
        return true;
    case INR_CONFIG_FLOAT:
        *out = (double)*(const float *)(const void *)at;
        return true;
    case INR_CONFIG_DOUBLE:
        *out = *(const double *)(const void *)at;
        return true;
    default:
        return false;
    }
}

static enum inr_status check_row(const struct inr_config_row *row,
                                 const struct inr_fit_config *config, struct inr_error *err)
{
    double value = 0.0;
    const char *flag = row->setting.flag;
    if (row->type == INR_CONFIG_KIND) {
        int id = *(const int *)(const void *)((const char *)config + row->offset);
        if (strcmp(inr_registry_id_name((enum inr_registry)row->setting.registry, id), "?") == 0)
            return inr_fail(err, INR_ERR_USAGE, "%s: id %d is not known", flag, id);
        return INR_OK;
    }
    if (row->type == INR_CONFIG_SHAPE) {
        const int *sides = (const int *)(const void *)((const char *)config + row->offset);
        for (int i = 0; i < INR_MAX_DIMS; i++)
            if (sides[i] < row->low || sides[i] > row->high)
                return inr_fail(err, INR_ERR_USAGE, "%s is %d: it must lie in %.15g to %.15g", flag,
                                sides[i], row->low, row->high);
        return INR_OK;
    }
    if (!row_number(row, config, &value))
        return INR_OK;
    /* A bound that a float cannot hold, such as 0.999999, is met by the float nearest to it. */
    bool is_float = row->type == INR_CONFIG_FLOAT;
    double low = is_float ? (double)(float)row->low : row->low;
    double high = is_float ? (double)(float)row->high : row->high;
    if (value >= low && value <= high)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "%s is %g: it must lie in %.15g to %.15g", flag, value,
                    row->low, row->high);
}

enum inr_status inr_config_check_rows(const struct inr_fit_config *config, struct inr_error *err)
{
    const struct inr_config_row *row;
    for (size_t i = 0; (row = inr_config_row_at(i)); i++) {
        enum inr_status status = check_row(row, config, err);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

bool inr_config_decays(const struct inr_fit_config *config)
{
    return config->weight_decay > 0.0f || config->absolute_decay > 0.0f;
}

enum inr_status inr_config_check(const struct inr_fit_config *config, struct inr_error *err)
{
    enum inr_status status = inr_config_check_rows(config, err);
    if (status != INR_OK)
        return status;
    if (!(config->target_low < config->target_high))
        return inr_fail(err, INR_ERR_USAGE, "target-low is %g: it must be below target-high, %g",
                        (double)config->target_low, (double)config->target_high);
    const struct inr_loss_kind *loss = inr_loss_by_id(config->loss);
    const struct inr_activation *act = inr_activation_by_id(config->field.output_activation);
    if (loss->unit && !(act->bounded && act->least >= 0.0f && act->most <= 1.0f))
        return inr_fail(err, INR_ERR_USAGE,
                        "loss %s needs outputs from 0 to 1: use --output-activation sigmoid",
                        loss->name);
    if (config->field.quantizer.bits > 0 && config->field.quantizer.step == INR_QUANTIZE_LEARNED &&
        inr_config_decays(config))
        return inr_fail(
            err, INR_ERR_USAGE,
            "weight-decay and absolute-decay would pull learnt steps to 1: use neither, "
            "or quantize-step peak");
    /* What a signal has yet to decide is checked with one of ordinary size. */
    struct inr_field_config field = config->field;
    inr_field_take_shape(&field, (const uint32_t[INR_MAX_DIMS]){512, 512, 512});
    return inr_field_check(&field, err);
}
