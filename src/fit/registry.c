/* SPDX-License-Identifier: MIT
 *
 * registry.c - One view over the tables of kinds, for help, completion, parsing and `inrush list`.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "inrush/signal.h"

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/init.h"
#include "field/kernels.h"
#include "field/loss.h"
#include "field/quantize.h"
#include "field/reparam.h"
#include "exec/exec.h"
#include "fit/config.h"
#include "fit/optimizer.h"
#include "fit/preset.h"
#include "fit/schedule.h"
#include "fit/task_kind.h"
#include "select/knob.h"

/* ROW_AT(preset) makes `preset_at`: the shared part of a row of that table. */
#define ROW_AT(kind, type, identity)                                                               \
    static bool kind##_at(size_t index, struct inr_registry_row *row)                              \
    {                                                                                              \
        const struct type *r = inr_##kind##_at(index);                                             \
        if (r)                                                                                     \
            *row = (struct inr_registry_row){identity, r->name, r->summary};                       \
        return r != NULL;                                                                          \
    }

ROW_AT(preset, inr_preset, (int)index)
ROW_AT(architecture, inr_architecture, r->id)
ROW_AT(activation, inr_activation, r->id)
ROW_AT(encoding, inr_encoding, r->id)
ROW_AT(init, inr_init, r->id)
ROW_AT(kernel_form, inr_kernel_form, r->id)
ROW_AT(reparam, inr_reparam, r->id)
ROW_AT(loss, inr_loss_kind, r->id)
ROW_AT(optimizer, inr_optimizer, r->id)
ROW_AT(schedule, inr_schedule, r->id)
ROW_AT(generator, inr_generator, (int)index)

