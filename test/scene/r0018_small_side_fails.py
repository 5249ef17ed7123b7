# SPDX-License-Identifier: Apache-2.0
"""What fails on the small side is answered by the large one, whatever the failure: also a held stream that tells of an
error in its middle, and a 500. What nobody answered counts for no side."""
import json

from lib.scene import Gateway, Mock, expect, limit
from lib.told import Told

limit(60)
FAULTS = ["error-event", "refuses+error-event", "500", "501", "507", "599"]
ROUTES = "".join(f"  - {{ model: \"{model}\", input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for model, usd in (("bench/large*", 100), ("bench/*", 1), ("told/small", 1), ("told/large", 100)))
ROUTES += "breaker: { failures: 0 }\naliases: { either: [\"bench/small+501\", bench/large] }\nroutes:\n"
for name, small, large in (*((f"of-{i}", f"bench/small+{fault}", "bench/large") for i, fault in enumerate(FAULTS)),
                           ("behind", "told/small", "told/large"),
                           ("lost", "bench/small+500", "bench/large+500"),
                           ("wrong", "bench/small+400", "bench/large"),
                           ("beside", "[\"bench/small+500\", \"bench/small+501\"]", "bench/large"),
                           ("claude", "claude/small+error-event", "claude/large"),
                           ("ollama", "dies/mock/small", "olla/mock/large")):
    small = small if small[0] == "[" else f"\"{small}\""
    ROUTES += (f"  - {{ name: {name}, match: {{ key: nobody }}, small: {small}, large: \"{large}\", verify: [refusal], "
               "hold: 60s }\n")


def providers(mock, told):
    key = "key: env:SCENE_UPSTREAM_KEY, retries: 0"
    return (f"  bench: {{ dialect: openai, url: {mock.url}/v1, {key} }}\n"
            f"  claude: {{ dialect: anthropic, url: {mock.url}, {key} }}\n"
            f"  dies: {{ dialect: ollama, url: {mock.url}/+runner-dies, retries: 0 }}\n"
            f"  olla: {{ dialect: ollama, url: {mock.url}, retries: 0 }}\n") + told.providers()


told = Told()
with Mock() as mock, Gateway(mock, providers(mock, told), extra=ROUTES, models=[]) as gateway:
    count = 0

    def rows(route, *wanted):
        """The newest call's attempts: their models, what they came as, and how they ended."""
        global count
        count += len(wanted)
        seen = gateway.rows(count)[-len(wanted):]
        expect([(r["model"], r["route"], r["outcome"]) for r in seen],
               [(model, f"route {route}: {way}", outcome) for model, way, outcome in wanted])
        explained = json.loads(gateway.costlens("route", "explain", seen[-1]["request"], "--json").stdout)["attempts"]
        for attempt in explained:  # none of them was good but what was answered
            expect_judged = attempt["decision"].get("verified")
            expect(expect_judged if attempt["outcome"] == "error" else None, None, attempt)
        return seen

    for i, fault in enumerate(FAULTS):
        for stream in ({}, {"stream": True}) if i > 1 else ({"stream": True},):
            answer = gateway.chat(model=f"of-{i}", **stream)
            expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/large"), fault)
            expect("error" in answer.body.decode(), False, fault)
            first, _ = rows(f"of-{i}", (f"small+{fault}", "small", "error"), ("large", "fallback", "ok"))
            expect(first["cost_pd"] > 0, i < 2, "what was begun is billed, a refusal is not")
    answer = gateway.post("/v1/messages", {"model": "claude", "max_tokens": 50, "stream": True,
                                           "messages": [{"role": "user", "content": "a"}]})
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "claude/large"))
    rows("claude", ("small+error-event", "small", "error"), ("large", "fallback", "ok"))
    answer = gateway.post("/api/chat", {"model": "ollama", "messages": [{"role": "user", "content": "a"}]})
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "olla/mock/large"))
    rows("ollama", ("mock/small", "small", "error"), ("mock/large", "fallback", "ok"))

    # A 500 that came as a success.
    says = json.dumps({"small": {"error": {"type": "server_error", "message": "Sorry."}}, "large": "LARGE"})
    answer = gateway.chat(model="behind", headers={"x-told": says})
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "told/large"))
    rows("behind", ("small", "small", "error"), ("large", "fallback", "ok"))

    # One after the other of the small side; what its caller did wrong ends there; so does an alias.
    expect(gateway.chat(model="beside").headers["x-costlens-model"], "bench/large")
    rows("beside", ("small+500", "small", "error"), ("small+501", "fallback", "error"), ("large", "fallback", "ok"))
    expect(gateway.chat(model="wrong").status, 400)
    rows("wrong", ("small+400", "small", "error"))
    expect(gateway.chat(model="either").status, 501)
    count += 1

    # Nobody answered: no side did.
    expect(gateway.chat(model="lost").status, 500)
    rows("lost", ("small+500", "small", "error"), ("large+500", "fallback", "error"))
    share = {row["route"]: row["small_share"] for row in gateway.report("--by", "route")["rows"]}
    expect((share["lost"], share["wrong"], share["of-2"]), (None, None, "0.00"))
    expect(gateway.metric("costlens_route_calls_total", route="lost", side="large"), 0)
