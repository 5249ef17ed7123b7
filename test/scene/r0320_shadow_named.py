# SPDX-License-Identifier: Apache-2.0
"""A conversation that its caller names is one, whatever is said in it: by the tag `session`, and by no other that a route's
sessions may go by. A key's names are its own."""
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(60)
SIDES = "small: bench/small-a, large: bench/large-a, shadow: { budget: 100, rate: 100%, judge: none }"
ROUTES = f"""routes:
  - {{ name: plain, match: {{ key: nobody }}, {SIDES} }}
  - {{ name: by-case, match: {{ key: nobody }}, {SIDES}, sticky: tag:case }}
"""
NAMED, FLAG = 3, 2  # the number of the name among those that are kept of a talk, and what says that it is there

with Mock() as mock, Gateway(mock, extra=ROUTES, models=["small-a", "large-a"],
                             keys=["{ name: other, token: other-other-other }"]) as gateway:
    asked = 0

    def name_of(route, tags, key=None):
        """What is kept of the name that its caller gives the conversation; None: there is none."""
        global asked
        asked += 1
        headers = {"x-costlens-tags": tags, **({"Authorization": f"Bearer {key}"} if key else {})}
        answer = gateway.post("/v1/chat/completions", {"model": route, "messages": [
            {"role": "user", "content": f"Something else is said here each time: {asked}"}]}, headers)
        expect(answer.status, 200)
        until(lambda: len(gateway.sql("SELECT 1 FROM pair")) == asked, 10, "its pair")
        talk = bytes.fromhex(gateway.sql("SELECT hex(talk) AS talk FROM pair ORDER BY number DESC LIMIT 1")[0]["talk"])
        numbers = [int.from_bytes(talk[at:at + 4], "little") for at in range(0, len(talk), 4)]
        return numbers[NAMED] if numbers[0] & FLAG else None

    one = name_of("plain", "session=7")
    expect_true(one, "it is kept")
    expect(name_of("plain", "feature=chat,session=7"), one)
    expect_true(name_of("plain", "session=8") not in (one, None), "another")
    expect_true(name_of("plain", "session=7", "other-other-other") not in (one, None), "another key's")
    expect(name_of("plain", "case=7"), None)
    expect(name_of("by-case", "case=7"), None)
    expect(name_of("by-case", "case=8,session=7"), one)
