/* SPDX-License-Identifier: MIT
 *
 * config_table.c - The table of settings: adding one is adding a row.
 */
#include "fit/config.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "field/activation.h"
#include "field/formula.h"
#include "field/grid.h"
#include "field/scaling.h"

/* Every JSON reader holds whole numbers up to here exactly. */
#define JSON_WHOLE 9007199254740992.0
/* Batches are keyed by a 32-bit step number. */
#define STEPS_MAX 4294967295.0

#define AT(member) offsetof(struct inr_fit_config, member)
#define KIND(flag, json, group, help, registry, member)                                            \
    {                                                                                              \
        {flag, json, "NAME", group, help, registry}, INR_CONFIG_KIND, AT(member), 0, 0, 0, NULL,   \
            0, 0, false                                                                            \
    }
#define NUMBER(flag, json, value, group, help, type, member, low, high)                            \
    {                                                                                              \
        {flag, json, value, group, help, -1}, type, AT(member), 0, low, high, NULL, 0, 0, false    \
    }
#define SWITCH(flag, json, group, help, member)                                                    \
    {                                                                                              \
        {flag, json, NULL, group, help, -1}, INR_CONFIG_BOOL, AT(member), 0, 0, 1, NULL, 0, 0,     \
            false                                                                                  \
    }
#define CONSTANT(flag, json, help, name, layers, low, shorthand)                                   \
    {                                                                                              \
        {flag, json, "X", "Field", help, -1}, INR_CONFIG_CONSTANT, 0, 0, low, 1e6, name, layers,   \
            0, shorthand                                                                           \
    }
#define F INR_CONFIG_FLOAT

