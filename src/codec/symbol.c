/* SPDX-License-Identifier: MIT
 *
 * symbol.c - Models of integers for the range coder.
 */
#include "codec/symbol.h"

#include <math.h>

#define HALF 32768u

/* A bit's probability stays this far from 0 and 1, in 2^-16. */
#define LEAST 32u

void inr_bit_model_start(struct inr_bit_model *m)
{
    m->fast = m->slow = HALF;
}

static uint32_t zero_share(const struct inr_bit_model *m)
{
    const uint32_t p = ((uint32_t)m->fast + m->slow) / 2;
    return p < LEAST ? LEAST : p > 65536u - LEAST ? 65536u - LEAST : p;
}

static uint16_t learn(uint16_t p, int bit, int rate)
{
    return (uint16_t)(bit ? p - (p >> rate) : p + ((65535 - p) >> rate));
}

static void update(struct inr_bit_model *m, int bit)
{
    m->fast = learn(m->fast, bit, 4);
    m->slow = learn(m->slow, bit, 7);
}

void inr_bit_encode(struct inr_range_encoder *e, struct inr_bit_model *m, int bit)
{
    const uint32_t p = zero_share(m);
    inr_range_encode(e, bit ? p : 0, bit ? 65536u - p : p, 16);
    update(m, bit);
}

int inr_bit_decode(struct inr_range_decoder *d, struct inr_bit_model *m)
{
    const uint32_t p = zero_share(m);
    const int bit = inr_range_decode(d, 16) >= p;
    inr_range_consume(d, bit ? p : 0, bit ? 65536u - p : p, 16);
    update(m, bit);
    return bit;
}

void inr_bits_encode(struct inr_range_encoder *e, uint32_t value, int n)
{
    while (n > 0) {
        const int part = n < 16 ? n : 16;
        n -= part;
        inr_range_encode(e, value >> n & ((1u << part) - 1), 1, part);
    }
}

uint32_t inr_bits_decode(struct inr_range_decoder *d, int n)
{
    uint32_t value = 0;
    while (n > 0) {
        const int part = n < 16 ? n : 16;
        const uint32_t bits = inr_range_decode(d, part);
        inr_range_consume(d, bits, 1, part);
        value = value << part | bits;
        n -= part;
    }
    return value;
}

void inr_int_model_start(struct inr_int_model *m)
{
    inr_bit_model_start(&m->sign);
    for (int i = 0; i < INR_LENGTH_MAX; i++) {
        inr_bit_model_start(&m->more[i]);
        inr_bit_model_start(&m->first[i]);
        inr_bit_model_start(&m->second[i][0]);
        inr_bit_model_start(&m->second[i][1]);
    }
}

static int bit_length(uint32_t x)
{
    int n = 0;
    for (; x > 0; x >>= 1)
        n++;
    return n;
}

void inr_int_encode(struct inr_range_encoder *e, struct inr_int_model *m, int32_t value)
{
    const uint32_t magnitude = (uint32_t)(value < 0 ? -value : value);
    const int length = bit_length(magnitude);
    for (int i = 0; i < length; i++)
        inr_bit_encode(e, &m->more[i], 1);
    if (length < INR_LENGTH_MAX - 1)
        inr_bit_encode(e, &m->more[length], 0);
    if (length == 0)
        return;
    inr_bit_encode(e, &m->sign, value < 0);
    if (length < 2)
        return;
    const int first = (int)(magnitude >> (length - 2) & 1);
    inr_bit_encode(e, &m->first[length], first);
    if (length < 3)
        return;
    inr_bit_encode(e, &m->second[length][first], (int)(magnitude >> (length - 3) & 1));
    inr_bits_encode(e, magnitude & ((1u << (length - 3)) - 1), length - 3);
}

int32_t inr_int_decode(struct inr_range_decoder *d, struct inr_int_model *m)
{
    int length = 0;
    while (length < INR_LENGTH_MAX - 1 && inr_bit_decode(d, &m->more[length]))
        length++;
    if (length == 0)
        return 0;
    const int negative = inr_bit_decode(d, &m->sign);
    uint32_t magnitude = 1;
    if (length > 1)
        magnitude = magnitude << 1 | (uint32_t)inr_bit_decode(d, &m->first[length]);
    if (length > 2) {
        magnitude = magnitude << 1 | (uint32_t)inr_bit_decode(d, &m->second[length][magnitude & 1]);
        magnitude = magnitude << (length - 3) | inr_bits_decode(d, length - 3);
    }
    return negative ? -(int32_t)magnitude : (int32_t)magnitude;
}

/* 2^(-n / 16^(row + 1)), n = 0 .. 15, in 2^-32; the first would be 2^32. */
static const uint32_t power[4][16] = {
    {0xffffffffu, 0xf5257d15u, 0xeac0c6e8u, 0xe0ccdeecu, 0xd744fccbu, 0xce248c15u, 0xc5672a11u,
     0xbd08a39fu, 0xb504f334u, 0xad583eeau, 0xa5fed6aau, 0x9ef53261u, 0x9837f052u, 0x91c3d374u,
     0x8b95c1e4u, 0x85aac368u},
    {0xffffffffu, 0xff4ecb59u, 0xfe9e115cu, 0xfdedd1b5u, 0xfd3e0c0du, 0xfc8ec011u, 0xfbdfed6du,
     0xfb3193ccu, 0xfa83b2dbu, 0xf9d64a47u, 0xf92959bbu, 0xf87ce0e6u, 0xf7d0df73u, 0xf7255511u,
     0xf67a416cu, 0xf5cfa434u},
    {0xffffffffu, 0xfff4e91cu, 0xffe9d2b3u, 0xffdebcc5u, 0xffd3a752u, 0xffc8925au, 0xffbd7ddcu,
     0xffb269dau, 0xffa75652u, 0xff9c4345u, 0xff9130b3u, 0xff861e9cu, 0xff7b0d00u, 0xff6ffbdeu,
     0xff64eb37u, 0xff59db0bu},
    {0xffffffffu, 0xffff4e8eu, 0xfffe9d1du, 0xfffdebacu, 0xfffd3a3bu, 0xfffc88ccu, 0xfffbd75cu,
     0xfffb25edu, 0xfffa747fu, 0xfff9c311u, 0xfff911a3u, 0xfff86036u, 0xfff7aec9u, 0xfff6fd5du,
     0xfff64bf2u, 0xfff59a87u},
};

