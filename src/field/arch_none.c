/* SPDX-License-Identifier: MIT
 *
 * arch_none.c - No network: the interpolated features are the output.
 */
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/grid.h"

static enum inr_status check(const struct inr_field_config *config, struct inr_error *err)
{
    if (!inr_encoding_by_id(config->encoding)->tables)
        return inr_fail(err, INR_ERR_USAGE,
                        "architecture none outputs the features of a table encoding: use encoding "
                        "grid, multigrid, hash, tiled or planes, not %s",
                        inr_encoding_by_id(config->encoding)->name);
    if (inr_grid_features(config) != config->channels)
        return inr_fail(err, INR_ERR_USAGE,
                        "architecture none outputs one feature a channel: features is %d and must "
                        "be 0 or %d",
                        config->features, config->channels);
    if (config->learn_constants)
        return inr_fail(err, INR_ERR_USAGE,
                        "architecture none has no activations whose constants could learn");
    return INR_OK;
}

static void lay_out(struct inr_layout *layout)
{
    (void)layout; /* the tables are there already */
}

const struct inr_architecture inr_architecture_none = {
    .id = INR_ARCHITECTURE_NONE,
    .name = "none",
    .summary = "no network: the features of a table encoding, levels added, are the output",
    .check = check,
    .lay_out = lay_out,
    .build = inr_build_encode,
};
