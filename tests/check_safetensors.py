#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Read safetensors files with nothing of ours and check the rules of the format.

    check_safetensors.py FILE...

https://huggingface.co/docs/safetensors: 8 bytes little-endian header length, a JSON header that starts
with '{' and may be padded with spaces, then tensors without gaps or overlaps to the end of the file.
Where the `safetensors` package is installed, it must agree.
"""
import json
import math
import struct
import sys
import zlib

SIZES = {"F32": 4, "U8": 1}


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), "duplicate keys"
    return dict(pairs)


def check(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0, "the tensors are not aligned"
    header = data[8 : 8 + length].decode("utf-8")
    assert header.startswith("{"), "the header does not start with {"
    header = json.loads(header, object_pairs_hook=unique)
    body = data[8 + length :]
    metadata = header.pop("__metadata__")
    assert all(isinstance(v, str) for v in metadata.values()), "metadata must be texts"
    at = 0
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = tensor["data_offsets"]
        assert begin == at, f"{name}: gap or overlap"
        assert end - begin == SIZES[tensor["dtype"]] * math.prod(tensor["shape"]), f"{name}: shape"
        if tensor["dtype"] == "F32":
            assert begin % 4 == 0, f"{name}: not aligned"
            values = struct.unpack(f"<{(end - begin) // 4}f", body[begin:end])
            assert all(map(math.isfinite, values)), f"{name}: not finite"
        at = end
    assert at == len(body), "bytes after the last tensor"
    assert metadata["format"] == "inrush" and metadata["format_version"] == "1"
    assert metadata["crc32"] == f"{zlib.crc32(body):08x}", "checksum"
    texts = "".join(f"{k}\0{v}\0" for k, v in metadata.items() if k != "metadata_crc32")
    assert metadata["metadata_crc32"] == f"{zlib.crc32(texts.encode()):08x}", "metadata checksum"
    assert "network" in json.loads(metadata["config"])
    assert "net.0.weight" in header
    try:
        from safetensors import safe_open
    except ImportError:
        return len(header), False
    with safe_open(path, framework="numpy") as file:
        assert set(file.keys()) == set(header), "the safetensors package sees other tensors"
        for name in header:
            assert list(file.get_tensor(name).shape) == header[name]["shape"]
    return len(header), True


for path in sys.argv[1:]:
    count, package = check(path)
    print(f"{path}: {count} tensors" + (", as the safetensors package reads them" if package else ""))
if len(sys.argv) < 2:
    sys.exit(__doc__)
