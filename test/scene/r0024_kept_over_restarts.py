# SPDX-License-Identifier: Apache-2.0
"""Who keeps an answer is known over a restart, from the ledger: by a route, by `auto`, by an alias, and of a provider
that names its calls otherwise than its answers, too. Which of its keys it was is not: each is asked. Where who keeps it
fails, no other provider is asked: it could not know. Another model of the same one is, by an alias as by a route."""
from lib.keeper import Keeper
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
KEYS = {"KEY_A": "sk-of-a-0123456789", "KEY_B": "sk-of-b-0123456789"}
a, b, c = Keeper("a"), Keeper("b", names_calls=True), Keeper("c", names_calls=True)
BREAKER = "breaker: { failures: 0 }, retries: 0"
PROVIDERS = (f"  a: {{ dialect: openai, url: {a.url}, models: [m], {BREAKER} }}\n"
             f"  b: {{ dialect: openai, url: {b.url}, models: [m, n], {BREAKER} }}\n"
             f"  c: {{ dialect: openai, url: {c.url}, models: [m], keys: [env:KEY_A, env:KEY_B], {BREAKER} }}\n")
EXTRA = "".join(f"  - {{ model: {name}, input_per_mtok: 1, output_per_mtok: 1 }}\n" for name in ("a/m", "b/m", "b/n", "c/m"))
EXTRA += """aliases: { one: [a/m, b/m], two: [b/m, a/m, b/n] }
routes:
  - { name: turns, match: { key: nobody }, small: [{ model: a/m, weight: 1 }, { model: b/m, weight: 1 }] }
  - { name: three, match: { key: nobody }, small: [b/m, a/m, b/n] }
tiers: { small: [{ model: a/m, weight: 1 }, { model: b/m, weight: 1 }] }
"""


def ask(model, before=None, **more):
    body = {"model": model, "input": "Hello there.", **more}
    answer = gateway.post("/v1/responses", {**body, **({"previous_response_id": before} if before else {})})
    events = [e for e in answer.events if isinstance(e, dict)] if more.get("stream") else []
    return answer, events[-1]["response"]["id"] if events else answer.json.get("id")


def at(answer):
    return answer.status, answer.headers.get("x-costlens-model")


with Mock() as mock, Gateway(mock, providers=PROVIDERS, extra=EXTRA, models=[], environment=KEYS) as gateway:
    made = [(at(answer), name) for model in ("auto", "turns", "a/m", "b/m") for stream in (False, True)
            for answer, name in (ask(model, stream=stream) for _ in range(3))]
    of_c = [ask("c/m")[1] for _ in range(6)]
    rows = gateway.rows(len(made) + len(of_c))
    expect_in("req_b_", [r["upstream_id"] for r in rows if r["provider"] == "b"][0])
    expect(gateway.program.stop(40), 0)
    gateway.start()
    for model in ("auto", "turns", "one"):
        for where, name in made:
            expect(at(ask(model, name)[0]), where, (model, name))
    expect((a.refused, b.refused), (0, 0))

    # Found by the answer's name as well as by the call's.
    for name in made[-1][1], [r["upstream_id"] for r in rows if r["provider"] == "b"][0]:
        expect_in("b/m", gateway.costlens("report", "--request", name).stdout)

    # One key after the other, then the right one at once.
    for name in of_c:
        expect(ask("c/m", name)[0].status, 200)
    refused = c.refused
    for name in of_c:
        expect(ask("c/m", name)[0].status, 200)
    expect(c.refused, refused)

    # Who keeps it fails: that is the answer.
    at_b = next(name for where, name in made if where == (200, "b/m"))
    for b.status in (400, 429, 500, 503):
        before = len(a.kept), a.refused
        expect(at(ask("one", at_b)[0]), (b.status, "b/m"))
        expect((len(a.kept), a.refused), before)
    expect(ask("one")[0].status, 200)
    b.status = 200

    # Its provider's other model can go on.
    b.down = {"m"}
    before = len(a.kept), a.refused
    for model in ("two", "three"):
        expect(at(ask(model, at_b)[0]), (200, "b/n"), model)
    b.down = {"m", "n"}
    for model in ("two", "three"):
        expect(at(ask(model, at_b)[0]), (503, "b/n"), model)
    expect((len(a.kept), a.refused), before)
    b.down.clear()

    # Who kept it has it no more: nor has its other model.
    b.kept.discard((None, at_b))
    for number, model in enumerate(("two", "three"), b.refused + 1):
        expect((ask(model, at_b)[0].status, b.refused), (400, number), model)
