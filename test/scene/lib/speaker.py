# SPDX-License-Identifier: Apache-2.0
"""speaker - a provider of OpenAI's dialect whose models say what the scene wants them to.

    with Speaker({"small": "4", "large": lambda body: "four"}) as provider:
        ... Gateway(provider, models=["small", "large"])

What was asked is in `asked`, in the order in which it came. A status in the place of an answer is an
error of that status. `hold` keeps answers back until it is let go.
"""
import json
import threading

from .scripted import Scripted


class Speaker(Scripted):
    def __init__(self, says):
        self.says = says
        self.asked = []
        self.lock = threading.Lock()
        super().__init__()

    def answer(self, call, body):
        with self.lock:
            self.asked.append(body)
        said = self.says[body["model"]]
        said = said(body) if callable(said) else said
        if isinstance(said, int):
            call.send({"error": {"message": "no", "type": "x", "code": "no"}}, status=said)
        elif body.get("stream"):
            call.send(self.stream(body, said), "text/event-stream")
        else:
            call.send(self.whole(body, said))

    @staticmethod
    def usage(body, said):
        return {"prompt_tokens": len(json.dumps(body["messages"])) // 4, "completion_tokens": len(said) // 4 + 1,
                "total_tokens": len(json.dumps(body["messages"])) // 4 + len(said) // 4 + 1}

    def whole(self, body, said):
        return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
                "choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": said}}],
                "usage": self.usage(body, said)}

    def stream(self, body, said):
        def chunk(delta, finish=None):
            return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        events = [chunk({"role": "assistant", "content": said[:3]}), chunk({"content": said[3:]}), chunk({}, "stop")]
        if (body.get("stream_options") or {}).get("include_usage"):
            events.append({**chunk({}), "choices": [], "usage": self.usage(body, said)})
        return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"

    def of(self, model):
        """What that model was asked."""
        with self.lock:
            return [body for body in self.asked if body["model"] == model]
