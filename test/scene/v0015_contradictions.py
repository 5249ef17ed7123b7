# SPDX-License-Identifier: Apache-2.0
"""Usage that cannot be true, or is told before the end, is no report: the budget is charged what the call held, so that
whatever of it the provider means, no more is billed than is spent."""
import json

from lib.books import charges, nano, shown, verified
from lib.scene import Gateway, expect, expect_true, limit
from lib.scripted import Scripted

limit(60)
TEXT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hello there"}, "finish_reason": "stop"}]}


def usage(prompt, completion, total, **details):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total, **details}


def chat(**told):
    answer = {"id": "c", "model": "bench-model", **TEXT, "usage": usage(**told)}
    return "/v1/chat/completions", "application/json", json.dumps(answer)


def response(status, tokens):
    return "/v1/responses", "application/json", json.dumps({
        "id": "r", "object": "response", "status": status, "model": "bench-model", "output": [],
        "usage": {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}})


def stream(*told):
    """A chunk of text and its usage for each: (text, prompt, completion)."""
    chunks = [{"id": "c", "model": "bench-model", "usage": used and usage(*used, sum(used)),
               "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None if i < len(told) else "stop"}]}
              for i, (text, *used) in enumerate(told, 1)]
    return "/v1/chat/completions", "text/event-stream", "".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + DONE


DONE = "data: [DONE]\n\n"
ZEROS = json.dumps({"id": "c", "model": "bench-model", "choices": [], "usage": usage(0, 0, 0)})
MUCH = json.dumps({"id": "c", "model": "bench-model", "choices": [], "usage": usage(10**8, -1, 10**8)})
# Where more is charged than was held, that is what the dearest reading costs.
CASES = {  # name: what is answered, how sure that is, and whether what was held is charged
    "true": (chat(prompt=8, completion=3, total=11), "reported", False),
    "less": (chat(prompt=8, completion=3, total=9), "reported", False),
    "cached": (chat(prompt=8, completion=3, total=811, prompt_tokens_details={"cached_tokens": 800}),
               "estimated", True),
    "absurd": (chat(prompt=8, completion=1e30, total=11), "estimated", True),
    "beyond": (chat(prompt=8, completion=3, total=10**6), "estimated", False),
    "queued": (response("queued", 0), "captured", True),
    "begun": (response("in_progress", 5), "captured", True),
    "zeros": (("/v1/chat/completions", "text/event-stream", f"data: {ZEROS}\n\n{DONE}"), "captured", True),
    "much in": (("/v1/chat/completions", "text/event-stream", f"data: {MUCH}\n\n"), "captured", False),
    "pending": (response("pending", 0), "captured", True),
    "stateless": (response(None, 0), "captured", True),
    "archived": (response("archived", 5), "reported", False),
    "grown": (stream(("one", 8, 1), (" two", 8, 2)), "reported", False),
    "taken back": (stream(("one", 8, 400), (" two", 8, 2)), "estimated", True),
    "fewer than words": (stream(("one two" * 300, 8, 2)), "estimated", True),
    "text behind": (stream(("one", 8, 1), (" two" * 300,)), "estimated", True),
}


class Liar(Scripted):
    def answer(self, call, body):
        _, kind, told = CASES[body["user"]][0]
        call.send(told, kind)


upstream = Liar()
both = "".join(f"  {name}: {{ dialect: openai, url: {upstream.url}/v1, key: env:SCENE_UPSTREAM_KEY, "
               f"models: [bench-model], retries: 0 }}\n" for name in ("bench", "timed"))
# A machine's time is measured; what its tokens cost is not known by that.
timed = "  - { model: timed/bench-model, cost_per_hour: 36, input_per_mtok: 1, output_per_mtok: 200 }\n"
with Gateway(upstream, providers=both, extra=f"{timed}budgets:\n  - {{ name: b, limit: 100000 }}\n") as gateway:
    known = set()
    for i, (provider, name) in enumerate((p, n) for p in ("bench", "timed") for n in CASES):
        (path, kind, _), sure, held = CASES[name]
        if provider == "timed" and sure == "reported":
            sure = "estimated"  # as its time is
        before = nano(shown(gateway, "b")["spent"])
        asked = {"model": f"{provider}/bench-model", "user": name, "stream": "event" in kind}
        asked |= {"input": "hi", "max_output_tokens": 2000} if "responses" in path else {
            "messages": [{"role": "user", "content": "hi"}], "max_tokens": 2000}
        expect(gateway.post(path, asked).status, 502 if name == "much in" else 200, name)  # it ends before an answer
        row = gateway.rows(i + 1)[-1]
        all_of = charges(gateway)
        [fresh] = set(all_of) - known
        known.add(fresh)
        most, charged, _ = all_of[fresh][0]
        expect_true(charged * 1000 >= row["cost_pd"], f"{name}: what is sure of it")
        now = shown(gateway, "b")
        expect((row["sure"], charged == most), (sure, held), f"{provider}: {name}")
        expect((nano(now["spent"]) - before, now["held"]), (charged, "0.00"), f"{name}: what is spent")
    verified(gateway)
