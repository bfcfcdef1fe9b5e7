/* SPDX-License-Identifier: MIT
 *
 * selftest_fused.c - The fused kernels with every activation they take, every loss, and what may
 * come before them.
 */
#include "exec/selftest_case.h"
#include "field/activation.h"
#include "field/encoding.h"
#include "field/formula.h"

static struct inr_selftest_setup fused_setup(int activation)
{
    struct inr_selftest_setup s = inr_selftest_linear();
    inr_field_default(activation, 2, INR_SELFTEST_CHANNELS, &s.field);
    s.field.width = 14;
    s.field.layers = 1;
    s.exec.plan = INR_PLAN_FUSED;
    return s;
}

/* A software device compiles for longer than it computes: it gets one row of `share`. */
static bool skip(const struct inr_selftest_report *r, int row, int share)
{
    return r->device->kind == INR_DEVICE_VULKAN_SOFTWARE && row % share != 1;
}

static enum inr_status check_activations(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_activation_count() && status == INR_OK; i++) {
        const struct inr_activation *act = inr_activation_at(i);
        const struct inr_selftest_setup s = fused_setup(act->id);
        if (act->planes_z == 1 && !skip(r, (int)i, 4))
            status = inr_selftest_both(r, &s, "fused forward", "fused backward", act->name);
    }
    return status;
}

static enum inr_status check_losses(const struct inr_selftest_report *r)
{
    const struct inr_selftest_setup s = fused_setup(inr_activation_by_name("relu")->id);
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_loss_count() && status == INR_OK; i++)
        if (!inr_loss_at(i)->jets && !skip(r, (int)i, 3))
            status = inr_selftest_loss(r, s, inr_loss_at(i), "fused loss", "fused loss sums",
                                       INR_SELFTEST_TOLERANCE_GRADIENT);
    return status;
}

/* A width that fills tiles, and a gradient that was not made from targets. */
static enum inr_status check_shapes(const struct inr_selftest_report *r)
{
    struct inr_selftest_setup s = fused_setup(inr_activation_by_name("sine")->id);
    s.field.width = 64;
    s.field.layers = 2;
    enum inr_status status = inr_selftest_both(r, &s, "fused forward", "fused backward", "64 wide");
    if (status != INR_OK)
        return status;
    s = fused_setup(inr_activation_by_name("relu")->id);
    s.field.encoding = INR_ENCODING_OCTAVES;
    s.field.n_frequencies = 5;
    s.depth = INR_DEPTH_F32;
    s.exec.batch_mode = INR_BATCH_FULL;
    s.exec.batch = INR_SELFTEST_POOL;
    s.readout =
        (struct inr_readout){.kind = INR_READ_RADON,
                             .dims = 2,
                             .shape = {INR_SELFTEST_POOL_WIDTH, INR_SELFTEST_POOL_HEIGHT, 1},
                             .factor = 1,
                             .angles = INR_SELFTEST_POOL_HEIGHT};
    return inr_selftest_both(r, &s, "fused forward", "fused backward", "projections of octaves");
}

enum inr_status inr_selftest_fused(const struct inr_selftest_report *r)
{
    enum inr_status status = check_activations(r);
    if (status == INR_OK)
        status = check_losses(r);
    return status == INR_OK ? check_shapes(r) : status;
}
