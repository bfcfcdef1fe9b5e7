/* SPDX-License-Identifier: MIT
 *
 * preset.c - The table of presets.
 *
 * Frequencies, widths and initialisers are published ones; Gauss's sigma is that of WIRE's code
 * (10): 30, as in FINER's, reached less in four times the steps. Learning rates are published for
 * full batches and thousands of passes: SIREN 1e-4, FINER 5e-4, WIRE and Gauss 5e-3, ReLU 1e-3.
 * Ours are for small stratified batches under a cosine. Measured with 1600 batches of 2048, PSNR in
 * dB:
 *
 *     preset   kodim05, rate and PSNR                    kodim23
 *     siren    3e-4 23.5   5e-4 24.1   1e-3 19.3         5e-4 31.5
 *     finer    3e-4 25.2   5e-4 25.0                     3e-4 33.1
 *     wire     1e-3 17.3   3e-3 18.0   5e-3 16.6         3e-3 22.5
 *     wire2d   1e-3 21.1   3e-3 21.1
 *     relu     1e-3 16.7   3e-3 16.8
 *     pe       1e-3 21.0   3e-3 21.3
 *     ffn      1e-3 24.1   3e-3 24.3
 *     gauss    sigma 30: 5e-4 18.2   1e-3 18.3   3e-3 15.3
 *              sigma 10, a quarter of the steps: 1e-3 20.2   3e-3 20.0
 *
 * With 600 batches of 2048, on kodim05 only, one rate each but where two are given:
 *
 *     siren        5e-4 22.0 (to compare)   mfn       1e-2 22.5
 *     sl2a         1e-3 23.1                gabornet  1e-2 23.1
 *     fr           1e-4 21.7   5e-4 14.0    chebykan  1e-3 19.8
 *     progressive  1e-3 15.2   3e-3 15.2    paon      1e-3 17.3
 *
 * Shapes: IoU and mean error of the mesh "spot" after few batches (100 to 300), before and after:
 * gauss sigma 10 0.39, 0.11, 4 0.97, 0.025; wire 10, 20 at 3e-3 0.06, 0.35, 5, 5 at 1e-3 0.34,
 * 0.11; grid of 96 points 0.37, 0.21, of 64 with total variation 0.92, 0.034.
 *
 * Hash grids on the bunny, 30 s of 2400 to 3200 batches of 8192, IoU and that near the surface:
 * rate 1e-2 0.994, 0.936 (a quarter of the reuse: 0.995, 0.938), 2e-3 0.998, 0.980.
 *
 * progressive has little more than its Gaussians by then: a finer first layer (75, 30) and
 * placed ridges end at 15.1 and 15.2. Rates of sl2a, mfn, gabornet and fr are the published ones.
 *
 * neurbf, 1000 batches of 8192, rate of the tables / of the network: kodim05 5e-3 / 5e-3 39.4 (hash
 * at 1.04 times the parameters: 36.6), 5e-3 / 1e-2 38.7, 1e-2 / 5e-3 38.2; on a crop of 256 x
 * 256 42.8 with both sinusoid compositions and 42.2 with that of the kernels alone, 38.0 without
 * the grid.
 *
 * pe and ffn start from PyTorch's default, as Tancik's and the benchmark's code do: with Kaiming
 * weights pe stays 4 dB lower. At equal samples a batch of 8192 costs siren 1 dB against 2048.
 */
#include "fit/preset.h"

#include <string.h>
#include <strings.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/init.h"
#include "field/loss.h"
#include "field/quantize.h"
#include "fit/optimizer.h"
#include "fit/schedule.h"
#include "fit/task_kind.h"

