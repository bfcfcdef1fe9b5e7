/* SPDX-License-Identifier: MIT
 *
 * hash.c - FNV-1a (Fowler, Noll, Vo) with 64 bits.
 */
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t inr_hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) {
        hash ^= p[i];
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

uint64_t inr_hash_text(uint64_t hash, const char *text)
{
    return inr_hash_bytes(hash, text, strlen(text) + 1);
}

void inr_hash_print(uint64_t hash, char out[17])
{
    snprintf(out, 17, "%016" PRIx64, hash);
}
