/* SPDX-License-Identifier: MIT
 *
 * image_pnm.c - Reading the Netpbm family: PBM, PGM and PPM in text and binary, PAM, and PFM.
 *
 * stb_image reads two of these eight, without rescaling odd maxima, with 16-bit samples in the
 * wrong byte order, and accepts truncated files; hence a reader of our own.
 */
#include "signal/image_internal.h"

#include <string.h>

struct cursor {
    const uint8_t *data;
    size_t size, at;
};

/* What a header says. */
struct shape {
    uint64_t width, height, channels, maximum;
};

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Step over blanks and comments, which run from # to the end of the line. */
static void skip_blanks(struct cursor *c)
{
    while (c->at < c->size) {
        if (c->data[c->at] == '#')
            while (c->at < c->size && c->data[c->at] != '\n' && c->data[c->at] != '\r')
                c->at++;
        else if (is_space(c->data[c->at]))
            c->at++;
        else
            return;
    }
}

/* A decimal number after blanks. Values stop growing far above every limit, so none overflows. */
static bool number(struct cursor *c, uint64_t *out)
{
    uint64_t value = 0;
    skip_blanks(c);
    size_t start = c->at;
    while (c->at < c->size && c->data[c->at] >= '0' && c->data[c->at] <= '9') {
        if (value < (uint64_t)1 << 40)
            value = value * 10 + (uint64_t)(c->data[c->at] - '0');
        c->at++;
    }
    *out = value;
    return c->at > start;
}

static enum inr_status damaged(struct inr_error *err, const char *name, const char *why)
{
    return inr_image_damaged(err, name, "PNM", why);
}

/* Store sample i. Samples are scaled so that the file's maximum becomes that of the depth. */
static bool store(struct inr_image *image, size_t i, uint32_t value, uint32_t maximum)
{
    if (value > maximum)
        return false;
    if (image->depth == INR_DEPTH_U8)
        ((uint8_t *)image->pixels)[i] = (uint8_t)((value * 255u + maximum / 2) / maximum);
    else
        ((uint16_t *)image->pixels)[i] =
            (uint16_t)(((uint64_t)value * 65535u + maximum / 2) / maximum);
    return true;
}

static bool binary_samples(const uint8_t *in, struct inr_image *image, size_t n, uint32_t maximum)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t value = maximum < 256 ? in[i] : (uint32_t)in[2 * i] << 8 | in[2 * i + 1];
        if (!store(image, i, value, maximum))
            return false;
    }
    return true;
}

/* PBM: one bit a pixel, rows padded to bytes, 1 is black. */
static void binary_bits(const uint8_t *in, struct inr_image *image)
{
    size_t stride = ((size_t)image->width + 7) / 8;
    uint8_t *out = image->pixels;
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < image->width; x++)
            *out++ = (in[y * stride + x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
}

static enum inr_status text_samples(struct cursor *c, struct inr_image *image, size_t n,
                                    uint32_t maximum, const char *name, struct inr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value = 0;
        if (!number(c, &value))
            return damaged(err, name, "the file ends or holds no number where a sample belongs");
        if (value > maximum || !store(image, i, (uint32_t)value, maximum))
            return damaged(err, name, "a sample is larger than the maximum in the header");
    }
    return INR_OK;
}

/* Plain PBM: digits need no blanks between them. */
static enum inr_status text_bits(struct cursor *c, struct inr_image *image, size_t n,
                                 const char *name, struct inr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        skip_blanks(c);
        if (c->at == c->size || (c->data[c->at] != '0' && c->data[c->at] != '1'))
            return damaged(err, name, "the file ends or holds no 0 or 1 where a pixel belongs");
        ((uint8_t *)image->pixels)[i] = c->data[c->at++] == '1' ? 0 : 255;
    }
    return INR_OK;
}

/* P1 to P6: width, height and, but for bitmaps, the maximum. */
static enum inr_status plain_header(struct cursor *c, int kind, struct shape *s, const char *name,
                                    struct inr_error *err)
{
    s->channels = kind == 3 || kind == 6 ? 3 : 1;
    s->maximum = 1;
    if (!number(c, &s->width) || !number(c, &s->height) ||
        (kind != 1 && kind != 4 && !number(c, &s->maximum)))
        return damaged(err, name, "the header has no width, height and maximum");
    return INR_OK;
}

