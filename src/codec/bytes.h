/* SPDX-License-Identifier: MIT
 *
 * bytes.h - Numbers in byte strings: little-endian, short ones short.
 */
#ifndef INR_CODEC_BYTES_H
#define INR_CODEC_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string. A failed allocation is remembered and reported by the owner at the end. */
struct inr_bytes {
    uint8_t *data; /* free() it */
    size_t size, capacity;
    bool failed;
};

void inr_bytes_put(struct inr_bytes *b, const void *data, size_t n);
void inr_bytes_put_byte(struct inr_bytes *b, uint8_t value);
void inr_bytes_put_u32(struct inr_bytes *b, uint32_t value);

/* Seven bits a byte, low ones first, the top bit set in all but the last: LEB128. */
void inr_bytes_put_varint(struct inr_bytes *b, uint64_t value);

/* The same of 2 v for v >= 0 and -2 v - 1 below: small numbers of either sign are short. */
void inr_bytes_put_signed(struct inr_bytes *b, int64_t value);

/* A float: a whole number within +-2^20 as the signed varint of twice itself, others as the varint
 * 1 (which no whole number gives) and its four bytes. */
void inr_bytes_put_float(struct inr_bytes *b, float value);

/* The eight bytes of a double. */
void inr_bytes_put_double(struct inr_bytes *b, double value);

/* Reading: what is wrong (past the end, too long a varint) sets `bad` and gives 0 from then on. */
struct inr_cursor {
    const uint8_t *at, *end; /* not owned */
    bool bad;
};

uint8_t inr_cursor_byte(struct inr_cursor *c);
uint32_t inr_cursor_u32(struct inr_cursor *c);
uint64_t inr_cursor_varint(struct inr_cursor *c);
int64_t inr_cursor_signed(struct inr_cursor *c);
float inr_cursor_float(struct inr_cursor *c);
double inr_cursor_double(struct inr_cursor *c);

/* n bytes in place, or NULL. */
const uint8_t *inr_cursor_take(struct inr_cursor *c, uint64_t n);

#endif
