# SPDX-License-Identifier: Apache-2.0
"""A provider that answers as it is told: the field x-told of a call is JSON, and says of each model what it answers."""
import json

from .scripted import Scripted


class Told(Scripted):
    """Speaks chat completions. Of `{"small": "hi", "large": {"content": "hm", "finish": "length"}}` the model `small`
    answers hi. Besides `content`: `times` (that it comes in a row), `finish`, `tool_calls`, `images`, `logprobs` (of its tokens,
    where they are asked for), `tokens` (that it counts, 10), `cost` (USD, that its usage tells), `tier` (the service tier
    that it tells), `status`, `key` (which alone gets that status), `error` (told behind a 200), `wait` (an event that a stream waits for after its first half),
    `unsized` (a whole answer does not say how long it is)."""

    def __init__(self):
        self.asked = []  # bodies
        self.events = {}
        self.unasked = {}  # what is told where the field is not: to a shadow
        super().__init__()

    def answer(self, call, body):
        self.asked.append(body)
        told = call.headers["x-told"]
        says = (json.loads(told) if told else self.unasked).get(body["model"], "?")
        says = {"content": says} if isinstance(says, str) else says
        if "times" in says:
            says["content"] *= says["times"]
        if call.path.endswith("/responses"):
            self.response(call, body, says)
        elif "error" in says:  # behind a 200
            call.send({"error": says["error"]})
        elif "status" in says and says.get("key", "") in (call.headers["Authorization"] or ""):
            call.send({"error": {"message": "no"}}, status=says["status"])
        else:
            (self.stream if body.get("stream") else self.whole)(call, body, says)

    def choice(self, body, says, name):
        made = {k: says[k] for k in ("content", "tool_calls", "refusal", "images") if k in says}
        choice = {"index": 0, name: {"role": "assistant", **made}, "logprobs": None,
                  "finish_reason": says.get("finish", "tool_calls" if "tool_calls" in says else "stop")}
        if body.get("logprobs") and "logprobs" in says:
            choice["logprobs"] = {"content": [{"token": "x", "logprob": p, "bytes": [120], "top_logprobs": []}
                                              for p in says["logprobs"]]}
        return choice

    def whole(self, call, body, says):
        answer = {"id": "c", "object": "chat.completion", "model": body["model"],
                  "choices": [self.choice(body, says, "message")],
                  "usage": {"prompt_tokens": 100, "completion_tokens": says.get("tokens", 10)}}
        answer["usage"].update({"cost": says["cost"]} if "cost" in says else {})
        answer.update({"service_tier": says["tier"]} if "tier" in says else {})
        call.send(answer, sized="unsized" not in says)

    def response(self, call, body, says):
        told_so = "message.output_text.logprobs" in body.get("include", [])
        tokens = [{"token": "x", "logprob": p, "bytes": [120], "top_logprobs": []}
                  for p in says.get("logprobs", [])] if told_so else []
        part = {"type": "output_text", "annotations": [], "logprobs": tokens, "text": says["content"]}
        whole = {"id": "r", "object": "response", "status": "completed", "model": body["model"],
                 "output": [{"id": "m", "type": "message", "role": "assistant", "status": "completed",
                             "content": [part]}],
                 "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}}
        if not body.get("stream"):
            return call.send(whole)
        item = {"item_id": "m", "output_index": 0, "content_index": 0}
        events = [{"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
                  {"type": "response.output_text.delta", **item, "delta": says["content"], "logprobs": tokens},
                  {"type": "response.output_text.done", **item, "text": says["content"], "logprobs": tokens},
                  {"type": "response.content_part.done", **item, "part": part},
                  {"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]},
                  {"type": "response.completed", "response": whole}]
        return call.send("".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events),
                         "text/event-stream")

    def stream(self, call, body, says):
        call.head("text/event-stream", Connection="close")
        text = says.get("content", "")
        halves = [{**says, "content": text[:len(text) // 2], "finish": None},
                  {**says, "content": text[len(text) // 2:]}]
        halves[0].pop("tool_calls", None)
        for i, half in enumerate(halves):
            event = {"id": "c", "object": "chat.completion.chunk", "model": body["model"],
                     "choices": [self.choice(body, half, "delta")]}
            call.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
            if i == 0 and "wait" in says:
                self.events[says["wait"]].wait(60)
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        last = {"id": "c", "object": "chat.completion.chunk", "model": body["model"], "choices": [], "usage": usage}
        call.wfile.write(b"data: " + json.dumps(last).encode() + b"\n\ndata: [DONE]\n\n")

    def providers(self):
        return (f"  told: {{ dialect: openai, url: http://127.0.0.1:{self.port}/v1, retries: 0, "
                f"models: [small, second, large] }}\n")
