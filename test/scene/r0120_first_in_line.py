# SPDX-License-Identifier: Apache-2.0
"""By a certificate no other small model answers than the one that its pairs are of: when that fails, or is in trouble, the
large side answers, and where a second model has to agree, only what that one agreed with is given; what nobody agreed with
where no budget covers the large side either. Other modes keep their fall-backs. What stood in for the first in line is no proof."""
import json
import signal
import time

from lib.certified import certify
from lib.scene import Gateway, expect, expect_in, limit, until
from lib.speaker import Speaker

limit(120)
BEGIN = "mode: certified, max_loss: 10%, large: [bench/large], shadow: { budget: 1.00, rate: 0.01%, rate_certified: 0.01%"
ROUTES = "".join(f"  - {{ model: bench/{model}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n" for model, usd in
                 (("a", 0.1), ("b", 0.1), ("c", 0.1), ("d", 0.1), ("e", 0.1), ("f", 0.1), ("g", 0.1), ("h", 0.1), ("i", 0.1), ("j", 0.1), ("k", 0.1), ("large", 10))) + f"""routes:
  - {{ name: support, {BEGIN} }}, small: [bench/a, bench/b] }}
  - {{ name: ruled, small: [bench/a, bench/b], large: [bench/large] }}
  - {{ name: agreed, {BEGIN} }}, small: [bench/c, bench/d], verify: [{{ agree: bench/d }}] }}
  - {{ name: streamed, {BEGIN} }}, small: [bench/g, bench/h], verify: [{{ agree: bench/h }}], hold: 300ms }}
  - {{ name: seen, {BEGIN} }}, small: [bench/k], verify: [refusal], hold: 300ms }}
  - {{ name: paid, {BEGIN} }}, small: [bench/i, bench/j], verify: [{{ agree: bench/j }}] }}
  - {{ name: turns, {BEGIN} }}, small: [{{ model: bench/e, weight: 1 }}, {{ model: bench/f, weight: 1 }}] }}
  - {{ name: drawn, mode: certified, small: [bench/a, bench/b], large: [bench/large],
      shadow: {{ budget: 1.00, rate: 100%, judge: none }} }}
"""
SAYS = {"a": "4", "b": "4", "c": "4", "d": "4", "e": "4", "f": "4", "g": "4", "h": "4", "i": "4", "j": "4", "k": "4", "large": "four, I think"}


def slowly(_body):
    time.sleep(1)
    return "4"


