/* SPDX-License-Identifier: MIT
 *
 * bytes.c - Numbers in byte strings.
 */
#include "codec/bytes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX 1048576.0f

void inr_bytes_put(struct inr_bytes *b, const void *data, size_t n)
{
    if (b->failed || n == 0)
        return;
    if (n > b->capacity - b->size) {
        const size_t capacity = 2 * b->capacity + n + 64;
        uint8_t *grown = realloc(b->data, capacity);
        if (!grown) {
            b->failed = true;
            return;
        }
        b->data = grown;
        b->capacity = capacity;
    }
    memcpy(b->data + b->size, data, n);
    b->size += n;
}

void inr_bytes_put_byte(struct inr_bytes *b, uint8_t value)
{
    inr_bytes_put(b, &value, 1);
}

void inr_bytes_put_u32(struct inr_bytes *b, uint32_t value)
{
    const uint8_t out[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24)};
    inr_bytes_put(b, out, sizeof out);
}

void inr_bytes_put_varint(struct inr_bytes *b, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        inr_bytes_put_byte(b, (uint8_t)(value | 128));
    inr_bytes_put_byte(b, (uint8_t)value);
}

void inr_bytes_put_signed(struct inr_bytes *b, int64_t value)
{
    inr_bytes_put_varint(b, value < 0 ? ~((uint64_t)value << 1) : (uint64_t)value << 1);
}

void inr_bytes_put_float(struct inr_bytes *b, float value)
{
    if (fabsf(value) <= WHOLE_MAX && value == rintf(value)) {
        inr_bytes_put_signed(b, 2 * (int64_t)value);
        return;
    }
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    inr_bytes_put_varint(b, 1);
    inr_bytes_put_u32(b, bits);
}

void inr_bytes_put_double(struct inr_bytes *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    inr_bytes_put_u32(b, (uint32_t)bits);
    inr_bytes_put_u32(b, (uint32_t)(bits >> 32));
}

const uint8_t *inr_cursor_take(struct inr_cursor *c, uint64_t n)
{
    if (c->bad || n > (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *taken = c->at;
    c->at += n;
    return taken;
}

uint8_t inr_cursor_byte(struct inr_cursor *c)
{
    const uint8_t *at = inr_cursor_take(c, 1);
    return at ? *at : 0;
}

uint32_t inr_cursor_u32(struct inr_cursor *c)
{
    const uint8_t *at = inr_cursor_take(c, 4);
    return at ? at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24 : 0;
}

uint64_t inr_cursor_varint(struct inr_cursor *c)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = inr_cursor_byte(c);
        const uint64_t part = byte & 127;
        /* one spelling a number: no bits past 64, no zero at the end of a long one */
        if ((part << shift) >> shift != part || (shift > 0 && byte == 0))
            c->bad = true;
        value |= part << shift;
        if (byte < 128)
            return c->bad ? 0 : value;
    }
    c->bad = true;
    return 0;
}

int64_t inr_cursor_signed(struct inr_cursor *c)
{
    const uint64_t value = inr_cursor_varint(c);
    return (int64_t)(value & 1 ? ~(value >> 1) : value >> 1);
}

float inr_cursor_float(struct inr_cursor *c)
{
    const uint64_t first = inr_cursor_varint(c);
    if (first == 1) {
        const uint32_t bits = inr_cursor_u32(c);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            c->bad = true;
        return c->bad ? 0.0f : value;
    }
    const int64_t twice = (int64_t)(first & 1 ? ~(first >> 1) : first >> 1);
    if (twice % 2 != 0 || twice > 2 * (int64_t)WHOLE_MAX || twice < -2 * (int64_t)WHOLE_MAX)
        c->bad = true;
    return c->bad ? 0.0f : (float)(twice / 2);
}

double inr_cursor_double(struct inr_cursor *c)
{
    const uint64_t low = inr_cursor_u32(c), bits = low | (uint64_t)inr_cursor_u32(c) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
