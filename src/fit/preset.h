/* SPDX-License-Identifier: MIT
 *
 * preset.h - The table of presets: the published families with settings that work as they are.
 */
#ifndef INR_FIT_PRESET_H
#define INR_FIT_PRESET_H

#include "inrush/fit.h"

#define INR_PRESET_SETTINGS 14

struct inr_preset {
    const char *name;
    const char *summary;
    const char *activation, *encoding, *init; /* names of rows */
    const char *architecture, *reparam;       /* the same; NULL: mlp, none */
    float constants[INR_MAX_CONSTANTS];       /* of the first and the hidden activations */
    float hidden[INR_MAX_CONSTANTS];          /* of the hidden ones where [0] is not 0 */
    int n_frequencies;
    float encoding_sigma;
    int scaling;
    float rate;
    float target_low;
    const char *settings[2 * INR_PRESET_SETTINGS]; /* flags and values, applied at the end */
    uint64_t steps;                                /* when no budget is given */
    /* Of a mesh or cloud: flags and values applied after those, for distances; steps, 0: those. */
    const char *shape[2 * INR_PRESET_SETTINGS];
    uint64_t shape_steps;
};

/* Rows have static storage. NULL past the end, or when there is no such row. */
size_t inr_preset_count(void);
const struct inr_preset *inr_preset_at(size_t index);
const struct inr_preset *inr_preset_by_name(const char *name);

/* Steps of a fit whose settings give no budget. */
uint64_t inr_preset_steps(const struct inr_fit_config *config);

#endif