static const struct inr_preset table[] = {
    {.name = "siren",
     .summary = "sine, omega 30 (Sitzmann et al. 2020)",
     .activation = "sine",
     .encoding = "identity",
     .init = "siren",
     .constants = {30},
     .rate = 5e-4f,
     .target_low = -1,
     .steps = 3000,
     .shape = {"lr", "2e-4"},
     .shape_steps = 5000},
    {.name = "wire",
     .summary = "complex Gabor wavelet, omega 20, sigma 30 (Saragadam et al. 2023)",
     .activation = "wire",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {20, 30},
     .rate = 3e-3f,
     .target_low = -1,
     .steps = 3000,
     .shape = {"omega", "5", "sigma", "5", "lr", "1e-3"},
     .shape_steps = 3000},
    {.name = "wire2d",
     .summary =
         "complex Gabor wavelet with a 2-D window, omega 10, sigma 10 (Saragadam et al. 2023)",
     .activation = "wire2d",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {10, 10},
     .rate = 3e-3f,
     .target_low = -1,
     .steps = 3000},
    {.name = "gauss",
     .summary = "Gaussian, sigma 10 as an inverse width (Ramasinghe & Lucey 2022)",
     .activation = "gauss",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {10},
     .rate = 1e-3f,
     .target_low = -1,
     .steps = 3000,
     .shape = {"sigma", "4"},
     .shape_steps = 5000},
    {.name = "finer",
     .summary = "sine of variable frequency, omega 30 (Liu et al. 2024)",
     .activation = "finer",
     .encoding = "identity",
     .init = "siren",
     .constants = {30},
     .rate = 3e-4f,
     .target_low = -1,
     .steps = 3000,
     .shape = {"first-bias-scale", "1", "lr", "1.2e-4"},
     .shape_steps = 5000},
    {.name = "relu",
     .summary = "plain ReLU on coordinates: the baseline that stays blurred",
     .activation = "relu",
     .encoding = "identity",
     .init = "kaiming",
     .rate = 3e-3f,
     .target_low = -1,
     .steps = 3000},
    {.name = "pe",
     .summary = "ReLU on 10 octaves of sines (NeRF, Mildenhall et al. 2020)",
     .activation = "relu",
     .encoding = "octaves",
     .init = "pytorch",
     .n_frequencies = 10,
     .rate = 3e-3f,
     .target_low = 0,
     .steps = 3000},
    {.name = "ffn",
     .summary = "ReLU on 256 random Fourier features, sigma 10 (Tancik et al. 2020)",
     .activation = "relu",
     .encoding = "fourier",
     .init = "pytorch",
     .n_frequencies = 256,
     .encoding_sigma = 10,
     .rate = 3e-3f,
     .target_low = 0,
     .steps = 3000},
    {.name = "sl2a",
     .summary =
         "Chebyshev series of degree 256 that modulate layers of rank 128 (SL2A, Rezaeian et "
         "al. 2025)",
     .architecture = "sl2a",
     .activation = "relu",
     .encoding = "chebyshev",
     .init = "pytorch",
     .n_frequencies = 256,
     .rate = 1e-3f,
     .target_low = 0,
     .steps = 3000,
     .shape_steps = 3000},
    {.name = "mfn",
     .summary = "products of sinusoids of the coordinates (FourierNet, Fathony et al. 2021)",
     .architecture = "fourier_net",
     .activation = "sine",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {1},
     .rate = 1e-2f,
     .target_low = -1,
     .steps = 3000},
    {.name = "gabornet",
     .summary = "products of sinusoids in Gaussian windows (GaborNet, Fathony et al. 2021)",
     .architecture = "gabor_net",
     .activation = "sine",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {1},
     .rate = 1e-2f,
     .target_low = -1,
     .steps = 3000},
    {.name = "fr",
     .summary = "sine, omega 30, hidden weights trained over a Fourier basis (Shi et al. 2024)",
     .activation = "sine",
     .encoding = "identity",
     .init = "siren",
     .reparam = "fourier",
     .constants = {30},
     .rate = 1e-4f,
     .target_low = -1,
     .steps = 3000},
    {.name = "chebykan",
     .summary = "ReLU on Chebyshev polynomials to degree 64: a Chebyshev KAN's first layer",
     .activation = "relu",
     .encoding = "chebyshev",
     .init = "pytorch",
     .n_frequencies = 64,
     .rate = 1e-3f,
     .target_low = 0,
     .steps = 3000},
    {.name = "paon",
     .summary = "Pade neurons on 10 octaves of sines (Keles & Tekalp 2024)",
     .activation = "paon",
     .encoding = "octaves",
     .init = "paon",
     .n_frequencies = 10,
     .rate = 1e-3f,
     .target_low = -1,
     .steps = 3000},
    {.name = "progressive",
     .summary = "progressive wavelets beside 8 x 8 Gaussians for the low frequencies (Roddenberry "
                "et al. 2024)",
     .activation = "morlet",
     .encoding = "identity",
     .init = "pytorch",
     .constants = {25, 10},
     .hidden = {20, 10},
     .scaling = 8,
     .rate = 1e-3f,
     .target_low = -1,
     .steps = 3000},
    {.name = "grid",
     .summary = "a dense grid with cubic interpolation and no network (Kim & Fridovich-Keil 2025)",
     .architecture = "none",
     .activation = "relu",
     .encoding = "grid",
     .init = "pytorch",
     .rate = 1e-1f,
     .target_low = 0,
     .steps = 1000,
     .settings = {"resolution", "256", "interpolation", "cubic", "batch-mode", "full"},
     .shape = {"resolution", "64", "interpolation", "linear", "batch-mode", "stratified", "batch",
               "16384", "tv", "0.001"},
     .shape_steps = 2000},
    {.name = "multigrid",
     .summary = "16 dense grids to half the signal's resolution, ReLU network 64 x 2",
     .activation = "relu",
     .encoding = "multigrid",
     .init = "xavier",
     .rate = 1e-2f,
     .target_low = -1,
     .steps = 1000,
     .settings = {"width", "64", "layers", "1", "batch", "8192", "beta2", "0.99", "epsilon",
                  "1e-15", "sparse", "on", "table-rate", "4", "schedule-final", "0.05"},
     .shape = {"levels", "8", "base-resolution", "8", "finest-resolution", "96"},
     .shape_steps = 2000},
    {.name = "hash",
     .summary = "16 grids in hash tables of 2^19, ReLU network 64 x 2 (Mueller et al. 2022)",
     .activation = "relu",
     .encoding = "hash",
     .init = "xavier",
     .rate = 1e-2f,
     .target_low = -1,
     .steps = 1000,
     .settings = {"width", "64", "layers", "1", "batch", "8192", "beta2", "0.99", "epsilon",
                  "1e-15", "sparse", "on", "table-rate", "4", "schedule-final", "0.05"},
     .shape = {"finest-resolution", "512", "log2-table", "15", "lr", "2e-3"},
     .shape_steps = 3000},
    {.name = "neurbf",
     .summary =
         "kernels placed on the signal beside two coarse grids, sinusoid composition (NeuRBF, "
         "Chen et al. 2023)",
     .architecture = "neurbf",
     .activation = "relu",
     .encoding = "multigrid",
     .init = "pytorch",
     .rate = 5e-3f,
     .target_low = 0,
     .steps = 1000,
     .settings = {"levels", "2", "width", "64", "layers", "1", "batch", "8192", "beta2", "0.99",
                  "epsilon", "1e-15", "sparse", "on"},
     .shape = {"encoding",          "hash", "levels",          "8",  "features", "1",
               "finest-resolution", "512",  "log2-table",      "15", "kernels",  "16384",
               "neighbours",        "8",    "kernel-features", "16", "kernel",   "hat",
               "kernel-low",        "1",    "kernel-high",     "8",  "unit-low", "30",
               "unit-high",         "300"},
     .shape_steps = 2000},
    {.name = "planes",
     .summary = "GA-Planes: lines and planes multiplied and added, ReLU decoder (Sivgin et al. "
                "2025)",
     .activation = "relu",
     .encoding = "planes",
     .init = "pytorch",
     .rate = 1e-2f,
     .target_low = 0,
     .steps = 1000,
     .settings = {"width", "64", "layers", "0", "batch", "16384"}},
};

