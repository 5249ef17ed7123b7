# SPDX-License-Identifier: Apache-2.0
"""A model that keeps failing is passed over while its alias has another one; now and then one call is sent there, and
the first answer brings all of them back. What has no other is asked all the same."""
import json

from lib.scene import PRICES, Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(120)
FAILURES = 4
FAULTS = ["503", "500", "reset", "garbage", "html=502", "529"]
EXTRA = "".join(
    f"  - {{ model: \"{model}\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']}, "
    f"cache_read_per_mtok: {PRICES['cache_read']} }}\n" for model in ("bench/*", "spare/*", "quick/*", "hard/*"))
EXTRA += "aliases:\n" + "".join(
    f"  either-{i}: [\"bench/m{i}+{fault}\", spare/other-model]\n" for i, fault in enumerate(FAULTS))
EXTRA += ("  passing: [\"quick/well+503+times=6\", spare/other-model]\n"
          "  dying: [\"bench/dying+error-event\", spare/other-model]\n"
          "  limited: [\"bench/limited+rate=30\", spare/other-model]\n"
          "  able: [\"own/m+503+times=4\", spare/other-model]\n"
          "  none: [\"bench/none+503\", \"spare/none+503\"]\n")
EXTRA += ("routes:\n"
          "  - { name: sides, small: [\"bench/side+503\", spare/other-model] }\n"
          "  - { name: dear, large: [\"bench/dear+503\", spare/other-model] }\n")


def providers(mock):
    common = f"dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, retries: 0"
    slow = f"breaker: {{ failures: {FAILURES}, turn: 1h }}"
    hard = f"breaker: {{ failures: {FAILURES}, turn: 1h, alone: refuse }}"
    return (f"  hard: {{ {common}, {hard} }}\n  bench: {{ {common}, {slow} }}\n  spare: {{ {common}, {slow} }}\n"
            f"  quick: {{ {common}, breaker: {{ failures: {FAILURES}, turn: 300ms }} }}\n"
            f"  own: {{ dialect: ollama, url: {mock.url}, models: [\"m+503+times=4\"], retries: 0, "
            f"breaker: {{ failures: {FAILURES}, turn: 1s }} }}\n")


def model_of(answer):
    expect(answer.status, 200, str(answer.body[:200]))
    return answer.headers["x-costlens-model"]


def opens(gateway, alias, failing, asked):
    """As many calls as it takes go there first; then none does. How many attempts that were."""
    count = 3
    for _ in range(FAILURES):
        answer = gateway.chat("here?", model=alias, **asked)
        expect(model_of(answer), "spare/other-model", alias)
        attempts = int(answer.headers["x-costlens-attempts"] or 1)
        expect_in(attempts, (2, 3), f"{alias}: it was tried there first, on a fresh connection if the kept one was reset")
        count += attempts
    for _ in range(3):
        answer = gateway.chat("here?", model=alias, **asked)
        expect(model_of(answer), "spare/other-model", alias)
        expect(answer.headers["x-costlens-attempts"], None, f"{alias}: {failing} is passed over")
    return count


def quick(gateway, count):
    rows = [r for r in gateway.rows() if r["provider"] == "quick"]
    return rows if len(rows) >= count else None


