# SPDX-License-Identifier: Apache-2.0
"""What shadow pairs cost cannot pass the budget of the route's `shadow`, and is nobody else's; what goes wrong with them
is no matter of the client's."""
import json
import threading
from decimal import Decimal

from lib.scene import KEY, Gateway, expect, expect_in, expect_true, limit, request, until
from lib.speaker import Speaker

limit(120)
LIMIT = Decimal("0.03")
SIDES = "mode: certified, small: small, large: large"  # without a certificate the large side is served
ROUTES = f"""tiers:
  small: [bench/small]
  large: [bench/large]
routes:
  - {{ name: narrow, {SIDES}, shadow: {{ budget: {LIMIT}, rate: 100%, judge: none }} }}
  - {{ name: tiny, {SIDES}, shadow: {{ budget: 0.000001, rate: 100% }} }}
  - {{ name: broken, mode: certified, small: [bench/broken], large: large, shadow: {{ budget: 1, rate: 100% }} }}
  - {{ name: judged, {SIDES}, shadow: {{ budget: 1, rate: 100%, judge: bench/broken }} }}
  - {{ name: unpriced, mode: certified, small: [other/small], large: large, shadow: {{ budget: 1, rate: 100% }} }}
budgets:
  - {{ name: scene, scope: {{ key: scene }}, limit: 1.00 }}
  - {{ name: all, limit: 10.00 }}
"""


class Two(Gateway):
    """With a provider more, whose model has no price."""

    def config(self):
        base = self.mock.url
        return super().config().replace(
            "providers:\n", f"providers:\n  other: {{ dialect: openai, url: {base}/v1, models: [small] }}\n", 1)


def spent(gateway, name):
    return Decimal(json.loads(gateway.costlens("budget", "show", name, "--json").stdout)["budget"]["spent"])


going = threading.Event()


def small(_body):
    going.wait(60)
    return "small says so"


with Speaker({"small": small, "large": "LARGE says so", "broken": 500}) as speaker, \
        Two(speaker, extra=ROUTES, models=["small", "large", "broken"]) as gateway:
    def ended(count):
        return until(lambda: gateway.metric("costlens_shadow_pairs_total") >= count, 20, f"{count} ended")

    def of(result):
        return int(gateway.metric("costlens_shadow_pairs_total", result=result))

    # A burst of calls: the budget holds what is under way, which may cost 0.0049 and more each.
    def ask():
        for _ in range(10):
            expect(gateway.chat("why?", model="narrow").status, 200)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: of("refused") + len(speaker.of("small")) == 40, 20, "the others are refused")
    fit = len(speaker.of("small"))
    expect_true(0 < fit <= LIMIT / Decimal("0.0049"), f"so many fit: {fit}")
    going.set()
    ended(40)
    expect(of("unjudged"), fit)
    expect(of("unjudged"), len(speaker.of("small")), "who does not fit is not asked")
    until(lambda: len(gateway.sql("SELECT 1 FROM pair")) == of("unjudged"), 5, "each is kept")
    expect_true(0 < spent(gateway, "shadow:narrow") <= LIMIT, "within its limit")
    rows = gateway.calls(40 + of("unjudged"))
    cost = sum(row["cost_pd"] for row in rows if row["key"] == "shadow:narrow")
    expect_true(Decimal(cost).scaleb(-12) <= LIMIT, "by the ledger, too")

    # Why the others were not asked stands in the route's status.
    [status] = json.loads(gateway.costlens("route", "status", "narrow", "--json").stdout)["routes"]
    drawn = {one["result"]: one for one in status["drawn"]}
    expect({result: one["calls"] for result, one in drawn.items()}, {"refused": 40 - fit, "unjudged": fit})
    expect_in("shadow:narrow", drawn["refused"]["why"])
    told = gateway.costlens("route", "status", "narrow").stdout
    expect_in(f"since the gateway began {40 - fit} were put to no other side (refused): ", told)

    # It is charged to its own budget and to those of all calls, not to its caller's.
    own = sum(row["cost_pd"] for row in rows if row["key"] == "scene")
    expect_true(0 <= spent(gateway, "scene") - Decimal(own).scaleb(-12) < Decimal("1e-7"), "the key's own calls")
    expect_true(spent(gateway, "all") >= Decimal(own + cost).scaleb(-12), "all calls")

    # No room at all; a provider that fails; a judge that fails; no price: the client has its answer.
    count, asked = 40, len(speaker.of("small"))
    for route, result in (("tiny", "refused"), ("broken", "failed"), ("judged", "unjudged"), ("unpriced", "refused")):
        before = of(result)
        answer = gateway.chat("why?", model=route)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/large"), route)
        count += 1
        ended(count)
        expect(of(result), before + 1, route)
    expect(len(speaker.of("small")), asked + 1, "of `judged` only")
    refused = gateway.metric("costlens_refused_total")
    expect(refused, 0, "no client was refused anything")
    expect_in("could not be compared", gateway.program.errors())

    # Its name is taken, and it is changed where it stands.
    shown = gateway.costlens("budget", "show", "shadow:narrow")
    expect_true("there is no key" not in shown.stdout + shown.stderr, shown.stdout)
    denied = gateway.costlens("budget", "set", "shadow:narrow", "--limit", "5", check=False)
    expect_in("change it there", denied.stderr)
    gateway.costlens("ledger", "verify")
    # A client may not say that its call is one.
    own, before = spent(gateway, "scene"), spent(gateway, "shadow:narrow")
    tagged = request(gateway.port, "POST", "/v1/chat/completions",
                     {"model": "bench/small", "messages": [{"role": "user", "content": "x"}]},
                     {"Authorization": f"Bearer {KEY}", "x-costlens-tags": "shadow=narrow"})
    expect(tagged.status, 200)
    call = tagged.headers["x-costlens-request-id"]
    [row] = until(lambda: [row for row in gateway.rows() if row["request"] == call], 10, "it is booked")
    expect(row["key"], "scene")
    expect_true(spent(gateway, "scene") > own, "its caller's")
    expect(spent(gateway, "shadow:narrow"), before)
