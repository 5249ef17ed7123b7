# SPDX-License-Identifier: Apache-2.0
"""A promise is of answers that are checked as they were when its pairs came. A small model refuses half of the calls; its
verifier sends these to the large side, so no pair has a bad answer. Without that verifier the pairs that are left prove
nothing; in another order the verifiers are the same ones, and who writes them again has the proof of that time. So it is with `hold`
and the judge."""
import json
from concurrent.futures import ThreadPoolExecutor

from lib.scene import Gateway, expect, expect_in, expect_true, limit, until
from lib.speaker import Speaker

limit(200)
ROUTES = """  - {{ model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - name: support
    mode: certified
    max_loss: 10%
    small: [bench/small]
    large: [bench/large]
    verify: [{}]
    hold: {}
    shadow: {{ budget: 50.00, window: day, rate: 100%, rate_certified: 0.01%, judge: {} }}
"""
FEW = 10  # pairs of calls that came just when something was changed


def number(body):
    return int(body["messages"][-1]["content"].split()[1])


def small(body):
    return "I'm sorry, but I cannot help with that." if number(body) % 2 else str(number(body))


with Speaker({"small": small, "large": lambda body: str(number(body))}) as speaker, \
        Gateway(speaker, extra=ROUTES.format("refusal, empty", "3s", "none"), models=[], providers=f"  bench: {{ dialect: openai, "
                f"url: {speaker.url}/v1, models: [small, large] }}\n") as gateway, \
        ThreadPoolExecutor(8) as pool:

    def ask(n):
        answer = gateway.chat(f"Number {n} please", model="support")
        expect(answer.status, 200)
        return answer.headers["x-costlens-model"]

    def route(verb):
        return json.loads(gateway.costlens("route", verb, "support", "--json").stdout)["routes"][0]

    def learn():
        return route("learn")

    def reload(verify, hold="3s", judge="none"):
        before = gateway.program.errors().count("the new configuration holds")
        gateway.extra = ROUTES.format(verify, hold, judge)
        gateway.file.write_text(gateway.config())
        gateway.program.signal(1)
        until(lambda: gateway.program.errors().count("the new configuration holds") > before, 10, "it is read")

    expect(set(pool.map(ask, range(500))), {"bench/large"})
    until(lambda: sum(d["calls"] for d in route("status")["drawn"]) == 500, 20, "all that were drawn came to an end")
    made = sum(d["calls"] for d in route("status")["drawn"] if d["result"] == "pair")
    until(lambda: gateway.sql("SELECT count(*) AS n FROM pair")[0]["n"] == made, 20, "the pairs are kept")
    expect(gateway.sql("SELECT count(*) AS n FROM pair WHERE weak_ppm <> 1000000"), [{"n": 0}], "what was refused is no pair")
    first = learn()
    expect((first["rung"], first["looks"]), ("certified", 1), str(first))
    until(lambda: ask(2) == "bench/small", 10, "the small side takes them")
    expect(ask(3), "bench/large", "and what it refuses comes from the large one")

    # The order says nothing; a check that is not there any more does.
    reload("empty, refusal")
    expect([ask(2) for _ in range(4)], ["bench/small"] * 4)
    reload("empty")
    until(lambda: ask(2) == "bench/large", 10, "nothing is promised of answers that nobody checks so")
    bare = learn()
    expect((bare["certified"], bare["proved"] < FEW, bare["looks"]), (None, True, 0), str(bare))
    expect_in(f"{bare['proved']} of its pairs are proof", bare["next"])

    # By half of the answers refused, it will not be; nor do these pairs speak against what was promised.
    until(lambda: ask(3) == "bench/large" and
          gateway.sql("SELECT count(*) AS n FROM pair WHERE weak_ppm <> 1000000")[0]["n"] >= 10, 20, "refusals are pairs now")

    # Nor is it of streams that nobody checks, since they are not held; and what came while another one judged is no proof.
    reload("refusal, empty", hold="0s")
    held = learn()
    expect((held["certified"], held["proved"] < FEW, held["looks"]), (None, True, 0), str(held))
    reload("refusal, empty", judge="bench/large")
    count = "SELECT count(*) AS n FROM pair"
    before = gateway.sql(count)[0]["n"]
    others = iter(range(1000, 9000, 2))  # the same again and again would be a group, of which nobody knows the like
    until(lambda: ask(next(others)) == "bench/large" and gateway.sql(count)[0]["n"] >= before + 30, 20, "pairs of another judge")
    reload("refusal, empty")
    again = learn()
    expect((again["rung"], again["looks"]), ("certified", 2), str(again))
    expect_true(first["proved"] <= again["proved"] < first["proved"] + FEW, f"{first} {again}")
    until(lambda: ask(2) == "bench/small", 10, "what was proved then is proof again")
