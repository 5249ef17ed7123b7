# SPDX-License-Identifier: Apache-2.0
"""Readers of one byte a second pause their upstream, hold little memory, and slow nobody else."""
import json
import socket
import threading
import time

from lib.scene import (KEY, LONG, PATIENCE, SANITIZED, Gateway, Mock, expect_true, limit, percentile, question,
                       until)

limit(120)
READERS = 1000 if LONG else 300
LEDGER_KIB = 4000  # SQLite's pages, which a busy ledger's writer keeps (store.c: cache_size)
TOKENS = 60000  # some 14 MB a stream, more than the kernel keeps for the two sockets


def memory_kib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def stalled(pid):
    """The process did next to nothing for a while: the kernel's buffers are full too."""
    def ticks():
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    quiet = 0
    while quiet < 4:
        before = ticks()
        time.sleep(0.5)
        quiet = quiet + 1 if ticks() - before < 2 else 0


def trickle(readers, over):
    """A byte a second of each."""
    while not over.wait(1):
        for s in readers:
            s.recv(1)


def latencies(gateway):
    found = []
    for i in range(100):
        start = time.monotonic()
        gateway.chat(f"quick {i}")
        found.append(time.monotonic() - start)
    return percentile(found, .99)


with Mock() as mock, Gateway(mock) as gateway:
    alone = latencies(gateway)
    before = memory_kib(gateway.program.process.pid)
    readers = []
    body = json.dumps(question("slow reader", stream=True)).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"x-mock-fault: tokens={TOKENS}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    for _ in range(READERS):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", gateway.port))
        s.sendall(head + body)
        readers.append(s)
    for s in readers:
        s.settimeout(20 * PATIENCE)
        expect_true(s.recv(1), "the stream has begun")
    over = threading.Event()
    reading = threading.Thread(target=trickle, args=(readers, over))
    reading.start()
    stalled(gateway.program.process.pid)
    grown = memory_kib(gateway.program.process.pid) - before
    each = grown / READERS
    beside = min(latencies(gateway) for _ in range(3))
    print(f"{each:.0f} KiB a stream; p99 alone {alone * 1000:.1f} ms, beside them {beside * 1000:.1f}")
    if not SANITIZED:
        # 64 KiB of the answer, and what a call takes.
        expect_true(grown < READERS * (64 + 32) + LEDGER_KIB, f"{each:.0f} KiB a stalled stream")
    else:
        print("memory is not judged under a sanitizer")
    expect_true(not [b for b in mock.bills() if b["stream"]], "no upstream was read to its end")
    expect_true(beside < alone * 10 + 0.1 * PATIENCE, "the others are served as before")
    over.set()
    reading.join()
    for s in readers:
        s.close()
    rows = until(lambda: (lambda r: len(r) >= READERS and r)(
        [x for x in gateway.rows() if x["stream"]]), 20, "a row each")
    others = [r for r in rows if r["outcome"] != "left"]
    expect_true(not others, f"they left, {len(others)} of them otherwise: {others[:1]}")
