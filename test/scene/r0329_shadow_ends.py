# SPDX-License-Identifier: Apache-2.0
"""What waits to be compared goes by the configuration of its turn: where the route may not ask the other side any more,
nobody is asked. It is a pair all the same that nobody has judged, and so is what waits or runs when the gateway is
stopped."""
import signal
import threading

from lib.scene import PATIENCE, Gateway, expect, limit, until
from lib.speaker import Speaker

limit(180)
AT_ONCE, WAIT = 32, 12
MODELS = ("small", "large", "judge", "other")
SHADOW = "shadow: { budget: 100, rate: 100%, judge: bench/judge }"
ASKS = f"small: bench/small, large: bench/large, {SHADOW}"
PRICES = "".join(f"  - {{ model: bench/{model}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for model, usd in zip(MODELS, (0.1, 10, 10, 0.1)))


def config(kind):
    return PRICES + f"routes:\n  - {{ name: kept, {kind} }}\ndrain: 1s\n"


class Scene:
    def __enter__(self):
        self.going = threading.Event()
        self.speaker = Speaker({"small": "4", "large": self.hang, "judge": "TIE", "other": "5"}).__enter__()
        self.providers = f"  bench: {{ dialect: openai, url: {self.speaker.url}/v1, models: [{', '.join(MODELS)}] }}\n"
        self.gateway = Gateway(self.speaker, extra=config(ASKS), models=[], workers=1, providers=self.providers).start()
        for _ in range(AT_ONCE + WAIT):
            expect(self.gateway.chat("secret", model="kept").headers["x-costlens-model"], "bench/small")
        until(lambda: self.asked() == AT_ONCE, 20, "so many are asked")
        return self

    def __exit__(self, *exception):
        self.going.set()
        self.gateway.__exit__(*exception)
        return self.speaker.__exit__(*exception)

    def hang(self, _body):
        self.going.wait(100 * PATIENCE)
        return "four"

    def asked(self):
        return len(self.speaker.of("large"))

    def pairs(self):
        """How many were judged, how many of the others had another answer, and of how many nobody was asked."""
        found = self.gateway.sql("SELECT judged, strong_pd, judge_pd FROM pair")
        return (sum(pair["judged"] > 0 for pair in found),
                sum(pair["judged"] == 0 and pair["strong_pd"] is not None for pair in found),
                sum(pair["judged"] == 0 and pair["strong_pd"] is None for pair in found))

    def reload(self, extra):
        self.gateway.extra = extra
        self.gateway.file.write_text(self.gateway.config())
        self.gateway.program.signal(signal.SIGHUP)
        until(lambda: "the new configuration holds" in self.gateway.program.errors(), 10, "it is read")
        # The workers take it before they take a call that comes later.
        until(lambda: self.gateway.chat(model="bench/other").status == 200, 10, "it is asked")


# Without `shadow`, of this machine only, with other models: what is asked comes to its end, and its judge is not asked.
for changed, judges in (("small: bench/small, large: bench/large", False), ("small: bench/small, local_only: true", False),
                        ("small: bench/small, large: bench/other, " + SHADOW, True),
                        (ASKS + ", verify: [empty]", True)):
    with Scene() as scene:
        scene.reload(config(changed))
        scene.going.set()
        until(lambda: sum(scene.pairs()) == AT_ONCE + WAIT, 30, f"all are kept: {changed}")
        expect(scene.pairs(), (AT_ONCE, 0, WAIT) if judges else (0, AT_ONCE, WAIT), changed)
        expect(scene.asked(), AT_ONCE, changed)
        expect(len(scene.speaker.of("judge")), 2 * AT_ONCE * judges, changed)

# Another rate or mode is the same route.
with Scene() as scene:
    scene.reload(config("mode: measured, " + ASKS))
    scene.going.set()
    until(lambda: scene.pairs() == (AT_ONCE + WAIT, 0, 0), 30, "all are judged")

# Its provider is gone.
with Scene() as scene:
    scene.gateway.providers = scene.providers.replace("large, ", "") + (
        f"  more: {{ dialect: openai, url: {scene.speaker.url}/v1, models: [large] }}\n")
    scene.reload(config("small: bench/small, large: bench/judge, " + SHADOW))
    scene.going.set()
    until(lambda: sum(scene.pairs()) == AT_ONCE + WAIT, 30, "all are kept")
    expect((scene.pairs(), scene.asked()), ((AT_ONCE, 0, WAIT), AT_ONCE))

# It is stopped: what waits is not asked, what runs is cut.
with Scene() as scene:
    scene.gateway.program.signal(signal.SIGTERM)
    expect(scene.gateway.program.process.wait(60 * PATIENCE), 0)
    expect((sum(scene.pairs()), scene.pairs()[0], scene.asked()), (AT_ONCE + WAIT, 0, AT_ONCE))
