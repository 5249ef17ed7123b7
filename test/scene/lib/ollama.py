# SPDX-License-Identifier: Apache-2.0
"""ollama - an Ollama of a scene's own: what it has can be changed, and it keeps what it was asked.

    with Ollama({"llama3.2:3b": 131072}) as ollama:
        providers = f"  local: {{ dialect: ollama, url: {ollama.url} }}\\n"
"""
import threading

from .scripted import Scripted


class Ollama(Scripted):
    def __init__(self, models):
        self.models = dict(models)  # name -> context that it was trained for
        self.asked = []             # (path, body)
        self.embeds = set()         # those that only embed
        self.blind = set()          # those that see no images
        self.counts = None          # tokens that it says a prompt had
        self.remote = set()         # those that it passes on to its cloud
        self.mute = set()           # those whose calls are hung up on; where there are any it keeps no connection
        self.total = 5_000_000      # ns that it says a call took
        self.heavy = 1              # so many times the tokens of English
        self.busy = 0               # so many calls more find its queue full
        self.after = None           # seconds for which it then wants to be left alone
        self.fails = None           # the error that a call gets, with 500
        self.broken = set()         # those that cannot be loaded
        self.unloaded = 0           # so many calls more find that it cannot be loaded
        self.held = threading.Event()  # when it is set calls go on that say "wait"
        self.silent = threading.Event()
        self.goes_on = threading.Event()
        super().__init__()

    def answer(self, call, body):
        if body is None:
            if self.silent.is_set():
                self.goes_on.wait(30)
        else:
            self.asked.append((call.path, body))
            if call.path != "/api/show" and body["model"] in self.mute:
                call.close_connection = True
                return
        status, value = self.value(call.path, body)
        more = {"Retry-After": str(self.after)} if status == 503 and self.after is not None else {}
        if self.mute:  # a call that is hung up on is asked twice if its connection is one that had been kept
            more["Connection"] = "close"
        call.send(value, "application/json; charset=utf-8", status, **more)

    def __exit__(self, *_):
        self.goes_on.set()
        return super().__exit__()

    def calls(self):
        return [body for path, body in self.asked if path != "/api/show"]

    def value(self, path, body):
        if path == "/api/tags":
            return 200, {"models": [{"name": name, "model": name, "size": 2_019_393_189, "digest": name,
                                     "details": {"parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
                                     **({"remote_host": "https://ollama.com:443"} if name in self.remote else {})}
                                    for name in self.models]}
        if path == "/api/ps":
            return 200, {"models": []}
        name = body["model"] if body["model"] in self.models else f"{body['model']}:latest"
        if name not in self.models:
            return 404, {"error": f"model '{name}' not found"}
        if path == "/api/show":
            return 200, {"capabilities": ["embedding"] if name in self.embeds else ["completion", "tools"],
                         "model_info": {"general.architecture": "llama", "llama.context_length": self.models[name]}}
        waits = any("wait" in m["content"] for m in body.get("messages", ()))
        if self.fails:
            if waits:
                self.held.wait(30)
            return 500, {"error": self.fails}
        if name in self.broken or self.unloaded > 0:
            self.unloaded -= self.unloaded > 0
            return 500, {"error": "model requires more system memory (9 GiB) than is available"}
        context = min(body["options"]["num_ctx"], self.models[name])
        if path in ("/api/embed", "/api/embeddings"):
            inputs = body.get("input", body.get("prompt"))
            inputs = inputs if isinstance(inputs, list) else [inputs]
            if max(len(text) for text in inputs) // 4 > context and not body.get("truncate", True):
                return 400, {"error": "the input length exceeds the context length"}
            return 200, {"model": name, "embeddings": [[0.5]] * len(inputs), "embedding": [0.5],
                         "prompt_eval_count": sum(len(text) for text in inputs) // 4}
        if name in self.blind and any(m.get("images") for m in body["messages"]):
            return 500, {"error": "Failed to create new sequence: failed to process inputs: this model is missing "
                                  "data required for image input"}
        if waits:
            self.held.wait(30)
        if self.busy > 0:
            self.busy -= 1
            return 503, {"error": "server busy, please try again.  maximum pending requests exceeded"}
        tokens = self.heavy * sum(len(m["content"]) for m in body["messages"]) // 4 + 10
        if tokens > context and not body["truncate"]:
            return 400, {"error": "the input length exceeds the context length"}
        tokens = min(tokens, context)
        return 200, {"model": name, "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": "stop",
                     "message": {"role": "assistant", "content": "hello"}, "total_duration": self.total,
                     "load_duration": 1_000_000, "prompt_eval_count": self.counts or tokens, "prompt_eval_duration": 1_000_000,
                     "eval_count": 2, "eval_duration": 2_000_000}
