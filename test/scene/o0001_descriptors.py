# SPDX-License-Identifier: Apache-2.0
"""Descriptors run out: the gateway says 503 or waits, never falls over, and recovers."""
import resource
import socket
import time

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_true, limit, until

limit(60)


def few():
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


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
    time.sleep(0.5)
    expect_true(gateway.program.alive(), "the gateway lives")
    idle = time.process_time()
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
    print(f"{len(held)} connections held; recovered after {time.monotonic() - start:.2f} s")
    expect_true(time.monotonic() - start < 1 * 10 * PATIENCE, "within a second, tenfold for a gate")
