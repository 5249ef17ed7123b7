# SPDX-License-Identifier: Apache-2.0
"""What can happen between two attempts: the client leaves, the gateway is stopped, or killed, or its journal
fails. The failed attempt then was the last one."""
import json
import resource
import signal
import socket
import threading
import time

from lib.scene import KEY, Gateway, Mock, expect, expect_true, limit, question, until
from lib.strange import Strange, json_answer

limit(60)


def send(gateway, text, fault):
    body = json.dumps(question(text)).encode()
    s = socket.create_connection(("127.0.0.1", gateway.port), 5)
    s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              b"Authorization: Bearer " + KEY.encode() + b"\r\nx-mock-fault: " + fault.encode() +
              b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
    return s


def survive_full_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails, as on a full disk


def last_of(row, outcome, sure):
    expect((row["attempt"], row["followed"], row["outcome"], row["sure"]), (0, 0, outcome, sure))


SAYS = "log: { level: debug }\n"  # when it waits


def waits(gateway):
    until(lambda: "another is made after a wait" in gateway.program.errors(), 5, "it waits to try again")


with Mock() as mock:
    with Gateway(mock, retries=2, extra="drain: 1s\n" + SAYS) as gateway:
        # The client leaves: nobody waits for it, and nothing more is sent.
        client = send(gateway, "leaves", "rate=2")
        waits(gateway)
        client.close()
        last_of(gateway.rows(1)[0], "left", "reported")
        time.sleep(2.5)
        expect(len(mock.bills()), 1, "no second attempt")
        # It is stopped: the answer is the provider's.
        got = []
        asks = threading.Thread(target=lambda: got.append(gateway.chat("stop", headers={"x-mock-fault": "rate=9"})))
        asks.start()
        mock.bills(2)
        gateway.program.signal(signal.SIGTERM)
        asks.join(20)
        expect((got[0].status, got[0].headers["retry-after"]), (429, "9"), "the last attempt's answer")
        until(lambda: not gateway.program.alive(), 20, "the gateway ends")
        expect(gateway.program.process.returncode, 0)
        last_of(gateway.rows(2)[-1], "error", "reported")
        expect(len(mock.bills()), 2)
    # It is killed: the failed attempt was answered, and what it cost is known.
    with Gateway(mock, retries=2, extra=SAYS) as gateway:
        client = send(gateway, "killed", "rate=9")
        waits(gateway)
        time.sleep(0.5)  # the journal is written at the end of that turn
        gateway.program.signal(signal.SIGKILL)
        until(lambda: not gateway.program.alive(), 5, "it is dead")
        client.close()
        gateway.start()
        row = gateway.rows(1)[0]
        last_of(row, "error", "reported")
        expect((row["error"], row["http_status"], row["cost_pd"]), ("rate_limit_exceeded", 429, 0))
        expect(gateway.costlens("ledger", "verify").returncode, 0)
    # An attempt that succeeded at the second try, then a kill: both rows are there.
    with Gateway(mock, retries=2) as gateway:
        expect(gateway.chat("twice", headers={"x-mock-fault": "503+once"}).status, 200)
        gateway.program.signal(signal.SIGKILL)
        until(lambda: not gateway.program.alive(), 5, "it is dead")
        gateway.start()
        rows = gateway.rows(2)
        expect([(r["attempt"], r["followed"], r["route"]) for r in rows], [(0, 1, "asked"), (1, 0, "retry")])
        expect_true(gateway.report()["total"]["requests"] == 1, "it is one call")
    # The journal cannot be written any more: what could not be booked is not sent.
    with Gateway(mock, retries=2, workers=1, extra="on_store_failure: allow\n" + SAYS, preexec=survive_full_files) as gateway:
        before = len(mock.bills())
        got = []
        asks = threading.Thread(target=lambda: got.append(gateway.chat("full", headers={"x-mock-fault": "rate=1"})))
        asks.start()
        waits(gateway)
        time.sleep(0.3)
        pid = gateway.program.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, most))
        asks.join(20)
        expect((got[0].status, got[0].headers["retry-after"], got[0].headers["x-costlens-attempts"]), (429, "1", None))
        expect(len(mock.bills()), before + 1, "nothing was sent that no row tells of")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        gateway.program.stop()
        gateway.start()
        last_of(gateway.rows(1)[0], *(("error", "reported") if gateway.rows(1)[0]["sure"] == "reported" else
                                      ("unknown", "captured")))

# A question is no call: tried again, it leaves no row either.
BUSY = b"HTTP/1.1 503 X\r\nretry-after-ms: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
versions = [json_answer({"version": "1"}), BUSY]


def version(head):
    return versions.pop() if b"/api/version" in head else json_answer({"models": []})


with Mock() as mock, Strange(version) as strange:
    providers = (f"  local: {{ dialect: ollama, url: {strange.url}, retries: 1 }}\n"
                 f"  bench: {{ url: {mock.url}/v1, models: [bench-model] }}\n")
    with Gateway(mock, providers=providers) as gateway:
        answer = gateway.request("GET", "/api/version")
        expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2"))
        gateway.program.stop()
        gateway.start()
        expect(gateway.chat("a call").status, 200)
        expect([row["provider"] for row in gateway.rows(1)], ["bench"])