/* One line of a PAM header into its word and value. */
static bool pam_line(struct cursor *c, struct shape *s, bool *end)
{
    static const char *const words[] = {"WIDTH", "HEIGHT", "DEPTH", "MAXVAL"};
    uint64_t *const values[] = {&s->width, &s->height, &s->channels, &s->maximum};
    skip_blanks(c);
    size_t start = c->at;
    while (c->at < c->size && !is_space(c->data[c->at]))
        c->at++;
    size_t n = c->at - start;
    const char *word = (const char *)c->data + start;
    for (size_t i = 0; i < 4; i++)
        if (n == strlen(words[i]) && memcmp(word, words[i], n) == 0)
            return number(c, values[i]);
    *end = n == 6 && memcmp(word, "ENDHDR", 6) == 0;
    if (*end)
        return true;
    /* TUPLTYPE adds nothing to DEPTH that we need. */
    if (n != 8 || memcmp(word, "TUPLTYPE", 8) != 0)
        return false;
    while (c->at < c->size && c->data[c->at] != '\n')
        c->at++;
    return true;
}

static enum inr_status pam_header(struct cursor *c, struct shape *s, const char *name,
                                  struct inr_error *err)
{
    bool end = false;
    while (!end)
        if (!pam_line(c, s, &end))
            return damaged(err, name, "a line of the header is not understood");
    if (s->channels < 1 || s->channels > 4)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: a PAM of DEPTH %llu is not supported; give one of 1 to 4 channels",
                        name, (unsigned long long)s->channels);
    return INR_OK;
}

static enum inr_status binary(struct cursor *c, int kind, const struct shape *s,
                              struct inr_image *image, const char *name, struct inr_error *err)
{
    uint64_t row =
        kind == 4 ? (s->width + 7) / 8 : s->width * s->channels * (s->maximum < 256 ? 1u : 2u);
    if (c->at == c->size || !is_space(c->data[c->at]))
        return damaged(err, name, "the file ends in the header");
    c->at++;
    if (row * s->height > c->size - c->at)
        return damaged(err, name, "the file ends too early");
    enum inr_status status =
        inr_image_allocate(image, (uint32_t)s->width, (uint32_t)s->height, (uint32_t)s->channels,
                           s->maximum < 256 ? INR_DEPTH_U8 : INR_DEPTH_U16, name, err);
    if (status != INR_OK)
        return status;
    size_t n = (size_t)(s->width * s->height * s->channels);
    if (kind == 4)
        binary_bits(c->data + c->at, image);
    else if (!binary_samples(c->data + c->at, image, n, (uint32_t)s->maximum))
        return damaged(err, name, "a sample is larger than the maximum in the header");
    return INR_OK;
}

static enum inr_status text(struct cursor *c, int kind, const struct shape *s,
                            struct inr_image *image, const char *name, struct inr_error *err)
{
    /* The least a sample takes in text: a digit, and a blank before all but those of bitmaps. */
    uint64_t n = s->width * s->height * s->channels;
    if (n * (kind == 1 ? 1u : 2u) > c->size - c->at + 1)
        return damaged(err, name, "the file ends too early");
    enum inr_status status =
        inr_image_allocate(image, (uint32_t)s->width, (uint32_t)s->height, (uint32_t)s->channels,
                           s->maximum < 256 ? INR_DEPTH_U8 : INR_DEPTH_U16, name, err);
    if (status != INR_OK)
        return status;
    if (kind == 1)
        return text_bits(c, image, (size_t)n, name, err);
    return text_samples(c, image, (size_t)n, (uint32_t)s->maximum, name, err);
}

static enum inr_status read_pnm(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    struct cursor c = {data, size, 2};
    struct shape s = {0};
    int kind = data[1] - '0';
    enum inr_status status =
        kind == 7 ? pam_header(&c, &s, name, err) : plain_header(&c, kind, &s, name, err);
    if (status != INR_OK)
        return status;
    if (s.maximum < 1 || s.maximum > 65535)
        return damaged(err, name, "the maximum in the header is not between 1 and 65535");
    status = inr_image_check_size(s.width, s.height, name, err);
    if (status != INR_OK)
        return status;
    return kind <= 3 ? text(&c, kind, &s, image, name, err)
                     : binary(&c, kind, &s, image, name, err);
}

/* ---- PFM ---- */

/* The scale's sign is the byte order. Its size is a hint about units that programs disagree on, so
 * samples stay as stored. Parsed by hand because strtod depends on the locale. */
