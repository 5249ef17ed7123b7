# SPDX-License-Identifier: Apache-2.0
"""Providers that keep what they have answered."""
import json

from .scripted import Scripted


class Keeper(Scripted):
    """A provider of Responses that keeps its own, each key's apart. With names_calls it names its calls, too, as OpenAI
    does."""

    def __init__(self, name, says="Here it is.", names_calls=False):
        self.name, self.says, self.names_calls = name, says, names_calls
        self.kept, self.status, self.refused = set(), 200, 0
        self.down = set()  # models that fail
        self.refuses = {}  # keys, and the status that is answered to each
        super().__init__()
        self.url += "/v1"

    def answer(self, call, body):
        key, before = call.headers.get("Authorization"), body.get("previous_response_id")
        if key in self.refuses:
            return self.send(call, {"error": {"message": "Not with it.", "type": "error"}}, status=self.refuses[key])
        if before and (key, before) not in self.kept:
            self.refused += 1
            return self.send(call, {"error": {"code": "previous_response_not_found", "message": f"no {before}"}}, status=400)
        if body["model"] in self.down:
            return self.send(call, {"error": {"message": "Not now.", "type": "server_error"}}, status=503)
        if self.status != 200:
            return self.send(call, {"error": {"message": "Not so.", "type": "invalid_request_error"}}, status=self.status)
        made = f"resp_{self.name}_{len(self.kept)}"
        self.kept.add((key, made))
        part = {"type": "output_text", "annotations": [], "text": self.says}
        whole = {"id": made, "object": "response", "status": "completed", "model": body["model"],
                 "output": [{"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [part]}],
                 "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}}
        if not body.get("stream"):
            return self.send(call, whole)
        events = ({"type": "response.created", "response": {"id": made}}, {"type": "response.completed", "response": whole})
        return self.send(call, "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events),
                         kind="text/event-stream")

    def send(self, call, body, **how):
        named = {"x-request-id": f"req_{self.name}_{len(self.kept)}"} if self.names_calls else {}
        call.send(body, **how, **named)
