# SPDX-License-Identifier: Apache-2.0
"""Calls of Ollama's own clients, relayed to an Ollama: byte for byte but for the splice, and the bill."""
import json
import re
import socket

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, request, until

MODEL = "llama3.2:3b"
SOME_KEY = "some-key-of-its-own"
LOCAL = ("  local: {{ dialect: ollama, url: \"{url}{path}\", models: [\"*\"] }}\n"
         "  bench: {{ dialect: openai, url: \"{url}/v1\", models: [bench-model] }}\n")


def chat(gateway, text="hello", model=MODEL, **more):
    return gateway.post("/api/chat", {"model": model, "messages": [{"role": "user", "content": text}], **more})


def lines(answer):
    return [json.loads(line) for line in answer.body.splitlines()]


def settled(gateway, mock, n, bills=None):
    """The last row, which has what the mock billed."""
    row, bill = gateway.rows(n)[-1], mock.bills(bills or n)[-1]
    expect(row["upstream_id"], bill["id"])
    expect((row["input"], row["output"]), (bill["input"], bill["output"]), row["endpoint"])
    expect((row["sure"], row["price_state"], row["cost_pd"], row["outcome"]), ("reported", "free", 0, "ok"))
    return row


def ollama(mock, path=""):
    some = '{ name: some, token: env:SOME_KEY, models: ["local/phi3*", "bench/*"] }'
    return Gateway(mock, providers=LOCAL.format(url=mock.url, path=path), keys=[some],
                   environment={"SOME_KEY": SOME_KEY})


with Mock() as mock, ollama(mock) as gateway:
    # What goes there is what came, but for the splice; what the caller says of it stays.
    fits = '"shift":false,"options":{"num_ctx":8192,"num_predict":4096},"model"'
    for said, sent in (({}, '{"truncate":false,' + fits), ({"truncate": True}, "{" + fits)):
        echoed = chat(gateway, "echo?", model="echo", stream=False, **said).json["message"]["content"]
        head, body = echoed.split("\r\n\r\n", 1)
        expect(head.splitlines()[0], "POST /api/chat HTTP/1.1")
        expect_true(KEY not in head, "our key stays here")
        expect_true(body.startswith(sent), body)
    seen = len(gateway.rows(2))

    # What comes is what the provider sends: as JSON, and as lines.
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "truncate": False, "shift": False,
            "options": {"num_ctx": 4096, "num_predict": 200}}
    timeless = lambda text: re.sub(rb'"(total|load)_duration":\d+', b"", text)
    for more in ({"stream": False}, {}, {"stream": True, "options": {"num_ctx": 4096, "num_predict": 5}}):
        direct = mock.request("POST", "/api/chat", {**body, **more})
        through = gateway.post("/api/chat", {**body, **more})
        expect(timeless(through.body), timeless(direct.body), str(more))
        expect(through.headers["content-type"], direct.headers["content-type"])
        seen += 1
        row = settled(gateway, mock, seen, seen + (seen - 2))
        expect((row["endpoint"], row["provider"], row["model"], row["stream"]),
               ("ollama_chat", "local", MODEL, int("stream" not in more or more["stream"])))
    expect(lines(through)[-1]["done_reason"], "length")

