/* SPDX-License-Identifier: MIT
 *
 * gradient.c - The parts in turn: the loss and all its gradients, or the picture alone.
 */
#include <omp.h>

#include "codec/latent/isa.h"

static void clear(struct inr_latent_state *s)
{
    memset(s->sums, 0, (size_t)s->threads * s->n_sums * INR_LATENT_LANES_MAX * sizeof *s->sums);
    memset(s->bits, 0, (size_t)s->threads * INR_LATENT_LEVELS * sizeof *s->bits);
    memset(s->squares, 0, (size_t)s->threads * sizeof *s->squares);
    for (int k = 0; k < s->net.levels; k++) {
        const struct inr_latent_plane *p = &s->d_y[k];
        memset(p->at - INR_LATENT_BEYOND * p->stride - INR_LATENT_LEFT, 0,
               (size_t)p->stride * (p->h + 2 * INR_LATENT_BEYOND) * sizeof(real));
    }
}

void INR_LN(gradient)(struct inr_latent_state *s)
{
    clear(s);
    inr_latent_pack(s);
#pragma omp parallel num_threads(s->threads)
    {
        const int thread = omp_get_thread_num();
        INR_LN(grow)(s, thread);
        INR_LN(entropy)(s, thread);
        INR_LN(synthesis)(s);
        INR_LN(edges)(s, thread);
        INR_LN(synthesis_back)(s, thread);
        INR_LN(shrink)(s, thread);
    }
    inr_latent_unpack(s, LANES);
    s->square = 0.0;
    for (int k = 0; k < INR_LATENT_LEVELS; k++)
        s->level_bits[k] = 0.0;
    for (int thread = 0; thread < s->threads; thread++) {
        s->square += s->squares[thread];
        for (int k = 0; k < INR_LATENT_LEVELS; k++)
            s->level_bits[k] += s->bits[thread * INR_LATENT_LEVELS + k];
    }
}

void INR_LN(render)(struct inr_latent_state *s)
{
    inr_latent_pack(s);
#pragma omp parallel num_threads(s->threads)
    {
        INR_LN(grow)(s, omp_get_thread_num());
        INR_LN(synthesis)(s);
        INR_LN(picture)(s);
    }
}
