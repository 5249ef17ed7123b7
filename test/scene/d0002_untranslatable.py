# SPDX-License-Identifier: Apache-2.0
"""An Ollama's answer that cannot be translated is an error that says so; a call that an Ollama cannot take goes to
the next target of its alias."""
import json

from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, expect_in, until
from lib.strange import Strange


class Odd(Ollama):
    """Answers every call with what it is told to."""
    said = (200, {})

    def value(self, path, body):
        return super().value(path, body) if not body or path == "/api/show" else self.said


MESSAGES = [{"role": "user", "content": "hi"}]
CHAT = ("/v1/chat/completions", {"messages": MESSAGES})
EMBED = ("/v1/embeddings", {"input": ["a", "b"]})
BASE64 = ("/v1/embeddings", {"input": ["a"], "encoding_format": "base64"})
ODD = [
    (EMBED, {"model": "m", "embeddings": None, "prompt_eval_count": 2}),
    (EMBED, {"model": "m", "embeddings": [[1.0]], "prompt_eval_count": 2}),
    (BASE64, {"model": "m", "embeddings": [[0.5, None]], "prompt_eval_count": 2}),
    (CHAT, {"model": "m", "message": {"role": "assistant", "content": "hello"}}),
    (CHAT, {"model": "m", "done": True, "done_reason": "stop", "message": {
        "role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}}),
]
REQUIRED = {"messages": MESSAGES, "tool_choice": "required", "tools": [
    {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}

with Mock() as mock, Odd({"m": 8192}) as ollama:
    never = "breaker: { failures: 0 }"  # it fails all the time here
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, models: [m, \"gemma3:1b\"], retries: 0, {never} }}\n"
                 f"  ill: {{ url: \"{mock.url}/+503/v1\", models: [m], retries: 0 }}\n"
                 f"  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n")
    aliases = ("aliases:\n  first: [local/m, bench/bench-model]\n  second: [ill/m, local/m, bench/bench-model]\n"
               "  only: [local/m, local/m]\n  none: [ill/m, local/m]\n")
    with Gateway(mock, providers=providers, extra=aliases) as gateway:
        for i, ((path, body), said) in enumerate(ODD):
            ollama.said = (200, said)
            answer = gateway.post(path, {"model": "local/m", **body})
            expect((answer.status, answer.json["error"]["code"]), (502, "upstream_invalid"), said)
            row = gateway.rows(i + 1)[-1]
            expect((row["outcome"], row["http_status"], row["error"]), ("error", 502, "upstream_invalid"), said)

        # Nothing of it has gone to the client: the next target of an alias is asked.
        answer = gateway.post(CHAT[0], {"model": "first", **CHAT[1]})
        expect((answer.status, answer.headers["x-costlens-provider"]), (200, "bench"))
        rows = gateway.rows(len(ODD) + 2)[-2:]
        expect([(r["followed"], r["http_status"], r["outcome"]) for r in rows], [(1, 200, "error"), (0, 200, "ok")])

        # One that is longer than a request may be is translated; one without an end is not gathered for ever.
        ollama.said = (200, {"model": "m", "embeddings": [[0.12345678] * 1_700_000] * 2, "prompt_eval_count": 2})
        answer = gateway.post("/v1/embeddings", {"model": "local/m", "input": ["a", "b"], "encoding_format": "base64"})
        expect((answer.status, len(answer.json["data"])), (200, 2))
        ollama.said = (200, {"model": "m" * 136_000_000, "embeddings": [[1.0]], "prompt_eval_count": 2})
        # It was made, and would be again: no other target is asked.
        answer = gateway.post("/v1/embeddings", {"model": "first", "input": "a"})
        expect((answer.status, answer.json["error"]["code"]), (502, "upstream_too_large"))
        expect_in("128 MiB", answer.json["error"]["message"])

        count = len(gateway.rows(len(ODD) + 4))
        for model, attempts in (("first", 1), ("second", 2)):
            answer = gateway.post("/v1/chat/completions", {"model": model, **REQUIRED})
            expect((answer.status, answer.headers["x-costlens-provider"]), (200, "bench"), model)
            count += attempts
            rows = gateway.rows(count)[-attempts:]
            expect([r["attempt"] for r in rows], list(range(attempts)), model)
            expect((rows[-1]["route"], rows[-1]["model_asked"]), ("fallback", model))
        answer = gateway.post("/v1/chat/completions", {"model": "only", **REQUIRED})
        expect(answer.status, 400)
        expect_in("`tool_choice`", answer.json["error"]["message"])
        expect(gateway.post("/v1/chat/completions", {"model": "none", **REQUIRED}).status, 503)
        expect(len(gateway.rows(count + 1)), count + 1, "what was not sent has no row")

        # Arguments that came as a text stay one; a model that is not there is told with its size.
        ollama.said = (200, {"model": "m", "done": True, "message": {"role": "assistant", "tool_calls": [
            {"function": {"name": "f", "arguments": "{\"a\":1}"}}, {"function": {"name": "f"}}]}})
        answer = gateway.post(CHAT[0], {"model": "local/m", **CHAT[1]})
        expect([c["function"]["arguments"] for c in answer.json["choices"][0]["message"]["tool_calls"]],
               ['{"a":1}', "{}"])
        ollama.said = (404, {"error": "model 'gemma3:1b' not found"})
        answer = gateway.post(CHAT[0], {"model": "local/gemma3:1b", **CHAT[1]})
        expect(answer.status, 404)
        expect_in("ollama pull gemma3:1b (about 815 MB)", answer.json["error"]["message"])

        # A model that cannot be run here is run elsewhere; the caller's own mistake, a 500 too, is not.
        for said, error, status, code in (
                (500, "model requires more system memory (9 GiB) than is available", 200, "model_load_failed"),
                (500, "llama runner process has terminated: out of memory", 200, "runner_died"),
                (400, '"m" does not support tools', 200, "unsupported"),
                (501, "this model does not support embeddings", 200, "unsupported"),
                (500, "Failed to create new sequence: this model is missing data required for image input", 200,
                 "unsupported"),
                (500, 'option "seed" must be of type integer', 400, "invalid_option")):
            ollama.said = (said, {"error": error})
            expect(gateway.post(CHAT[0], {"model": "first", **CHAT[1]}).status, status, error)
            until(lambda: code in {row["error"] for row in gateway.rows()}, 5, code)
        ollama.said = (500, {"error": "Failed to create new sequence: this model is missing data required for image input"})
        expect(gateway.post(CHAT[0], {"model": "local/m", **CHAT[1]}).status, 400, "there is no other")
        # The row has the status that the client got.
        expect(gateway.rows()[-1]["http_status"], 400)
        count = len(gateway.rows())
        ollama.said = (200, {"error": "llama runner process has terminated: out of memory"})
        expect(gateway.post(CHAT[0], {"model": "local/m", **CHAT[1]}).status, 500)
        expect(gateway.rows(count + 1)[-1]["http_status"], 500)
        expect(gateway.costlens("ledger", "verify").returncode, 0)

# A stream whose last line cannot be translated has no end, and its row says so.
LINES = [{"model": "m", "message": {"role": "assistant", "content": "hello"}, "done": False},
         {"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [
             {"function": {"name": "f", "arguments": [1]}}]}, "done": True, "done_reason": "stop",
          "prompt_eval_count": 3, "eval_count": 1}]
STREAM = (b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n" +
          b"".join(json.dumps(line).encode() + b"\n" for line in LINES))
with Mock() as mock, Strange(lambda head: STREAM) as strange:
    providers = (f"  local: {{ dialect: ollama, url: {strange.url}, models: [m], retries: 0 }}\n"
                 f"  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n")
    with Gateway(mock, providers=providers) as gateway:
        answer = gateway.post(CHAT[0], {"model": "local/m", "stream": True, **CHAT[1]})
        expect_in("hello", answer.body.decode())
        expect_in("cannot be translated", answer.body.decode(), "an error is its last event")
        row = gateway.rows(1)[-1]
        expect((row["outcome"], row["error"], row["output"]), ("incomplete", "upstream_invalid", 1))

# A stream that nobody asked for is none of its caller's; nor is an error that comes whole. A long line is carried.
LONG = "x" * 3_000_000
EMBEDDED = {"model": "m", "embeddings": [[1.0], [1.0]], "prompt_eval_count": 2}
END = {"model": "m", "message": {"role": "assistant", "content": LONG}, "done": True, "done_reason": "stop",
       "prompt_eval_count": 3, "eval_count": 1}


def said(head):
    return next(answer for path, answer in ANSWERS.items() if path in head.decode())


def typed(kind, value):
    return (f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n{json.dumps(value)}\n").encode()


ANSWERS = {"/embed/api/embed": typed("application/x-ndjson", EMBEDDED), "/boom/api/chat": typed("application/json", {"error": "boom"}),
           "/long/api/chat": typed("application/x-ndjson", END), "": typed("application/json", {"models": []})}
with Mock() as mock, Strange(said) as strange:
    providers = "".join(f"  {name}: {{ dialect: ollama, url: {strange.url}/{name}, models: [m], retries: 0 }}\n"
                        for name in ("embed", "boom", "long")) + f"  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n"
    with Gateway(mock, providers=providers) as gateway:
        answer = gateway.post(EMBED[0], {"model": "embed/m", **EMBED[1]})
        expect((answer.status, answer.json["error"]["code"]), (502, "upstream_invalid"))
        answer = gateway.post(CHAT[0], {"model": "boom/m", "stream": True, **CHAT[1]})
        expect((answer.status, answer.headers["content-type"]), (500, "application/json"))
        expect(answer.json["error"]["message"], "boom")
        answer = gateway.post(CHAT[0], {"model": "long/m", "stream": True, **CHAT[1]})
        expect(answer.status, 200)
        expect_in(LONG, answer.body.decode())
        expect_in("data: [DONE]", answer.body.decode())
        expect([(r["outcome"], r["http_status"]) for r in gateway.rows(3)], [("error", 502), ("error", 500), ("ok", 200)])
