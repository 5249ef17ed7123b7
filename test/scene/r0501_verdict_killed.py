# SPDX-License-Identifier: Apache-2.0
"""kill -9 between a verifier's no and the end of its call: what was said of the small side's answer is known all the same,
also where the large side had not been asked yet. Of an answer that nobody had spoken of by then, that is told."""
import http.client
import json
import threading

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.told import Told

limit(60)
ROUTES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/second, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
routes:
  - { name: all, small: told/small, large: told/large, match: { key: nobody }, hold: 60s,
      verify: [refusal, { agree: told/second }] }
budgets:
  - { name: each, limit: 100, scope: { "tag:of": held } }
  - { name: turn, per: "tag:turn", limit: 0.1, wait: 60s, scope: { model: told/large } }
"""
REFUSAL = "I'm sorry, but I can't help with that."
REFUSED = {"verified": "refused", "refused_by": "refusal"}
GOOD = {"verified": "good"}


class Broken(Told):
    """One that does not mind that its caller dies."""
    def answer(self, call, body):
        try:
            super().answer(call, body)
        except OSError:
            pass


told = Broken()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES, workers=1) as gateway:
    def begin(model, said, asked, **fields):
        """A call that goes on in the background, of which so many models were asked."""
        def call():
            try:
                gateway.chat(model=model, stream=True, max_tokens=100,
                             headers={"x-told": json.dumps(said), **fields})
            except (OSError, http.client.HTTPException):
                pass

        asked += len(told.asked)
        threading.Thread(target=call, daemon=True).start()
        until(lambda: len(told.asked) == asked, 10, "they are asked")

    def never(content):
        return {"content": content, "wait": "never"}

    def killed(count):
        """Of each attempt of the newest call, of so many rows, what was said of it; and all in words."""
        gateway.program.kill()
        told.events["never"].set()
        gateway.start()
        row = gateway.rows(count)[-1]
        found = json.loads(gateway.costlens("route", "explain", row["request"], "--json").stdout)["attempts"]
        told.events["never"] = threading.Event()
        return ([{k: d[k] for k in ("verified", "refused_by", "unseen_by") if k in d}
                 for d in (a["decision"] for a in found)],
                gateway.costlens("route", "explain", row["request"]).stdout)

    told.events["never"] = threading.Event()
    for n, fields in enumerate(({}, {"x-costlens-tags": "of=held"})):
        begin("all", {"small": REFUSAL, "large": never("LARGE")}, 2, **fields)
        verdicts, text = killed(2 * n + 2)
        expect(verdicts, [REFUSED, {}], fields)
        expect_in("told/small: route all: small, 0.000110000000 USD; its answer: refused by refusal\n", text)
        expect_in("saved          not known: the call did not end well\n", text)

    # A second model was asked whether it agrees: of that one nothing is known.
    begin("all", {"small": "It is.", "second": never("It is.")}, 2)
    verdicts, text = killed(6)
    expect(verdicts, [GOOD, {"verified": "unknown"}])
    expect_in("; its answer: good\n", text)
    expect_in("; its answer: not known, as the gateway ended first\n", text)

    # Nobody had looked at it, or could.
    begin("all", {"small": never("It is.")}, 1)
    verdicts, text = killed(7)
    expect(verdicts, [{"verified": "unknown"}])
    expect_in("; its answer: not known, as the gateway ended first\n", text)

    # Nobody was asked for another one yet: that waits for its budget, which another call holds.
    for n, tags in enumerate(("turn=a", "turn=b,of=held")):
        fields = {"x-costlens-tags": tags}
        begin("told/large", {"large": never("LARGE")}, 1, **fields)
        begin("all", {"small": REFUSAL}, 1, **fields)
        until(lambda: gateway.metric("costlens_budget_waiting") == 1, 10, "it waits")
        expect_true(gateway.ready(), "a turn of the worker's loop has passed")
        verdicts, text = killed(2 * n + 9)
        expect(verdicts, [REFUSED], fields)
        expect_in("; its answer: refused by refusal; the gateway ended before another one was asked for\n", text)
        expect_in("saved          not known: the call did not end well\n", text)
    expect(gateway.costlens("ledger", "verify").returncode, 0)
