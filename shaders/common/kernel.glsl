// SPDX-License-Identifier: MIT
// kernel.glsl - What the one-dimensional kernels share.
#ifndef INR_COMMON_KERNEL
#define INR_COMMON_KERNEL

#include "common/params.h"

// Number of this thread. A dispatch may be folded into two dimensions, because no device promises
// more than 65535 workgroups along one.
uint inr_thread()
{
    uint group = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    return group * INR_GROUP + gl_LocalInvocationID.x;
}

// Row of this thread, where columns run along x and rows may be folded into y and z.
uint inr_row()
{
    return gl_WorkGroupID.z * gl_NumWorkGroups.y + gl_WorkGroupID.y;
}

#endif
