/* SPDX-License-Identifier: MIT
 *
 * kernels.c - The instruction sets that training is compiled for, and the choice among them.
 */
#include "codec/latent/file.h"
#include "codec/latent/train.h"

#define DECLARE(isa)                                                                               \
    void inr_latent_quantise_##isa(struct inr_latent_trainer *t,                                   \
                                   const struct inr_latent_pace *pace);                            \
    void inr_latent_move_##isa(struct inr_latent_trainer *t, const struct inr_latent_pace *pace);  \
    inr_latent_gradient_fn inr_latent_gradient_##isa;
#define KERNELS_OF(isa)                                                                            \
    {                                                                                              \
        inr_latent_quantise_##isa, inr_latent_gradient_##isa, inr_latent_move_##isa                \
    }

DECLARE(base)
inr_latent_gradient_fn inr_latent_render_exact_base;
#ifdef INR_LATENT_X86
DECLARE(v3)
DECLARE(v4)
inr_latent_gradient_fn inr_latent_render_exact_v3;

static bool has_v3(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi2");
}

static bool has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

inr_latent_gradient_fn *inr_latent_render_pick(void)
{
#ifdef INR_LATENT_X86
    if (has_v3())
        return inr_latent_render_exact_v3;
#endif
    return inr_latent_render_exact_base;
}

struct inr_latent_kernels inr_latent_kernels_pick(void)
{
#ifdef INR_LATENT_X86
    if (has_v4())
        return (struct inr_latent_kernels)KERNELS_OF(v4);
    if (has_v3())
        return (struct inr_latent_kernels)KERNELS_OF(v3);
#endif
    return (struct inr_latent_kernels)KERNELS_OF(base);
}
