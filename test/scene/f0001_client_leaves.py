# SPDX-License-Identifier: Apache-2.0
"""A client that goes away closes its upstream at once, wherever in the answer it was."""
import json
import random
import socket
import time

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_true, limit, percentile, question, raw, until
from lib.strange import Strange

limit(90)
ROUNDS = 60
MOST = 4096  # tokens, where a call names no limit
dice = random.Random(7)


def leave(gateway, user, after_bytes, reset, fault="slow=5", wait=0.02, stream=True, **more):
    """Reads that many bytes of a slow answer and goes; the time when it went."""
    body = json.dumps(question("leaving", stream=stream, user=user, **more)).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"x-mock-fault: {fault}+tokens=400\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    s = socket.create_connection(("127.0.0.1", gateway.port))
    s.settimeout(10)
    s.sendall(head + body)
    got = 0
    while got < after_bytes:
        got += len(s.recv(min(4096, after_bytes - got)))
    if not after_bytes:
        time.sleep(wait)
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
        expect_true(row["outcome"] == "left", f"the row says it: {row}")
        # Before the first word came nobody knows what was made.
        expect_true(row["sure"] == ("captured" if row["output"] >= MOST else "estimated"), f"how sure: {row}")
        expect_true(row["input"] > 0, "the input was accepted, so it is counted")

    expect(gateway.metric("costlens_client_disconnect_cancel_seconds_count"), ROUNDS, "each was timed")

    # While nothing flows no failed write tells: the FIN does.
    at = leave(gateway, "paused", 100, False, "hang=mid")
    bill = mock.bills(ROUNDS + 1, 10)[-1]
    expect_true(bill["user"] == "paused" and bill["left"], f"a paused stream was left: {bill}")
    expect_true(bill_time(bill) - at < 0.5 * PATIENCE, "at once")

    # Of a JSON answer its beginning tells no length: it counts as one of which nothing came, at most what can
    # be made.
    leave(gateway, "half", 0, False, "hang=mid", stream=False, wait=0.3, max_tokens=900)
    leave(gateway, "greedy", 0, False, "hang", stream=False, wait=0.3, max_tokens=2**63 - 1)
    leave(gateway, "greedier", 0, False, "hang", stream=False, wait=0.3, max_tokens=2**63 - 1, n=2**62)
    rows = until(lambda: (lambda r: len(r) == ROUNDS + 4 and {x["user"]: x for x in r})(gateway.rows()), 5, "all rows")
    expect_true(rows["paused"]["outcome"] == "left", f"it was the client that left: {rows['paused']}")
    half = rows["half"]
    expect_true(half["sure"] == "captured" and half["output"] >= 900, f"the most there can be: {half}")
    for user in ("greedy", "greedier"):
        row = rows[user]
        expect_true(row["sure"] == "captured" and row["output"] <= 128 * 10**7, f"a bound that a model can reach: {row}")
    # A provider that goes on and bills all of it: the row says no more than what came, and that it is no report.
    leave(gateway, "billed", 4000, False, "slow=5+bills-on")
    row = until(lambda: [r for r in gateway.rows() if r["user"] == "billed"], 5, "its row")[0]
    [bill] = until(lambda: [b for b in mock.bills() if b["user"] == "billed"], 5, "its bill")
    expect((bill["left"], bill["finished"], bill["output"]), (True, True, 400), "billed to the end")
    expect((row["outcome"], row["sure"]), ("left", "estimated"))
    expect_true(0 < row["output"] < bill["output"], f"what came: {row}")
    gateway.costlens("ledger", "verify")
    expect_true(gateway.chat("still here").status == 200, "the gateway goes on")


# A client that goes because the answer told of an error: it is the provider's error, and no leaving.
def failing(_):
    chunk = json.dumps({"id": "x", "choices": [{"index": 0, "delta": {"content": "Well"}}]})
    yield (f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {chunk}\n\n").encode()
    yield b'data: {"error": {"message": "out of memory", "type": "server_error", "code": "oom"}}\n\n'
    time.sleep(1)


with Strange(failing) as strange:
    providers = f"  bench: {{ dialect: openai, url: {strange.url}, key: env:SCENE_UPSTREAM_KEY, models: [bench-model] }}\n"
    with Gateway(strange, providers=providers) as gateway:
        body = json.dumps(question("failing", stream=True)).encode()
        raw(gateway.port, f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body, stop=b"oom")
        row = gateway.rows(1)[0]
        expect((row["outcome"], row["error"], row["sure"]), ("error", "oom", "estimated"), "whose fault it is")
