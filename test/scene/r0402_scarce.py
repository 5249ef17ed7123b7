# SPDX-License-Identifier: Apache-2.0
"""In a route of `mode: rules` a call goes to the large side for what it gains; whose money is scarce asks for more of it."""
from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(60)
POOR = "poor-poor-poor-poor"
EXTRA = """  - { model: bench/tiny, input_per_mtok: 0.3, output_per_mtok: 1 }
  - { model: bench/large, input_per_mtok: 3, output_per_mtok: 10 }
  - { model: bench/gold, input_per_mtok: 1, output_per_mtok: 1, per_call: 0.9 }
budgets:
  - { name: allowance, limit: 1, scope: { key: poor } }
routes:
  - { name: talk, match: { key: nobody }, small: bench/tiny, large: bench/large, verify: [] }
"""
# What a model that knows no words but the structure of a text takes for hard: some of them.
ASKED = ["hello", "Natalia sold 48 clips in April, and half as many in May. How many clips did she sell in April and May "
         "together? Then, if each clip costs 1.25 dollars and a fifth of the money is tax, how much is left?",
         "A shop sells 3 lamps for 12.50 dollars each and 7 cables for 4.20 each, with a tenth off above 50 dollars. A "
         "customer pays with 80 dollars. How much does she get back, and how much was taken off?",
         "Peter has 24 marbles and gives a third of them to Ann, who had 5. How many has Ann then, and how many more does "
         "Peter have than she if he finds 6 on his way home? Write the steps."]

with Mock() as mock:
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [tiny, large, gold] }}\n"
    with Gateway(mock, providers=providers, models=[], keys=[f"{{ name: poor, token: {POOR} }}"], extra=EXTRA) as gateway:
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
        expect([went(text) for text in hard], ["bench/large"] * len(hard), "another's money is not")
