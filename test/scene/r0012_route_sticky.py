# SPDX-License-Identifier: Apache-2.0
"""Calls that belong together stay with the model that answered the one before: by a tag, a user, a conversation."""
from lib.scene import Gateway, Mock, expect, limit

limit(60)
# The small side always fails, so that the large one answers first.
SIDES = 'match: { key: nobody }, small: "bench/small-a+503", large: bench/large-a'
# Who always fails would soon be passed over: not here.
ROUTES = f"""  - {{ model: "bench/small-a+503", input_per_mtok: 0.01, output_per_mtok: 0.01 }}
routes:
  - {{ name: tagged, {SIDES}, sticky: "tag:session" }}
  - {{ name: users, {SIDES}, sticky: {{ by: user, for: 1h }} }}
  - {{ name: talks, {SIDES}, sticky: conversation }}
breaker: {{ failures: 100 }}
"""

with Mock() as mock, Gateway(mock, extra=ROUTES, models=["large-a", '"small-a+503"'],
                             keys=["{ name: other, token: other-other-other }"]) as gateway:
    count = 0

    def word(route, messages=None, headers=None, **more):
        global count
        body = {"model": route, "messages": messages or [{"role": "user", "content": "hello"}], **more}
        expect(gateway.post("/v1/chat/completions", body, headers).status, 200)
        count += 1
        return gateway.calls(count)[-1]["route"]

    def tag(name):
        return {"x-costlens-tags": f"session={name}"}

    first, then = "fallback", "large"
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
    expect(word("talks", talk), f"route talks: {first}")
    expect(word("talks", more), f"route talks: {then}")
    expect(word("talks", [{"role": "user", "content": "Else."}]), f"route talks: {first}")
