/* SPDX-License-Identifier: MIT
 *
 * generate.c - The table of generated signals, and what is common to making one.
 *
 * All but the phantom are the synthetic signals of "Grids Often Outperform Implicit Neural
 * Representations at Compressing Dense Signals" (Kim and Fridovich-Keil 2025), so that results can
 * be set beside theirs.
 */
#include "signal/generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "signal/signal_internal.h"

/* A row and the code behind it. */
static const struct {
    struct inr_generator row;
    inr_generate_fill *fill;
} rows[] = {
    {{.name = "bandlimited",
      .summary = "uniform noise without the frequencies above a radius; dense",
      .side = {1001, 101},
      .random = true,
      .banded = true,
      .odd = true},
     inr_generate_bandlimited},
    {{.name = "spheres",
      .summary = "discs or balls over a tenth of the space, smaller with the bandwidth; binary",
      .side = {1000, 100},
      .random = true,
      .banded = true,
      .binary = true},
     inr_generate_spheres},
    {{.name = "sierpinski",
      .summary = "Sierpinski's triangle, one level deeper each 0.1 of bandwidth; 2-D, binary",
      .side = {1000, 0},
      .banded = true,
      .binary = true},
     inr_generate_sierpinski},
    {{.name = "star",
      .summary = "40 wedges that narrow towards the centre: every frequency at once; 2-D, binary",
      .side = {1000, 0},
      .binary = true},
     inr_generate_star},
    {{.name = "phantom",
      .summary = "Shepp and Logan's head in Toft's contrast, for tomography; 2-D",
      .side = {256, 0}},
     inr_generate_phantom},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

const struct inr_generator *inr_generator_at(size_t index)
{
    return index < N_ROWS ? &rows[index].row : NULL;
}

static enum inr_status find(const char *name, size_t *index, struct inr_error *err)
{
    char names[128] = "";
    for (*index = 0; *index < N_ROWS; ++*index) {
        if (strcasecmp(rows[*index].row.name, name) == 0)
            return INR_OK;
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", *index ? ", " : "",
                 rows[*index].row.name);
    }
    return inr_fail(err, INR_ERR_USAGE, "unknown signal \"%.64s\": choose one of %s", name, names);
}

static enum inr_status check(const struct inr_generator *row, struct inr_generate_request *r,
                             uint64_t seed, struct inr_error *err)
{
    if (r->dims != 2 && r->dims != 3)
        return inr_fail(err, INR_ERR_USAGE, "%s: %d axes are not possible; ask for 2 or 3",
                        row->name, r->dims);
    if (row->side[r->dims - 2] == 0)
        return inr_fail(err, INR_ERR_USAGE, "%s: this signal has 2 axes, not %d", row->name,
                        r->dims);
    if (!(r->bandwidth >= 0.1 && r->bandwidth <= 0.9))
        return inr_fail(err, INR_ERR_USAGE, "%s: a bandwidth of %g is outside 0.1 to 0.9",
                        row->name, r->bandwidth);
    if (seed > UINT32_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%s: the seed %llu is above the greatest, %u",
                        row->name, (unsigned long long)seed, UINT32_MAX);
    if (r->side == 0)
        r->side = row->side[r->dims - 2];
    if (row->odd && r->side % 2 == 0)
        r->side++;
    uint64_t points = 1;
    for (int d = 0; d < r->dims && points <= INR_SIGNAL_MAX_VALUES; d++)
        points *= r->side;
    if (points > INR_SIGNAL_MAX_VALUES)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: %d axes of %u points are more than the %u values that are supported; "
                        "ask for a smaller side",
                        row->name, r->dims, r->side, INR_SIGNAL_MAX_VALUES);
    r->seed = (uint32_t)seed;
    return INR_OK;
}

enum inr_status inr_signal_generate(const char *name, int dims, double bandwidth, uint32_t side,
                                    uint64_t seed, struct inr_signal *signal, struct inr_error *err)
{
    struct inr_generate_request request = {.dims = dims, .bandwidth = bandwidth, .side = side};
    size_t index = 0;
    *signal = (struct inr_signal){0};
    enum inr_status status = find(name, &index, err);
    if (status == INR_OK)
        status = check(&rows[index].row, &request, seed, err);
    if (status != INR_OK)
        return status;
    signal->dims = dims;
    signal->channels = 1;
    signal->sample = rows[index].row.binary ? INR_SAMPLE_BOOL : INR_SAMPLE_FLOAT;
    for (int d = 0; d < 3; d++)
        signal->shape[d] = d < dims ? request.side : 1;
    signal->values = calloc(inr_signal_points(signal), sizeof *signal->values);
    status = signal->values ? rows[index].fill(&request, signal->values, err)
                            : inr_signal_no_memory(err, name);
    if (status != INR_OK)
        inr_signal_free(signal);
    return status;
}
