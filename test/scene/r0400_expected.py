# SPDX-License-Identifier: Apache-2.0
"""A route weighs what the whole call is expected to cost at each model: a conversation stays with the model whose cache
has it where that is cheaper than to begin anew at the small one, and most of all when money is scarce."""
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


# What may be simple enough, as the shipped model judges it by its structure.
ASKED = ["hello", "My order is late.", "Yes", "Please send the invoice once more.", "ok, thank you", "And now?"]


def said(name, text):
    """Long instructions that are to be cached, and one message."""
    rules = {"type": "text", "text": f"{name}: " + "word " * 1600, "cache_control": {"type": "ephemeral"}}
    return {"system": [rules], "messages": [{"role": "user", "content": text}], "max_tokens": 10}


with Mock() as mock:
    providers = f"  claude: {{ dialect: anthropic, url: {mock.url}, models: [tiny+503, large, gold], retries: 0 }}\n"
    keys = [f"{{ name: poor, token: {POOR} }}"]
    with Gateway(mock, providers=providers, models=[], keys=keys, extra=EXTRA) as gateway:
        done = 0

        def asked(key=KEY, **more):
            global done
            answer = gateway.messages(headers={"x-api-key": key, "Authorization": ""}, **more)
            expect(answer.status, 200, answer)
            done += 1
            gateway.calls(done)  # it is learned from
            return answer.headers["x-costlens-reason"]

        def turn(name, key=KEY):
            return asked(key, model="talk", **said(name, simple))

        small_first, large_first = "route talk: fallback", "route talk: large, no dearer"
        simple = next(text for text in ASKED if asked(model="talk", **said("trial", text)) == small_first)
        expect(turn("one"), small_first)
        # From now on the large one's cache has the most of it.
        expect([turn("one"), turn("one")], [large_first] * 2)
        # Of another conversation it has nothing, nor of another caller's.
        expect([turn("two"), turn("one", POOR)], [small_first] * 2)
        expect(turn("one", POOR), large_first)
        # So it is where its caller named that model the time before.
        asked(model="claude/large", **said("three", simple))
        expect([turn("three"), turn("four")], [large_first, small_first])
        # That caller's money becomes scarce: no reason to take the dearer one.
        asked(POOR, model="claude/gold")
        expect([turn("one", POOR), turn("one")], [large_first] * 2)
