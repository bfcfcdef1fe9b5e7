/* SPDX-License-Identifier: MIT
 *
 * loss.c - The table of losses. The registry's list makes the rows, so one that lacks its ROW_ line
 * here does not compile.
 */
#include "field/loss.h"

#include <string.h>

#include "field/formula.h"

#define ROW_l2      .summary = "(y - t)^2"
#define ROW_l1      .has_kink = true, .summary = "|y - t|"
#define ROW_logcosh .summary = "log(cosh(y - t))"
#define ROW_huber                                                                                  \
    .constant_name = "delta", .constant_default = 1,                                               \
    .summary = "(y - t)^2 / 2 inside |y - t| <= delta, straight outside (Huber 1964)"
#define ROW_relative_l2                                                                            \
    .constant_name = "epsilon", .constant_default = 0.01f,                                         \
    .summary = "(y - t)^2 / (y^2 + epsilon), denominator held constant; Noise2Noise (Lehtinen et " \
               "al. 2018)"
#define ROW_mape                                                                                   \
    .constant_name = "epsilon", .constant_default = 0.01f, .has_kink = true,                       \
    .summary = "|y - t| / (|t| + epsilon)"
#define ROW_bce                                                                                    \
    .unit = true,                                                                                  \
    .summary = "-t log y - (1 - t) log(1 - y) of outputs in [0, 1]; binary cross-entropy"
#define ROW_truncated                                                                              \
    .constant_name = "delta", .constant_default = 0.1f, .has_kink = true,                          \
    .summary = "|y - t|, distances beyond delta taken as delta (DeepSDF, Park et al. 2019)"

#define ROW_geometry                                                                               \
    .has_kink = true, .jets = true,                                                                \
    .summary = "of a shape: |f| and normals on the surface, | |grad f| - 1 |; SIREN (Sitzmann et " \
               "al. 2020)"

#define ROW(number, word) {.id = number, .name = #word, ROW_##word},

static const struct inr_loss_kind rows[] = {LOSS_LIST(ROW) ROW(INR_LOSS_GEOMETRY, geometry)};

size_t inr_loss_count(void)
{
    return sizeof rows / sizeof rows[0];
}

const struct inr_loss_kind *inr_loss_at(size_t index)
{
    return index < inr_loss_count() ? &rows[index] : NULL;
}

const struct inr_loss_kind *inr_loss_by_name(const char *name)
{
    for (size_t i = 0; i < inr_loss_count(); i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

const struct inr_loss_kind *inr_loss_by_id(int id)
{
    for (size_t i = 0; i < inr_loss_count(); i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}
