# SPDX-License-Identifier: Apache-2.0
"""Connections that trickle their head or body are closed at the deadline; the others are served."""
import select
import socket
import time

from lib.scene import (KEY, LONG, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit,
                       percentile)

limit(120)
EACH = 2500 if LONG else 100
HEAD = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode()


def readable(sockets, closed):
    """Which have something to say now; poll, as select ends at descriptor 1023."""
    asked = select.poll()
    by_number = {s.fileno(): s for s in sockets if s not in closed}
    for number in by_number:
        asked.register(number, select.POLLIN)
    return [by_number[number] for number, _ in asked.poll(0)]


def opened(port, first):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(first)
    return s


with Mock() as mock, Gateway(mock) as gateway:
    start = time.monotonic()
    heads = [opened(gateway.port, HEAD) for _ in range(EACH)]
    bodies = [opened(gateway.port, HEAD + b"Content-Length: 100\r\n\r\n{") for _ in range(EACH)]
    waits, closed, said = [], {}, {}
    while len(closed) < 2 * EACH and time.monotonic() - start < 45 * PATIENCE:
        for s in heads + bodies:
            if s not in closed:
                try:
                    s.send(b"x" if s in heads else b" ")
                except OSError:
                    pass
        for s in readable(heads + bodies, closed):
            try:
                data = s.recv(4096)
            except OSError:
                data = b""
            said[s] = said.get(s, b"") + data
            if not data:
                closed[s] = time.monotonic() - start
        begun = time.monotonic()
        expect(gateway.chat("healthy").status, 200)
        waits.append(time.monotonic() - begun)
        time.sleep(1)
    last_head = max(closed.get(s, 99) for s in heads)
    last_body = max(closed.get(s, 99) for s in bodies)
    print(f"heads closed by {last_head:.1f} s, bodies by {last_body:.1f} s, healthy p99 "
          f"{percentile(waits, .99) * 1000:.1f} ms")
    expect_true(8 < last_head < 16 * PATIENCE, "heads end at 10 s")
    expect_true(last_body < 40 * PATIENCE, "bodies end at 30 s")
    expect_in(b" 408 ", said[bodies[0]], "who is too slow is told")
    expect_true(percentile(waits, .99) < 0.5 * PATIENCE, "the healthy are served")
    expect(len(mock.bills()), len(waits), "nothing of it went upstream")
