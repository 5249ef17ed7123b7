# SPDX-License-Identifier: Apache-2.0
"""Whose conversations begin alike are not one: a first turn is of none yet, the user parts them, and so does the second
message. A greeting before all is no turn; tools that answer are."""
import json

from lib.scene import Gateway, Mock, expect, limit
from lib.told import Told

limit(60)
ROUTES = """  - { model: told/small, input_per_mtok: 0.01, output_per_mtok: 0.01 }
  - { model: told/large, input_per_mtok: 10, output_per_mtok: 10 }
routes:
  - { name: talk, small: told/small, large: told/large, sticky: conversation, verify: [refusal] }
"""
FINE, REFUSED = "It is fine.", "I'm sorry, but I can't help with that."
told = Told()


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    def word(messages, small=FINE, **more):
        says = json.dumps({"small": small, "large": FINE})
        answer = gateway.post("/v1/chat/completions",
                              {"model": "talk", "messages": [{"role": "system", "content": "Help."}, *messages], **more},
                              {"x-told": says})
        expect(answer.status, 200)
        return answer.headers["x-costlens-reason"].removeprefix("route talk: ")

    def turns(first, *later):
        """What a client sends that has said all this."""
        return [first] + [m for text in later for m in (assistant("How can I help?"), user(text))]

    hello, small, large = user("Hello"), "small, rules", "large, sticky"

    # One of many who begin alike rises. Nobody else does, nor what he begins anew.
    expect(word(turns(hello), REFUSED, user="eve"), "escalated")
    expect(word(turns(hello, "My parcel?"), user="eve"), large)
    expect(word(turns(hello), user="ann"), small)
    expect(word(turns(hello, "My parcel?"), user="ann"), small)
    expect(word(turns(hello), user="eve"), small, "a first turn is of no conversation")
    expect(word(turns(hello, "My bill?"), user="eve"), small)
    expect(word(turns(hello, "My bill?", "And now?"), user="eve"), small)
    expect(word(turns(hello, "My parcel?", "And now?"), user="eve"), large, "the one that has risen")

    # Of nobody who is named the second message says it.
    expect(word(turns(hello), REFUSED), "escalated")
    expect(word(turns(hello, "One.")), small)
    expect(word(turns(hello, "Two."), REFUSED), "escalated")
    expect(word(turns(hello, "One.", "And now?")), small)
    expect(word(turns(hello, "Two.", "And now?")), large)

    # An agent's, with one message and what its tools have said.
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    task = user("Mend the roof.")
    tool = [assistant(None, tool_calls=[call]), {"role": "tool", "tool_call_id": "c1", "content": "It leaks."}]
    expect(word([task], REFUSED), "escalated")
    expect(word([task, *tool]), large)
    expect(word([task]), small)

    # The desk speaks first.
    expect(word([assistant("Hi!"), hello], REFUSED, user="eve"), "escalated")
    expect(word([assistant("Hi!"), hello], user="eve"), small)