static const struct inr_config_row table[] = {
    {{"preset", "preset", "NAME", "Field", "start from the settings of a published family",
      INR_REGISTRY_PRESET},
     INR_CONFIG_PRESET,
     AT(preset),
     0,
     0,
     0,
     NULL,
     0,
     0,
     false},

    KIND("architecture", "network.architecture", "Field", "how the layers are joined",
         INR_REGISTRY_ARCHITECTURE, field.architecture),
    KIND("activation", "network.activation", "Field",
         "nonlinearity; resets init and the constants to its own", INR_REGISTRY_ACTIVATION,
         field.activation),
    {{"bias", "network.bias", "on|off", "Field", "layers add a bias; off: of plain mlp layers", -1},
     INR_CONFIG_BOOL,
     AT(field.bias),
     0,
     0,
     1,
     NULL,
     0,
     0,
     false},
    KIND("init", "network.init", "Field",
         "initialiser of the weights; fresh: FreSh chooses a frequency first", INR_REGISTRY_INIT,
         field.init),
    NUMBER("sigma-p", "network.sigma_p", "X", "Field",
           "vi3nr: deviation of the pre-activations; 0: solved", F, field.sigma_p, 0, 100),
    NUMBER("width", "network.n_neurons", "N", "Field", "units a hidden layer", INR_CONFIG_INT,
           field.width, 1, INR_MAX_WIDTH),
    {{"layers", "network.n_hidden_layers", "N", "Field",
      "hidden-to-hidden layers (JSON counts the first one too: one more)", -1},
     INR_CONFIG_INT,
     AT(field.layers),
     0,
     0,
     INR_MAX_LAYERS,
     NULL,
     0,
     1,
     false},
    CONSTANT("omega", "network.omega", "frequency of every activation that has one", "omega",
             INR_CONFIG_BOTH, 0, true),
    CONSTANT("first-omega", "network.first_omega", "frequency of the first activation", "omega",
             INR_CONFIG_FIRST, 0, false),
    CONSTANT("hidden-omega", "network.hidden_omega", "frequency of the other activations", "omega",
             INR_CONFIG_HIDDEN, 0, false),
    CONSTANT("sigma", "network.sigma", "inverse width of Gaussian and Gabor activations", "sigma",
             INR_CONFIG_BOTH, 0, true),
    CONSTANT("first-sigma", "network.first_sigma", "inverse width in the first activation", "sigma",
             INR_CONFIG_FIRST, 0, false),
    CONSTANT("hidden-sigma", "network.hidden_sigma", "inverse width in the others", "sigma",
             INR_CONFIG_HIDDEN, 0, false),
    CONSTANT("beta", "network.beta", "sharpness of hosc", "beta", INR_CONFIG_BOTH, 0, true),
    CONSTANT("first-beta", "network.first_beta", "sharpness in the first activation", "beta",
             INR_CONFIG_FIRST, 0, false),
    CONSTANT("hidden-beta", "network.hidden_beta", "sharpness in the others", "beta",
             INR_CONFIG_HIDDEN, 0, false),
    CONSTANT("incode-a", "network.a", "incode: logarithm of the amplitude", "a", INR_CONFIG_BOTH,
             -1e6, false),
    CONSTANT("incode-b", "network.b", "incode: logarithm of the frequency's factor", "b",
             INR_CONFIG_BOTH, -1e6, false),
    CONSTANT("incode-c", "network.c", "incode: phase", "c", INR_CONFIG_BOTH, -1e6, false),
    CONSTANT("incode-d", "network.d", "incode: offset", "d", INR_CONFIG_BOTH, -1e6, false),
    {{"stop-gradient", "network.stop_gradient", "on|off", "Field",
      "finer: hold |z| + 1 constant when differentiating, as published", -1},
     INR_CONFIG_CONSTANT_BOOL,
     0,
     0,
     0,
     1,
     "stop_gradient",
     INR_CONFIG_BOTH,
     0,
     false},
    KIND("output-activation", "network.output_activation", "Field",
         "real nonlinearity that the outputs pass last", INR_REGISTRY_ACTIVATION,
         field.output_activation),
    NUMBER("output-omega", "network.output_omega", "X", "Field",
           "... its frequency; 0: that of the other activations, else its default", F,
           field.output_omega, 0, 1e6),
    SWITCH("learn-constants", "network.learn_constants", "Field",
           "train the activations' constants too", field.learn_constants),
    NUMBER("first-bias-scale", "network.first_bias_scale", "X", "Field",
           "first bias ~ U(-X, X); -1: the initialiser's rule", F, field.first_bias_scale, -1, 1e6),
    NUMBER("rank", "network.rank", "N", "Field",
           "sl2a: rank of the hidden layers' weights; 0: full", INR_CONFIG_INT, field.rank, 0,
           INR_MAX_WIDTH),
    NUMBER("filter-scale", "network.filter_scale", "X", "Field",
           "fourier_net, gabor_net: bandwidth of the filters together", F, field.filter_scale, 1e-6,
           1e6),
    NUMBER("kernels", "kernels.count", "N", "Field",
           "neurbf: radial basis functions; 0: one for 24 samples of the signal", INR_CONFIG_INT,
           field.kernels, 0, 4194304),
    NUMBER("neighbours", "kernels.neighbours", "N", "Field",
           "neurbf: nearest of them that a point reads; 0: 4, in space 8", INR_CONFIG_INT,
           field.neighbours, 0, INR_KERNEL_NEAREST_MAX),
    NUMBER("kernel-features", "kernels.n_features", "N", "Field",
           "neurbf: learned features of each", INR_CONFIG_INT, field.kernel_features, 1, 256),
    KIND("kernel", "kernels.otype", "Field", "neurbf: form of the radial basis functions",
         INR_REGISTRY_KERNEL, field.kernel),
    NUMBER("kernel-low", "kernels.low", "X", "Field",
           "neurbf: sinusoids of a kernel's share, least frequency ...", F, field.kernel_low, 0,
           1e6),
    NUMBER("kernel-high", "kernels.high", "X", "Field", "... and greatest; both 0: none", F,
           field.kernel_high, 0, 1e6),
    NUMBER("unit-low", "kernels.unit_low", "X", "Field",
           "neurbf: sinusoids of the first layer's units, least frequency ...", F, field.unit_low,
           0, 1e6),
    NUMBER("unit-high", "kernels.unit_high", "X", "Field",
           "... and greatest; both 0: the activation instead", F, field.unit_high, 0, 1e6),
    NUMBER("scaling", "network.scaling", "N", "Field",
           "add a linear field of N Gaussians an axis for the low frequencies; 0: none",
           INR_CONFIG_INT, field.scaling, 0, INR_SCALING_MAX),
    KIND("reparam", "network.reparam", "Field", "what the hidden weights are trained as",
         INR_REGISTRY_REPARAM, field.reparam),
    NUMBER("reparam-frequencies", "network.reparam_frequencies", "N", "Field",
           "reparam: low frequencies of the basis, and as many high ones", INR_CONFIG_INT,
           field.reparam_frequencies, 1, 4096),
    NUMBER("reparam-phases", "network.reparam_phases", "N", "Field",
           "reparam: phases of each frequency", INR_CONFIG_INT, field.reparam_phases, 1, 1024),
    NUMBER("reparam-alpha", "network.reparam_alpha", "X", "Field",
           "reparam: scale of the basis, which is that of a step", F, field.reparam_alpha, 1e-9,
           1e3),
    NUMBER("edge-share", "network.edge_share", "X", "Field",
           "singularities: part of the first layer placed on edges", F, field.edge_share, 0, 1),
    KIND("encoding", "encoding.otype", "Field",
         "what the first layer reads; resets its own settings", INR_REGISTRY_ENCODING,
         field.encoding),
    NUMBER("frequencies", "encoding.n_frequencies", "N", "Field",
           "fourier: features / 2; octaves: octaves a coordinate; chebyshev: highest degree",
           INR_CONFIG_INT, field.n_frequencies, 0, 4096),
    NUMBER("encoding-sigma", "encoding.sigma", "X", "Field",
           "fourier: deviation of the frequencies, cycles a unit", F, field.encoding_sigma, 1e-6,
           1e6),
    NUMBER("octave-base", "encoding.base", "X", "Field", "octaves: lowest angular frequency", F,
           field.octave_base, 1e-6, 1e6),
    SWITCH("include-input", "encoding.include_input", "Field",
           "fourier, octaves: keep the coordinates as features", field.include_input),

    NUMBER("features", "encoding.n_features_per_level", "N", "Field",
           "tables: features an entry; 0: one a channel without a network, else by the encoding",
           INR_CONFIG_INT, field.features, 0, 256),
    KIND("interpolation", "encoding.interpolation", "Field", "tables: between the points",
         INR_REGISTRY_INTERPOLATION, field.interpolation),
    {{"resolution", "encoding.resolution", "N|WxH", "Field",
      "grid, lines of planes: points on each axis; 0: the signal's own", -1},
     INR_CONFIG_SHAPE,
     AT(field.resolution),
     0,
     0,
     65536,
     NULL,
     0,
     0,
     false},
    NUMBER("levels", "encoding.n_levels", "N", "Field", "multigrid, hash, tiled: levels",
           INR_CONFIG_INT, field.levels, 1, INR_GRID_LEVELS_MAX),
    NUMBER("base-resolution", "encoding.base_resolution", "N", "Field",
           "... points a side of the coarsest level", INR_CONFIG_INT, field.base_resolution, 1,
           65536),
    NUMBER("finest-resolution", "encoding.finest_resolution", "N", "Field",
           "... of the finest; 0: half of the signal's longest side", INR_CONFIG_INT,
           field.finest_resolution, 0, 65536),
    NUMBER("level-scale", "encoding.per_level_scale", "X", "Field",
           "... growth from level to level; 0: from base and finest", F, field.level_scale, 0, 16),
    NUMBER("log2-table", "encoding.log2_hashmap_size", "N", "Field",
           "hash, tiled: at most 2^N entries a level", INR_CONFIG_INT, field.log2_table, 3, 28),
    NUMBER("plane-resolution", "encoding.plane_resolution", "N", "Field",
           "planes: points a side of each plane", INR_CONFIG_INT, field.plane_resolution, 1, 4096),
    NUMBER("volume-resolution", "encoding.volume_resolution", "N", "Field",
           "planes: points a side of the volume, in space", INR_CONFIG_INT, field.volume_resolution,
           1, 512),

    KIND("fresh", "selection.fresh", "Field",
         "setting that FreSh chooses by the signal's spectrum; also --init fresh, --omega auto ...",
         INR_REGISTRY_FRESH, fresh),
    SWITCH("auto", "selection.auto", "Field",
           "let the signal and the budget choose everything else", automatic),

    KIND("loss", "loss.otype", "Training", "what is minimised; resets loss-constant",
         INR_REGISTRY_LOSS, loss),
    NUMBER("loss-constant", "loss.constant", "X", "Training",
           "huber, truncated: delta; relative_l2, mape: epsilon", F, loss_constant, 0, 1e6),
    NUMBER("geometry-on", "loss.on", "X", "Training", "geometry: weight of |f| on the surface, ...",
           F, geometry.on, 0, 1e6),
    NUMBER("geometry-off", "loss.off", "X", "Training", "... of exp(-sharpness |f|) off it, ...", F,
           geometry.off, 0, 1e6),
    NUMBER("geometry-sharpness", "loss.sharpness", "X", "Training", "... that sharpness, ...", F,
           geometry.sharpness, 0, 1e6),
    NUMBER("geometry-normal", "loss.normal", "X", "Training",
           "... of 1 - cos(gradient, normal) on it, ...", F, geometry.normal, 0, 1e6),
    NUMBER("geometry-eikonal", "loss.eikonal", "X", "Training",
           "... of ||gradient| - 1| anywhere, ...", F, geometry.eikonal, 0, 1e6),
    NUMBER("geometry-distance", "loss.distance", "X", "Training", "... of |f - distance| anywhere",
           F, geometry.distance, 0, 1e6),
    KIND("optimizer", "optimizer.otype", "Training", "update rule; resets beta1 to weight-decay",
         INR_REGISTRY_OPTIMIZER, optimizer),
    NUMBER("lr", "optimizer.learning_rate", "X", "Training", "initial learning rate", F, rate,
           1e-12, 1e3),
    NUMBER("beta1", "optimizer.beta1", "X", "Training", "decay of the first moment; sgd: momentum",
           F, beta1, 0, 0.999999),
    NUMBER("beta2", "optimizer.beta2", "X", "Training", "decay of the second moment", F, beta2, 0,
           0.999999),
    NUMBER("epsilon", "optimizer.epsilon", "X", "Training",
           "added to the root of the second moment", F, epsilon, 1e-30, 1),
    NUMBER("weight-decay", "optimizer.weight_decay", "X", "Training", "pull towards 0", F,
           weight_decay, 0, 1e3),
    SWITCH("sparse", "optimizer.sparse", "Training",
           "tables: leave entries without a gradient alone, and count steps for each by itself",
           sparse),
    NUMBER("ema", "optimizer.ema", "X", "Training",
           "results are of parameters averaged over steps, with this decay; 0: of the last", F, ema,
           0, 0.999999),
    NUMBER("table-rate", "optimizer.table_rate", "X", "Training",
           "tables: their learning rate / lr", F, table_rate, 1e-6, 1e6),
    NUMBER("tv", "training.tv", "X", "Training",
           "tables: weight of the total variation of the entries", F, table_tv, 0, 1e6),
    NUMBER("table-l2", "training.table_l2", "X", "Training",
           "tables: weight of half the sum of squares of the entries", F, table_l2, 0, 1e6),
    SWITCH("fixed-point", "training.fixed_point", "Training",
           "tables: add gradients as whole numbers, in any order to the same sum", fixed_point),
    KIND("schedule", "training.schedule", "Training", "how the rate falls over the budget",
         INR_REGISTRY_SCHEDULE, schedule),
    NUMBER("schedule-final", "training.schedule_final", "X", "Training",
           "cosine, exponential: last rate / first rate", F, schedule_final, 1e-9, 1e3),
    NUMBER("schedule-factor", "training.schedule_factor", "X", "Training",
           "step: multiply the rate by X ...", F, schedule_factor, 1e-9, 1e3),
    NUMBER("schedule-period", "training.schedule_period", "X", "Training",
           "... each time this fraction of the budget has passed", F, schedule_period, 1e-6, 1),
    NUMBER("decay-start", "training.decay_start", "N", "Training",
           "decay: multiply the rate by decay-base in step N, from 0 ...", INR_CONFIG_U64,
           decay_start, 0, STEPS_MAX),
    NUMBER("decay-interval", "training.decay_interval", "N", "Training",
           "... again every N steps ...", INR_CONFIG_U64, decay_interval, 1, STEPS_MAX),
    NUMBER("decay-end", "training.decay_end", "N", "Training", "... for the last time by step N",
           INR_CONFIG_U64, decay_end, 0, STEPS_MAX),
    NUMBER("decay-base", "training.decay_base", "X", "Training",
           "decay: what the rate is multiplied by", F, decay_base, 1e-9, 1e3),
    NUMBER("warmup", "training.warmup", "X", "Training",
           "fraction of the budget over which the rate rises from 0", F, warmup, 0, 0.999),
    KIND("batch-mode", "training.batch_mode", "Training", "how a step draws its samples",
         INR_REGISTRY_BATCH, batch_mode),
    NUMBER("batch", "training.batch", "N", "Training", "samples a step", INR_CONFIG_U32, batch, 1,
           1073741824),
    NUMBER("seed", "training.seed", "N", "Training", "of the initial weights and the batches",
           INR_CONFIG_U64, seed, 0, JSON_WHOLE),
    NUMBER("target-low", "training.target_low", "X", "Training", "what the field outputs for black",
           F, target_low, -1e6, 1e6),
    NUMBER("target-high", "training.target_high", "X", "Training",
           "what the field outputs for white", F, target_high, -1e6, 1e6),
    KIND("lattice", "training.lattice", "Training",
         "where the coordinates of a grid of samples lie", INR_REGISTRY_LATTICE, lattice),
    /* The same as files of the first versions have it. */
    {{"corners", "training.corners", NULL, "Training",
      "as --lattice corners: coordinates from -1 to 1 inclusive", -1},
     INR_CONFIG_INT_BOOL,
     AT(lattice),
     0,
     0,
     1,
     NULL,
     0,
     0,
     true},

    KIND("task", "task.otype", "Task", "what fitting means", INR_REGISTRY_TASK, task.kind),
    KIND("rescale", "task.rescale", "Task", "what of a signal's range becomes [0,1]",
         INR_REGISTRY_RESCALE, task.rescale),
    NUMBER("threshold", "task.threshold", "X", "Task", "occupancy: a point is inside above X", F,
           task.threshold, -1e6, 1e6),
    NUMBER("noise", "task.noise", "X", "Task", "denoise: deviation of the noise added", F,
           task.noise, 0, 1e6),
    NUMBER("keep", "task.keep", "X", "Task", "inpaint: share of the samples that is known", F,
           task.keep, 1e-6, 1),
    NUMBER("factor", "task.factor", "N", "Task",
           "super_resolution: points of an axis that become one", INR_CONFIG_U32, task.factor, 2,
           64),
    KIND("readout", "task.readout", "Task", "super_resolution: what a sample sees of the field",
         INR_REGISTRY_READOUT, task.readout),
    NUMBER("angles", "task.angles", "N", "Task",
           "ct: projections from 0 to 180 degrees, both included", INR_CONFIG_U32, task.angles, 1,
           65536),

    KIND("sign", "task.sign", "Task", "sdf, occupancy: how the inside of a mesh is told",
         INR_REGISTRY_SIGN, task.sign),
    NUMBER("surface-share", "task.surface_share", "X", "Task",
           "sdf: part of the samples on the surface ...", F, task.surface_share, 0, 1),
    NUMBER("near-share", "task.near_share", "X", "Task",
           "... and near it; the others lie anywhere in the cube", F, task.near_share, 0, 1),
    NUMBER("near-sigma", "task.near_sigma", "X", "Task",
           "sdf: deviation of those near it, where the shape is about 2 long", F, task.near_sigma,
           1e-6, 1),
    NUMBER("pool", "task.pool", "N", "Task", "sdf: samples held to draw batches from",
           INR_CONFIG_U32, task.pool, 1024, 1073741824),
    NUMBER("reuse", "task.reuse", "N", "Task",
           "sdf: times a sample is used on average before another takes its place", INR_CONFIG_U32,
           task.reuse, 1, 1048576),
    NUMBER("spacing", "task.spacing", "X", "Task",
           "sdf of an array: distance of neighbouring samples in the units of its values", F,
           task.spacing, 1e-9, 1e9),

    NUMBER("steps", "budget.steps", "N", "Budget", "optimiser steps", INR_CONFIG_U64, steps, 0,
           STEPS_MAX),
    NUMBER("time", "budget.seconds", "SECONDS", "Budget", "of training", INR_CONFIG_DOUBLE, seconds,
           0, 1e9),
    NUMBER("psnr", "budget.psnr", "DB", "Budget", "stop when the picture is this good",
           INR_CONFIG_DOUBLE, psnr, 0, 200),
    NUMBER("save-every", "budget.save_every", "N", "Budget", "steps between checkpoints; 0: none",
           INR_CONFIG_U64, save_every, 0, STEPS_MAX),
    SWITCH("keep-state", "budget.keep_state", "Budget",
           "keep the optimiser's state in the file, so that the fit can go on", keep_state),

    {{"device", "device.name", "NAME", "Device", "auto, cpu, gpu, a number, or part of a name", -1},
     INR_CONFIG_TEXT,
     AT(device),
     sizeof((struct inr_fit_config *)0)->device,
     0,
     0,
     NULL,
     0,
     0,
     false},
    NUMBER("threads", "device.threads", "N", "Device", "of the CPU; 0: all", INR_CONFIG_INT,
           threads, 0, 4096),
    NUMBER("memory-limit", "device.memory_limit", "SIZE", "Device",
           "of the device, as bytes or with KiB, MiB, GiB; 0: its own", INR_CONFIG_BYTES,
           memory_limit, 0, JSON_WHOLE),

    /* Rows without a flag, which come last, are facts of a model rather than settings of a fit. */
    SWITCH("", "network.collapsed", "", "the weights are plain: what reparam trained has ended",
           field.collapsed),
};

const struct inr_config_row *inr_config_row_at(size_t index)
{
    return index < sizeof table / sizeof table[0] ? &table[index] : NULL;
}

const struct inr_config_row *inr_config_row_by_flag(const char *flag)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (flag[0] && strcasecmp(table[i].setting.flag, flag) == 0)
            return &table[i];
    return NULL;
}

bool inr_setting_at(size_t index, struct inr_setting *setting)
{
    const struct inr_config_row *row = inr_config_row_at(index);
    if (!row || !row->setting.flag[0])
        return false;
    *setting = row->setting;
    return true;
}

int inr_config_constant(const struct inr_config_row *row, const struct inr_fit_config *config)
{
    const struct inr_activation *act = inr_activation_by_id(config->field.activation);
    return row->constant && act ? inr_activation_constant(act, row->constant) : -1;
}