with Mock(models="llama3.2:3b,phi3:latest,all-minilm") as mock, ollama(mock) as gateway:
    n = 0
    for path, more in (("/api/generate", {"prompt": "hi"}), ("/api/generate", {"prompt": "hi", "stream": False}),
                       ("/api/chat", {"messages": [{"role": "user", "content": "x"}], "tools": [
                           {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}),
                       ("/api/embed", {"input": ["a", "b"]})):
        answer = gateway.post(path, {"model": "phi3", **more})
        expect(answer.status, 200, answer)
        n += 1
        settled(gateway, mock, n)
    expect(len(answer.json["embeddings"]), 2)
    # The legacy path counts nothing: estimated, and said so.
    expect(len(gateway.post("/api/embeddings", {"model": "phi3", "prompt": "abcdefgh"}).json["embedding"]), 256)
    row = gateway.rows(5)[-1]
    expect((row["endpoint"], row["sure"], row["input"], row["output"]), ("ollama_embed_one", "estimated", 2, 0))
    # A call that only loads the model.
    expect(gateway.post("/api/generate", {"model": "phi3", "stream": False}).json["done_reason"], "load")
    row = gateway.rows(6)[-1]
    expect((row["sure"], row["input"], row["output"]), ("reported", 0, 0))

    # Questions are no calls: they cost nothing, and nothing is booked.
    tags = gateway.request("GET", "/api/tags").json
    expect([m["name"] for m in tags["models"]], ["auto", "llama3.2:3b", "phi3:latest", "all-minilm:latest"])
    version = gateway.request("GET", "/api/version")
    expect(version.json, {"version": "0.17.4"})
    told = [name for name in version.headers if name.lower().startswith("x-costlens-")]
    expect(sorted(name.lower() for name in told), ["x-costlens-provider", "x-costlens-request-id"], "it is no call")
    expect([m["name"] for m in gateway.request("GET", "/api/ps").json["models"]], ["phi3:latest"])
    expect_in("mock.context_length", gateway.post("/api/show", {"model": "phi3"}).json["model_info"])
    chat(gateway)
    expect([row["endpoint"] for row in gateway.rows(7)[6:]], ["ollama_chat"])
    expect(gateway.report()["total"]["requests"], 7)
    expect(gateway.metric("costlens_requests_total"), 7)

    # Its own program asks first whether anybody is there.
    for method, text in (("HEAD", b""), ("GET", b"CostLens is running\n")):
        answer = request(gateway.port, method, "/")
        expect((answer.status, answer.body), (200, text), method)
    expect(gateway.post("/", {}).status, 404)

    # What is no call is named.
    refused = gateway.post("/api/pull", {"model": "phi3"})
    expect(refused.status, 404)
    expect_in("/api/chat, /api/generate", refused.json["error"])
    expect(gateway.post("/api/tags", {}).status, 405)
    expect_true(isinstance(gateway.post("/api/chat", {"messages": []}).json["error"], str), "Ollama's shape")
    expect(gateway.request("GET", "/api/tags", headers={"Authorization": "Bearer no"}).status, 401)
    # Nor has a list what a key may not know.
    for path, status in (("/api/tags", 403), ("/api/ps", 403), ("/api/version", 200), ("/v1/models", 200)):
        answer = gateway.request("GET", path, headers={"Authorization": f"Bearer {SOME_KEY}"})
        expect((answer.status, b"llama3.2" in answer.body), (status, False), path)

    # A prompt that does not fit is an error and not cut, unless the caller wants that.
    n = len(gateway.rows(7))
    too_long = {"model": "phi3", "prompt": "word " * 12000, "stream": False, "options": {"num_ctx": 256}}
    answer = gateway.post("/api/generate", too_long)
    expect((answer.status, answer.json), (400, {"error": "the input length exceeds the context length"}))
    expect(gateway.rows(n + 1)[-1]["error"], "context_length_exceeded")
    answer = gateway.post("/api/generate", {**too_long, "truncate": True})
    expect((answer.status, answer.json["prompt_eval_count"]), (200, 8192), "with what it is loaded with")
    # A missing model, in the provider's words.
    answer = chat(gateway, model="nope:1b")
    expect((answer.status, answer.json), (404, {"error": "model 'nope:1b' not found"}))
    expect(gateway.rows(n + 3)[-1]["error"], "model_not_found")
    expect(gateway.costlens("ledger", "verify").returncode, 0)

# Its faults: what the client sees, and what the row says.
FAULTS = [("queue-full", False, 503, "queue_full"), ("queue-full", True, 503, "queue_full"),
          ("quota", False, 429, "insufficient_quota"),
          ("load-fails", True, 500, "model_load_failed"), ("runner-dies", False, 500, "runner_died"),
          ("runner-dies", True, 200, "runner_died"), ("no-done", True, 200, "upstream_disconnected"),
          ("cut", True, 200, "upstream_disconnected"), ("truncated", True, 200, "upstream_disconnected")]
with Mock() as mock:
    for fault, stream, status, error in FAULTS:
        with ollama(mock, f"/+{fault}") as gateway:
            answer = chat(gateway, fault, stream=stream)
            expect(answer.status, status, fault)
            said = lines(answer)[-1]
            expect_true(isinstance(said.get("error"), str), f"{fault}: {said}")
            row = gateway.rows(1)[-1]
            expect(row["error"], error, fault)
            expect(row["outcome"], "incomplete" if error == "upstream_disconnected" else "error", fault)
            if status == 200:
                expect(row["sure"], "estimated", fault)
                expect_true(row["output"] > 0, "what came counts")
    # JSON that was cut by the limit.
    with ollama(mock) as gateway:
        answer = chat(gateway, "json", stream=False, options={"num_predict": 2}, format={
            "type": "object", "properties": {"category": {"type": "string"}}, "required": ["category"]})
        expect((answer.status, answer.json["done_reason"]), (200, "length"))
        expect_true(not answer.json["message"]["content"].endswith("}"), "cut inside of its JSON")
        wrong = chat(gateway, "x", stream=False, options={"num_predict": "many"})
        expect((wrong.status, wrong.json), (400, {"error": 'option "num_predict" must be of type integer'}))
        # Not made here: no longer free.
        answer = chat(gateway, "x", model="gpt-oss:120b-cloud", stream=False)
        expect(gateway.rows(3)[-1]["price_state"], "unpriced")

# A client that leaves is billed for what was made.
with Mock(rate=50) as mock, ollama(mock) as gateway:
    data = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "leave"}]}).encode()
    with socket.create_connection(("127.0.0.1", gateway.port)) as s:
        s.sendall(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + KEY.encode() +
                  b"\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        until(lambda: s.recv(65536).count(b'"done":false') > 0, 5, "lines come")
    row, bill = gateway.rows(1)[-1], mock.bills(1)[-1]
    expect((row["outcome"], row["sure"], bill["left"]), ("left", "estimated", True))
    expect_true(0 < row["output"] <= bill["output"] + 1, f"{row['output']} of {bill['output']}")

# The built-in mock speaks it too.
with Mock() as mock:
    with Gateway(mock, providers="  bench: { url: " + mock.url + "/v1, models: [m] }\n") as gateway:
        gateway.program.stop()
        gateway.start(["--mock"])
        answer = chat(gateway, model="mock/fast")
        expect((answer.status, lines(answer)[-1]["done"]), (200, True))
        expect_true(len(gateway.request("GET", "/api/tags").json["models"]) > 3, "its models")
