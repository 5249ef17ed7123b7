# SPDX-License-Identifier: Apache-2.0
"""A provider whose counters contradict one another: nothing becomes negative, each part
that its side has no room for is beside it, and it is said aloud and kept."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.strange import Strange, json_answer

limit(60)
MODEL = "bench-model"
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
         "prompt_tokens_details": {"cached_tokens": 50, "audio_tokens": 30}, "completion_tokens_details":
         {"reasoning_tokens": 90, "audio_tokens": 7}}


def lie(_head):
    return json_answer({"id": "x", "object": "chat.completion", "model": MODEL, "usage": USAGE, "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}]})


with Mock() as mock, Strange(lie) as liar, Gateway(
        mock, providers=f"  bench: {{ dialect: openai, url: {liar.url}/v1, models: [bench-model] }}\n",
        extra="log: { requests: false }\n") as gateway:
    answer = gateway.chat("x")
    expect((answer.status, answer.json["usage"]), (200, USAGE), "the client gets what the provider said")
    call = answer.headers["x-costlens-request-id"]
    row = json.loads(gateway.costlens("report", "--request", call, "--json").stdout)["attempts"][0]
    counts = {name: n for name, n in row.items() if name.endswith("_tokens")}
    expect_true(all(n >= 0 for n in counts.values()), f"no bucket is negative: {counts}")
    expect(sum(n for name, n in counts.items() if name.startswith(("input", "cache", "audio_input", "audio_cache"))), 60)
    expect(sum(n for name, n in counts.items() if name in ("output_tokens", "audio_output_tokens")), 5 + 7 + 90)
    expect(row["usage_contradicts"], True, "the row says so")
    expect_in("cannot all be true", gateway.costlens("report", "--request", call).stdout)
    line = until(lambda: next((x for x in gateway.program.errors().splitlines() if call in x), None), 5, "a warning")
    expect(json.loads(line)["level"], "warn")
    expect_in("cannot all be true", line)
    expect(gateway.metric("costlens_usage_contradictions_total"), 1)
    expect(gateway.costlens("ledger", "verify").returncode, 0)

# A count that no window holds: the figure stays, and is marked.
with Mock() as mock, Strange(lie) as liar, Gateway(
        mock, providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [bench-model] }}\n"
                        f"  openai: {{ dialect: openai, url: {liar.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n") as gateway:
    for n, (prompt, marked) in enumerate(((16 * 128000, False), (2**32, True)), 1):
        MODEL = "gpt-4o"
        USAGE = {"prompt_tokens": prompt, "completion_tokens": 5, "total_tokens": prompt + 5}
        call = gateway.chat("x", model="openai/gpt-4o").headers["x-costlens-request-id"]
        row = json.loads(gateway.costlens("report", "--request", call, "--json").stdout)["attempts"][0]
        expect((row["input_tokens"], row["price_state"], row["usage_contradicts"]), (prompt, "priced", marked), f"{prompt} tokens")
    expect(gateway.metric("costlens_usage_contradictions_total"), 1)
    expect(gateway.costlens("ledger", "verify").returncode, 0)
