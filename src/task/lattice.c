/* SPDX-License-Identifier: MIT
 *
 * lattice.c - Coordinates of grid points and the field there, a bounded number at a time.
 */
#include "task/lattice.h"

#include <stdlib.h>
#include <string.h>

#include "field/formula.h"

/* Points of one call of the backend: enough to keep every thread busy, a few megabytes in all. */
#define TILE 65536u

struct inr_box inr_box_whole(int dims, const uint32_t shape[INR_MAX_DIMS], int lattice)
{
    struct inr_box box = {.dims = dims, .lattice = lattice};
    memcpy(box.shape, shape, sizeof box.shape);
    memcpy(box.size, shape, sizeof box.size);
    return box;
}

uint64_t inr_box_points(const struct inr_box *box)
{
    uint64_t n = 1;
    for (int d = 0; d < box->dims; d++)
        n *= box->size[d];
    return n;
}

void inr_box_coords(const struct inr_box *box, uint64_t first, size_t n, float *coords)
{
    uint32_t at[INR_MAX_DIMS] = {0};
    uint64_t rest = first;
    for (int d = 0; d < box->dims; d++) {
        at[d] = (uint32_t)(rest % box->size[d]);
        rest /= box->size[d];
    }
    for (size_t i = 0; i < n; i++) {
        for (int d = 0; d < box->dims; d++)
            *coords++ = inr_grid_coord(box->from[d] + at[d], box->shape[d], box->lattice);
        for (int d = 0; d < box->dims && ++at[d] == box->size[d]; d++)
            at[d] = 0;
    }
}

enum inr_status inr_box_eval(const struct inr_box *box, struct inr_exec *exec, int channels,
                             struct inr_scale scale, uint64_t first, size_t n, float *out,
                             struct inr_error *err)
{
    const size_t most = n < TILE ? n : TILE;
    float *coords = malloc(most * (size_t)box->dims * sizeof *coords);
    enum inr_status status = INR_OK;
    if (!coords)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points", most);
    for (size_t done = 0; status == INR_OK && done < n; done += most) {
        const size_t count = n - done < most ? n - done : most;
        inr_box_coords(box, first + done, count, coords);
        status = inr_exec_eval(exec, coords, count, out + done * (size_t)channels, err);
    }
    free(coords);
    for (size_t i = 0; status == INR_OK && i < n * (size_t)channels; i++)
        out[i] = (out[i] - scale.shift) / scale.scale;
    return status;
}
