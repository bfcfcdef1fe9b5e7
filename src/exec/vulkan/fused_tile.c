/* SPDX-License-Identifier: MIT
 *
 * fused_tile.c - Chooses the tiles of the fused kernels for a network and a device.
 */
#include <stdio.h>

#include "exec/vulkan/fused.h"

/* Shared memory that leaves room for several workgroups on one core of a large GPU. */
#define SHARED_LIMIT (48u << 10)

#define MAX_THREADS 256u

/* Of matrix.glsl without an extension. */
#define STAND_IN_LANES 8u

static uint32_t round_up(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

static bool on_units(const struct inr_vk_tile *t)
{
    return t->kernel != INR_VK_FUSED;
}

/* Bytes of shared memory of body.glsl and tile_float.glsl or tile_matrix.glsl. */
static uint64_t shared_bytes(const struct inr_vk_tile *t, uint32_t layers, int precision)
{
    const uint64_t rows = t->width > t->inputs ? t->width : t->inputs;
    const uint64_t buffers = t->keep ? layers + 1 : 2;
    const uint64_t losses = 8 * (uint64_t)t->threads;
    if (!on_units(t))
        return 4 * (buffers * t->columns * (rows + 4) + (uint64_t)t->columns * t->outputs) + losses;
    const uint64_t held =
        buffers * t->columns * (rows + 8) + (uint64_t)t->columns * (t->outputs + 8);
    const uint64_t low = precision == INR_PRECISION_SPLIT ? held
                         : t->first_pairs                 ? t->columns * ((uint64_t)t->inputs + 8)
                                                          : 1;
    return 2 * (held + low) + losses;
}

static bool shape_fits(const struct inr_vk_device *d, const struct inr_vk_tile *t, uint32_t layers,
                       int precision)
{
    const VkPhysicalDeviceLimits *l = &d->properties.limits;
    const uint32_t shared =
        l->maxComputeSharedMemorySize < SHARED_LIMIT ? l->maxComputeSharedMemorySize : SHARED_LIMIT;
    return t->threads > 0 && t->threads <= l->maxComputeWorkGroupInvocations &&
           t->threads <= l->maxComputeWorkGroupSize[0] &&
           shared_bytes(t, layers, precision) <= shared;
}

static uint32_t either(uint32_t wanted, uint32_t otherwise)
{
    return wanted ? wanted : otherwise;
}

/* GPUs: rows of 8 and columns of 4 a thread, 32 products for 3 vectors read. Software devices
 * compile an activation for each element of a thread, which takes longer than it gains. */
static void float_tile(const struct inr_fused_tuning *o, bool software, uint32_t width,
                       uint32_t inputs, uint32_t channels, struct inr_vk_tile *t)
{
    t->rm = either(o->rm, software ? 4 : 8);
    t->rn = either(o->rn, software ? 1 : 4);
    t->gm = either(o->gm, software ? 4 : 8);
    t->gn = either(o->gn, 4);
    t->outputs = round_up(channels, 4);
    t->width = round_up(width, t->rm > t->gm ? t->rm : t->gm);
    t->inputs = round_up(inputs, t->rm > t->gn ? t->rm : t->gn);
}

/* The most fragments, up to `most`, that divide n of them. */
static uint32_t share_of(uint32_t n, uint32_t most)
{
    while (n % most)
        most--;
    return most;
}

/* 2 x 2 fragments a subgroup: four products for four fragments read. */
static void matrix_tile(const struct inr_fused_tuning *o, uint32_t width, uint32_t inputs,
                        uint32_t channels, struct inr_vk_tile *t)
{
    t->outputs = round_up(channels, 16);
    t->width = round_up(width, 16);
    t->inputs = round_up(inputs, 16);
    const uint32_t down = t->width / t->fragment.m;
    t->rm = share_of(down, either(o->rm, 2));
    t->rn = either(o->rn, 2);
    t->gm = share_of(down, either(o->gm, 4));
    t->gn = share_of(t->inputs / t->fragment.n, either(o->gn, 1));
    t->gn = share_of(t->width / t->fragment.n, t->gn);
}

/* Threads of a tile of that many columns; 0: it cannot be cut so. */
static uint32_t threads_of(const struct inr_vk_device *d, const struct inr_vk_tile *t)
{
    if (!on_units(t)) {
        const bool vectors = t->rm % 4 == 0 && t->gm % 4 == 0 && t->gn % 4 == 0;
        const bool whole = t->width % t->rm == 0 && t->width % t->gm == 0 &&
                           t->width % t->gn == 0 && t->inputs % t->gn == 0 &&
                           t->inputs % t->rm == 0 && t->columns % t->rn == 0;
        return vectors && whole ? t->width / t->rm * (t->columns / t->rn) : 0;
    }
    const uint32_t across = t->rn * t->fragment.n;
    if (t->columns % across || t->columns % t->fragment.k)
        return 0;
    const uint32_t units = t->width / (t->rm * t->fragment.m) * (t->columns / across);
    return units * (t->kernel == INR_VK_FUSED_MATRIX ? d->subgroup : STAND_IN_LANES);
}

/* Which kernel: matrix units where 16 bits are wanted and there are some, else a rounding one. */
static void choose_kernel(const struct inr_vk_device *d, const struct inr_exec_config *config,
                          struct inr_vk_fused *fused)
{
    struct inr_vk_tile *t = &fused->tile;
    fused->precision = config->no_fp16 ? INR_PRECISION_SINGLE : config->precision;
    *t = (struct inr_vk_tile){.kernel = INR_VK_FUSED, .keep = config->fused.keep};
    if (fused->precision == INR_PRECISION_SINGLE)
        return;
    const struct inr_op *encode = fused->chain.encode;
    t->first_pairs = fused->precision == INR_PRECISION_MIXED && fused->chain.in == 0 &&
                     (!encode || encode->include_input);
    if (config->fused.stand_in && d->halves) {
        t->kernel = INR_VK_FUSED_SCALAR;
        t->fragment = (struct inr_vk_matrix){4, 4, 4};
    } else if (d->matrix.m > 0 && !config->no_coopmat) {
        t->kernel = INR_VK_FUSED_MATRIX;
        t->fragment = d->matrix;
    }
    t->keep_sums = config->fused.keep_sums && on_units(t);
}

bool inr_vk_fused_fit(const struct inr_vk_device *d, const struct inr_exec_config *config,
                      struct inr_vk_fused *fused, char *why, size_t why_size)
{
    const struct inr_vk_chain *chain = &fused->chain;
    const struct inr_fused_tuning *o = &config->fused;
    const uint32_t layers = (uint32_t)chain->layers;
    const uint32_t width = (uint32_t)chain->affine[0]->n_out;
    const uint32_t inputs = (uint32_t)chain->affine[0]->n_in;
    const uint32_t channels = (uint32_t)chain->affine[layers]->n_out;
    struct inr_vk_tile *t = &fused->tile;
    choose_kernel(d, config, fused);
    if (on_units(t))
        matrix_tile(o, width, inputs, channels, t);
    else
        float_tile(o, d->software, width, inputs, channels, t);
    for (t->columns = either(o->columns, d->software ? 32 : 128); t->columns > 0; t->columns /= 2) {
        t->threads = threads_of(d, t);
        if ((o->columns || t->threads <= MAX_THREADS) && shape_fits(d, t, layers, fused->precision))
            break;
    }
    if (t->columns == 0) {
        snprintf(why, why_size, "no tile of %u rows fits this device or the shape asked for",
                 t->width);
        return false;
    }
    fused->shape = (inr_fused_shape){.width = t->width,
                                     .inputs = t->inputs,
                                     .layers = layers,
                                     .channels = channels,
                                     .outputs = t->outputs,
                                     .bias_pitch = on_units(t) ? t->fragment.n : 1};
    if (chain->encode)
        fused->shape.frequencies =
            (uint32_t)chain->encode->n_frequencies * (uint32_t)fused->program->dims;
    fused->block = inr_fused_block(fused->shape);
    fused->floats = inr_fused_floats(fused->shape);
    fused->weights = inr_fused_weights(fused->shape, !on_units(t));
    fused->first = t->first_pairs ? t->width * t->inputs : 0;
    return true;
}

void inr_vk_fused_text(const struct inr_vk_fused *f, char *text, size_t size)
{
    static const char *const precision[] = {"32 bits", "16 bits", "pairs of 16 bits"};
    static const char *const units[] = {"", " on matrix units", " on stand-ins of matrix units"};
    const int kind = f->tile.kernel == INR_VK_FUSED          ? 0
                     : f->tile.kernel == INR_VK_FUSED_MATRIX ? 1
                                                             : 2;
    snprintf(text, size, "fused, %s%s, tiles of %u x %u, %u threads", precision[f->precision],
             units[kind], f->tile.width, f->tile.columns, f->tile.threads);
}
