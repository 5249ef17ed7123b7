# SPDX-License-Identifier: Apache-2.0
"""A real small model answers first; what it was not sure of, by its log-probabilities, the mock answers, as the large
one. How much was kept, and how much of that is right, is printed as it comes out."""
import math
import random

from lib.local import Llama
from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(240)
START, KEPT = 30, 0.9  # answers, before what is usual is known; then nine in ten are as sure
NEAR = 0.1             # the same question twice is not the same to the last digit: its batches differ
FACTS = "The opposite of up is down.\nThe capital of Germany is Berlin.\nThe month after June is July.\n"
QUESTIONS = """opposite of hot: cold, big: small, left: right, open: closed, black: white, early: late, full: empty,
 rich: poor, always: never, war: peace, true: false, win: lose, old: young, cheap: expensive, remember: forget, gain: loss
capital of France: Paris, Italy: Rome, Japan: Tokyo, Spain: Madrid, Egypt: Cairo, Norway: Oslo, Canada: Ottawa,
 Portugal: Lisbon, Greece: Athens, Austria: Vienna, Australia: Canberra, Peru: Lima, Turkey: Ankara, Kenya: Nairobi
month after May: June, September: October, December: January, February: March
month before January: December, August: July, March: February
day after Monday: Tuesday, Friday: Saturday, Sunday: Monday
language of Brazil: Portuguese, Mexico: Spanish, Austria: German
capital of Kazakhstan: Astana, Bolivia: Sucre, Myanmar: Naypyidaw, Slovenia: Ljubljana, Brazil: Brasilia
letter after D: E, M: N, X: Y
author of Hamlet: Shakespeare, Faust: Goethe, Emma: Austen
colour of snow: white, blood: red, grass: green, coal: black
inventor of dynamite: Nobel, penicillin: Fleming
plural of mouse: mice, child: children, foot: feet
son of Zeus: Apollo, Isaac: Jacob"""
ROUTES = """  - { model: bench/expert, input_per_mtok: 2.50, output_per_mtok: 10 }
routes:
  - { name: facts, small: local/gemma, large: bench/expert, match: { key: nobody }, verify: [{ logprob: 0.9 }] }
"""


def questions():
    """(what the model goes on with, the word that is right)"""
    for line in QUESTIONS.replace("\n ", " ").splitlines():
        kind, of, rest = line.partition(" of " if " of " in line else " after " if " after " in line else " before ")
        for pair in rest.split(", "):
            about, answer = pair.split(": ")
            yield f"{FACTS}The {kind}{of}{about} is", answer


def word(answer):
    return answer.json["choices"][0]["message"]["content"].strip()


def is_right(said, wanted):
    return said != "" and wanted.startswith(said)


def least(sure):
    """What the next answer has to reach, after those."""
    if len(sure) < START:
        return math.log(0.5)
    return sorted(sure)[math.ceil(len(sure) * (1 - KEPT) - 1e-9) - 1]


def ask(gateway, text, model, **more):
    answer = gateway.chat(text, model=model, max_tokens=1, temperature=0, seed=1, **more)
    expect(answer.status, 200, answer)
    return answer


def tell(name, answers):
    right = sum(right for right, _ in answers)
    print(f"{name:<24}{len(answers):>4}, of it right{right:>4} ({100 * right / max(len(answers), 1):.0f} %)")


asked = list(questions())
random.Random(7).shuffle(asked)
providers = "  local: {{ vendor: llama.cpp, url: {}/v1, models: [gemma] }}\n  bench: {{ url: {}/v1, models: [expert] }}\n"
with Mock() as mock, Llama(plain=True) as llama, \
        Gateway(mock, providers=providers.format(llama.url, mock.url), models=[], extra=ROUTES) as gateway:
    alone, kept, sent_on, sure = [], [], [], []
    for text, wanted in asked:
        # What the small model says by itself, and how sure it is: of one word that is its log-probability.
        answer = ask(gateway, text, "local/gemma", logprobs=True)
        said, logprob = word(answer), answer.json["choices"][0]["logprobs"]["content"][0]["logprob"]
        alone.append((is_right(said, wanted), said))
        answer = ask(gateway, text, "facts")
        if answer.headers["x-costlens-model"] == "local/gemma":
            expect_true(logprob >= least(sure) - NEAR, f"sure enough: {said}, {logprob} of {least(sure)}")
            expect_true(answer.json["choices"][0].get("logprobs") is None, "nobody asked to see them")
            kept.append((is_right(word(answer), wanted), said))
        else:
            expect_true(logprob < least(sure) + NEAR, f"not sure enough: {said}, {logprob} of {least(sure)}")
            sent_on.append((is_right(said, wanted), said))
        sure.append(logprob)

    expect(len(kept) + len(sent_on), len(asked), "each call was answered")
    rows = gateway.rows(len(asked) * 2 + len(sent_on))
    routed = [r for r in rows if r["route"].startswith("route facts")]
    both = [r for r in routed if r["provider"] == "bench"]
    expect((len(routed), len(both)), (len(asked) + len(sent_on), len(sent_on)), "both attempts have a row")
    expect_true(all(r["input"] > 0 and r["cost_pd"] > 0 for r in both), "the large model's cost something")
    refused = [r for r in routed if r["error"] == "verify_logprob"]
    expect_true(len(refused) == len(sent_on) and all(r["output"] == 1 for r in refused), "the small model's are counted")
    expect_true(kept and sent_on, f"some of both: {len(kept)} kept, {len(sent_on)} sent on")
    tell("the small model alone", alone)
    tell("kept", kept)
    tell("sent on", sent_on)
    expect_true(sum(r for r, _ in kept) * len(alone) >= sum(r for r, _ in alone) * len(kept), "the kept ones are no worse")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
