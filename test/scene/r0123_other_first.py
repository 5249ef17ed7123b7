# SPDX-License-Identifier: Apache-2.0
"""A certificate is of the small models that came first when its pairs were drawn: with other weights, another order or another
`max_cost` other ones do, of which nothing is proved, so it is not used, and its pairs prove nothing of them; who writes it as
before has that proof again. Without `shadow`, by which it might be revoked, there is none either."""
import signal

from lib.certified import certify, learn
from lib.scene import Gateway, expect, expect_in, limit, until
from lib.speaker import Speaker

limit(120)
SHADOW = ", shadow: { budget: 1.00, rate: 0.01%, rate_certified: 0.01% }"
BEGIN = "mode: certified, max_loss: 10%, large: [bench/large]"
MODELS = {"e": 1, "f": 0.01, "a": 5, "b": 0.01, "large": 10}
PRICES = "".join(f"  - {{ model: bench/{name}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n" for name, usd in MODELS.items())


def routes(weights=(99, 1), order="bench/a, bench/b", cost="", shadow=SHADOW):
    turns = ", ".join(f"{{ model: bench/{name}, weight: {weight} }}" for name, weight in zip("ef", weights))
    return PRICES + f"""routes:
  - {{ name: turns, {BEGIN}, small: [{turns}]{shadow} }}
  - {{ name: order, {BEGIN}, small: [{order}]{shadow} }}
  - {{ name: cost, {BEGIN}, small: [bench/a, bench/b]{cost}{shadow} }}
"""


with Speaker({name: "4" for name in MODELS}) as speaker, Gateway(speaker, extra=routes(), models=[], providers="  bench: "
        f"{{ dialect: openai, url: {speaker.url}/v1, models: [{', '.join(MODELS)}] }}\n") as gateway:
    def asked(route):
        got = gateway.chat(model=route, max_tokens=100)
        return got.headers["x-costlens-model"], got.headers["x-costlens-reason"].partition(": ")[2]

    def reload(text):
        before = gateway.program.errors().count("the new configuration holds")
        gateway.extra = text
        gateway.file.write_text(gateway.config())
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count("the new configuration holds") > before, 10, "a reload")

    certified, none = {"turns": "bench/e", "order": "bench/a", "cost": "bench/a"}, ("bench/large", "large, no certificate")
    for route, model in certified.items():
        certify(gateway, route, model)

    reload(routes((1, 99), "bench/b, bench/a", ", max_cost: 0.0002"))
    for route in certified:
        expect({asked(route) for _ in range(10)}, {none}, route)
        expect(learn(gateway, route)["certified"], None, route)  # nor by the same pairs, of other models
        expect(asked(route), none, route)

    reload(routes(shadow=""))
    for route in certified:
        expect(asked(route), none, route)
        found = learn(gateway, route)
        expect((found["rung"] == "certified", asked(route)), (False, none), str(found))
        expect_in("without one nothing could revoke its certificate", found["next"])

    reload(routes())
    for route, model in certified.items():
        learn(gateway, route)
        until(lambda: asked(route) == (model, "small, certified"), 10, f"{route} has its certificate again")
