# SPDX-License-Identifier: Apache-2.0
"""How sure a local model is of its answer: an Ollama is asked for log-probabilities, by its own clients and by OpenAI's,
and none of both gets them unless he has asked himself."""
import json

from lib.ownllama import OwnLlama, tag
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(60)
ROUTES = """routes:
  - { name: sure, match: { key: nobody }, small: [local/small], large: [local/large], hold: 60s,
      verify: [{ logprob: 0.9 }] }
"""


def says(body):
    if body["model"] == "large":
        return {"content": "LARGE", "logprobs": [-0.01]}
    return {"content": "It is.", "logprobs": [-0.01, -5.5 if "guess" in json.dumps(body) else -0.02]}


with OwnLlama(says) as ollama, Mock() as mock, Gateway(
        mock, providers=f"  local: {{ dialect: ollama, url: \"{ollama.url}\" }}\n", models=[], extra=ROUTES) as gateway:
    ollama.has(tag("small"), tag("large"))
    until(lambda: gateway.chat(model="local/small").status == 200, 10, "the Ollama was asked")

    def ask(path, text, **more):
        body = {"model": "sure", "stream": False, **more}
        body |= {"prompt": text} if path == "/api/generate" else {"messages": [{"role": "user", "content": text}]}
        before = len(ollama.asked)
        answer = gateway.post(path, body)
        expect(answer.status, 200, answer)
        asked = ollama.asked[before:]
        expect_true("It is." in answer.body.decode() or "LARGE" in answer.body.decode(), answer)
        return answer, [(body["model"], body.get("logprobs", False)) for body in asked]

    for path in ("/v1/chat/completions", "/api/chat", "/api/generate"):
        for stream in ({}, {"stream": True}):
            answer, asked = ask(path, "say", **stream)
            expect(asked, [("small", True)], path)
            expect(answer.headers["x-costlens-model"], "local/small")
            # As if nobody had asked: OpenAI's dialect says null, Ollama's nothing.
            expect_true(("\"logprob\"" if path.startswith("/v1") else "logprobs") not in answer.body.decode(), answer)
            # Unsure: the large one answers, and is not asked how sure it is.
            answer, asked = ask(path, "guess", **stream)
            expect(asked, [("small", True), ("large", False)], path)
            expect(answer.headers["x-costlens-model"], "local/large")
            # Who asks gets them.
            answer, asked = ask(path, "say", logprobs=True, **stream)
            expect_true("\"logprob\"" in answer.body.decode(), answer)
    # What no verifier looks at is not asked for.
    ask("/api/chat", "say", model="local/small")
    expect("logprobs" in ollama.asked[-1], False)
