/* SPDX-License-Identifier: MIT
 *
 * hash.h - FNV-1a with 64 bits: short names for contents, the same on every machine.
 */
#ifndef INR_BASE_HASH_H
#define INR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define INR_HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what `hash` stands for followed by `n` bytes. */
uint64_t inr_hash_bytes(uint64_t hash, const void *bytes, size_t n);

/* The same with a text and its NUL, so that "ab" "c" and "a" "bc" differ. */
uint64_t inr_hash_text(uint64_t hash, const char *text);

/* 16 hexadecimal digits and a NUL. */
void inr_hash_print(uint64_t hash, char out[17]);

#endif
