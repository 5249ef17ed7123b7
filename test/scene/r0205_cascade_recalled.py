# SPDX-License-Identifier: Apache-2.0
"""What a gateway has seen of its routes outlives it, also where it is killed: whether their cascades pay, how sure their
models usually are, how long the answers of each task become. It is read from the ledger."""
import json

from lib.scene import Gateway, Mock, expect, expect_true, limit, until
from lib.told import Told

limit(120)
ROUTES = """  - { model: told/small, input_per_mtok: 0.001, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 0.001, output_per_mtok: 50 }
tiers:
  small: [told/small]
  large: [told/large]
routes:
  - { name: sure, small: small, large: large, match: { key: nobody }, verify: [refusal, { logprob: 0.9 }] }
  - { name: tasks, small: small, large: large, match: { key: nobody }, verify: [] }
"""
BAD = "I'm sorry, but I can't help with that."
CALLS = 40
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    def ask(route, small, system="Be brief."):
        answer = gateway.post("/v1/chat/completions", {
            "model": route, "messages": [{"role": "system", "content": system}, {"role": "user", "content": "Why?"}]},
            {"x-told": json.dumps({"small": small, "large": "LARGE"})})
        expect(answer.status, 200)
        return answer

    def model(small):
        return ask("sure", small).headers["x-costlens-model"]

    def cascades():
        return json.loads(gateway.costlens("route", "cascades", "--json").stdout)["cascades"]

    def explained(answer):
        said = gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"], "--json").stdout
        return [attempt["decision"] for attempt in json.loads(said)["attempts"]]

    def expected(system):
        """USD, of a call of that task at the small side."""
        return float(explained(ask("tasks", {"content": "Hm."}, system))[0]["candidates"][0]["expected_usd"])

    # One in ten is refused, the others are as sure as they usually are.
    for n in range(CALLS):
        model(BAD if n % 10 == 0 else {"content": "It is.", "logprobs": [-0.01]})
    unsure = {"content": "It is.", "logprobs": [-0.3]}
    answer = ask("sure", unsure)
    expect(answer.headers["x-costlens-model"], "told/large", "less sure than usual")
    expect([d.get("verified") for d in explained(answer)], ["refused", None])
    expect(explained(ask("sure", {"content": "It is.", "logprobs": [-0.01]}))[0]["verified"], "good")
    for _ in range(CALLS):
        for system, tokens in (("Say it short.", 5), ("Tell it all.", 2000)):
            ask("tasks", {"content": "So.", "tokens": tokens}, system)
    before = cascades()
    expect((before[0]["route"], before[0]["known"], before[0]["pays"]), ("sure", True, True))
    short, long = expected("Say it short."), expected("Tell it all.")
    expect_true(long > 20 * short, (short, long))

    gateway.program.kill()
    gateway.start()
    until(lambda: cascades() == before, 20, f"{before} is known again")
    expect(model(unsure), "told/large", "still less sure than usual")
    again = expected("Say it short."), expected("Tell it all.")
    expect_true(all(0.8 * was < now < 1.25 * was for was, now in zip((short, long), again)), (short, long, again))
