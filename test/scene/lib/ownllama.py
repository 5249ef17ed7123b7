# SPDX-License-Identifier: Apache-2.0
"""An Ollama of the scene's own, which has the models that it is told to and says what the scene wants.

    with OwnLlama(lambda body: {"content": "4", "logprobs": [-0.1]}) as ollama: ollama.has(tag("small"))

What is asked for is in `asked`. It tells log-probabilities where they are asked for; `told` holds its list back until it
is set.
"""
import json
import threading

from .scripted import Scripted


def tag(name, **more):
    return {"name": name, "model": name, "size": 1, "digest": name, "details": {"parameter_size": "3B"}, **more}


class OwnLlama(Scripted):
    def __init__(self, says):
        self.models, self.asked = [], []
        self.told = threading.Event()
        self.says = says
        self.far = {}  # what its answers say of where they come from
        super().__init__()

    def answer(self, call, body):
        if body is None:
            self.told.wait(60)
            return call.send({"models": self.models if call.path == "/api/tags" else []})
        if call.path == "/api/show":
            return call.send({"capabilities": ["completion"], "model_info": {}})
        self.asked.append(body)
        said = self.says(body)
        line = {"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": False, **self.far}
        text, empty = ({"message": {"role": "assistant", "content": says}} if call.path == "/api/chat" else
                       {"response": says} for says in (said["content"], ""))
        if body.get("logprobs") and "logprobs" in said:
            text["logprobs"] = [{"token": "x", "logprob": p, "bytes": [120]} for p in said["logprobs"]]
        end = {"done": True, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 2}
        if not body.get("stream", True):
            return call.send({**line, **text, **end})
        return call.send("".join(json.dumps(x) + "\n" for x in ({**line, **text}, {**line, **empty, **end})),
                         "application/x-ndjson")

    def has(self, *models):
        self.models = list(models)
        self.told.set()

    def __exit__(self, *_):
        self.told.set()
        return super().__exit__()
