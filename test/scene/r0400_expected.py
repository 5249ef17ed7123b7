# SPDX-License-Identifier: Apache-2.0
"""A route weighs what the whole call is expected to cost at each model: a conversation stays with the model whose cache
has it where that is cheaper than to begin anew at the small one, unless money is scarce."""
from lib.scene import KEY, Gateway, Mock, expect, limit

limit(60)
POOR = "poor-poor-poor-poor"
# The small one always fails: a call that is sent there first comes to the large one as `fallback`.
EXTRA = """  - { model: claude/tiny+503, input_per_mtok: 0.36, output_per_mtok: 5 }
  - { model: claude/large, input_per_mtok: 2, output_per_mtok: 10, cache_read_per_mtok: 0.2, cache_write_per_mtok: 0.5 }
  - { model: claude/gold, input_per_mtok: 1, output_per_mtok: 1, per_call: 0.12 }
budgets:
  - { name: allowance, limit: 0.16, scope: { key: poor } }
routes:
  - { name: talk, match: { key: nobody }, small: "claude/tiny+503", large: claude/large }
"""


def said(name, turns):
    """A conversation whose beginning is to be cached."""
    messages = []
    for i in range(turns):
        text = f"{name} {i}: " + "word " * (1600 if i == 0 else 8)
        block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
        messages += [{"role": "assistant", "content": f"Answer {i}."}] if i else []
        messages.append({"role": "user", "content": [block]})
    return messages


with Mock() as mock:
    providers = f"  claude: {{ dialect: anthropic, url: {mock.url}, models: [tiny+503, large, gold], retries: 0 }}\n"
    keys = [f"{{ name: poor, token: {POOR} }}"]
    with Gateway(mock, providers=providers, models=[], keys=keys, extra=EXTRA) as gateway:
        done = 0

        def asked(route, key=KEY, **more):
            global done
            answer = gateway.messages(headers={"x-api-key": key, "Authorization": ""}, **more)
            expect(answer.status, 200, route)
            done += 1
            expect(gateway.calls(done)[-1]["route"], route)

        def turn(name, number, route, key=KEY):
            asked(f"route talk: {route}", key, model="talk", messages=said(name, number), max_tokens=10)

        turn("one", 1, "fallback")
        # From now on the large one's cache has the most of it.
        turn("one", 2, "large")
        turn("one", 3, "large")
        # Of another conversation it has nothing, nor of another caller's.
        turn("two", 1, "fallback")
        turn("one", 3, "fallback", POOR)
        turn("one", 4, "large", POOR)
        # That caller's money becomes scarce: what the cache saves is not worth it any more.
        asked("asked", POOR, model="claude/gold")
        turn("one", 5, "fallback", POOR)
        turn("one", 5, "large")
