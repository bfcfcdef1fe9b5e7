/* SPDX-License-Identifier: MIT
 *
 * fused_tile.c - Chooses the tiles of the fused kernels for a network and a device.
 */
#include <stdio.h>

#include "exec/vulkan/fused.h"

/* Shared memory that leaves room for several workgroups on one core of a large GPU. */
#define SHARED_LIMIT (48u << 10)

#define MAX_THREADS 256u

static uint32_t round_up(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

/* Bytes of shared memory of tile_float.glsl and body.glsl. */
static uint64_t shared_bytes(const struct inr_vk_tile *t, uint32_t layers)
{
    const uint64_t rows = t->width > t->inputs ? t->width : t->inputs;
    const uint64_t buffers = t->keep ? layers + 1 : 2;
    return 4 * (buffers * t->columns * (rows + 4) + (uint64_t)t->columns * t->outputs) +
           8 * (uint64_t)t->threads;
}

static bool shape_fits(const struct inr_vk_device *d, const struct inr_vk_tile *t, uint32_t layers)
{
    const VkPhysicalDeviceLimits *l = &d->properties.limits;
    const uint32_t shared =
        l->maxComputeSharedMemorySize < SHARED_LIMIT ? l->maxComputeSharedMemorySize : SHARED_LIMIT;
    return t->threads <= l->maxComputeWorkGroupInvocations &&
           t->threads <= l->maxComputeWorkGroupSize[0] && shared_bytes(t, layers) <= shared;
}

/* GPUs: rows of 8 and columns of 4 a thread, 32 products for 3 vectors read. Software devices
 * compile an activation for each element of a thread, which takes longer than it gains. */
static struct inr_vk_tile float_tile(const struct inr_exec_config *config, bool software,
                                     uint32_t width, uint32_t inputs, uint32_t channels)
{
    const struct inr_fused_tuning *o = &config->fused;
    struct inr_vk_tile t = {.rm = o->rm      ? o->rm
                                  : software ? 4
                                             : 8,
                            .rn = o->rn      ? o->rn
                                  : software ? 1
                                             : 4,
                            .gm = o->gm      ? o->gm
                                  : software ? 4
                                             : 8,
                            .gn = o->gn ? o->gn : 4,
                            .outputs = round_up(channels, 4),
                            .keep = o->keep};
    const uint32_t rows = t.rm > t.gm ? t.rm : t.gm;
    t.width = round_up(width, rows);
    t.inputs = round_up(inputs, t.rm > t.gn ? t.rm : t.gn);
    return t;
}

bool inr_vk_fused_fit(const struct inr_vk_device *d, const struct inr_exec_config *config,
                      struct inr_vk_fused *fused, char *why, size_t why_size)
{
    const struct inr_vk_chain *chain = &fused->chain;
    const uint32_t layers = (uint32_t)chain->layers;
    struct inr_vk_tile t =
        float_tile(config, d->software, (uint32_t)chain->affine[0]->n_out,
                   (uint32_t)chain->affine[0]->n_in, (uint32_t)chain->affine[layers]->n_out);
    const uint32_t most = d->software ? 32 : 128;
    for (t.columns = config->fused.columns ? config->fused.columns : most; t.columns >= t.rn;
         t.columns /= 2) {
        t.threads = t.width / t.rm * (t.columns / t.rn);
        if (t.columns % t.rn == 0 && (config->fused.columns || t.threads <= MAX_THREADS) &&
            shape_fits(d, &t, layers))
            break;
    }
    if (t.columns < t.rn) {
        snprintf(why, why_size, "a tile of %u rows does not fit its shared memory", t.width);
        return false;
    }
    fused->tile = t;
    fused->shape = (inr_fused_shape){.width = t.width,
                                     .inputs = t.inputs,
                                     .layers = layers,
                                     .channels = (uint32_t)chain->affine[layers]->n_out,
                                     .outputs = t.outputs,
                                     .bias_pitch = 1};
    if (chain->encode)
        fused->shape.frequencies =
            (uint32_t)chain->encode->n_frequencies * (uint32_t)fused->program->dims;
    fused->block = inr_fused_block(fused->shape);
    fused->floats = inr_fused_floats(fused->shape);
    fused->weights = inr_fused_weights(fused->shape, true);
    return true;
}

void inr_vk_fused_text(const struct inr_vk_fused *f, char *text, size_t size)
{
    static const char *const precision[] = {"32 bits", "rounded to 16 bits",
                                            "rounded to pairs of 16 bits"};
    snprintf(text, size, "fused, %s, tiles of %u x %u, %u threads", precision[f->precision],
             f->tile.width, f->tile.columns, f->tile.threads);
}