static bool pfm_scale(struct cursor *c, bool *little)
{
    skip_blanks(c);
    *little = c->at < c->size && c->data[c->at] == '-';
    bool nonzero = false;
    size_t start = c->at;
    for (; c->at < c->size && !is_space(c->data[c->at]); c->at++) {
        if (c->data[c->at] == 0 || !strchr("+-.0123456789eE", c->data[c->at]))
            return false;
        nonzero = nonzero || (c->data[c->at] >= '1' && c->data[c->at] <= '9');
    }
    return nonzero && c->at > start && c->at < c->size;
}

static float float_of(const uint8_t *b, bool little)
{
    uint32_t bits = little
                        ? (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0]
                        : (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static enum inr_status read_pfm(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    struct cursor c = {data, size, 2};
    uint32_t channels = data[1] == 'F' ? 3 : 1;
    uint64_t width = 0, height = 0;
    bool little = false;
    if (!number(&c, &width) || !number(&c, &height) || !pfm_scale(&c, &little))
        return inr_image_damaged(err, name, "PFM", "the header has no width, height and scale");
    c.at++; /* exactly one blank before the samples */
    enum inr_status status = inr_image_check_size(width, height, name, err);
    if (status != INR_OK)
        return status;
    size_t row = (size_t)width * channels;
    if (row * height > (size - c.at) / 4)
        return inr_image_damaged(err, name, "PFM", "the file ends too early");
    status = inr_image_allocate(image, (uint32_t)width, (uint32_t)height, channels, INR_DEPTH_F32,
                                name, err);
    if (status != INR_OK)
        return status;
    /* The last row comes first. */
    for (size_t y = 0; y < height; y++) {
        const uint8_t *in = data + c.at + (height - 1 - y) * row * 4;
        float *out = (float *)image->pixels + y * row;
        for (size_t i = 0; i < row; i++)
            out[i] = float_of(in + 4 * i, little);
    }
    return INR_OK;
}

/* ---- descriptors ---- */

/* "P" and one of the kinds, then a blank or a comment. */
static bool starts(const uint8_t *data, size_t size, const char *kinds)
{
    return size >= 3 && data[0] == 'P' && data[1] != 0 && strchr(kinds, data[1]) &&
           (is_space(data[2]) || data[2] == '#');
}

static bool probe_ppm(const uint8_t *data, size_t size)
{
    return starts(data, size, "36");
}

static bool probe_pgm(const uint8_t *data, size_t size)
{
    return starts(data, size, "25");
}

static bool probe_pbm(const uint8_t *data, size_t size)
{
    return starts(data, size, "14");
}

static bool probe_pam(const uint8_t *data, size_t size)
{
    return starts(data, size, "7");
}

static bool probe_pfm(const uint8_t *data, size_t size)
{
    return starts(data, size, "Ff");
}

#define WHOLE_NUMBERS (INR_HOLDS(INR_DEPTH_U8) | INR_HOLDS(INR_DEPTH_U16))

const struct inr_image_format inr_image_ppm = {
    .name = "PPM",
    .suffixes = {".ppm"},
    .depths = WHOLE_NUMBERS,
    .channels = INR_HOLDS(3),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_ppm,
    .read = read_pnm,
    .sink = &inr_image_pnm_sink,
};

const struct inr_image_format inr_image_pgm = {
    .name = "PGM",
    .suffixes = {".pgm"},
    .depths = WHOLE_NUMBERS,
    .channels = INR_HOLDS(1),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_pgm,
    .read = read_pnm,
    .sink = &inr_image_pnm_sink,
};

/* Any of the three by the number of channels; bitmaps are only read. */
const struct inr_image_format inr_image_pnm = {
    .name = "PNM",
    .suffixes = {".pnm"},
    .depths = WHOLE_NUMBERS,
    .channels = INR_HOLDS(1) | INR_HOLDS(3),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_pbm,
    .read = read_pnm,
    .sink = &inr_image_pnm_sink,
};

const struct inr_image_format inr_image_pam = {
    .name = "PAM",
    .suffixes = {".pam"},
    .depths = WHOLE_NUMBERS,
    .channels = INR_HOLDS(1) | INR_HOLDS(2) | INR_HOLDS(3) | INR_HOLDS(4),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_pam,
    .read = read_pnm,
    .sink = &inr_image_pnm_sink,
};

const struct inr_image_format inr_image_pfm = {
    .name = "PFM",
    .suffixes = {".pfm"},
    .depths = INR_HOLDS(INR_DEPTH_F32),
    .channels = INR_HOLDS(1) | INR_HOLDS(3),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_pfm,
    .read = read_pfm,
    .sink = &inr_image_pfm_sink,
};
