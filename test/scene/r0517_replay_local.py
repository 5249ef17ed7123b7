# SPDX-License-Identifier: Apache-2.0
"""A model on one's own machine that only the policy of `costlens route replay` names costs what the gateway would take for it:
nothing. What has a price by the hour has none that is known: nobody knows how long it would work."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
PRICES = "".join(f"  - {{ model: bench/{name}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n" for name, usd in (("small", 1), ("large", 10)))
HOURLY = "  - { model: home/phi3, cost_per_hour: 0.35 }\n"
ROUTE = "routes:\n  - { name: r, match: { key: nobody }, small: bench/small, large: bench/large, verify: [refusal] }\n"
CALLS = 3

HOME = "  home: { dialect: ollama, url: http://127.0.0.1:9 }\n"

with Mock() as mock:
    bench = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small, large] }}\n"

    def replay(gateway, providers, model):
        file = gateway.state / "policy.yaml"
        file.write_text(gateway.config().replace(gateway.providers, providers).replace("small: bench/small", f"small: {model}"))
        [r] = json.loads(gateway.costlens("route", "replay", "--policy", str(file), "--json").stdout)["routes"]
        expect((r["to_other"], r["examples"][0]["would"]), (CALLS, model))
        return r["cost_usd"], " ".join(r["notes"])

    def ask(gateway):
        for _ in range(CALLS):
            expect(gateway.chat("hello", model="r").headers["x-costlens-model"], "bench/small")
        gateway.calls(CALLS)

    with Gateway(mock, providers=bench, models=[], extra=PRICES + ROUTE) as gateway:
        ask(gateway)
        # One that no gateway asks, with a list of models and without.
        for more in ("", ", models: [tiny, 'gemma3:*']"):
            for model in ("home/tiny", "home/gemma3:1b"):
                cost, notes = replay(gateway, bench + HOME.replace(" }", f"{more} }}"), model)
                expect_true(cost and (cost["calls"], float(cost["would"])) == (CALLS, 0), (cost, notes))
                expect_true("cost of" not in notes, notes)
        for home, model in ((HOME, "home/tiny:cloud"),  # passed on
                            (HOME.replace("127.0.0.1:9", "ollama.example:9"), "home/tiny")):  # whose machine is it?
            cost, notes = replay(gateway, bench + home, model)
            expect(cost, None, model)
            expect_in(f"the cost of {CALLS} calls is not known, of {model} for one", notes)

    # By the hour, as the gateway has it.
    with Gateway(mock, providers=bench + HOME, models=[], extra=PRICES + HOURLY + ROUTE) as gateway:
        ask(gateway)
        cost, notes = replay(gateway, bench + HOME, "home/phi3")
        expect(cost, None)
        expect_in(f"the cost of {CALLS} calls is not known, of home/phi3 for one", notes)
