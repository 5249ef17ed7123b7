# SPDX-License-Identifier: Apache-2.0
"""What goes on from an answer that a provider keeps goes to that provider, and with the same key: nobody else has it.
Where that is not known, one that has not is followed by the next. An answer of the small side that was not
good enough is given after all where the large side has none."""
from lib.keeper import Keeper
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)
REFUSAL = "I'm sorry, but I can't help with that."
KEYS = {"KEY_A": "sk-of-a-0123456789", "KEY_B": "sk-of-b-0123456789",
        **{f"KEY_{i}": f"sk-of-{i}-0123456789" for i in range(20)}}

a, b, c, d = Keeper("a"), Keeper("b"), Keeper("c"), Keeper("d")
BREAKER = "breaker: { failures: 0 }, retries: 0"
PROVIDERS = (f"  a: {{ dialect: openai, url: {a.url}, models: [m, l], {BREAKER} }}\n"
             f"  b: {{ dialect: openai, url: {b.url}, models: [m, l], {BREAKER} }}\n"
             f"  c: {{ dialect: openai, url: {c.url}, models: [m], keys: [env:KEY_A, env:KEY_B], {BREAKER} }}\n"
             f"  d: {{ dialect: openai, url: {d.url}, models: [m], keys: [{', '.join(f'env:KEY_{i}' for i in range(20))}], "
             f"{BREAKER} }}\n")
EXTRA = "".join(f"  - {{ model: {name}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                for name, usd in (("a/m", 1), ("b/m", 1), ("c/m", 1), ("d/m", 1), ("a/l", 50), ("b/l", 50)))
EXTRA += """aliases: { one: [a/m, b/m], far: [d/m, b/m] }
routes:
  - { name: turns, match: { key: nobody }, small: [{ model: a/m, weight: 1 }, { model: b/m, weight: 1 }] }
  - { name: sides, match: { key: nobody }, small: a/m, large: b/l, verify: [refusal] }
  - { name: within, match: { key: nobody }, small: a/m, large: [b/l, a/l], verify: [refusal] }
"""


def ask(model, before=None, **more):
    body = {"model": model, "input": "Hello there.", **more}
    answer = gateway.post("/v1/responses", {**body, **({"previous_response_id": before} if before else {})})
    events = [e for e in answer.events if isinstance(e, dict)] if more.get("stream") else []
    made = events[-1]["response"]["id"] if events else answer.json.get("id")
    return answer, made


def at(answer):
    return answer.status, answer.headers.get("x-costlens-model")


with Mock() as mock, Gateway(mock, providers=PROVIDERS, extra=EXTRA, models=[], environment=KEYS) as gateway:
    # Where it was answered, by a route whose models take turns, as an answer and as a stream.
    for stream in ({}, {"stream": True}):
        for _ in range(6):
            first, made = ask("turns", **stream)
            for _ in range(2):
                answer, made = ask("turns", made, **stream)
                expect(at(answer), at(first))
    expect((bool(a.kept), bool(b.kept), a.refused + b.refused), (True, True, 0))
    row = gateway.rows(36)[-1]
    expect_in("kept elsewhere", gateway.costlens("route", "explain", row["request"]).stdout)

    # With its provider's key, and by an alias.
    for _ in range(4):
        _, made = ask("c/m")
        for _ in range(2):
            answer, made = ask("c/m", made)
            expect(answer.status, 200)
    expect(c.refused, 0)
    _, made = ask("b/m")
    expect(at(ask("one", made)[0]), (200, "b/m"))

    # A conversation stays where one of its answers was given.
    expect(ask("b/m", conversation={"id": "conv_1"})[0].status, 200)
    expect({at(ask("turns", conversation="conv_1")[0]) for _ in range(6)}, {(200, "b/m")})

    # A cascade goes on to a model of the same provider, or to none.
    _, made = ask("sides")
    a.says = REFUSAL
    answer, _ = ask("sides", made)
    expect(at(answer), (200, "a/m"))
    until(lambda: gateway.rows()[-1]["request"] == answer.headers["x-costlens-request-id"], 10, "the ledger has it")
    expect_in("no model of the large side could take the call: b/l (kept elsewhere)",
              gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"]).stdout)
    before = a.refused + b.refused
    expect(at(ask("within", made)[0]), (200, "a/l"))
    expect(a.refused + b.refused, before)

    # What the large side answers with an error is no answer: that of the small side is given after all.
    for status in (400, 500):
        b.status = status
        answer, _ = ask("sides")
        expect((at(answer), answer.headers["x-costlens-reason"]),
               ((200, "a/m"), "route sides: small, the large side failed"))
        expect_in(REFUSAL, answer.body.decode())
    rows = [(r["model"], r["route"], r["followed"], r["http_status"]) for r in gateway.rows(64)][-4:]
    small = ("m", "route sides: small", 0, 200)
    expect(sorted(rows), sorted([small, ("l", "route sides: escalated", 1, 400), small,
                                 ("l", "route sides: escalated", 1, 500)]))
    b.status, a.says = 200, "Here it is."

    # Not known, since it was asked for elsewhere: who has not is followed by who has, whichever side that is.
    _, at_a = ask("a/m")
    at_b = "resp_from_elsewhere"
    b.kept.add((None, at_b))
    refused = a.refused
    expect(at(ask("sides", at_b)[0]), (200, "b/l"))
    expect(a.refused, refused + 1)
    expect(at(ask("sides", at_b)[0]), (200, "b/l"))
    expect(a.refused, refused + 1, "known again")
    expect(at(ask("sides", at_a)[0]), (200, "a/m"))
    expect_true(ask("sides", "resp_nobody")[0].status == 400, "nobody has it")

    # Of who has many keys a few are asked where nobody knows, and one where it is known that another has it.
    expect(ask("d/m")[0].status, 200)
    b.kept.add((None, "resp_far"))
    expect(at(ask("far", "resp_far")[0]), (200, "b/m"))
    expect(d.refused, 4)
    expect(ask("d/m", "resp_far")[0].status, 400)
    expect(d.refused, 5)
    expect(ask("d/m", "resp_nobody")[0].status, 400)
    expect(d.refused, 9)
