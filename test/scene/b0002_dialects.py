# SPDX-License-Identifier: Apache-2.0
"""Every endpoint, in its own dialect, to its own provider, priced from its own usage."""
import json

from lib.scene import Gateway, Mock, expect, expect_true

ANTHROPIC = {"anthropic-version": "2023-06-01"}
GEMINI = "/v1beta/models/gemini-2.5-flash"
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
CLAUDE = {"model": "claude-sonnet-5-5", "max_tokens": 50,
          "messages": [{"role": "user", "content": "hello"}]}


def upstream(body):
    """As the gateway sends it on: only the model's name is another."""
    return {k: v.removeprefix("bench/") if k == "model" else v for k, v in body.items()}


CALLS = [  # endpoint in the ledger, path, body, streams
    ("completions", "/v1/completions", {"model": "bench/bench-model", "prompt": "once"}, False),
    ("completions", "/v1/completions",
     {"model": "bench/bench-model", "prompt": "once", "stream": True}, True),
    ("embeddings", "/v1/embeddings", {"model": "bench/bench-model", "input": ["a", "b"]}, False),
    ("responses", "/v1/responses", {"model": "bench/bench-model", "input": "hello"}, False),
    ("responses", "/v1/responses", {"model": "bench/bench-model", "input": "hi", "stream": True}, True),
    ("messages", "/v1/messages", CLAUDE, False),
    ("messages", "/v1/messages", {**CLAUDE, "stream": True}, True),
    ("generate", f"{GEMINI}:generateContent", CONTENTS, False),
    ("generate_stream", f"{GEMINI}:streamGenerateContent?alt=sse", CONTENTS, True),
    ("generate_stream", f"{GEMINI}:streamGenerateContent", CONTENTS, True),
]
FREE = [
    ("/v1/responses/input_tokens", {"model": "bench/bench-model", "input": "hello"}, "input_tokens"),
    ("/v1/messages/count_tokens", {k: v for k, v in CLAUDE.items() if k != "max_tokens"},
     "input_tokens"),
    (f"{GEMINI}:countTokens", CONTENTS, "totalTokens"),
]

# Two mocks with one seed say the same: the other one shows what a direct call would have brought.
with Mock() as mock, Mock() as other, Gateway(mock) as gateway:
    for n, (endpoint, path, body, streams) in enumerate(CALLS, 1):
        answer = gateway.post(path, body, ANTHROPIC)
        expect(answer.status, 200, path)
        row, bill = gateway.rows(n)[-1], mock.bills(n)[-1]
        expect(row["endpoint"], endpoint)
        expect(row["sure"], "reported", path)
        expect(row["outcome"], "ok", path)
        expect(row["price_state"], "priced", path)
        expect(bool(row["stream"]), streams, path)
        for bucket in ("input", "cache_read", "output"):
            expect(row[bucket], bill[bucket], f"{path} {bucket}")
        direct = other.request("POST", path, upstream(body), ANTHROPIC)
        if endpoint != "completions" or not streams:  # there we ask for usage, it changes the hash
            expect(answer.body, direct.body, f"{path} to the byte")

    # Counting tokens costs nothing and says so.
    for path, body, field in FREE:
        answer = gateway.post(path, body, ANTHROPIC)
        expect(answer.status, 200, path)
        expect_true(answer.json[field] > 0, f"{path} counts")
        shown = gateway.costlens("report", "--json", "--request", answer.headers["x-costlens-request-id"])
        attempt = json.loads(shown.stdout)["attempts"][0]
        expect((attempt["price_state"], attempt["arithmetic_agrees"]), ("free", True), attempt["arithmetic"])

    # Lists, in the shape of who asks.
    expect(gateway.request("GET", "/v1/models").json["object"], "list")
    ids = [m["id"] for m in gateway.request("GET", "/v1/models").json["data"]]
    expect_true("bench/bench-model" in ids, "the list names bench/bench-model")
    expect(gateway.request("GET", "/v1/models/bench/bench-model").json["id"], "bench/bench-model")
    expect_true("has_more" in gateway.request("GET", "/v1/models", headers=ANTHROPIC).json,
                "Anthropic's list")
    expect_true("models" in gateway.request("GET", "/v1beta/models").json, "Gemini's list")
