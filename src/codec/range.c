/* SPDX-License-Identifier: MIT
 *
 * range.c - The range coder.
 */
#include "codec/range.h"

#include <stdlib.h>

#define TOP (1u << 24)

/* Bytes that a decoder reads ahead of what it needs: so many zeros at the end go without saying. */
#define AHEAD 4

void inr_range_encoder_start(struct inr_range_encoder *e)
{
    *e = (struct inr_range_encoder){.range = UINT32_MAX};
}

static void put(struct inr_range_encoder *e, uint8_t byte)
{
    if (e->failed)
        return;
    if (e->size == e->capacity) {
        const size_t capacity = e->capacity ? 2 * e->capacity : 256;
        uint8_t *grown = realloc(e->bytes, capacity);
        if (!grown) {
            e->failed = true;
            return;
        }
        e->bytes = grown;
        e->capacity = capacity;
    }
    e->bytes[e->size++] = byte;
}

/* Move the top byte of low out. A byte 0xff waits: a later carry would turn it over. The code is
 * below 1, so no carry comes out of the place before the first byte, which is never written. */
static void shift(struct inr_range_encoder *e)
{
    const uint8_t carry = (uint8_t)(e->low >> 32), top = (uint8_t)(e->low >> 24);
    if (top != 0xff || carry) {
        if (e->begun)
            put(e, (uint8_t)(e->held + carry));
        for (; e->pending > 0; e->pending--)
            put(e, (uint8_t)(0xff + carry));
        e->held = top;
        e->begun = true;
    } else {
        e->pending++;
    }
    e->low = (e->low & 0x00ffffff) << 8;
}

void inr_range_encode(struct inr_range_encoder *e, uint32_t start, uint32_t size, int bits)
{
    const uint32_t unit = e->range >> bits;
    e->low += (uint64_t)unit * start;
    e->range = unit * size;
    while (e->range < TOP) {
        e->range <<= 8;
        shift(e);
    }
}

/* The number in [low, low + range) with the most zero bits at its end. */
static void settle(struct inr_range_encoder *e)
{
    const uint64_t last = e->low + e->range - 1;
    for (int bits = 32; bits > 0; bits--) {
        const uint64_t mask = (UINT64_C(1) << bits) - 1, rounded = (e->low + mask) & ~mask;
        if (rounded <= last) {
            e->low = rounded;
            return;
        }
    }
}

enum inr_status inr_range_encoder_finish(struct inr_range_encoder *e, uint8_t **bytes, size_t *size,
                                         struct inr_error *err)
{
    settle(e);
    for (int i = 0; i < 5; i++)
        shift(e);
    if (e->failed) {
        inr_range_encoder_free(e);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for coded symbols");
    }
    for (int i = 0; i < AHEAD && e->size > 0 && e->bytes[e->size - 1] == 0; i++)
        e->size--;
    *bytes = e->bytes;
    *size = e->size;
    e->bytes = NULL;
    return INR_OK;
}

void inr_range_encoder_free(struct inr_range_encoder *e)
{
    free(e->bytes);
    e->bytes = NULL;
    e->size = e->capacity = 0;
}

static uint8_t next(struct inr_range_decoder *d)
{
    if (d->at < d->end)
        return *d->at++;
    d->beyond++;
    return 0;
}

void inr_range_decoder_start(struct inr_range_decoder *d, const uint8_t *bytes, size_t size)
{
    *d = (struct inr_range_decoder){.at = bytes, .end = bytes + size, .range = UINT32_MAX};
    for (int i = 0; i < AHEAD; i++)
        d->code = d->code << 8 | next(d);
}

uint32_t inr_range_decode(const struct inr_range_decoder *d, int bits)
{
    const uint32_t value = d->code / (d->range >> bits), most = (1u << bits) - 1;
    return value < most ? value : most;
}

void inr_range_consume(struct inr_range_decoder *d, uint32_t start, uint32_t size, int bits)
{
    const uint32_t unit = d->range >> bits;
    d->code -= unit * start;
    d->range = unit * size;
    while (d->range < TOP) {
        d->range <<= 8;
        d->code = d->code << 8 | next(d);
    }
}

bool inr_range_decoder_overrun(const struct inr_range_decoder *d)
{
    return d->beyond > AHEAD;
}
