#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes and inspects small PNG files with nothing but zlib, so that the tests do not trust our own code.

    picture.py make FILE WIDTHxHEIGHT CHANNELS DEPTH [icc|flat]  a smooth picture, or one of one colour
    picture.py head FILE                                     width height depth colour-type, chunk names
    picture.py break FILE                                    flip a byte inside the pixel data
    picture.py crop WHOLE PART X Y                           exit 1 unless PART equals WHOLE at X, Y
"""
import math
import struct
import sys
import zlib

COLOUR = {1: 0, 2: 4, 3: 2, 4: 6}
CHANNELS = {0: 1, 4: 2, 2: 3, 6: 4}


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make(path, size, channels, depth, extra=None):
    width, height = map(int, size.split("x"))
    channels, depth = int(channels), int(depth)
    top = (1 << depth) - 1
    rows = b""
    for y in range(height):
        rows += b"\0"
        for x in range(width):
            for c in range(channels):
                v = 0.5 if extra == "flat" else 0.5 + 0.45 * math.sin(0.3 * x + c) * math.cos(0.2 * y - c)
                rows += struct.pack(">H" if depth == 16 else "B", round(v * top))
    data = b"\x89PNG\r\n\x1a\n"
    data += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, COLOUR[channels], 0, 0, 0))
    if extra == "icc":
        data += chunk(b"iCCP", b"test\0\0" + zlib.compress(profile(channels)))
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    open(path, "wb").write(data)


def profile(channels):
    """A header and one tag, just enough to travel. The tag must not compress: libpng takes a very short
    chunk for a broken one."""
    tags = struct.pack(">I4sII", 1, b"cprt", 144, 128)
    tags += bytes(i * i * 7 + i * 3 >> 2 & 255 for i in range(128))
    head = bytearray(128)
    struct.pack_into(">I", head, 0, 128 + len(tags))
    head[8:12] = b"\x02\x40\0\0"
    head[12:16] = b"mntr"
    head[16:20] = b"RGB " if channels >= 3 else b"GRAY"
    head[20:24] = b"XYZ "
    head[36:40] = b"acsp"
    head[68:80] = struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
    return bytes(head) + tags


def chunks(data):
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name.decode(), data[at + 8:at + 8 + length], at
        at += 12 + length


def head(path):
    names = [(name, body) for name, body, _ in chunks(open(path, "rb").read())]
    print(*struct.unpack(">IIBB", names[0][1][:10]), *[name for name, _ in names])


def damage(path):
    data = bytearray(open(path, "rb").read())
    at = next(at for name, _, at in chunks(bytes(data)) if name == "IDAT")
    data[at + 12] ^= 0x55
    open(path, "wb").write(data)


def decode(path):
    """Samples as rows of bytes; undoes the five filters."""
    data = open(path, "rb").read()
    width, height, depth, colour = struct.unpack(">IIBB", next(chunks(data))[1][:10])
    raw = zlib.decompress(b"".join(body for name, body, _ in chunks(data) if name == "IDAT"))
    bpp = CHANNELS[colour] * depth // 8
    stride, rows, up = width * bpp, [], bytearray(width * bpp)
    for y in range(height):
        kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            a = row[i - bpp] if i >= bpp else 0
            b, c = up[i], up[i - bpp] if i >= bpp else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        rows.append(bytes(row))
        up = row
    return rows, bpp


def crop(whole, part, x, y):
    (big, bpp), (small, _) = decode(whole), decode(part)
    left, width = int(x) * bpp, len(small[0])
    wanted = [row[left:left + width] for row in big[int(y):int(y) + len(small)]]
    return 0 if wanted == small else 1


if __name__ == "__main__":
    run = {"make": make, "head": head, "break": damage, "crop": crop}[sys.argv[1]]
    sys.exit(run(*sys.argv[2:]))