static bool batch_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {(int)INR_BATCH_FULL, "full", "every sample in every step; `batch` is not used"},
        {(int)INR_BATCH_RANDOM, "random", "independent draws with replacement"},
        {(int)INR_BATCH_STRATIFIED, "stratified",
         "one draw from each of `batch` equal runs of the samples: less variance, same mean"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool interpolation_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_GRID_LINEAR, "linear", "multilinear"},
        {INR_GRID_SMOOTHSTEP, "smoothstep", "multilinear after t -> t^2 (3 - 2 t)"},
        {INR_GRID_CUBIC, "cubic",
         "cubic convolution with a = -3/4 (Keys 1981); encoding grid only"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool granularity_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_QUANTIZE_ROW, "row", "a step for each output unit"},
        {INR_QUANTIZE_TENSOR, "tensor", "a step for each weight matrix"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool step_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_QUANTIZE_AUTO, "auto",
         "learned up to 5 bits, but with quantize-clip, nested or a decay; else peak"},
        {INR_QUANTIZE_PEAK, "peak", "from the greatest weight and quantize-clip"},
        {INR_QUANTIZE_LEARNED, "learned", "trained with the weights (Esser et al. 2020, LSQ)"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool lattice_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_LATTICE_CENTRES, "centres", "pixel centres, -1 + (2 i + 1) / n"},
        {INR_LATTICE_CORNERS, "corners", "both ends included, -1 + 2 i / (n - 1)"},
        {INR_LATTICE_LEFT, "left",
         "left edges, -1 + 2 i / n, as in Kim & Fridovich-Keil 2025: half a pixel off"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool plan_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_PLAN_AUTO, "auto", "fused on a GPU where the network allows it"},
        {INR_PLAN_LAYERED, "layered", "one kernel an op"},
        {INR_PLAN_FUSED, "fused", "plain layers forward and back in one kernel, or an error"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

static bool precision_at(size_t index, struct inr_registry_row *row)
{
    static const struct inr_registry_row rows[] = {
        {INR_PRECISION_SINGLE, "fp32", "32 bits"},
        {INR_PRECISION_MIXED, "mixed", "factors of 16 bits, sums and parameters of 32"},
        {INR_PRECISION_SPLIT, "split", "factors as pairs of 16 bits, three products: nearly fp32"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *row = rows[index];
    return true;
}

/* What FreSh can be asked to choose: its knobs, after "off" and "auto". */
static bool fresh_at(size_t index, struct inr_registry_row *row)
{
    const struct inr_knob_row *knob = inr_knob_row((enum inr_knob)((int)index - INR_FRESH_FIRST));
    *row = (struct inr_registry_row){(int)index, "off", "settings are taken as they are"};
    if ((int)index == INR_FRESH_AUTO)
        *row = (struct inr_registry_row){(int)index, "auto",
                                         "the setting that fits the encoding and the activation"};
    else if ((int)index >= INR_FRESH_FIRST && knob)
        *row = (struct inr_registry_row){(int)index, knob->name, knob->what};
    return (int)index < INR_FRESH_FIRST + INR_KNOB_COUNT;
}

static const struct {
    const char *name;
    bool (*at)(size_t index, struct inr_registry_row *row);
} tables[INR_REGISTRY_COUNT] = {
    [INR_REGISTRY_PRESET] = {"preset", preset_at},
    [INR_REGISTRY_ARCHITECTURE] = {"architecture", architecture_at},
    [INR_REGISTRY_ACTIVATION] = {"activation", activation_at},
    [INR_REGISTRY_ENCODING] = {"encoding", encoding_at},
    [INR_REGISTRY_INIT] = {"init", init_at},
    [INR_REGISTRY_REPARAM] = {"reparam", reparam_at},
    [INR_REGISTRY_LOSS] = {"loss", loss_at},
    [INR_REGISTRY_OPTIMIZER] = {"optimizer", optimizer_at},
    [INR_REGISTRY_SCHEDULE] = {"schedule", schedule_at},
    [INR_REGISTRY_BATCH] = {"batch-mode", batch_at},
    [INR_REGISTRY_LATTICE] = {"lattice", lattice_at},
    [INR_REGISTRY_INTERPOLATION] = {"interpolation", interpolation_at},
    [INR_REGISTRY_KERNEL] = {"kernel", kernel_form_at},
    [INR_REGISTRY_FRESH] = {"fresh", fresh_at},
    [INR_REGISTRY_SIGNAL] = {"signal", generator_at},
    [INR_REGISTRY_TASK] = {"task", inr_task_kind_at},
    [INR_REGISTRY_READOUT] = {"readout", inr_readout_kind_at},
    [INR_REGISTRY_RESCALE] = {"rescale", inr_rescale_kind_at},
    [INR_REGISTRY_SIGN] = {"sign", inr_sign_kind_at},
    [INR_REGISTRY_GRANULARITY] = {"granularity", granularity_at},
    [INR_REGISTRY_STEP] = {"step", step_at},
    [INR_REGISTRY_PLAN] = {"plan", plan_at},
    [INR_REGISTRY_PRECISION] = {"precision", precision_at},
};

static bool known(enum inr_registry registry)
{
    return (int)registry >= 0 && registry < INR_REGISTRY_COUNT;
}

const char *inr_registry_name(enum inr_registry registry)
{
    return known(registry) ? tables[registry].name : "?";
}

bool inr_registry_at(enum inr_registry registry, size_t index, struct inr_registry_row *row)
{
    return known(registry) && tables[registry].at(index, row);
}

enum inr_status inr_registry_find(enum inr_registry registry, const char *name, int *id,
                                  struct inr_error *err)
{
    struct inr_registry_row row;
    char list[320] = "";
    size_t used = 0;
    for (size_t i = 0; inr_registry_at(registry, i, &row); i++) {
        if (strcasecmp(row.name, name) == 0) {
            *id = row.id;
            return INR_OK;
        }
        int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", row.name);
        if (n > 0 && (size_t)n < sizeof list - used)
            used += (size_t)n;
    }
    return inr_fail(err, INR_ERR_USAGE, "unknown %s \"%.64s\": choose one of %s",
                    inr_registry_name(registry), name, list);
}

const char *inr_registry_id_name(enum inr_registry registry, int id)
{
    struct inr_registry_row row;
    for (size_t i = 0; inr_registry_at(registry, i, &row); i++)
        if (row.id == id)
            return row.name;
    return "?";
}
