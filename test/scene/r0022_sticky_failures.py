# SPDX-License-Identifier: Apache-2.0
"""What fails raises no session to the large side: a fallback leaves it where it stood, and so does a call that the small
side cannot take. Within a side a session goes along with who answers; what was refused raises it."""
import json

from lib.scene import Gateway, Mock, expect, limit
from lib.told import Told

limit(60)
ROUTES = """  - { model: told/small, input_per_mtok: 0.01, output_per_mtok: 0.01, context: 8192 }
  - { model: told/second, input_per_mtok: 0.01, output_per_mtok: 0.01, context: 8192 }
  - { model: told/large, input_per_mtok: 10, output_per_mtok: 10 }
routes:
  - { name: talk, small: told/small, large: told/large, sticky: tag:session, verify: [refusal] }
  - { name: pair, match: { key: nobody }, small: [told/small, told/second], large: told/large, sticky: tag:session }
  - { name: ours, match: { key: nobody }, large: [told/small, told/second], sticky: tag:session }
breaker: { failures: 100 }
"""
FINE, FAILS, REFUSED = "It is fine.", {"status": 503}, "I'm sorry, but I can't help with that."
LONG = "word " * 20000
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES, workers=1) as gateway:
    def asked(session, small=FINE, second=FINE, route="talk", text="hello"):
        """The models that a call has asked, and why the last."""
        before = len(told.asked)
        says = json.dumps({"small": small, "second": second, "large": FINE})
        answer = gateway.chat(text, model=route, headers={"x-costlens-tags": f"session={session}", "x-told": says})
        expect(answer.status, 200)
        return [body["model"] for body in told.asked[before:]], answer.headers["x-costlens-reason"]

    small, sticky = (["small"], "route talk: small, rules"), (["large"], "route talk: large, sticky")
    fallback = (["small", "large"], "route talk: fallback")

    # A new session, and one that stands at the small side.
    expect(asked("new", FAILS), fallback)
    expect(asked("new"), small)
    expect(asked("new", FAILS), fallback)
    expect(asked("new"), small)

    # What only the large side can take is not for the better of its answer.
    for session in ("long", "new"):
        expect(asked(session, text=LONG)[0], ["large"])
        expect(asked(session), small)

    # A refusal is; and what fails then changes nothing.
    expect(asked("new", REFUSED), (["small", "large"], "route talk: escalated"))
    expect(asked("new"), sticky)
    expect(asked("new", text=LONG)[0], ["large"])
    expect(asked("new"), sticky)

    # Within the small side, and beyond it.
    expect(asked("two", FAILS, route="pair")[0], ["small", "second"])
    expect(asked("two", route="pair")[0], ["second"])
    expect(asked("two", FAILS, FAILS, route="pair")[0], ["second", "small", "large"])
    expect(asked("two", route="pair")[0], ["second"], "where it stood")

    # A route of one side.
    expect(asked("one", FAILS, route="ours")[0], ["small", "second"])
    expect(asked("one", route="ours")[0], ["second"])
