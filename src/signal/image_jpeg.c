/* SPDX-License-Identifier: MIT
 *
 * image_jpeg.c - The segments of a JPEG file: is it whole, and the ICC profile, in and out.
 *
 * The walk visits every segment that stb_image visits, at the same offsets, and at most a few that
 * it refuses. So what is checked here is checked for it: its version in distributions writes beyond
 * its tables when a Huffman table names more than 256 symbols.
 */
#include "signal/image_internal.h"

#include <stdlib.h>
#include <string.h>

/* Markers. */
enum { STANDALONE_TEM = 0x01, RST0 = 0xD0, RST7 = 0xD7, SOI = 0xD8, EOI = 0xD9 };

enum {
    DHT = 0xC4,
    APP2 = 0xE2,
    ICC_HEAD = 14,
    SEGMENT_MAX = 65533,
    ICC_PART = SEGMENT_MAX - ICC_HEAD
};

struct profile {
    uint8_t *bytes;
    size_t size;
    unsigned next;  /* sequence number wanted next, from 1 */
    unsigned count; /* as the first segment says, 0: none yet */
    bool broken;    /* out of sequence: the profile is left out */
};

/* Append one APP2 body. The parts come in order in every file that is not damaged. */
static bool take_part(struct profile *p, const uint8_t *body, size_t n)
{
    if (n < ICC_HEAD || memcmp(body, "ICC_PROFILE", 12) != 0 || p->broken)
        return true;
    if (p->count == 0)
        p->count = body[13];
    if (body[12] != p->next || body[13] != p->count || body[12] > body[13]) {
        p->broken = true;
        return true;
    }
    uint8_t *grown = realloc(p->bytes, p->size + n - ICC_HEAD + 1);
    if (!grown)
        return false;
    memcpy(grown + p->size, body + ICC_HEAD, n - ICC_HEAD);
    p->bytes = grown;
    p->size += n - ICC_HEAD;
    p->next++;
    return true;
}

/* Find the next marker at or after `at`, past fill bytes, stuffed zeros and restarts, which is also
 * the way through entropy-coded data. Returns the offset after the marker, or 0 at the end. */
static size_t next_marker(const uint8_t *data, size_t size, size_t at, int *marker)
{
    while (at + 1 < size) {
        int m = data[at + 1];
        if (data[at] == 0xFF && m != 0x00 && m != 0xFF && m != STANDALONE_TEM && m != SOI &&
            !(m >= RST0 && m <= RST7)) {
            *marker = m;
            return at + 2;
        }
        at++;
    }
    return 0;
}

/* Tables one after the other: a class and number, how many symbols of each of 16 lengths, symbols.
 */
static bool tables_are_sound(const uint8_t *body, size_t n)
{
    while (n > 0) {
        size_t symbols = 0;
        if (n < 17)
            return false;
        for (size_t i = 1; i <= 16; i++)
            symbols += body[i];
        if (symbols > 256 || symbols > n - 17)
            return false;
        body += 17 + symbols;
        n -= 17 + symbols;
    }
    return true;
}

/* Why the file cannot be decoded, or NULL. *memory is set when the profile could not be kept. */
static const char *walk(const uint8_t *data, size_t size, struct profile *p, bool *memory)
{
    size_t at = 2; /* past SOI */
    int marker = 0;
    while ((at = next_marker(data, size, at, &marker)) != 0) {
        if (marker == EOI)
            return NULL;
        if (size - at < 2)
            break;
        size_t length = (size_t)data[at] << 8 | data[at + 1];
        if (length < 2)
            return "a segment has no length";
        if (length > size - at)
            break;
        if (marker == DHT && !tables_are_sound(data + at + 2, length - 2))
            return "a Huffman table does not fit";
        if (marker == APP2 && !take_part(p, data + at + 2, length - 2))
            *memory = true;
        at += length;
    }
    return "the file ends before the end-of-image marker";
}

enum inr_status inr_jpeg_walk(const uint8_t *data, size_t size, const char *name, uint8_t **icc,
                              size_t *icc_size, struct inr_error *err)
{
    struct profile p = {.next = 1};
    bool memory = false;
    *icc = NULL;
    *icc_size = 0;
    const char *why = walk(data, size, &p, &memory);
    if (why || memory || p.broken || p.next != p.count + 1 || p.size == 0) {
        free(p.bytes);
        if (memory)
            return inr_image_no_memory(err, name);
        return why ? inr_image_damaged(err, name, "JPEG", why) : INR_OK;
    }
    *icc = p.bytes;
    *icc_size = p.size;
    return INR_OK;
}

void inr_jpeg_put_icc(FILE *stream, const uint8_t *icc, size_t icc_size)
{
    size_t count = (icc_size + ICC_PART - 1) / ICC_PART;
    if (count > 255)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t n = icc_size - i * ICC_PART < ICC_PART ? icc_size - i * ICC_PART : ICC_PART;
        size_t length = n + ICC_HEAD + 2;
        uint8_t head[4 + ICC_HEAD] = {0xFF, APP2, (uint8_t)(length >> 8), (uint8_t)length};
        memcpy(head + 4, "ICC_PROFILE", 12);
        head[16] = (uint8_t)(i + 1);
        head[17] = (uint8_t)count;
        (void)!fwrite(head, 1, sizeof head, stream);
        (void)!fwrite(icc + i * ICC_PART, 1, n, stream);
    }
}
