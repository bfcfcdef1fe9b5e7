/* SPDX-License-Identifier: MIT
 *
 * range.h - A range coder: integers only, the same bytes on every machine.
 *
 * The coder of Martin 1979 in the carry-counting form of Subbotin and Pavlov: 32 bits of range,
 * bytes out from the top, carries held back while they can still ripple. A symbol is an interval of
 * cumulative frequencies out of 2^bits, bits <= 16. The end costs as few bytes as tell the interval
 * apart: trailing zero bytes are not written, and a decoder reads zeros past its end.
 */
#ifndef INR_CODEC_RANGE_H
#define INR_CODEC_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

#define INR_RANGE_BITS_MAX 16

struct inr_range_encoder {
    uint8_t *bytes; /* [capacity], `size` of them final */
    size_t size, capacity;
    uint64_t low; /* below 2^33: bit 32 is a carry */
    uint32_t range;
    uint8_t held;     /* the last byte that a carry may still change, */
    uint64_t pending; /* and how many bytes 0xff follow it */
    bool begun;       /* `held` is a byte, not the place before the first */
    bool failed;      /* out of memory: the rest is ignored */
};

/* Start with nothing; what it holds is released by _finish or _free. */
void inr_range_encoder_start(struct inr_range_encoder *e);

/* The symbol whose interval is [start, start + size) out of 2^bits; size >= 1. */
void inr_range_encode(struct inr_range_encoder *e, uint32_t start, uint32_t size, int bits);

/* End the code. *bytes [*size] is the caller's to free; it may be NULL with *size 0. Errors:
 * INR_ERR_MEMORY. */
enum inr_status inr_range_encoder_finish(struct inr_range_encoder *e, uint8_t **bytes, size_t *size,
                                         struct inr_error *err);

void inr_range_encoder_free(struct inr_range_encoder *e);

struct inr_range_decoder {
    const uint8_t *at, *end; /* not owned */
    uint32_t range, code;
    size_t beyond; /* zeros read past the end */
};

void inr_range_decoder_start(struct inr_range_decoder *d, const uint8_t *bytes, size_t size);

/* The cumulative frequency that the next symbol's interval contains, below 2^bits; follow with
 * _consume of that interval. Any bytes decode to something: broken ones are for checksums to tell.
 */
uint32_t inr_range_decode(const struct inr_range_decoder *d, int bits);
void inr_range_consume(struct inr_range_decoder *d, uint32_t start, uint32_t size, int bits);

/* More has been asked for than an encoder could have meant: the bytes are cut or broken. */
bool inr_range_decoder_overrun(const struct inr_range_decoder *d);

#endif
