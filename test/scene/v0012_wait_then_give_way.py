# SPDX-License-Identifier: Apache-2.0
"""Calls have waited for room as long as their budget says: then each, in the order in which they came, asks for a shorter
answer, or goes on to another model, before anybody behind it has the room; a refusal is true of its own figures."""
import concurrent.futures
import re

from lib.books import verified
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(90)
LATE_MS = 6000  # longer than a budget's wait


def money(answer):
    told = re.search(r"limit ([\d.]+) USD, spent ([\d.]+), held by calls under way ([\d.]+); "
                     r"this call may cost up to ([\d.]+[0-9])", answer.json["error"]["message"])
    return [float(part) for part in told.groups()]


def in_order(gateway, calls, patient=True):
    """They come one after the other, while one is under way that ends after all have waited."""
    def late(**call):
        return pool.submit(gateway.chat, headers={"x-mock-fault": f"late={LATE_MS}"}, **call)
    with concurrent.futures.ThreadPoolExecutor(len(calls) + 1) as pool:
        first = late(max_tokens=700)
        until(lambda: gateway.metric("costlens_budget_held_usd") > 0, 5, "the first one holds")
        others = []
        for call in calls:
            others.append(late(**call))
            if patient:
                until(lambda: gateway.metric("costlens_budget_waiting") == len(others), 5, "it waits")
        answers = [o.result() for o in others]
        expect(first.result().status, 200)
    for answer in answers:
        expect_true(answer.status in (200, 402), answer.body)
        if answer.status == 402:
            most, spent, held, this = money(answer)
            expect_true(spent + held + this > most, answer.body)
    verified(gateway)
    return answers


def clamped(mock):
    # A token of an answer is 0.0000006 USD. One of 700 holds 0.00051: a shorter one fits beside it, and so would the last.
    extra = "budgets:\n  - { name: narrow, limit: 0.0007, clamp: true, wait: 2s }\n"
    with Gateway(mock, extra=extra) as gateway:
        answers = in_order(gateway, [{"max_tokens": 700}, {"max_tokens": 700}, {"max_tokens": 100}])
        expect([a.status for a in answers], [200, 402, 402], "the first that waits has what is left")
        expect_true(0 < int(answers[0].headers["x-costlens-max-tokens-injected"]) < 300, "and is made to fit")


def downgraded(mock):
    providers = (f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, "
                 "models: [bench-model, cheap] }\n")
    extra = ("  - { model: bench/cheap, input_per_mtok: 0.0375, output_per_mtok: 0.15 }\n"
             "aliases:\n  both: [bench/bench-model, bench/cheap]\n"
             "budgets:\n  - { name: narrow, limit: 0.0007, on_exceed: downgrade, wait: 2s }\n")
    with Gateway(mock, providers=providers, extra=extra) as gateway:
        answers = in_order(gateway, [{"model": "both", "max_tokens": 700}, {"model": "both", "max_tokens": 700},
                                     {"max_tokens": 100}])
        expect([a.status for a in answers], [200, 402, 402], "the first that waits goes on to the other model")
        expect(answers[0].headers["x-costlens-model"], "bench/cheap")


def each_by_its_own(mock):
    """A budget that may lower a maximum lowers it to what it has itself; another that has less does what it may."""
    providers = (f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, "
                 "models: [bench-model, cheap] }\n")
    extra = ("  - { model: bench/cheap, input_per_mtok: 0.0375, output_per_mtok: 0.15 }\n"
             "aliases:\n  both: [bench/bench-model, bench/cheap]\n"
             "budgets:\n  - { name: narrow, scope: { key: scene }, limit: 0.0007, on_exceed: downgrade }\n"
             "  - { name: all, limit: 0.0009, clamp: true }\n")
    with Gateway(mock, providers=providers, extra=extra) as gateway:
        [answer] = in_order(gateway, [{"model": "both", "max_tokens": 700}], patient=False)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/cheap"))
        expect_true("x-costlens-max-tokens-injected" not in answer.headers, "as long as it was asked for")


with Mock() as server:
    clamped(server)
    downgraded(server)
    each_by_its_own(server)
