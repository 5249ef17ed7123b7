# SPDX-License-Identifier: Apache-2.0
"""Descriptors run out: the gateway says 503 or waits, never falls over, and recovers."""
import os
import resource
import socket
import time
from pathlib import Path

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)


def few():
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def busy(process, seconds):
    """Which part of that time it computed."""
    def computed():
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    before = computed()
    time.sleep(seconds)
    return (computed() - before) / seconds


def answered(s):
    """True when it was told to come later, False when nothing was said to it yet."""
    try:
        s.setblocking(False)
        said = s.recv(4096)
    except BlockingIOError:
        return False
    expect_in(b"503 Service Unavailable", said)
    return True


with Mock() as mock, Gateway(mock, preexec=few) as gateway:
    expect(gateway.chat("before").status, 200)
    held = []
    for _ in range(400):
        s = socket.socket()
        s.settimeout(0.5)
        try:
            s.connect(("127.0.0.1", gateway.port))
            held.append(s)
        except OSError:
            break
    expect_true(len(held) > 256, "more connections than it has descriptors")
    time.sleep(0.5)
    # It waits for a free descriptor: who asks for one again and again computes all the time.
    part = busy(gateway.program.process, 1)
    expect_true(part < 0.3, f"it waits, and computes {part:.0%} of the time")
    told = [s for s in held if answered(s)]
    expect_true(len(held) - len(told) < 256, f"{len(told)} of {len(held)} were told that there is no room")
    expect_true(gateway.program.alive(), "the gateway lives")
    for s in held:
        s.close()
    start = time.monotonic()

    def served():
        try:
            return gateway.request("POST", "/v1/chat/completions", {
                "model": "bench/bench-model", "messages": [{"role": "user", "content": "x"}]},
                timeout=2).status == 200
        except OSError:
            return False
    until(served, 5, "the gateway recovers")
    print(f"{len(held)} connections tried, {len(told)} told 503; recovered after {time.monotonic() - start:.2f} s")
    expect_true(time.monotonic() - start < 1 * 10 * PATIENCE, "within a second, tenfold for a gate")