size_t inr_preset_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_preset *inr_preset_at(size_t index)
{
    return index < inr_preset_count() ? &table[index] : NULL;
}

const struct inr_preset *inr_preset_by_name(const char *name)
{
    for (size_t i = 0; i < inr_preset_count(); i++)
        if (strcasecmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

uint64_t inr_preset_steps(const struct inr_fit_config *config)
{
    const struct inr_preset *preset = inr_preset_by_name(config->preset);
    if (!preset)
        return 1000;
    return config->task.shape && preset->shape_steps ? preset->shape_steps : preset->steps;
}

static enum inr_status fill_field(const struct inr_preset *preset, struct inr_field_config *field,
                                  struct inr_error *err)
{
    int activation = 0;
    enum inr_status status =
        inr_registry_find(INR_REGISTRY_ACTIVATION, preset->activation, &activation, err);
    if (status != INR_OK)
        return status;
    /* The dimensions of an RGB image; a fit replaces them by its signal's. */
    inr_field_default(activation, 2, 3, field);
    status = inr_registry_find(INR_REGISTRY_ENCODING, preset->encoding, &field->encoding, err);
    if (status == INR_OK)
        status = inr_registry_find(INR_REGISTRY_INIT, preset->init, &field->init, err);
    if (status == INR_OK && preset->architecture)
        status = inr_registry_find(INR_REGISTRY_ARCHITECTURE, preset->architecture,
                                   &field->architecture, err);
    if (status == INR_OK && preset->reparam)
        status = inr_registry_find(INR_REGISTRY_REPARAM, preset->reparam, &field->reparam, err);
    memcpy(field->first, preset->constants, sizeof field->first);
    memcpy(field->hidden, preset->hidden[0] != 0.0f ? preset->hidden : preset->constants,
           sizeof field->hidden);
    field->scaling = preset->scaling;
    field->n_frequencies = preset->n_frequencies;
    if (preset->encoding_sigma > 0.0f)
        field->encoding_sigma = preset->encoding_sigma;
    return status;
}

static enum inr_status apply(const char *const settings[2 * INR_PRESET_SETTINGS],
                             struct inr_fit_config *config, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (int i = 0; status == INR_OK && i < INR_PRESET_SETTINGS && settings[2 * i]; i++)
        status = inr_fit_config_set(config, settings[2 * i], settings[2 * i + 1], err);
    return status;
}

enum inr_status inr_fit_preset(const char *name, struct inr_fit_config *config,
                               struct inr_error *err)
{
    int id = 0;
    enum inr_status status = inr_registry_find(INR_REGISTRY_PRESET, name, &id, err);
    if (status != INR_OK)
        return status;
    const struct inr_preset *preset = inr_preset_at((size_t)id);
    const struct inr_optimizer *optimizer = inr_optimizer_by_id(inr_optimizer_default());
    struct inr_fit_config made = {
        .loss = inr_loss_at(0)->id,
        .loss_constant = inr_loss_at(0)->constant_default,
        .geometry = {3e3f, 1e2f, 1e2f, 1e2f, 5e1f, 0.0f}, /* SIREN's code */
        .optimizer = optimizer->id,
        .rate = preset->rate,
        .beta1 = optimizer->beta1,
        .beta2 = optimizer->beta2,
        .epsilon = optimizer->epsilon,
        .weight_decay = optimizer->weight_decay,
        .table_rate = 1.0f,
        .schedule = INR_SCHEDULE_COSINE,
        .schedule_final = 0.01f,
        .quantize_start = 0.3f,
        .schedule_factor = 0.5f,
        .schedule_period = 0.25f,
        .decay_start = 10000,
        .decay_interval = 10000,
        .decay_end = 10000000,
        .decay_base = 0.1f,
        .batch_mode = (int)INR_BATCH_STRATIFIED,
        .batch = 2048,
        .target_low = preset->target_low,
        .target_high = 1.0f,
        .device = "auto",
        .task = inr_task_default(),
    };
    strncpy(made.preset, preset->name, sizeof made.preset - 1);
    status = fill_field(preset, &made.field, err);
    made.field.quantizer.step = INR_QUANTIZE_AUTO;
    if (status == INR_OK)
        status = apply(preset->settings, &made, err);
    if (status == INR_OK)
        *config = made;
    return status;
}

/* What shapes ask of every preset. The rates of sine fields for pictures roughen surfaces the
 * longer they last: 20 000 batches of Stanford's bunny, IoU near the surface and angle of normals,
 * SIREN at 5e-4 0.692 and 32 degrees, 2e-4 0.981 and 5.9; FINER at 3e-4 0.905 and 12, 1.2e-4 0.982
 * and 4.4. 5000 batches of SIREN, 2e-4 0.969 and 4.9, 1e-4 0.964 and 5.1. The bunny after 340
 * batches of 8192 of a hash grid and 400 of 4096 of SIREN at 1e-4, IoU and mean error: l1 0.992,
 * 0.0068 and 0.984, 0.017; mape 0.989, 0.0093 and 0.782, 0.26. */
static const char *const distances[2 * INR_PRESET_SETTINGS] = {"loss", "l1"};
/* Inside is 1, outside 0. */
static const char *const insides[2 * INR_PRESET_SETTINGS] = {
    "surface-share",     "0",       "near-share", "0.5", "target-low", "0",
    "output-activation", "sigmoid", "loss",       "bce"};

/* Distances of points are those of a guessed surface: the loss asks for less. The normal's sign is
 * that of the field at once, so half of the samples suffice. SIREN's own loss, without the
 * distance, is left with surfaces of its first values in the air. 100 000 points of spot and of the
 * bunny, 200 batches of 2048, 128 wide, IoU by the weight of the distance: 0 0.75 and 0.59, 500
 * (bunny) 0.96, 1000 0.992 and 0.990, 2000 0.992 and 0.989; weight 1000 at other rates than 5e-4,
 * spot: 1e-4 0.80, 1e-3 0.988; 600 batches of the bunny, 5e-4 0.991, 2e-4 0.992. */
static const char *const points_only[2 * INR_PRESET_SETTINGS] = {
    "loss", "geometry", "surface-share", "0.5", "near-share", "0", "geometry-distance", "1000"};

enum inr_status inr_fit_preset_shape(const char *name, int task, bool points,
                                     struct inr_fit_config *config, struct inr_error *err)
{
    struct inr_fit_config made;
    enum inr_status status = inr_fit_preset(name, &made, err);
    if (status != INR_OK)
        return status;
    const struct inr_preset *preset = inr_preset_by_name(name);
    const bool inside = task == INR_TASK_OCCUPANCY;
    made.task.shape = true;
    made.task.kind = inside ? task : INR_TASK_SDF;
    made.field.dims = 3;
    made.field.channels = 1;
    status = apply(inside ? insides : distances, &made, err);
    if (status == INR_OK)
        status = apply(preset->shape, &made, err);
    if (status == INR_OK && points && !inside)
        status = apply(points_only, &made, err);
    if (status == INR_OK)
        *config = made;
    return status;
}
