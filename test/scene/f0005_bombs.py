# SPDX-License-Identifier: Apache-2.0
"""Coded bodies: gzip and zstd are read within the limits, bombs and other codings refused."""
import gzip
import json
import shutil
import subprocess
import zlib

from lib.scene import Gateway, Mock, expect, question

CHAT = "/v1/chat/completions"
PLAIN = json.dumps(question("packed " + "and packed " * 20)).encode()
BOMB = b'{"model":"bench/bench-model","messages":[' + b" " * (200 << 20) + b"]}"


def packed_by(program, data):
    return subprocess.run([program, "-c", "-q"], input=data, capture_output=True, check=True).stdout


with Mock() as mock, Gateway(mock) as gateway:
    expect(gateway.post(CHAT, gzip.compress(PLAIN), {"Content-Encoding": "gzip"}).status, 200)
    if shutil.which("zstd"):
        expect(gateway.post(CHAT, packed_by("zstd", PLAIN), {"Content-Encoding": "zstd"}).status, 200)
    sent = len(mock.bills(1))
    small = gzip.compress(BOMB[: 20 << 20], 9)  # within the size, beyond the ratio of 100:1
    for coding, data in (("gzip", gzip.compress(BOMB, 9)), ("gzip", small)):
        expect(gateway.post(CHAT, data, {"Content-Encoding": coding}).status, 413)
    expect(gateway.post(CHAT, b"not gzip", {"Content-Encoding": "gzip"}).status, 400)
    expect(gateway.post(CHAT, gzip.compress(PLAIN)[:-9], {"Content-Encoding": "gzip"}).status, 400)
    for coding in ("br", "deflate", "gzip, gzip", "compress"):
        data = zlib.compress(PLAIN) if coding == "deflate" else PLAIN
        expect(gateway.post(CHAT, data, {"Content-Encoding": coding}).status, 415, coding)
    expect(len(mock.bills()), sent, "nothing of it went upstream")
