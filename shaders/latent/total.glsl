// SPDX-License-Identifier: MIT
// total.glsl - The sum of what the threads of a workgroup have, in a fixed order.
#ifndef INR_LATENT_TOTAL
#define INR_LATENT_TOTAL

shared real terms[INR_LATENT_GROUP];

// By all threads, once; thread 0 gets it.
real total(real v)
{
    const uint lane = gl_LocalInvocationID.x;
    terms[lane] = v;
    barrier();
    [[unroll]] for (uint half_size = INR_LATENT_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            terms[lane] += terms[lane + half_size];
        barrier();
    }
    return terms[0];
}

#endif
