# SPDX-License-Identifier: Apache-2.0
"""A promise from live calls alone: a quarter of a route's calls is put to its small side too, until the pairs carry a
certificate; then the small side takes what it knows, and one call in fifty is compared. The small model becomes bad, and
the gateway revokes the certificate by itself, at its next look."""
import json
import random
import re
from concurrent.futures import ThreadPoolExecutor

from lib.scene import Gateway, expect, expect_in, expect_true, limit, until
from lib.speaker import Speaker

limit(280)
ROUTES = """  - {{ model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }}
  - {{ model: bench/judge, input_per_mtok: 1, output_per_mtok: 1 }}
routes:
  - name: support
    mode: certified
    max_loss: 10%
    small: [bench/small]
    large: [bench/large]
    shadow: {{ budget: 50.00, window: day, judge: bench/judge{} }}
"""
dice = random.Random(5)
BAD = {"small": False}


def question(body):
    return body["messages"][-1]["content"]


def answer(text, good):
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if "plus" in text:
        return str(sum(numbers)) if good else "That is a good question."
    return f"LARGE: suppose it were so; then {numbers[0]} would be a square." if good else "It is known."


def small(body):
    text = question(body)
    return answer(text, "plus" in text and not BAD["small"])


def judge(body):
    first = re.search(r"<answer A \w+>\n(.*?)\n</answer A", question(body), re.S).group(1)
    return "A" if first.startswith("LARGE") or first.isdigit() else "B"


def small_share(asked, word):
    """Of the questions with that word, what part the small side answered."""
    models = [model for text, model in asked if word in text]
    return sum(model == "bench/small" for model in models) / max(1, len(models))


def a_question():
    a, b = dice.randrange(10, 9999), dice.randrange(10, 9999)
    if dice.random() < 0.6:
        return f"What is {a} plus {b}? Give the number alone."
    return f"Prove that the square root of {a} is irrational, unless {a} is a square number."


with Speaker({"small": small, "large": lambda body: answer(question(body), True), "judge": judge}) as speaker, \
        Gateway(speaker, extra=ROUTES.format(""), models=[], providers=f"  bench: {{ dialect: openai, url: "
                f"{speaker.url}/v1, models: [small, large, judge] }}\n") as gateway, \
        ThreadPoolExecutor(8) as pool:

    def ask(count):
        """Asks so many, and says which model answered which question."""
        asked = [a_question() for _ in range(count)]
        answers = list(pool.map(lambda text: gateway.chat(text, model="support"), asked))
        expect({a.status for a in answers}, {200})
        return [(text, a.headers["x-costlens-model"]) for text, a in zip(asked, answers)]

    def pairs(where="1"):
        return gateway.sql(f"SELECT count(*) AS n FROM pair WHERE {where}")[0]["n"]

    def ask_for_pairs(count, where="1"):
        """Asks until there are so many pairs."""
        for _ in range(100):
            if pairs(where) >= count:
                return
            ask(100)
        raise AssertionError(f"{pairs(where)} pairs of {count} after 10,000 calls")

    def learn():
        [route] = json.loads(gateway.costlens("route", "learn", "support", "--json").stdout)["routes"]
        return route

    # Everything goes to the large side, a quarter to the small one behind its back.
    expect({model for _, model in ask(20)}, {"bench/large"})
    ask_for_pairs(240)
    expect(pairs("propensity_ppm <> 250000 OR judged NOT IN (1, 3)"), 0, "a quarter, and all were judged")
    route = learn()
    expect((route["rung"], route["unjudged"]), ("certified", 0), str(route))
    until(lambda: small_share(ask(20), "plus") > 0.8, 10, "the small side takes the sums")
    asked = ask(200)
    expect_true(small_share(asked, "plus") > 0.8 and small_share(asked, "Prove") < 0.3, str(asked))

    # It is of calls that can be compared.
    for more in ({"n": 2}, {"plugins": [{"id": "web"}]}):  # what the latter costs nothing limits
        got = gateway.chat("What is 12 plus 30? Give the number alone.", model="support", **more)
        expect(got.headers["x-costlens-model"], "bench/large", str(more))
        expect_in("no certificate of calls like it", got.headers["x-costlens-reason"], str(more))

    # With a certificate one call in fifty is compared.
    ask_for_pairs(1, "propensity_ppm = 20000")
    expect(gateway.sql("SELECT DISTINCT doubts, length(calls) AS n FROM pair WHERE propensity_ppm = 20000"),
           [{"doubts": 1, "n": 16}], "what is asked of it, and of which calls it is")
    gateway.extra = ROUTES.format(", rate_certified: 100%")  # what becomes bad is seen sooner
    gateway.file.write_text(gateway.config())
    gateway.program.signal(1)
    until(lambda: "the new configuration holds" in gateway.program.errors(), 10, "the new rate")
    before = pairs("propensity_ppm = 1000000")
    expect_true(small_share(ask(40), "plus") > 0.6, "another rate is the same promise")

    # It becomes bad: revoked, by the gateway itself.
    BAD["small"] = True
    ask_for_pairs(before + 200, "propensity_ppm = 1000000")
    gateway.program.stop()
    gateway.start()  # it looks when it begins, and each minute
    until(lambda: "its certificate is revoked" in gateway.program.errors(), 70, "it is revoked")
    until(lambda: small_share(ask(40), "plus") < 0.2, 10, "the large side answers")
    [route] = json.loads(gateway.costlens("route", "status", "support", "--json").stdout)["routes"]
    expect_in("revoked", route["note"])
    # What came since may carry another one, for calls that the small side still does not lose.
    expect_true(not route["certified"] or float(route["certified"]["share_small"]) < 0.2, str(route))
