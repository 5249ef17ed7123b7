# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: no new calls, not ready at once, and every running stream comes to its own end."""
import json
import signal
import socket
import threading
import time
from collections import Counter

from lib.scene import (KEY, LONG, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, question, request,
                       until)

limit(90)
STREAMS = 1000 if LONG else 100

with Mock() as mock, Gateway(mock) as gateway:
    answers = []

    def ask(i):
        answers.append(gateway.chat(f"s{i}", stream=True, user=f"s{i}",
                                    headers={"x-mock-fault": "slow=200+tokens=40" if LONG else "slow=20+tokens=100"}))
    clients = [threading.Thread(target=ask, args=(i,)) for i in range(STREAMS)]
    for c in clients:
        c.start()
    until(lambda: gateway.metric("costlens_reservations_inflight") >= STREAMS, 10, "all streams run")
    start = time.monotonic()
    gateway.program.signal(signal.SIGTERM)

    def refused():
        try:
            return request(gateway.port, "GET", "/readyz", timeout=1).status == 503
        except OSError:
            return True
    until(refused, 0.1, "not ready")
    print(f"no new calls after {(time.monotonic() - start) * 1000:.1f} ms")
    try:
        expect(request(gateway.admin_port, "GET", "/readyz", timeout=1).status, 503)
    except OSError:
        pass
    for c in clients:
        c.join()
    cut = [a for a in answers if not a.body.endswith(b"data: [DONE]\n\n")]
    expect(len(answers), STREAMS)
    expect(len(cut), 0, "streams that were cut")
    expect(gateway.program.process.wait(10 * PATIENCE), 0, "exit code")
    rows = gateway.rows()
    expect(len(rows), STREAMS)
    expect_true(all(r["outcome"] == "ok" and r["sure"] == "reported" for r in rows), "all settled")

    # With nothing to do it ends at once.
    gateway.start()
    start = time.monotonic()
    gateway.program.stop(5)
    expect_true(time.monotonic() - start < 2 * PATIENCE, "an idle gateway ends within 2 s")

    # Nor does it wait for a request that nobody has sent whole: half a head is closed, half a body is told soon.
    CHAT = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode()
    for sent, most, answer in ((b"", 2, b""), (CHAT, 2, b""), (CHAT + b"Content-Length: 100\r\n\r\n{", 4, b" 503 "),
                               (CHAT + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}", 4, b" 503 ")):
        gateway.start()
        with socket.create_connection(("127.0.0.1", gateway.port), 5) as half:
            half.sendall(sent)
            until(lambda: b"{" not in sent or gateway.metric("costlens_reservations_inflight") == 1, 5, "half a body")
            start = time.monotonic()
            gateway.program.signal(signal.SIGTERM)
            half.settimeout(10)
            try:
                got = half.recv(65536)
            except ConnectionResetError:  # the head was not read yet when it closed
                got = b""
            half.close()
            expect(gateway.program.process.wait(20), 0, "exit code")
            took = time.monotonic() - start
            expect_in(answer, got[:40])
            expect_true(took < most * PATIENCE, f"{took:.1f} s for {sent[-20:]}")
            expect_true(not answer or json.loads(got.split(b"\r\n\r\n", 1)[1])["error"]["code"] == "stopping", f"{got}")

# Streams that outlast the drain's time are cut, told so, and settled: none is captured, none is lost.
with Mock() as mock:
    gateway = Gateway(mock, extra="drain: 1s\n").start()
    answers = []

    def ask_long(i):
        answers.append(gateway.chat(f"c{i}", stream=True, user=f"c{i}", max_tokens=4000,
                                    headers={"x-mock-fault": "slow=200+tokens=4000"}))
    whole = []

    def ask_whole():
        whole.append(gateway.chat("whole", user="whole", max_tokens=4000, headers={"x-mock-fault": "hang"}))
    clients = [threading.Thread(target=ask_long, args=(i,)) for i in range(STREAMS)]
    clients.append(threading.Thread(target=ask_whole))
    for c in clients:
        c.start()
    until(lambda: gateway.metric("costlens_reservations_inflight") > STREAMS, 20, "all calls run")
    time.sleep(0.3)
    start = time.monotonic()
    gateway.program.signal(signal.SIGTERM)
    expect(gateway.program.process.wait(30 * PATIENCE), 0, "exit code")
    took = time.monotonic() - start
    for c in clients:
        c.join()
    print(f"{STREAMS} streams cut, ended after {took:.2f} s")
    expect_true(took > 1, "they had their second")
    expect(len(answers), STREAMS)
    expect_true(not any(a.body.endswith(b"data: [DONE]\n\n") for a in answers), "no end that was none")
    expect_true(all(a.events[-1]["error"]["code"] == "stopping" for a in answers), "each is told why")
    expect((whole[0].status, whole[0].json["error"]["code"]), (503, "stopping"))
    rows = {r["who"]: r for r in gateway.rows()}
    expect(len(rows), STREAMS + 1, "a row each")
    expect(len(gateway.rows()), STREAMS + 1)
    print(Counter((r["outcome"], r["sure"], r["error"]) for r in rows.values()))
    expect_true(all(r["error"] == "stopping" for r in rows.values()), "nobody left: it was the gateway")
    expect(gateway.program.errors().count('"error":"stopping"'), STREAMS + 1, "lines of the log")
    whole = rows.pop("whole")
    expect((whole["outcome"], whole["sure"], whole["output"]), ("error", "captured", 4000))
    expect_true(all(r["outcome"] == "incomplete" for r in rows.values()), "their answers broke off")
    expect_true(all(r["sure"] == "estimated" and r["output"] > 0 for r in rows.values()), "settled by what had come")
    expect(gateway.costlens("ledger", "verify").returncode, 0)

# A drain that waits for nothing: half a body is told all the same, and one that becomes whole after the cut goes to
# no provider.
BODY = json.dumps(question("late")).encode()
for more in (b"", BODY[1:]):
    with Mock() as mock, Gateway(mock, extra="drain: 0s\n") as gateway:
        with socket.create_connection(("127.0.0.1", gateway.port), 5) as half:
            half.sendall(CHAT + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:1])
            until(lambda: gateway.metric("costlens_reservations_inflight") == 1, 5, "half a body")
            gateway.program.signal(signal.SIGTERM)
            time.sleep(0.3)
            half.sendall(more)
            half.settimeout(10)
            got = half.recv(65536)
        expect_in(b" 503 ", got[:40])
        expect(json.loads(got.split(b"\r\n\r\n", 1)[1])["error"]["code"], "stopping")
        expect(gateway.program.process.wait(20), 0, "exit code")
        expect((gateway.rows(), mock.bills()), ([], []), "no call of it")

# A call that waits for what an Ollama has, which tells nothing, is told what is true: its body was there. It waits for two
# seconds, which a busy machine may take to end the gateway: then once more.
for _ in range(5):
    with Mock() as mock, socket.create_server(("127.0.0.1", 0)) as mute:
        gateway = Gateway(mock, models=[], extra="drain: 300ms\n",
                          providers=f"  local: {{ dialect: ollama, url: 'http://127.0.0.1:{mute.getsockname()[1]}' }}\n"
                                    f"  near: {{ url: {mock.url}/v1, models: [small-8b] }}\n").start()
        waits = []
        client = threading.Thread(target=lambda: waits.append(gateway.chat(model="auto")))
        client.start()
        until(lambda: gateway.metric("costlens_reservations_inflight") == 1, 5, "it waits")
        gateway.program.signal(signal.SIGTERM)
        client.join()
        ended = gateway.program.process.wait(20)
        if waits[0].status == 200:
            continue
        expect((waits[0].status, waits[0].json["error"]["code"]), (503, "stopping"))
        expect_in("`drain` was over before it was sent to a provider", waits[0].json["error"]["message"])
        expect(ended, 0, "exit code")
        break
else:
    expect(True, False, "it waited in none of five")
