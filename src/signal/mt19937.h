/* SPDX-License-Identifier: MIT
 *
 * mt19937.h - The Mersenne Twister as NumPy's legacy generator runs it, so that signals made of
 * random numbers are those of the study they come from, bit for bit. Everything else in the program
 * draws from base/random.h.
 */
#ifndef INR_SIGNAL_MT19937_H
#define INR_SIGNAL_MT19937_H

#include <stddef.h>
#include <stdint.h>

enum { INR_MT19937_WORDS = 624 };

struct inr_mt19937 {
    uint32_t word[INR_MT19937_WORDS];
    size_t next; /* of word; INR_MT19937_WORDS: draw new ones first */
};

/* Start the stream of a seed, as numpy.random.seed does. */
void inr_mt19937_seed(struct inr_mt19937 *mt, uint32_t seed);

/* The next number of [0,1) with 53 random bits, as numpy.random.random_sample. */
double inr_mt19937_double(struct inr_mt19937 *mt);

#endif
