/* SPDX-License-Identifier: MIT
 *
 * scaling.c - Centres and widths of the Gaussians of a scaling field.
 */
#include "field/scaling.h"

#define SPREAD 1.2 /* deviation of a Gaussian in spacings of the grid */

int inr_scaling_count(const struct inr_field_config *config)
{
    int n = 1;
    for (int i = 0; i < config->dims; i++)
        n *= config->scaling;
    return n;
}

void inr_scaling_fill(const struct inr_field_config *config, float *centre, float *gamma)
{
    const int n = inr_scaling_count(config), dims = config->dims, side = config->scaling;
    const double spacing = 2.0 / side, deviation = SPREAD * spacing;
    for (int u = 0; u < n; u++) {
        gamma[u] = (float)(1.0 / (deviation * deviation));
        for (int i = 0, rest = u; i < dims; i++, rest /= side)
            centre[u * dims + i] = (float)(-1.0 + (rest % side + 0.5) * spacing);
    }
}
