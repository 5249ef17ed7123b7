# SPDX-License-Identifier: Apache-2.0
"""In a route of `mode: rules` a call goes to the large side for what it gains; whose money is scarce asks for more of it."""
import json
import re
import signal

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)
POOR, CHANGED, RESTARTED = "poor-poor-poor-poor", "changed-changed-changed", "restarted-restarted"
EXTRA = """  - { model: bench/tiny, input_per_mtok: 0.3, output_per_mtok: 1 }
  - { model: bench/large, input_per_mtok: 3, output_per_mtok: 10 }
  - { model: bench/gold, input_per_mtok: 1, output_per_mtok: 1, per_call: 0.9 }
budgets:
  - { name: allowance, limit: 1, scope: { key: poor } }
  - { name: changed, limit: 1, scope: { key: changed }, window: day }
  - { name: restarted, limit: 1, scope: { key: restarted }, window: week }
routes:
  - { name: talk, match: { key: nobody }, small: bench/tiny, large: bench/large, verify: [] }
  - { name: tight, match: { key: nobody }, max_cost: 0.0005, small: bench/tiny, large: bench/large }
  - { name: unpriced, match: { key: nobody }, small: bench/tiny, large: bench/free }
"""
# What a model that knows no words but the structure of a text takes for hard: some of them.
ASKED = ["hello", "Natalia sold 48 clips in April, and half as many in May. How many clips did she sell in April and May "
         "together? Then, if each clip costs 1.25 dollars and a fifth of the money is tax, how much is left?",
         "A shop sells 3 lamps for 12.50 dollars each and 7 cables for 4.20 each, with a tenth off above 50 dollars. A "
         "customer pays with 80 dollars. How much does she get back, and how much was taken off?",
         "Peter has 24 marbles and gives a third of them to Ann, who had 5. How many has Ann then, and how many more does "
         "Peter have than she if he finds 6 on his way home? Write the steps."]

with Mock() as mock:
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [tiny, large, gold, free] }}\n"
    with Gateway(mock, providers=providers, models=[], extra=EXTRA, keys=[f"{{ name: {name}, token: {token} }}" for name, token in
                       (("poor", POOR), ("changed", CHANGED), ("restarted", RESTARTED))]) as gateway:
        poor = {"Authorization": f"Bearer {POOR}"}

        def went(text, headers=None):
            answer = gateway.chat(text, headers, model="talk", max_tokens=2000)
            expect(answer.status, 200, answer)
            return answer.headers["x-costlens-model"]

        hard = [text for text in ASKED if went(text) == "bench/large"]
        expect_true(hard, "some are worth the large one")
        expect([went(text, poor) for text in hard], ["bench/large"] * len(hard), "while there is money")
        expect(gateway.chat(headers=poor, model="bench/gold").status, 200)
        expect_true("bench/tiny" in [went(text, poor) for text in hard], "when nine tenths are gone")

        # A gateway that begins anew knows it for its first call.
        expect(gateway.program.stop(40), 0)
        gateway.start()
        expect_true("bench/tiny" in [went(text, poor) for text in hard[:1]], "the first one")

        # So does one whose budget has another window by then: what was spent in days is of their whole.
        changed = {"Authorization": f"Bearer {CHANGED}"}
        expect(gateway.chat(headers=changed, model="bench/gold").status, 200)
        gateway.rows(len(mock.bills()))
        whole = EXTRA.replace("window: day", "window: lifetime")
        gateway.file.write_text(gateway.config().replace(EXTRA, whole))
        said = gateway.program.errors().count("configuration holds")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count("configuration holds") > said, 10, "the reload")
        expect_true("bench/tiny" in [went(text, changed) for text in hard[:1]], "the first one after it")
        expect(gateway.chat(headers={"Authorization": f"Bearer {RESTARTED}"}, model="bench/gold").status, 200)
        expect(gateway.program.stop(40), 0)
        gateway.extra = whole.replace("window: week", "window: lifetime")
        gateway.start()
        expect_true("bench/tiny" in [went(text, {"Authorization": f"Bearer {RESTARTED}"}) for text in hard[:1]],
                    "the first one of a gateway that begins so")

        def explained(request):
            until(lambda: any(row["request"] == request for row in gateway.rows()), 10, "the ledger has it")
            return gateway.costlens("route", "explain", request).stdout

        # The threshold that held is told, which is above the score.
        [scarce] = [answer for text in hard[:1] for answer in [gateway.chat(text, poor, model="talk", max_tokens=2000)]
                    if "money is scarce" in answer.headers["x-costlens-reason"]] or [None]
        expect_true(scarce, "it is scarce for the first of them")
        text = explained(scarce.headers["x-costlens-request-id"])
        score, threshold = re.search(r"score +(\S+) is the gain expected of the large side; above (\S+) it", text).groups()
        expect_true(float(score) <= float(threshold), text)
        known = json.loads(gateway.costlens("route", "explain", scarce.headers["x-costlens-request-id"], "--json").stdout)
        known = known["attempts"][0]["decision"]["known"]
        plain = float(known["modes"]["rules"]["threshold"])
        expect_true(abs(float(threshold) - plain * (1 + float(known["pressure"]))) < 2e-6, known)

        # Why it is not known what was saved.
        tight = gateway.chat(model="tight", max_tokens=2000)
        expect((tight.status, tight.headers["x-costlens-model"]), (200, "bench/tiny"))
        expect_in("nothing to compare with: no model of the large side could take the call: bench/large (max_cost)",
                  explained(tight.headers["x-costlens-request-id"]))
        unpriced = gateway.chat(model="unpriced")
        expect(unpriced.headers["x-costlens-model"], "bench/tiny")
        expect_in("not known: the large side's model has no price", explained(unpriced.headers["x-costlens-request-id"]))
        expect([went(text) for text in hard], ["bench/large"] * len(hard), "another's money is not")
