/* SPDX-License-Identifier: MIT
 *
 * selftest.c - Small programs run on a device and on the CPU, compared.
 */
#include "exec/selftest.h"

#include <stdio.h>

#include "common/optimizer.glsl"
#include "exec/selftest_case.h"
#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/reparam.h"

static enum inr_status check_samples(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int mode;
        enum inr_depth depth;
        bool points;
        int lattice;
    } rows[] = {{"full batch, 8 bits", INR_BATCH_FULL, INR_DEPTH_U8, false, false},
                {"random batch, 16 bits", INR_BATCH_RANDOM, INR_DEPTH_U16, false, false},
                {"stratified batch, float", INR_BATCH_STRATIFIED, INR_DEPTH_F32, false, false},
                {"grid with corners", INR_BATCH_FULL, INR_DEPTH_U8, false, true},
                {"explicit points, 8 bits", INR_BATCH_RANDOM, INR_DEPTH_U8, true, false}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        s.exec.batch_mode = rows[i].mode;
        s.exec.batch = rows[i].mode == INR_BATCH_FULL ? INR_SELFTEST_POOL : INR_SELFTEST_BATCH;
        s.depth = rows[i].depth;
        s.points = rows[i].points;
        s.lattice = rows[i].lattice;
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status = inr_selftest_gradients(r, p, "sample", rows[i].detail,
                                            INR_SELFTEST_TOLERANCE_LINEAR);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

static enum inr_status check_encodings(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_encoding_count() && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        if (inr_encoding_at(i)->tables)
            continue;
        s.field.encoding = inr_encoding_at(i)->id;
        s.field.n_frequencies = s.field.encoding == INR_ENCODING_FOURIER ? 9 : 6;
        s.field.include_input = s.field.encoding == INR_ENCODING_OCTAVES;
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status = inr_selftest_values(r, p, "encode", inr_encoding_at(i)->name,
                                         INR_SELFTEST_TOLERANCE_VALUE);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

/* Widths around the tiles of the matrix kernel, and the smallest. */
static enum inr_status check_products(const struct inr_selftest_report *r)
{
    static const int widths[] = {1, 31, 67};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        char detail[48];
        s.field.width = widths[i];
        s.field.layers = 1;
        snprintf(detail, sizeof detail, "%d x %d", widths[i], widths[i]);
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status =
                inr_selftest_values(r, p, "matmul forward", detail, INR_SELFTEST_TOLERANCE_LINEAR);
        if (status == INR_OK)
            status = inr_selftest_gradients(r, p, "matmul gradients", detail,
                                            INR_SELFTEST_TOLERANCE_LINEAR);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

/* The gradient of an activation's field in two lines: weights, and constants where they learn. */
static enum inr_status activation_gradients(const struct inr_selftest_report *r,
                                            struct inr_selftest_pair *p, const char *name)
{
    enum inr_status status = inr_selftest_fetch(r, p);
    if (status != INR_OK)
        return status;
    size_t constants = p->program->n_trainable;
    for (size_t i = p->field->n_slices; i-- > 0;)
        if (p->field->slices[i].role == INR_ROLE_CONSTANTS)
            constants = p->field->slices[i].offset;
    inr_selftest_line(r, p, 0, constants, "act backward", name, INR_SELFTEST_TOLERANCE_GRADIENT);
    if (constants < p->program->n_trainable)
        inr_selftest_line(r, p, constants, p->program->n_trainable - constants, "act constants",
                          name, INR_SELFTEST_TOLERANCE_GRADIENT);
    return INR_OK;
}

static enum inr_status check_activations(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_activation_count() && status == INR_OK; i++) {
        const struct inr_activation *act = inr_activation_at(i);
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        inr_field_default(act->id, 2, INR_SELFTEST_CHANNELS, &s.field);
        s.field.width = 14;
        s.field.layers = 1;
        s.field.learn_constants = true;
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status =
                inr_selftest_values(r, p, "act forward", act->name, INR_SELFTEST_TOLERANCE_VALUE);
        if (status == INR_OK)
            status = activation_gradients(r, p, act->name);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

/* Complex weights: the map into real products and its pull-back; weights over fixed bases. */
static enum inr_status check_maps(const struct inr_selftest_report *r)
{
    struct inr_selftest_setup s = inr_selftest_linear();
    inr_field_default(inr_activation_by_name("wire2d")->id, 2, INR_SELFTEST_CHANNELS, &s.field);
    s.field.width = 10;
    s.field.layers = 2;
    enum inr_status status =
        inr_selftest_both(r, &s, "map forward", "map backward", "complex weights");
    for (size_t i = 1; i < inr_reparam_count() && status == INR_OK; i++) {
        s = inr_selftest_linear();
        inr_field_default(inr_activation_by_name("sine")->id, 2, INR_SELFTEST_CHANNELS, &s.field);
        s.field.width = 11;
        s.field.layers = 1;
        s.field.reparam = inr_reparam_at(i)->id;
        s.field.reparam_frequencies = 4;
        s.field.reparam_phases = 3;
        s.field.reparam_alpha = 0.2f;
        status = inr_selftest_both(r, &s, "map forward", "map backward", inr_reparam_at(i)->name);
    }
    if (status != INR_OK)
        return status;
    s = inr_selftest_linear();
    inr_field_default(inr_activation_by_name("sine")->id, 2, INR_SELFTEST_CHANNELS, &s.field);
    s.field.width = 90; /* a row is longer than a workgroup */
    s.field.layers = 1;
    s.field.quantizer.bits = 5;
    s.field.quantised = true;
    status = inr_selftest_both(r, &s, "quantize", "map backward", "quantised weights");
    s.field.quantizer.compand = 2;
    s.field.quantizer.step = INR_QUANTIZE_LEARNED;
    return status == INR_OK
               ? inr_selftest_both(r, &s, "quantize", "quantize learn", "learnt steps, companded")
               : status;
}

/* Architectures: ops that join branches, with a scaling field beside each, whose sum they end with.
 */
static enum inr_status check_architectures(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_architecture_count() && status == INR_OK; i++) {
        const struct inr_architecture *architecture = inr_architecture_at(i);
        struct inr_selftest_setup s = inr_selftest_linear();
        if (architecture->id == INR_ARCHITECTURE_NONE || /* goes with tables */
            architecture->id == INR_ARCHITECTURE_NEURBF) /* has lines of its own */
            continue;
        inr_field_default(inr_activation_by_name("tanh")->id, 2, INR_SELFTEST_CHANNELS, &s.field);
        s.field.architecture = architecture->id;
        s.field.width = 21;
        s.field.layers = 2;
        s.field.rank = 6;
        s.field.filter_scale = 4.0f;
        s.field.scaling = 3;
        if (architecture->id == INR_ARCHITECTURE_SL2A) {
            s.field.encoding = INR_ENCODING_CHEBYSHEV;
            s.field.n_frequencies = 9;
        }
        status =
            inr_selftest_both(r, &s, "program forward", "program backward", architecture->name);
        if (status == INR_OK && architecture->id == INR_ARCHITECTURE_SL2A) {
            s.lookup = true;
            status =
                inr_selftest_both(r, &s, "lookup forward", "lookup backward", architecture->name);
        }
    }
    return status;
}

static enum inr_status check_losses(const struct inr_selftest_report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_loss_count() && status == INR_OK; i++)
        if (!inr_loss_at(i)->jets) /* those have lines of their own */
            status = inr_selftest_loss(r, inr_selftest_linear(), inr_loss_at(i), "loss", "reduce",
                                       INR_SELFTEST_TOLERANCE_LINEAR);
    return status;
}

/* Measurements of the whole pool: as many angles as it has rows. */
static enum inr_status check_readouts(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int kind;
    } rows[] = {{"projections", INR_READ_RADON}, {"means", INR_READ_MEAN}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        s.depth = INR_DEPTH_F32;
        s.exec.batch_mode = INR_BATCH_FULL;
        s.exec.batch = INR_SELFTEST_POOL;
        s.readout =
            (struct inr_readout){.kind = rows[i].kind,
                                 .dims = 2,
                                 .shape = {INR_SELFTEST_POOL_WIDTH, INR_SELFTEST_POOL_HEIGHT, 1},
                                 .factor = 1,
                                 .angles = INR_SELFTEST_POOL_HEIGHT};
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status = inr_selftest_gradients(r, p, "readout", rows[i].detail,
                                            INR_SELFTEST_TOLERANCE_GRADIENT);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

static enum inr_status check_optimizers(const struct inr_selftest_report *r)
{
    static const struct {
        const char *name;
        int kind;
        float decay, absolute;
    } rows[] = {{"adam", INR_OPTIMIZER_ADAM, 0.0f, 0.1f},
                {"adamw", INR_OPTIMIZER_ADAMW, 0.05f, 0.0f},
                {"sgd", INR_OPTIMIZER_SGD, 0.05f, 0.1f},
                {"muon", INR_OPTIMIZER_MUON, 0.05f, 0.1f}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = inr_selftest_linear();
        struct inr_selftest_pair *p = NULL;
        s.exec.optimizer.kind = rows[i].kind;
        s.exec.optimizer.average = true;
        s.exec.optimizer.weight_decay = rows[i].decay;
        s.exec.optimizer.absolute_decay = rows[i].absolute;
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status = inr_selftest_updates(r, p, rows[i].name);
        if (status == INR_OK)
            status =
                inr_selftest_values(r, p, "average", rows[i].name, INR_SELFTEST_TOLERANCE_LINEAR);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

enum inr_status inr_selftest_run(const struct inr_device *device, const struct inr_log *log,
                                 inr_selftest_fn fn, void *user, struct inr_error *err)
{
    static enum inr_status (*const checks[])(const struct inr_selftest_report *) = {
        check_samples, check_encodings,     check_products,      check_activations,
        check_maps,    check_architectures, inr_selftest_tables, inr_selftest_jets,
        check_losses,  check_readouts,      check_optimizers,    inr_selftest_fused};
    const struct inr_selftest_report report = {device, log, fn, user, err};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && status == INR_OK; i++)
        status = checks[i](&report);
    return status;
}
