# SPDX-License-Identifier: Apache-2.0
"""limits.buffers holds for bodies that are still coming: half-sent ones do not fill the memory."""
import socket
import time

from lib.scene import KEY, Gateway, Mock, expect, expect_true, limit, until

limit(60)
MIB = 1 << 20
BODY, CEILING, CLIENTS = 15 * MIB, 64 * MIB, 12


def begin(gateway):
    s = socket.create_connection(("127.0.0.1", gateway.port))
    s.settimeout(0.2)
    s.sendall((f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
               f"Content-Length: {BODY + 1}\r\n\r\n").encode())
    return s


def send(s, count):
    """Up to that many bytes; what was answered meanwhile."""
    block = b"x" * 65536
    try:
        for _ in range(count // len(block)):
            s.sendall(block)
    except OSError:
        pass
    try:
        return s.recv(4096)
    except OSError:
        return b""


def resident(gateway):
    with open(f"/proc/{gateway.program.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))


with Mock() as mock, Gateway(mock, workers=2, extra="limits: { body: 16MiB, buffers: 64MiB }\n") as gateway:
    before = resident(gateway)
    lines = [begin(gateway) for _ in range(CLIENTS)]
    answers = [send(s, BODY) for s in lines]
    refused = [a for a in answers if a.startswith(b"HTTP/1.1 503 ")]
    print(f"{len(refused)} of {CLIENTS} refused, {(resident(gateway) - before) / MIB:.0f} MiB more")
    expect_true(CLIENTS // 3 < len(refused) < CLIENTS, "what does not fit is refused while it comes")
    expect_true(b"overloaded" in refused[0] or b"limits.buffers" in refused[0], f"and says so: {refused[0]}")
    for s in lines:
        s.close()
    until(lambda: gateway.chat("room again").status == 200, 10, "room again")
    time.sleep(0.1)
    expect(gateway.chat("and still").status, 200)
