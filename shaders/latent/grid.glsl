// SPDX-License-Identifier: MIT
// grid.glsl - Which grid a workgroup is for, its points and their neighbours: kernels that run over all
// grids.
#ifndef INR_LATENT_GRID
#define INR_LATENT_GRID

// Neighbours in the same grid.
const int near_dy[INR_LATENT_NEAR] = int[INR_LATENT_NEAR](INR_LATENT_NEAR_DY);
const int near_dx[INR_LATENT_NEAR] = int[INR_LATENT_NEAR](INR_LATENT_NEAR_DX);

uint grid_of(uint group)
{
    uint k = 0;
    while (k + 1 < LEVELS && group >= grids[k + 1].first)
        k++;
    return k;
}

// Of this thread; the next one is that of the workgroup `groups` on.
uint first_point(inr_latent_grid_row grid)
{
    return (gl_WorkGroupID.x - grid.first) * INR_LATENT_GROUP + gl_LocalInvocationID.x;
}

#endif