with Mock() as mock, Gateway(mock, providers=providers(mock), extra=EXTRA) as gateway:
    count = 0
    for i, fault in enumerate(FAULTS):
        if fault == "500":  # which may be the caller's fault: no other is asked, and yet it counts
            for _ in range(FAILURES):
                expect(gateway.chat("here?", model=f"either-{i}").status, 500)
            answer = gateway.chat("here?", model=f"either-{i}")
            expect((model_of(answer), answer.headers["x-costlens-attempts"]), ("spare/other-model", None))
            count += FAILURES + 1
            continue
        count += opens(gateway, f"either-{i}", fault, {"stream": True} if i % 2 else {})
    # A route's next candidate.
    for route in ("sides", "dear"):
        count += opens(gateway, route, "the first", {})
    rows = gateway.rows(count)
    expect([r["route"] for r in rows if r["model_asked"] == "sides"][-3:], ["route sides: fallback"] * 3)
    expect(len(rows), count, "each attempt has its row")
    expect({r["route"] for r in rows},
           {"alias", "fallback", "retry"} | {f"route {r}" for r in ("sides: small", "sides: fallback",
                                                                    "dear: large", "dear: fallback")}, "what each came as")
    until(lambda: "its breaker is open" in gateway.program.errors(), 5, "the log says so")
    events = json.loads(gateway.costlens("provider", "events", "--json").stdout)["events"]
    expect([e["event"] for e in events], ["opened"] * (len(FAULTS) + 2), "and so do the events")
    expect({e["model"] for e in events}, {f"m{i}+{fault}" for i, fault in enumerate(FAULTS)} | {"side+503", "dear+503"})
    expect(events[0]["status"], 503)
    expect_true(events[0]["request"] in {r["request"] for r in rows}, "by which call")
    expect_in(events[0]["request"], gateway.costlens("provider", "events").stdout)

    # The caller's own faults are none of it.
    for _ in range(3 * FAILURES):
        expect(gateway.chat("no", model="bench/plain+400").status, 400)
    expect(gateway.chat("no", model="bench/plain+400").status, 400)

    # A stream that tells of an error in its middle has failed, though its client has the beginning.
    for _ in range(FAILURES):
        expect(model_of(gateway.chat("here?", model="dying", stream=True)), "bench/dying+error-event")
    expect(model_of(gateway.chat("here?", model="dying", stream=True)), "spare/other-model")

    # A rate limit: the word of when to come again is kept, from the first on.
    answer = gateway.chat("a", model="limited")
    expect((model_of(answer), answer.headers["x-costlens-attempts"]), ("spare/other-model", "2"))
    for _ in range(3):
        answer = gateway.chat("a", model="limited")
        expect((model_of(answer), answer.headers["x-costlens-attempts"]), ("spare/other-model", None))
    # Who names the model alone gets its own word, each time.
    for _ in range(2):
        answer = gateway.chat("a", model="bench/limited+rate=30")
        expect((answer.status, answer.headers["retry-after"]), (429, "30"))

    # What is told of it.
    told = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
    expect([p["name"] for p in told], ["hard", "bench", "spare", "quick", "own"])
    models = {f"{p['name']}/{m['model']}": m for p in told for m in p["models"]}
    open_ = models["bench/m0+503"]
    expect((open_["breaker"], open_["bar"], open_["failed"], open_["opened"], open_["passed_over"]),
           ("open", "its breaker is open", FAILURES, 1, 3))
    expect_true(3000_000 < open_["wait_ms"] <= 3600_000, f"the turn is an hour: {open_}")
    limited = models["bench/limited+rate=30"]
    expect((limited["breaker"], limited["failed"]), ("closed", 0))
    expect_true(0 < limited["wait_ms"] <= 30_000, f"it said 30 s: {limited}")
    well = models["spare/other-model"]
    expect((well["breaker"], well["bar"], well["wait_ms"], well["failed"]), ("closed", None, 0, 0))
    expect_true(float(well["ttft_ms"]) > 0 and float(well["duration_ms"]) > 0, f"how fast it is: {well}")
    expect(models["bench/plain+400"]["failed"] if "bench/plain+400" in models else 0, 0)
    table = gateway.costlens("provider", "status").stdout
    expect_in("its breaker is open", table)
    expect_in("bench", gateway.costlens("provider", "list").stdout)
    for model, state in (("m0+503", 2), ("limited+rate=30", 0)):
        expect(gateway.metric("costlens_breaker_state", provider="bench", model=model), state)
    expect(gateway.metric("costlens_target_passed_over_total", provider="bench", model="m0+503"), 3)
    expect_true(gateway.metric("costlens_target_wait_seconds", model="limited+rate=30") > 0, "its wait")

    # None is left: the first is asked, and its error is the call's.
    for _ in range(2 * FAILURES):
        expect(gateway.chat("a", model="none").status, 503)
    answer = gateway.chat("a", model="none")
    expect((answer.status, answer.headers["x-costlens-model"]), (503, "bench/none+503"))

    # Where that is said, it is refused at once.
    seen = [gateway.chat("hard?", model="hard/m+503") for _ in range(FAILURES + 3)]
    expect([a.json["error"]["code"] for a in seen], [None] * FAILURES + ["upstream_unavailable"] * 3)
    expect((seen[-1].status, seen[-1].headers["x-costlens-model"]), (503, None))
    expect_in('"hard/m+503" is asked again in 3', seen[-1].json["error"]["message"])
    expect_true(3000 < int(seen[-1].headers["retry-after"]) <= 3600, "and when to come again")
    until(lambda: len([r for r in gateway.rows() if r["provider"] == "hard"]) == FAILURES, 5, "what is not sent has no row")
    expect(gateway.metric("costlens_refused_total", reason="upstream_unavailable"), 3)

    # It is well again after six calls; the probes find out, and no more than one call a turn pays for it.
    seen = [gateway.chat("well?", model="passing").headers["x-costlens-attempts"] for _ in range(FAILURES)]
    expect(seen, ["2"] * FAILURES, "it opens")
    until(lambda: model_of(gateway.chat("well?", model="passing")) == "quick/well+503+times=6", 30, "the probe")
    for _ in range(5):
        answer = gateway.chat("well?", model="passing")
        expect(model_of(answer), "quick/well+503+times=6", "all are back")
    rows = until(lambda: quick(gateway, 12), 5, "their rows")
    expect(sum(r["http_status"] == 503 for r in rows), 6, "two probes failed, the third was answered")
    until(lambda: "its breaker is closed" in gateway.program.errors(), 5, "the log says so")

    # What cannot be translated to it is not sent there: it is no probe.
    required = {"tool_choice": "required",
                "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}

    def state():
        told = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
        return {m["model"]: m["breaker"] for p in told if p["name"] == "own" for m in p["models"]}["m+503+times=4"]

    for _ in range(FAILURES):
        expect(model_of(gateway.chat("able?", model="able")), "spare/other-model")
    until(lambda: state() == "half-open", 30, "its turn")
    answer = gateway.chat("able?", model="able", **required)
    expect((model_of(answer), answer.headers["x-costlens-attempts"]), ("spare/other-model", None))
    expect(state(), "half-open")
    expect(model_of(gateway.chat("able?", model="able")), "own/m+503+times=4")
    expect(state(), "closed")
