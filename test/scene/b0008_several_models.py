# SPDX-License-Identifier: Apache-2.0
"""Several models behind one answer: each part is priced at its own model, and the sum is the row's cost."""
import json

from lib.scene import Gateway, Mock, expect, expect_in
from lib.strange import Strange


def listed(kind, model, input, output, **more):
    return {"type": kind, "input_tokens": input, "output_tokens": output, **({"model": model} if model else {}), **more}


# Asked for; answered by; the outer counters; what they stand for; the cost in USD for 10^6 tokens each.
CASES = {
    "an advisor": (
        "claude-sonnet-5", {"input_tokens": 412, "output_tokens": 531, "server_tool_use": {"web_search_requests": 2}},
        [listed("message", None, 412, 89), listed("advisor_message", "claude-opus-5", 823, 1612),
         listed("message", None, 1348, 442, cache_read_input_tokens=412)],
        (412 + 1348) * 2 + 412 * 0.2 + 531 * 10 + 2 * 10000 + 823 * 5 + 1612 * 25),
    "a fallback": (
        "claude-fable-5", {"input_tokens": 412, "output_tokens": 264},
        [listed("message", "claude-fable-5", 408, 7), listed("fallback_message", "claude-opus-5", 412, 264)],
        408 * 10 + 7 * 50 + 412 * 5 + 264 * 25),
    "a summary of the same model": (
        "claude-sonnet-5", {"input_tokens": 100, "output_tokens": 50},
        [listed("compaction", None, 900, 30), listed("message", None, 100, 50)],
        1000 * 2 + 80 * 10),
    "no request above the cliff": (
        "claude-haiku-5-5", {"input_tokens": 180000, "output_tokens": 30},
        [listed("message", None, 90000, 15), listed("message", None, 90000, 15)],
        180000 * 0.1 + 30 * 0.5),
    "one request above the cliff": (
        "claude-haiku-5-5", {"input_tokens": 190001, "output_tokens": 30},
        [listed("message", None, 90000, 10), listed("message", None, 100001, 20)],
        90000 * 0.1 + 10 * 0.5 + 100001 * 0.5 + 20 * 2.5),
    "three models": (
        "claude-sonnet-5", {"input_tokens": 100, "output_tokens": 50},
        [listed("message", None, 100, 50)] +
        [listed("advisor_message", model, 123456, 12345, cache_read_input_tokens=111111,
                cache_creation_input_tokens=33333, cache_creation={
                    "ephemeral_5m_input_tokens": 22222, "ephemeral_1h_input_tokens": 11111})
         for model in ("claude-opus-5", "claude-haiku-4-5")],
        100 * 2 + 50 * 10 + (123456 + 12345 * 5 + 111111 * 0.1 + 22222 * 1.25 + 11111 * 2) * (5 + 1)),
    "a name of ours that answers": (
        "claude-sonnet-5", {"input_tokens": 100, "output_tokens": 50},
        [listed("message", "house-model", 100, 50)], 100 * 2 + 50 * 10),
    "a model that nobody knows": (
        "claude-sonnet-5", {"input_tokens": 100, "output_tokens": 50},
        [listed("message", None, 100, 50), listed("advisor_message", "claude-next-9", 900, 30)], None),
}
case = None


def answer(_head):
    model, usage, parts, _cost = CASES[case]
    last = parts[-1].get("model", model) if parts[-1]["type"] != "advisor_message" else model
    body = json.dumps({"id": "msg_1", "type": "message", "role": "assistant", "model": last, "content": [],
                       "stop_reason": "end_turn", "usage": {**usage, "iterations": parts}}).encode()
    return (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (len(body), body))


with Mock() as mock, Strange(answer) as strange:
    own = (f"  anthropic: {{ dialect: anthropic, url: {strange.url}, key: env:SCENE_UPSTREAM_KEY }}\n"
           f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n")
    with Gateway(mock, providers=own) as gateway:
        for n, case in enumerate(CASES, 1):
            model, _usage, parts, cost = CASES[case]
            expect(gateway.messages("hello", model=model).status, 200, case)
            row = gateway.rows(n)[-1]
            for bucket in ("input", "output"):
                expect(row[bucket], sum(part[f"{bucket}_tokens"] for part in parts), f"{case}: {bucket}")
            expect(row["price_name"], f"anthropic/{model if case != 'a fallback' else 'claude-opus-5'}", case)
            expect(row["price_state"], "unpriced" if cost is None else "priced", case)
            expect(row["cost_pd"], None if cost is None else round(cost * 10 ** 6), case)
            shown = json.loads(gateway.costlens("report", "--json", "--request", row["request"]).stdout)["attempts"][0]
            expect(shown["arithmetic_agrees"], True, f"{case}: {shown['arithmetic']}")
            heads = [line for line in shown["arithmetic"] if line.endswith(":")]
            expect(shown["price_parts"].count(": prompt "), max(len(heads), 1) - 1, shown["price_parts"])
            exported = gateway.costlens("export", "--format", "json").stdout.splitlines()[-1]
            expect(json.loads(exported)["price_parts"], shown["price_parts"], case)
            if cost is None:
                expect_in("no price is known", "\n".join(shown["arithmetic"]), case)
        expect(json.loads(gateway.costlens("ledger", "verify", "--json").stdout)["balanced"], True)
        expect(heads, ["anthropic/claude-sonnet-5:", "anthropic/claude-next-9:"])
