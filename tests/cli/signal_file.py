#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes small arrays and sounds with the standard library alone, so that the tests do not trust our own code.

    signal_file.py npy FILE SIDE [nan]   a cube of SIDE^3 floats, one of them not a number at [1, 2, 3]
    signal_file.py sdf FILE SIDE         the distance from a sphere, on a cube
    signal_file.py wav FILE CYCLES       a tone of CYCLES in 2000 samples
    signal_file.py check FILE TYPE SHAPE.. MEAN   an array is what the words say, the mean to 1e-4 (any: any)
"""
import ast
import math
import struct
import sys
import wave


def save(path, shape, values):
    header = str({"descr": "<f4", "fortran_order": False, "shape": shape}).encode() + b"\n"
    data = struct.pack(f"<{len(values)}f", *values)
    open(path, "wb").write(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + data)


def cube(side, function):
    at = [(2 * i + 1) / side - 1 for i in range(side)]
    return [function(x, y, z) for z in at for y in at for x in at]


def npy(path, side, extra=None):
    side = int(side)
    values = cube(side, lambda x, y, z: math.sin(9 * x + 2 * y) * math.cos(5 * z))
    if extra == "nan":
        values[(1 * side + 2) * side + 3] = math.nan
    save(path, (side,) * 3, values)


def sdf(path, side):
    save(path, (int(side),) * 3, cube(int(side), lambda x, y, z: math.hypot(x, y, z) - 0.6))


def wav(path, cycles):
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(
            struct.pack("<h", round(20000 * math.sin(2 * math.pi * int(cycles) * i / 2000))) for i in range(2000)))


def check(path, kind, *rest):
    data = open(path, "rb").read()
    assert data[:8] == b"\x93NUMPY\x01\0"
    start = 10 + struct.unpack("<H", data[8:10])[0]
    assert start % 64 == 0 and data[start - 1:start] == b"\n"
    header = ast.literal_eval(data[10:start].decode())
    *shape, wanted = rest
    shape = tuple(int(n) for n in shape)
    assert header == {"descr": kind, "fortran_order": False, "shape": shape}, header
    code = {"|b1": "?", "<u2": "H", "<f4": "f"}[kind]
    values = struct.unpack(f"<{math.prod(shape)}{code}", data[start:])
    mean = sum(values) / len(values)
    assert wanted == "any" or abs(mean - float(wanted)) < 1e-4, mean


if __name__ == "__main__":
    {"check": check, "npy": npy, "sdf": sdf, "wav": wav}[sys.argv[1]](*sys.argv[2:])
