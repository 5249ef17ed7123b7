# SPDX-License-Identifier: Apache-2.0
"""Which calls become pairs says nothing of how good their answers are: what nobody can compare is kept unjudged, and left
out is only what loses nothing, since the large side's answer is given. A model in trouble is not asked."""
from lib.scene import Gateway, expect, expect_true, limit, until
from lib.speaker import Speaker

limit(90)
ROUTES = """  - { model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: bench/large, input_per_mtok: 100, output_per_mtok: 100 }
  - { model: bench/judge, input_per_mtok: 1, output_per_mtok: 1 }
routes:
  - { name: checked, mode: certified, small: bench/small, large: bench/large, verify: [refusal],
      shadow: { budget: 2.00, rate: 100%, judge: bench/judge } }
  - { name: first, small: bench/small, large: bench/large, verify: [refusal], hold: 60s,
      shadow: { budget: 2.00, rate: 100%, judge: bench/judge } }
  - { name: hasty, mode: certified, small: bench/small, large: bench/large, verify: [refusal], hold: 0s,
      shadow: { budget: 2.00, rate: 100%, judge: bench/judge } }
  - { name: long, small: bench/small, large: bench/large, shadow: { budget: 2000.00, rate: 100%, judge: none } }
"""
REFUSAL = "I'm sorry, but I can't help with that."


class Cutting(Speaker):
    """Whose answers that end in dots were cut."""
    def whole(self, body, said):
        answer = super().whole(body, said)
        if said.endswith("..."):
            answer["choices"][0]["finish_reason"] = "length"
        return answer


with Cutting({"small": "small says so", "large": "LARGE says so", "judge": "TIE"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: "
                "[small, large, judge], retries: 1, breaker: { failures: 3, turn: 1h } }\n") as gateway:

    def pairs(count):
        """The pairs, once there are so many."""
        return until(lambda: (lambda found: found if len(found) >= count else None)(gateway.sql(
            "SELECT judged, served_strong FROM pair ORDER BY number")), 10, f"{count} pairs")

    def ends(name):
        return gateway.metric("costlens_shadow_pairs_total", result=name)

    # The small side's answer differs: a pair.
    expect(gateway.chat("why?", model="checked").headers["x-costlens-model"], "bench/large")
    expect(pairs(1), [{"judged": 3, "served_strong": 1}])

    # It would not have passed: the large side's answer would have been given, and nothing is lost.
    speaker.says["small"] = REFUSAL
    expect(gateway.chat("why?", model="checked").status, 200)
    until(lambda: ends("escalated") == 1, 10, "it would have been escalated")
    expect(len(speaker.of("judge")), 2, "nobody was asked to judge")

    # It was cut: nobody can say how good it is, and it is not left out.
    speaker.says["small"] = "It goes on and on..."
    expect(gateway.chat("why?", model="checked").status, 200)
    expect(pairs(2)[-1], {"judged": 0, "served_strong": 1})

    # The small side is asked first, is refused, and the large one answers at its second attempt: no pair, whatever the
    # reason of the last attempt.
    speaker.says["small"] = REFUSAL
    fails = [503]
    speaker.says["large"] = lambda body: fails.pop() if fails else "LARGE says so"
    answer = gateway.chat("hello", model="first")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/large"))
    until(lambda: [row["model"] for row in gateway.rows() if row["route"].startswith("route first")] ==
          ["small", "large", "large"], 10, "three attempts")
    speaker.says["small"] = "small says so"
    expect(gateway.chat("hello", model="first").headers["x-costlens-model"], "bench/small")
    expect(pairs(3)[-1], {"judged": 3, "served_strong": 0})
    expect(len(pairs(3)), 3)

    # A stream that is not held back is given as it comes, so what would be refused in it is no reason to leave it out.
    speaker.says["small"] = REFUSAL
    before = ends("escalated")
    expect(gateway.chat("hello", model="hasty", stream=True).status, 200)
    expect(pairs(4)[-1], {"judged": 3, "served_strong": 1})
    expect(gateway.chat("hello", model="hasty").status, 200)
    until(lambda: ends("escalated") == before + 1, 10, "what is no stream is looked at")

    # What was given is too long to be read: the pair is there all the same.
    speaker.says["small"] = "long " * 250000
    expect(gateway.chat("hello", model="long").headers["x-costlens-model"], "bench/small")
    expect(pairs(5)[-1], {"judged": 0, "served_strong": 0})

    # Its breaker is open: a model in trouble is not asked for a pair's sake.
    speaker.says["small"] = 500
    for _ in range(4):
        gateway.chat("hello", model="bench/small")
    asked, before = len(speaker.of("small")), ends("refused")
    expect(gateway.chat("why?", model="checked").status, 200)
    until(lambda: ends("refused") == before + 1, 10, "no pair")
    expect(len(speaker.of("small")), asked)
    expect_true(len(pairs(5)) == 5, "no other pair")
