/* SPDX-License-Identifier: MIT
 *
 * selftest_jet.c - Gradients by the coordinates, and those of the loss that reads them.
 *
 * A second derivative multiplies rounding by a frequency once more than a gradient does.
 */
#include "exec/selftest_case.h"

#include "enc/grid.glsl"
#include "enc/kernel.glsl"
#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/loss.h"

#define TOLERANCE_TANGENT 1e-4
#define TOLERANCE_SECOND  5e-4

/* Values and gradients at points: [points] of the one channel, then [points][dims]. */
static enum inr_status points_line(const struct inr_selftest_report *r, struct inr_selftest_pair *p,
                                   const char *detail)
{
    const size_t n = INR_SELFTEST_POINTS, dims = (size_t)p->program->dims;
    enum inr_status status =
        inr_exec_evaluate_jet(p->cpu, p->coords, n, p->expected, p->expected + n, r->err);
    if (status == INR_OK)
        status = inr_exec_evaluate_jet(p->device, p->coords, n, p->got, p->got + n, r->err);
    if (status == INR_OK)
        inr_selftest_line(r, p, n, n * dims, "jet forward", detail, TOLERANCE_TANGENT);
    return status;
}

static enum inr_status both_lines(const struct inr_selftest_report *r, struct inr_selftest_setup *s,
                                  const char *detail)
{
    struct inr_selftest_pair *p = NULL;
    s->depth = INR_DEPTH_F32;
    s->points = true;
    s->exec.jets = true;
    s->exec.loss = INR_LOSS_GEOMETRY;
    s->exec.geometry = (inr_geometry){3.0f, 2.0f, 4.0f, 1.5f, 0.7f, 0.4f};
    enum inr_status status = inr_selftest_pair(r, s, &p);
    if (status == INR_OK)
        status = points_line(r, p, detail);
    if (status == INR_OK)
        status = inr_selftest_gradients(r, p, "jet backward", detail, TOLERANCE_SECOND);
    if (p)
        inr_selftest_release(p);
    return status;
}

static enum inr_status check_encodings(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int encoding, interpolation, architecture, kernel;
    } rows[] = {
        {.detail = "octaves", .encoding = INR_ENCODING_OCTAVES},
        {.detail = "chebyshev", .encoding = INR_ENCODING_CHEBYSHEV},
        {.detail = "sl2a",
         .encoding = INR_ENCODING_CHEBYSHEV,
         .architecture = INR_ARCHITECTURE_SL2A},
        {.detail = "gabor_net", .architecture = INR_ARCHITECTURE_GABOR_NET},
        {.detail = "cubic grid", .encoding = INR_ENCODING_GRID, .interpolation = INR_GRID_CUBIC},
        {.detail = "hash", .encoding = INR_ENCODING_HASH, .interpolation = INR_GRID_SMOOTHSTEP},
        {.detail = "planes", .encoding = INR_ENCODING_PLANES},
        {.detail = "neurbf", .architecture = INR_ARCHITECTURE_NEURBF},
        {.detail = "neurbf of hats",
         .architecture = INR_ARCHITECTURE_NEURBF,
         .kernel = INR_KERNEL_HAT}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        inr_field_default(inr_activation_by_name("tanh")->id, 2, 1, &s.field);
        s.field.encoding = rows[i].encoding;
        s.field.interpolation = rows[i].interpolation;
        s.field.architecture = rows[i].architecture;
        s.field.rank = 3;
        s.field.filter_scale = 4.0f;
        s.field.n_frequencies = 3;
        s.field.include_input = true;
        s.field.features = 2;
        s.field.resolution[0] = 5;
        s.field.resolution[1] = 6;
        s.field.levels = 3;
        s.field.base_resolution = 3;
        s.field.finest_resolution = 9;
        s.field.log2_table = 6;
        s.field.plane_resolution = 4;
        s.field.kernels = 50;
        s.field.kernel_features = 6;
        s.field.kernel = rows[i].kernel;
        s.field.kernel_low = 0.25f;
        s.field.kernel_high = 4.0f;
        s.field.unit_low = 1.0f;
        s.field.unit_high = 3.0f;
        s.field.width = 12;
        s.field.layers = 1;
        status = both_lines(r, &s, rows[i].detail);
    }
    return status;
}

enum inr_status inr_selftest_jets(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_activation_count() && status == INR_OK; i++) {
        const struct inr_activation *act = inr_activation_at(i);
        struct inr_selftest_setup s = inr_selftest_linear();
        inr_field_default(act->id, 2, 1, &s.field);
        s.field.width = 14;
        s.field.layers = 1;
        s.field.learn_constants = true;
        status = both_lines(r, &s, act->name);
    }
    return status == INR_OK ? check_encodings(r) : status;
}
