/* SPDX-License-Identifier: MIT
 *
 * mt19937.c - The Mersenne Twister (Matsumoto and Nishimura 1998) with the seeding of its 2002
 * version.
 */
#include "signal/mt19937.h"

enum { N = INR_MT19937_WORDS, M = 397 };

void inr_mt19937_seed(struct inr_mt19937 *mt, uint32_t seed)
{
    mt->word[0] = seed;
    for (uint32_t i = 1; i < N; i++)
        mt->word[i] = 1812433253u * (mt->word[i - 1] ^ mt->word[i - 1] >> 30) + i;
    mt->next = N;
}

static void twist(struct inr_mt19937 *mt)
{
    for (size_t i = 0; i < N; i++) {
        const uint32_t y = (mt->word[i] & 0x80000000u) | (mt->word[(i + 1) % N] & 0x7FFFFFFFu);
        mt->word[i] = mt->word[(i + M) % N] ^ y >> 1 ^ (y & 1 ? 0x9908B0DFu : 0);
    }
    mt->next = 0;
}

static uint32_t draw(struct inr_mt19937 *mt)
{
    if (mt->next == N)
        twist(mt);
    uint32_t y = mt->word[mt->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C5680u;
    y ^= y << 15 & 0xEFC60000u;
    return y ^ y >> 18;
}

double inr_mt19937_double(struct inr_mt19937 *mt)
{
    const uint32_t high = draw(mt) >> 5, low = draw(mt) >> 6;
    return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}
