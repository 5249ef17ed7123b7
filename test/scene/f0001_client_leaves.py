# SPDX-License-Identifier: Apache-2.0
"""A client that goes away closes its upstream at once, wherever in the answer it was."""
import json
import random
import socket
import time

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect_true, limit, percentile, question, until

limit(90)
ROUNDS = 60
dice = random.Random(7)


def leave(gateway, user, after_bytes, reset):
    """Reads that many bytes of a slow stream and goes; the time when it went."""
    body = json.dumps(question("leaving", stream=True, user=user)).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"x-mock-fault: slow=5+tokens=400\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    s = socket.create_connection(("127.0.0.1", gateway.port))
    s.settimeout(10)
    s.sendall(head + body)
    got = 0
    while got < after_bytes:
        got += len(s.recv(min(4096, after_bytes - got)))
    if not after_bytes:
        time.sleep(0.02)
    if reset:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    went = time.time()
    s.close()
    return went


def bill_time(bill):
    import datetime
    return datetime.datetime.fromisoformat(bill["time"].replace("Z", "+00:00")).timestamp()


with Mock() as mock, Gateway(mock) as gateway:
    went = {}
    for i in range(ROUNDS):
        went[f"u{i}"] = leave(gateway, f"u{i}", dice.choice((0, 1, dice.randrange(8000))), i % 2 == 1)
    bills = {b["user"]: b for b in mock.bills(ROUNDS, 10)}
    waits = [bill_time(bills[user]) - at for user, at in went.items()]
    print(f"upstream closed after: median {percentile(waits, .5) * 1000:.1f} ms, "
          f"p99 {percentile(waits, .99) * 1000:.1f} ms")
    expect_true(all(b["left"] for b in bills.values()), "every upstream was left")
    # The figures to hold are 10 and 50 ms; a gate takes ten times them.
    expect_true(percentile(waits, .5) < 0.1 * PATIENCE, "median below 100 ms")
    expect_true(percentile(waits, .99) < 0.5 * PATIENCE, "p99 below 500 ms")
    rows = until(lambda: (lambda r: len(r) == ROUNDS and r)(gateway.rows()), 3, "a row each")
    for row in rows:
        expect_true(row["outcome"] == "left" and row["sure"] == "estimated", f"the row says it: {row}")
        expect_true(row["input"] > 0, "the input was accepted, so it is counted")
    expect_true(gateway.chat("still here").status == 200, "the gateway goes on")
