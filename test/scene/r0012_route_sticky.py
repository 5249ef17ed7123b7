# SPDX-License-Identifier: Apache-2.0
"""Calls that belong together stay with the model that answered the one before: by a tag, a user, a conversation."""
import json

from lib.scene import Gateway, Mock, expect, limit
from lib.told import Told

limit(60)
# What the small side answers is always refused, so that the large one answers, and its session rises.
SIDES = "match: { key: nobody }, small: told/small, large: told/large, verify: [refusal]"
ROUTES = f"""  - {{ model: told/small, input_per_mtok: 0.01, output_per_mtok: 0.01 }}
  - {{ model: told/large, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - {{ name: tagged, {SIDES}, sticky: "tag:session" }}
  - {{ name: users, {SIDES}, sticky: {{ by: user, for: 1h }} }}
  - {{ name: talks, {SIDES}, sticky: conversation }}
"""
SAYS = {"x-told": json.dumps({"small": "I'm sorry, but I can't help with that.", "large": "It is fine."})}
told = Told()

with Mock() as mock, Gateway(mock, providers=told.providers(), extra=ROUTES, models=[],
                             keys=["{ name: other, token: other-other-other }"]) as gateway:
    def word(route, messages=None, headers=None, **more):
        body = {"model": route, "messages": messages or [{"role": "user", "content": "hello"}], **more}
        answer = gateway.post("/v1/chat/completions", body, {**SAYS, **(headers or {})})
        expect(answer.status, 200)
        return answer.headers["x-costlens-reason"]

    def tag(name):
        return {"x-costlens-tags": f"session={name}"}

    first, then = "escalated", "large, sticky"
    expect(word("tagged", headers=tag("a")), f"route tagged: {first}")
    expect(word("tagged", headers=tag("a")), f"route tagged: {then}")
    expect(word("tagged", headers=tag("b")), f"route tagged: {first}", "another session")
    expect(word("tagged"), f"route tagged: {first}", "of no session")
    expect(word("tagged"), f"route tagged: {first}", "of no session")
    other = {"Authorization": "Bearer other-other-other", **tag("a")}
    expect(word("tagged", headers=other), f"route tagged: {first}", "another key's")

    expect(word("users", user="ann"), f"route users: {first}")
    expect(word("users", user="bob"), f"route users: {first}")
    expect(word("users", user="ann"), f"route users: {then}")

    talk = [{"role": "user", "content": "One thing."}]
    more = talk + [{"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Another."}]
    expect(word("talks", talk, user="ann"), f"route talks: {first}")
    expect(word("talks", more, user="ann"), f"route talks: {then}")
    expect(word("talks", [{"role": "user", "content": "Else."}]), f"route talks: {first}")
