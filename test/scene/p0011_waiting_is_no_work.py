# SPDX-License-Identifier: Apache-2.0
"""A machine of one's own has a price an hour. A client that leaves without a byte pays at most the time in which no call
before it was at that Ollama: what waited behind another did not make the machine work."""
import socket
import threading
import time

from lib.ollama import Ollama
from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, question, until
from lib.strange import Strange

LEFT = 2.0 if PATIENCE > 1 else 1.0  # seconds for which it waits


def leave(gateway, text):
    try:
        gateway.request("POST", "/api/chat", {"model": "own", "stream": False,
                                              "messages": [{"role": "user", "content": text}]}, timeout=LEFT / PATIENCE)
    except (socket.timeout, TimeoutError):
        return
    raise AssertionError("it was answered")


with Mock() as mock, Ollama({"own": 4096}) as ollama:
    providers = f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 0 }}\n  bench: {{ url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers, extra="  - { model: local/*, cost_per_hour: 3600 }\n") as gateway:
        first = threading.Thread(target=gateway.post, args=("/api/chat", {
            "model": "own", "stream": False, "messages": [{"role": "user", "content": "wait for it"}]}))
        until(lambda: gateway.request("GET", "/v1/models").json["data"], 5, "the list")
        first.start()
        until(lambda: len(ollama.calls()) == 1, 5, "the first is there")
        leave(gateway, "wait behind it")
        behind = gateway.rows(1)[0]
        ollama.held.set()
        first.join()
        ollama.held.clear()
        until(lambda: len(gateway.rows()) == 2, 5, "the first has ended")
        leave(gateway, "wait alone")
        alone = gateway.rows(3)[2]
        expect((behind["outcome"], behind["sure"], behind["price_state"]), ("left", "captured", "priced"))
        expect_true(behind["busy"] < 10_000, f"it did not work: {behind['busy']} us")
        expect_true(LEFT * 0.6 < alone["busy"] / 10 ** 6 <= alone["duration_us"] / 10 ** 6,
                    f"that may have worked: {alone['busy']} us")
        ollama.held.set()

        # It takes them in no order: while another was answered this one waited.
        ollama.held.clear()
        hi = {"model": "own", "stream": False, "messages": [{"role": "user", "content": "hi"}]}
        gateway.post("/api/chat", hi)  # it is not at what the last one left
        late = threading.Thread(target=leave, args=(gateway, "wait meanwhile"))
        late.start()
        time.sleep(LEFT * 0.6)
        gateway.post("/api/chat", hi)
        late.join()
        [late] = until(lambda: [row for row in gateway.rows(6)[4:] if row["outcome"] == "left"], 5, "its row")
        expect_true(late["busy"] < LEFT * 0.7 * 10 ** 6, f"it did not work all the time: {late['busy']} us")
        ollama.held.set()

        # What it says of its time is believed as far as it passed.
        ollama.total = 10 * 10 ** 9
        gateway.post("/api/chat", hi)
        lie = gateway.rows(7)[6]
        expect_true(0 < lie["busy"] + lie["queue_us"] <= lie["duration_us"] and lie["load_us"] <= lie["busy"], str(lie))

# Who leaves in the middle of a long prompt leaves the Ollama at it: nobody pays for waiting behind that, until another
# call is answered.
with Mock() as mock, Ollama({"own": 4096}) as ollama:
    providers = f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 0 }}\n  bench: {{ url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers, extra="  - { model: local/*, cost_per_hour: 3600 }\n") as gateway:
        until(lambda: gateway.request("GET", "/v1/models").json["data"], 5, "the list")
        leave(gateway, "wait " * 20000)
        long = gateway.rows(1)[0]
        leave(gateway, "wait behind what it left")
        behind = gateway.rows(2)[1]
        ollama.held.set()
        gateway.post("/api/chat", {"model": "own", "stream": False, "messages": [{"role": "user", "content": "hi"}]})
        ollama.held.clear()
        gateway.rows(3)
        leave(gateway, "wait alone")
        alone = gateway.rows(4)[3]
        expect_true(LEFT * 0.6 < long["busy"] / 10 ** 6, f"it worked: {long['busy']} us")
        expect_true(behind["busy"] < 10_000, f"it did not work: {behind['busy']} us")
        expect_true(LEFT * 0.6 < alone["busy"] / 10 ** 6, f"that may have worked: {alone['busy']} us")

# What Ollama's figures leave over of its total is waiting as far as another call was before this one; else it is work that
# they do not tell of (the sampling by a schema, log-probabilities). Nor is a runner that died told of: it worked till then.
with Mock() as mock, Ollama({"own": 4096}) as ollama:
    providers = f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 0 }}\n  bench: {{ url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers, extra="  - { model: local/*, cost_per_hour: 3600 }\n") as gateway:
        until(lambda: gateway.request("GET", "/v1/models").json["data"], 5, "the list")
        ollama.total = 400_000_000  # of which 4 ms are told

        def held(meanwhile):
            ollama.held.clear()
            it = threading.Thread(target=gateway.request, args=("POST", "/api/chat", {
                "model": "own", "stream": False, "messages": [{"role": "user", "content": "wait"}]}))
            it.start()
            time.sleep(0.6)
            meanwhile()
            ollama.held.set()
            it.join()

        held(lambda: None)
        alone = gateway.rows(1)[0]
        expect((alone["busy"], alone["queue_us"], alone["sure"]), (400_000, 0, "reported"))
        held(lambda: gateway.post("/api/chat", hi))
        [behind] = [row for row in gateway.rows(3)[1:] if row["duration_us"] > 500_000]
        expect((behind["busy"], behind["queue_us"]), (4_000, 396_000))
        expect_in("waiting at the server 396.000 ms", gateway.costlens("report", "--request", behind["request"]).stdout)

        ollama.fails = "an error was encountered while running the model: unexpected EOF"
        held(lambda: None)
        died = gateway.rows(4)[3]
        expect((died["error"], died["sure"], died["price_state"]), ("runner_died", "estimated", "priced"))
        expect_true(500_000 < died["busy"] <= died["duration_us"], f"it worked until it died: {died['busy']} us")

# A call that waits to be tried again is not there meanwhile: another one is the first.
with Mock() as mock, Ollama({"own": 4096}) as ollama:
    providers = f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 1 }}\n  bench: {{ url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers, extra="  - { model: local/*, cost_per_hour: 3600 }\n") as gateway:
        until(lambda: gateway.request("GET", "/v1/models").json["data"], 5, "the list")
        ollama.busy, ollama.after = 1, 4
        waits = threading.Thread(target=gateway.post, args=("/api/chat", {
            "model": "own", "stream": False, "messages": [{"role": "user", "content": "hi"}]}))
        waits.start()
        until(lambda: len(ollama.calls()) == 1 and ollama.busy == 0, 5, "it was there")
        time.sleep(0.2)
        leave(gateway, "wait alone")
        [alone] = until(lambda: [row for row in gateway.rows() if row["outcome"] == "left"], 5, "its row")
        expect_true(LEFT * 0.6 < alone["busy"] / 10 ** 6, f"that may have worked: {alone['busy']} us")
        ollama.held.set()
        waits.join()

# Nor does what waits to be tried again work meanwhile, whether another attempt then comes or not; and who leaves then
# has left, whatever the failure was.
HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nRetry-After: 4\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n")
OVERLOADED = b'data: {"error":{"message":"full","code":503}}\n\n'
for body, sure in ((b"", "captured"), (b"%x\r\n%s\r\n0\r\n\r\n" % (len(OVERLOADED), OVERLOADED), "reported")):
    with Mock() as mock, Strange(lambda head, body=body: HEAD + body) as strange:
        providers = (f"  own: {{ dialect: openai, url: {strange.url}/v1, models: [it], retries: 1 }}\n"
                     f"  bench: {{ url: {mock.url}/v1 }}\n")
        with Gateway(mock, providers=providers, extra="  - { model: own/*, cost_per_hour: 3600 }\n") as gateway:
            try:
                gateway.request("POST", "/v1/chat/completions", question("hi", model="own/it", stream=True), timeout=LEFT / PATIENCE)
                raise AssertionError("it was answered")
            except (socket.timeout, TimeoutError):
                pass
            row = until(lambda: [row for row in gateway.rows() if row["outcome"] != "unknown"], 5, "it has left")[-1]
            expect((row["outcome"], row["sure"], len(strange.heads)), ("left", sure, 1))
            expect_true(row["busy"] < LEFT * 10 ** 6 / 2 < row["duration_us"], f"it worked for {row['busy']} us")
