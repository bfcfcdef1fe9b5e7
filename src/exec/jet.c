/* SPDX-License-Identifier: MIT
 *
 * jet.c - What goes with jets, and what does not.
 */
#include "exec/jet.h"

#include "field/loss.h"

/* Weights of a distance's terms are thousands, and a table's derivative is its points an axis. */
#define FIXED_SHARE 0x1p-10

bool inr_jet_loss(const struct inr_exec_config *config)
{
    const struct inr_loss_kind *loss = config->train ? inr_loss_by_id(config->loss) : NULL;
    return loss && loss->jets;
}

int inr_jet_targets(const struct inr_exec_config *config)
{
    return inr_jet_loss(config) ? INR_GEOMETRY_TARGETS : config->program->channels;
}

enum inr_status inr_jet_check(const struct inr_exec_config *config, struct inr_error *err)
{
    const struct inr_program *program = config->program;
    const bool loss = inr_jet_loss(config);
    if (loss && program->channels != 1)
        return inr_fail(err, INR_ERR_USAGE,
                        "loss geometry is of a distance: the field has %d channels, not 1",
                        program->channels);
    for (int i = 0; (loss || config->jets) && i < program->n_ops; i++)
        if (program->ops[i].kind == INR_OP_LOOKUP)
            return inr_fail(err, INR_ERR_USAGE,
                            "this program tabulates its first layer over a grid, and steps of a "
                            "table have no gradient: make it for any coordinates");
    return INR_OK;
}

enum inr_status inr_jet_check_pool(const struct inr_exec_config *config,
                                   const struct inr_pool *pool, struct inr_error *err)
{
    if (!inr_jet_loss(config))
        return INR_OK;
    if (pool->channels != INR_GEOMETRY_TARGETS || pool->depth != INR_DEPTH_F32)
        return inr_fail(err, INR_ERR_USAGE,
                        "loss geometry compares with distance, normal and a mark of the surface, "
                        "which only shapes have: train on a mesh or a cloud, or use another loss");
    if (pool->scale != 1.0f || pool->shift != 0.0f)
        return inr_fail(err, INR_ERR_USAGE,
                        "loss geometry reads distances as they are: scale and shift are %g and %g, "
                        "not 1 and 0",
                        (double)pool->scale, (double)pool->shift);
    if (pool->readout && pool->readout->kind != INR_READ_POINTS)
        return inr_fail(err, INR_ERR_USAGE, "loss geometry is of points, not of measurements");
    return INR_OK;
}

double inr_jet_fixed_share(const struct inr_exec_config *config)
{
    return inr_jet_loss(config) ? FIXED_SHARE : 1.0;
}
