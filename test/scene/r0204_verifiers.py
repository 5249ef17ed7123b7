# SPDX-License-Identifier: Apache-2.0
"""Each verifier against the mock's fault that it is for: the small model's answer is refused by it, the large one
answers, both are billed. Without the fault the same verifier keeps the answer; and the fault passes where another
verifier looks."""
import json

from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(180)
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {
    "type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {
    "type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}}}
SAME = {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {
    "type": "object", "properties": {"n": {"const": 7}}}}}}  # two models say the same
# The verifier as the file has it, the fault, what the request asks for besides.
CASES = [
    ("refusal", "refuses", {}),
    ("truncation", "length", {}),
    ("empty", "silent", {}),
    ("repetition", "repeats", {}),
    ("schema", "unfit", {"response_format": SCHEMA}),
    ("schema", "unfit", {"tools": [TOOL]}),
    ("schema", "broken-json", {"response_format": SCHEMA}),
    ("schema", "broken-json", {"response_format": {"type": "json_object"}}),
    ("arithmetic", "wrong-sum", {}),
    ("{ logprob: 0.9 }", "logprob=2500", {}),
    ("{ agree: bench/second }", "refuses", {}),
]


def routes():
    lines = []
    for i, (verifier, fault, _) in enumerate(CASES):
        bad, other = f"bench/small+{fault}", "refusal" if fault == "silent" else "empty"
        for name, model, verify in (("bad", bad, verifier), ("good", "bench/small", verifier), ("other", bad, other)):
            lines.append(f"  - {{ name: {name}{i}, small: {model}, large: bench/large, match: {{ key: nobody }}, "
                         f"hold: 60s, verify: [{verify}] }}")
    return "\n".join(lines)


EXTRA = f"""  - {{ model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/second, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/large, input_per_mtok: 100, output_per_mtok: 100 }}
routes:
{routes()}
"""
PRICE = {"small": 1, "second": 1, "large": 100}


def providers(mock):
    return f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, retries: 0 }}\n"


with Mock() as mock, Gateway(mock, providers(mock), models=[], extra=EXTRA) as gateway:
    expected = []

    def ask(route, *wanted, **more):
        """Wanted are its attempts: (model, what its route says, error). The last one's answer is given."""
        answer = gateway.chat("hello", model=route, max_tokens=200, **more)
        expect((answer.status, answer.headers["x-costlens-model"].split("+")[0]), (200, f"bench/{wanted[-1][0]}"),
               f"{route} {more}")
        expected.extend((model, f"route {route}: {word}", error) for model, word, error in wanted)

    for stream in ({}, {"stream": True}):
        for i, (verifier, fault, more) in enumerate(CASES):
            name = verifier.strip("{ ").split(":")[0]
            second = [("second", "second", "")] if name == "agree" else []
            ask(f"bad{i}", ("small", "small", "" if second else f"verify_{name}"),
                *[("second", "second", "verify_agree")] * len(second), ("large", "escalated", ""), **more, **stream)
            ask(f"good{i}", ("small", "small", ""), *second, **(SAME if second else more), **stream)
            ask(f"other{i}", ("small", "small", ""), **more, **stream)

    # Each attempt has its row, and is billed as the mock bills it.
    rows, bills = gateway.rows(len(expected)), mock.bills(len(expected))
    expect([(row["model"].split("+")[0], row["route"], row["error"] or "") for row in rows], expected)
    for row, bill in zip(rows, bills, strict=True):
        tokens = bill["input"] + bill["cache_read"] + bill["output"]
        expect((row["cost_pd"], row["price_state"]), (tokens * PRICE[bill["model"]] * 10 ** 6, "priced"), row)
        expect_true(row["cost_pd"] > 0, "it is billed")
