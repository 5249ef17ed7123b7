# SPDX-License-Identifier: Apache-2.0
"""What a killed gateway had under way of its pairs counts as spent at its worst case, as any call does: that is bounded by
the answer that was given, and by what the caller allows it to be."""
import json
import threading
from decimal import Decimal

from lib.scene import PATIENCE, Gateway, expect, expect_true, limit, until
from lib.speaker import Speaker

limit(60)
CALLS, OUTPUT = 5, Decimal("0.00001")  # USD a token
LEAST, TIMES = 8192, 8  # tokens; and times those of the answer that was given
GIVEN = 5000  # tokens of a long answer
ROUTES = f"""  - {{ model: bench/large, input_per_mtok: 0, output_per_mtok: 20 }}
  - {{ model: bench/small, input_per_mtok: 0, output_per_mtok: {OUTPUT * 10**6} }}
routes:
  - {{ name: open, mode: certified, small: bench/small, large: bench/large,  # without a certificate the large side answers
      shadow: {{ budget: 100, rate: 100%, judge: none }} }}
"""
ever = threading.Event()


def large(body):
    return "x " * (2 * GIVEN) if "long" in json.dumps(body) else "four"


def small(_body):
    ever.wait(100 * PATIENCE)
    return "four"


with Speaker({"small": small, "large": large}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[],
                providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: [small, large] }}\n") as gateway:
    def spent():
        return Decimal(json.loads(gateway.costlens("budget", "show", "shadow:open", "--json").stdout)["budget"]["spent"])

    before = Decimal(0)
    # As long as it may be: no thought of a model is cut; what was given; what its caller says.
    for text, more, tokens in (("why?", {}, LEAST), ("why?", {"max_tokens": 50}, 50), ("long", {}, TIMES * GIVEN)):
        asked = len(speaker.of("small"))
        for _ in range(CALLS):
            expect(gateway.chat(text, model="open", **more).headers["x-costlens-model"], "bench/large")
        until(lambda: len(speaker.of("small")) == asked + CALLS, 10, "the other side is asked")
        gateway.program.kill()
        gateway.start()
        was, before = before, spent()
        expect_true(CALLS * tokens * OUTPUT <= before - was <= CALLS * (tokens + TIMES) * OUTPUT, f"{more} {was} {before}")
    ever.set()