with Speaker(SAYS) as speaker, Gateway(speaker, extra=ROUTES, models=[], providers="  bench: { dialect: openai, url: "
        f"{speaker.url}/v1, models: [a, b, c, d, e, f, g, h, i, j, k, large], retries: 0, breaker: {{ failures: 3, turn: 1h }} }}\n") as gateway:
    def asked(route):
        got = gateway.chat(model=route)
        expect(got.status, 200)
        return got.headers["x-costlens-model"], got.headers["x-costlens-reason"].partition(": ")[2]

    def until_open(route):
        """Asks until a breaker has opened; what was told before, and is told then."""
        before = asked(route)
        for _ in range(5):
            asked(route)
        return before, asked(route)

    certify(gateway, "support", "bench/a")
    certify(gateway, "agreed", "bench/d")
    certify(gateway, "turns", "bench/e", "bench/f")
    expect(asked("support"), ("bench/a", "small, certified"))
    expect(asked("agreed"), ("bench/d", "second"))
    expect({asked("turns")[0] for _ in range(8)}, {"bench/e", "bench/f"})

    # It fails, and then its breaker is open.
    SAYS["a"] = 503
    passed = ("bench/large", "large, the certified model is passed over")
    expect(until_open("support"), (("bench/large", "fallback"), passed))
    expect(len(speaker.of("b")), 0, "of which nothing was proved")
    call = gateway.chat(model="support").headers["x-costlens-request-id"]
    first = json.loads(gateway.costlens("route", "explain", call, "--json").stdout)["attempts"][0]["decision"]
    expect(first["reason"], "the certified model is passed over")
    expect([(c["model"], c["chosen"], c.get("passed_over")) for c in first["candidates"]],
           [("bench/large", True, None), ("bench/a", False, "its breaker is open"), ("bench/b", False, None)])
    expect_in("the certified model is passed over", gateway.costlens("route", "explain", call).stdout)
    expect(asked("ruled"), ("bench/b", "fallback"), "rules promise nothing")

    # The second one: what it did not agree with is not given.
    SAYS["d"] = 503
    expect(until_open("agreed"), (("bench/large", "escalated"), passed))
    expect([body["model"] for body in speaker.asked[-1:]], ["large"])
    SAYS["d"] = "4"

    # ... nor what comes too late to be asked of it, or of what it says too late.
    certify(gateway, "streamed", "bench/h")
    expect(gateway.chat(model="streamed", stream=True).headers["x-costlens-model"], "bench/h")
    for late in ("g", "h"):
        SAYS[late] = slowly
        got = gateway.chat(model="streamed", stream=True)
        expect((got.headers["x-costlens-model"], got.headers["x-costlens-reason"], b"I think" in got.body),
               ("bench/large", "route streamed: escalated", True), late)
        SAYS[late] = "4"

    # Nor a stream that comes too late for anyone to look at it.
    certify(gateway, "seen", "bench/k")
    expect(gateway.chat(model="seen", stream=True).headers["x-costlens-model"], "bench/k")
    SAYS["k"] = slowly
    got = gateway.chat(model="seen", stream=True)
    expect((got.headers["x-costlens-model"], got.headers["x-costlens-reason"], b"I think" in got.body),
           ("bench/large", "route seen: escalated", True))
    call = got.headers["x-costlens-request-id"]
    until(lambda: [row["error"] for row in gateway.rows() if row["request"] == call and row["attempt"] == 0] == ["upstream_timeout"],
          10, "why it was not given")
    SAYS["k"] = "4"

    # Those that take turns do not stand in for each other.
    SAYS["e"] = 503
    seen = [asked("turns") for _ in range(40)]
    expect({model for model, _ in seen}, {"bench/large", "bench/f"})
    expect({why for model, why in seen if model == "bench/f"}, {"small, certified"})
    expect({why for model, why in seen if model == "bench/large"}, {"fallback", passed[1]})

    # What stands in is compared, learned from, and no proof.
    expect(asked("drawn")[0], "bench/large")
    [pair] = until(lambda: gateway.sql("SELECT weak, scored FROM pair WHERE route = 'drawn'"), 10, "its pair")
    expect(pair["weak"], "bench/b")

    # No budget covers the second one, or one that is paused has it: the large side can be paid.
    def budgeted(*budgets):
        before = gateway.program.errors().count("the new configuration holds")
        gateway.extra = ROUTES + "budgets:\n" + "".join(f"  - {{ {budget}, window: day }}\n" for budget in budgets)
        gateway.file.write_text(gateway.config())
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count("the new configuration holds") > before, 10, "it is read")

    certify(gateway, "paid", "bench/j")
    expect(asked("paid"), ("bench/j", "second"))
    tight = "name: second, scope: { model: j }, limit: 0.000000001"
    for second in (tight, "name: second, scope: { model: j }, limit: 1, paused: true",
                   "name: second, scope: { model: j }, limit: 0.000000001, on_exceed: downgrade"):
        budgeted(second)
        expect(asked("paid"), ("bench/large", "escalated"), second)
    call = gateway.chat(model="paid").headers["x-costlens-request-id"]
    seen = json.loads(gateway.costlens("route", "explain", call, "--json").stdout)["attempts"]
    expect([a["model"] for a in seen], ["i", "large"], "who was not asked has no row")

    # Nor the large one: what there is is given.
    budgeted(tight, "name: dear, scope: { model: large }, limit: 0.000000001")
    got = gateway.chat(model="paid")
    expect((got.status, got.headers["x-costlens-model"], got.json["choices"][0]["message"]["content"]), (200, "bench/i", "4"))