/* log2(e) 2^(-i / 8) in 2^-24. */
static const uint32_t slope[8] = {0x1715476u, 0x152ad52u, 0x1369177u, 0x11ccad5u,
                                  0x10527dcu, 0x0ef7b18u, 0x0db9adau, 0x0c960eau};

/* 2^-t in 2^-32, t in 2^-16, by the four hexadecimal digits of its fraction. */
static uint32_t power_of_half(uint64_t t)
{
    const uint64_t whole = t >> 16;
    uint64_t p = UINT32_MAX;
    if (whole > 31)
        return 0;
    for (int row = 0; row < 4; row++) {
        const uint32_t digit = (uint32_t)(t >> (12 - 4 * row)) & 15;
        if (digit > 0)
            p = p * power[row][digit] >> 32;
    }
    return (uint32_t)(p >> whole);
}

struct laplace {
    int32_t mean; /* in 2^-INR_LAPLACE_MEAN_BITS */
    int scale;
    int32_t low; /* first of the `symbols` values, which the escape follows */
    int32_t symbols;
};

static struct laplace laplace_at(int32_t mean, int scale)
{
    const int32_t half = 1 << (INR_LAPLACE_MEAN_BITS - 1);
    const int32_t centre = (mean + half) >> INR_LAPLACE_MEAN_BITS;
    /* twelve scales: 6e-6 of the mass lie beyond */
    const int32_t reach = 3 + (12 << ((scale + 7) / 8)) / 64;
    const int32_t bounded = reach < INR_LAPLACE_REACH ? reach : INR_LAPLACE_REACH;
    return (struct laplace){mean, scale, centre - bounded, 2 * bounded + 1};
}

/* Cumulative frequency of the values below low + i, out of 2^16. */
static uint32_t laplace_below(const struct laplace *l, int32_t i)
{
    if (i <= 0)
        return 0;
    if (i >= l->symbols)
        return 65535;
    const int32_t edge =
        (l->low + i) * (1 << INR_LAPLACE_MEAN_BITS) - (1 << (INR_LAPLACE_MEAN_BITS - 1)) - l->mean;
    const uint64_t distance = (uint64_t)(edge < 0 ? -edge : edge);
    /* t = distance log2(e) / 2^(scale / 8 - 6): 2^-8 2^-24 2^(6 - scale / 8) -> 2^-16 */
    const uint64_t t = distance * slope[l->scale % 8] >> (10 + l->scale / 8);
    const uint32_t tail = power_of_half(t) >> 1;
    const uint64_t f = edge < 0 ? tail : (UINT64_C(1) << 32) - tail;
    const uint32_t spread = 65535u - (uint32_t)l->symbols; /* one each, and the escape */
    return (uint32_t)(f * spread >> 32) + (uint32_t)i;
}

void inr_laplace_encode(struct inr_range_encoder *e, int32_t mean, int scale, int32_t value)
{
    const struct laplace l = laplace_at(mean, scale);
    const int64_t i = (int64_t)value - l.low;
    if (i >= 0 && i < l.symbols) {
        const uint32_t start = laplace_below(&l, (int32_t)i);
        inr_range_encode(e, start, laplace_below(&l, (int32_t)i + 1) - start, 16);
        return;
    }
    inr_range_encode(e, 65535, 1, 16);
    inr_bits_encode(e, (uint32_t)value, 32);
}

int32_t inr_laplace_decode(struct inr_range_decoder *d, int32_t mean, int scale)
{
    const struct laplace l = laplace_at(mean, scale);
    const uint32_t at = inr_range_decode(d, 16);
    if (at == 65535) {
        inr_range_consume(d, 65535, 1, 16);
        return (int32_t)inr_bits_decode(d, 32);
    }
    int32_t low = 0, high = l.symbols; /* below(low) <= at < below(high) */
    while (high - low > 1) {
        const int32_t middle = low + (high - low) / 2;
        if (laplace_below(&l, middle) <= at)
            low = middle;
        else
            high = middle;
    }
    const uint32_t start = laplace_below(&l, low);
    inr_range_consume(d, start, laplace_below(&l, low + 1) - start, 16);
    return l.low + low;
}

double inr_laplace_cost(int32_t mean, int scale, int32_t value)
{
    const struct laplace l = laplace_at(mean, scale);
    const int64_t i = (int64_t)value - l.low;
    if (i < 0 || i >= l.symbols)
        return 16.0 + 32.0;
    const uint32_t share = laplace_below(&l, (int32_t)i + 1) - laplace_below(&l, (int32_t)i);
    return 16.0 - log2((double)share);
}
