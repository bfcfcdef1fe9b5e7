/* SPDX-License-Identifier: MIT
 *
 * sections.c - Sections of a file and their checksums.
 */
#include "codec/sections.h"

#include <string.h>
#include <zlib.h>

#include "codec/format.h"

bool inr_codec_recognise(const uint8_t *head, size_t size)
{
    return size >= INR_CODEC_MAGIC_BYTES &&
           memcmp(head, INR_CODEC_MAGIC, INR_CODEC_MAGIC_BYTES) == 0;
}

int inr_codec_method_of(const uint8_t *head, size_t size)
{
    struct inr_cursor c = {head, head + size, false};
    if (!inr_codec_recognise(head, size))
        return -1;
    inr_cursor_take(&c, INR_CODEC_MAGIC_BYTES + 1);
    inr_cursor_varint(&c);
    const int method = inr_cursor_byte(&c);
    return c.bad ? -1 : method;
}

enum inr_status inr_sections_damaged(const struct inr_sections *f, const char *what,
                                     struct inr_error *err)
{
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: %s at byte %zu: the file is cut or damaged; get it again", f->name, what,
                    (size_t)(f->in.at - f->begin));
}

static bool checks(const uint8_t *data, uint64_t size, uint32_t crc)
{
    return (uint32_t)crc32_z(0, data, (size_t)size) == crc;
}

enum inr_status inr_sections_take_header(struct inr_sections *f, struct inr_cursor *header,
                                         struct inr_error *err)
{
    if (!inr_codec_recognise(f->in.at, (size_t)(f->in.end - f->in.at)))
        return inr_fail(err, INR_ERR_INPUT, "%s: is not a compressed field of inrush", f->name);
    inr_cursor_take(&f->in, INR_CODEC_MAGIC_BYTES);
    const int version = inr_cursor_byte(&f->in);
    if (!f->in.bad && version != INR_CODEC_VERSION)
        return inr_fail(err, INR_ERR_INPUT, "%s: format version %d needs a newer inrush", f->name,
                        version);
    const uint64_t size = inr_cursor_varint(&f->in);
    const uint8_t *data = inr_cursor_take(&f->in, size), *end = f->in.at;
    const uint32_t crc = inr_cursor_u32(&f->in);
    if (f->in.bad || !checks(f->begin, (uint64_t)(end - f->begin), crc))
        return inr_sections_damaged(f, "a wrong header", err);
    *header = (struct inr_cursor){data, data + size, false};
    return INR_OK;
}

enum inr_status inr_sections_take_section(struct inr_sections *f, const char *what,
                                          const uint8_t **data, uint64_t *size,
                                          struct inr_error *err)
{
    *size = inr_cursor_varint(&f->in);
    *data = inr_cursor_take(&f->in, *size);
    const uint32_t crc = inr_cursor_u32(&f->in);
    if (f->in.bad || !checks(*data, *size, crc))
        return inr_sections_damaged(f, what, err);
    return INR_OK;
}

void inr_sections_put_header(struct inr_bytes *out, const struct inr_bytes *header)
{
    inr_bytes_put(out, INR_CODEC_MAGIC, INR_CODEC_MAGIC_BYTES);
    inr_bytes_put_byte(out, INR_CODEC_VERSION);
    inr_bytes_put_varint(out, header->size);
    inr_bytes_put(out, header->data, header->size);
    out->failed = out->failed || header->failed;
    if (!out->failed)
        inr_bytes_put_u32(out, (uint32_t)crc32_z(0, out->data, out->size));
}

void inr_sections_put_section(struct inr_bytes *out, const uint8_t *data, size_t size)
{
    inr_bytes_put_varint(out, size);
    inr_bytes_put(out, data, size);
    inr_bytes_put_u32(out, (uint32_t)crc32_z(0, data, size));
}
