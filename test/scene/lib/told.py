# SPDX-License-Identifier: Apache-2.0
"""A provider that answers as it is told: the field x-told of a call is JSON, and says of each model what it answers."""
import http.server
import json
import threading


class Told:
    """Speaks chat completions. Of `{"small": "hi", "large": {"content": "hm", "finish": "length"}}` the model `small`
    answers hi. Besides `content`: `times` (that it comes in a row), `finish`, `tool_calls`, `logprobs` (of its tokens,
    where they are asked for), `tokens` (that it counts, 10), `cost` (USD, that its usage tells), `tier` (the service tier
    that it tells), `status`, `key` (which alone gets that status), `error` (told behind a 200), `wait` (an event that a stream waits for after its first half),
    `unsized` (a whole answer does not say how long it is)."""

    def __init__(self):
        self.asked = []  # bodies
        self.events = {}
        told = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.asked.append(body)
                says = json.loads(self.headers["x-told"]).get(body["model"], "?")
                says = {"content": says} if isinstance(says, str) else says
                if "times" in says:
                    says["content"] *= says["times"]
                if self.path.endswith("/responses"):
                    self.response(body, says)
                elif "error" in says:  # behind a 200
                    self.send("application/json", json.dumps({"error": says["error"]}).encode())
                elif "status" in says and says.get("key", "") in (self.headers["Authorization"] or ""):
                    self.send("application/json", b'{"error":{"message":"no"}}', says["status"])
                else:
                    (self.stream if body.get("stream") else self.whole)(body, says)

            def send(self, kind, body, status=200, sized=True):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header(*(("Content-Length", str(len(body))) if sized else ("Connection", "close")))
                self.end_headers()
                self.close_connection = not sized
                self.wfile.write(body)

            def choice(self, body, says, name):
                made = {k: says[k] for k in ("content", "tool_calls", "refusal") if k in says}
                choice = {"index": 0, name: {"role": "assistant", **made}, "logprobs": None,
                          "finish_reason": says.get("finish", "tool_calls" if "tool_calls" in says else "stop")}
                if body.get("logprobs") and "logprobs" in says:
                    choice["logprobs"] = {"content": [{"token": "x", "logprob": p, "bytes": [120], "top_logprobs": []}
                                                      for p in says["logprobs"]]}
                return choice

            def whole(self, body, says):
                answer = {"id": "c", "object": "chat.completion", "model": body["model"],
                          "choices": [self.choice(body, says, "message")],
                          "usage": {"prompt_tokens": 100, "completion_tokens": says.get("tokens", 10)}}
                answer["usage"].update({"cost": says["cost"]} if "cost" in says else {})
                answer.update({"service_tier": says["tier"]} if "tier" in says else {})
                return self.send("application/json", json.dumps(answer).encode(), sized="unsized" not in says)

            def response(self, body, says):
                told_so = "message.output_text.logprobs" in body.get("include", [])
                tokens = [{"token": "x", "logprob": p, "bytes": [120], "top_logprobs": []}
                          for p in says.get("logprobs", [])] if told_so else []
                part = {"type": "output_text", "annotations": [], "logprobs": tokens, "text": says["content"]}
                whole = {"id": "r", "object": "response", "status": "completed", "model": body["model"],
                         "output": [{"id": "m", "type": "message", "role": "assistant", "status": "completed",
                                     "content": [part]}],
                         "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}}
                if not body.get("stream"):
                    return self.send("application/json", json.dumps(whole).encode())
                item = {"item_id": "m", "output_index": 0, "content_index": 0}
                events = [{"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
                          {"type": "response.output_text.delta", **item, "delta": says["content"], "logprobs": tokens},
                          {"type": "response.output_text.done", **item, "text": says["content"], "logprobs": tokens},
                          {"type": "response.content_part.done", **item, "part": part},
                          {"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]},
                          {"type": "response.completed", "response": whole}]
                return self.send("text/event-stream", b"".join(
                    f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events))

            def stream(self, body, says):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                text = says.get("content", "")
                halves = [{**says, "content": text[:len(text) // 2], "finish": None},
                          {**says, "content": text[len(text) // 2:]}]
                halves[0].pop("tool_calls", None)
                for i, half in enumerate(halves):
                    event = {"id": "c", "object": "chat.completion.chunk", "model": body["model"],
                             "choices": [self.choice(body, half, "delta")]}
                    self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
                    if i == 0 and "wait" in says:
                        told.events[says["wait"]].wait(60)
                usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
                self.wfile.write(b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk",
                                                         "model": body["model"], "choices": [], "usage": usage}).encode())
                self.wfile.write(b"\n\ndata: [DONE]\n\n")
                self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def providers(self):
        return (f"  told: {{ dialect: openai, url: http://127.0.0.1:{self.port}/v1, retries: 0, "
                f"models: [small, second, large] }}\n")
