# SPDX-License-Identifier: Apache-2.0
"""What was passed over, by a breaker or a budget, is told in the reason and in the explanation of a call; and nothing is
saved against a model that could not be used."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit
from lib.told import Told

limit(60)
EXTRA = "".join(f"  - {{ model: \"{model}\", input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                for model, usd in (("bench/small*", 1), ("bench/cheap", 2), ("bench/large*", 100), ("told/small", 1),
                                   ("told/large", 100)))
EXTRA += """budgets:
  - { name: tight, scope: { model: bench/large }, limit: 0.0000001 }
  - { name: nothing, scope: { model: bench/large-b }, limit: 0.0000001, on_exceed: downgrade }
routes:
  - { name: paid, match: { key: nobody }, large: [bench/large, bench/cheap] }
  - { name: down, match: { key: nobody }, mode: certified, small: bench/small, large: bench/large-b }
  - { name: well, match: { key: nobody }, large: ["bench/large+503", bench/cheap] }
  - { name: side, match: { key: nobody }, small: "bench/small+503", large: [bench/cheap, bench/large-c] }
  - { name: beside, match: { key: nobody }, small: bench/small, large: ["bench/large+503", bench/cheap] }
  - { name: only, match: { key: nobody }, small: bench/small, large: "bench/large+503" }
  - { name: keys, match: { key: nobody }, small: told/small, large: told/large, verify: [refusal] }
"""


def providers(mock, told):
    common = "key: env:SCENE_UPSTREAM_KEY, retries: 0, breaker: { failures: 2, turn: 1h }"
    return (f"  bench: {{ dialect: openai, url: {mock.url}/v1, {common} }}\n" +
            told.providers().replace("retries: 0,", "retries: 0, keys: [told-key-one, told-key-two],"))


def usd(text):
    whole, _, part = text.lstrip("-").partition(".")
    return (-1 if text.startswith("-") else 1) * int(whole + part.ljust(12, "0"))


told = Told()
with Mock() as mock, Gateway(mock, providers(mock, told), extra=EXTRA, models=[]) as gateway:
    def asked(route, model, reason, **more):
        """The call's candidates: their models and what became of each; and what it saved, in pd."""
        answer = gateway.chat(model=route, **more)
        expect((answer.status, answer.headers["x-costlens-model"], answer.headers["x-costlens-reason"]),
               (200, model, f"route {route}: {reason}"))
        call = answer.headers["x-costlens-request-id"]
        first = json.loads(gateway.costlens("route", "explain", call, "--json").stdout)["attempts"][0]["decision"]
        text = gateway.costlens("route", "explain", call).stdout
        fates = [(c["model"], c["chosen"], c.get("passed_over")) for c in first["candidates"]]
        for _, chosen, passed in fates:
            expect_in(passed or "chosen", text)
        saved = answer.headers["x-costlens-saved"]
        return first, fates, None if saved is None else usd(saved)

    # A budget refused the first one: nothing was saved against it.
    refused = "a budget refused the call"
    for _ in range(2):
        first, fates, saved = asked("paid", "bench/cheap", "fallback")
        expect(fates, [("bench/large", False, refused), ("bench/cheap", True, None)])
        expect((first["reason"], saved), ("the only side", 0))
    first, fates, saved = asked("down", "bench/small", "fallback")
    expect((fates[0], first["side"], saved), (("bench/large-b", False, refused), "large", None))

    # A breaker that is open; the side that was chosen is still told.
    opened = "its breaker is open"
    for _ in range(2):
        expect(gateway.chat(model="bench/large+503").status, 503)
        expect(gateway.chat(model="bench/small+503").status, 503)
    first, fates, saved = asked("well", "bench/cheap", "fallback")
    expect((fates, saved), ([("bench/large+503", False, opened), ("bench/cheap", True, None)], 0))
    first, fates, saved = asked("side", "bench/cheap", "fallback")
    expect(fates, [("bench/small+503", False, opened), ("bench/cheap", True, None), ("bench/large-c", False, None)])
    expect((first["side"], first["reason"], saved), ("small", "rules", 0))
    # The small side's answer is held against the one that would have answered; against that in trouble where it is
    # the only one.
    first, fates, saved = asked("beside", "bench/small", "small, rules")
    expect(fates[1], ("bench/large+503", False, opened))
    _, _, against = asked("only", "bench/small", "small, rules")
    expect_true(0 < saved < against, f"{saved} {against}")

    # What was escalated, and refused with a key, is still told to be.
    says = {"status": 429, "key": "told-key-one", "content": "LARGE"}
    headers = {"x-told": json.dumps({"small": "I'm sorry, but I can't help with that.", "large": says})}
    expect({gateway.chat(model="keys", headers=headers).headers["x-costlens-reason"] for _ in range(3)},
           {"route keys: other key, escalated", "route keys: escalated"})
