# SPDX-License-Identifier: Apache-2.0
"""speaker - a provider of OpenAI's dialect whose models say what the scene wants them to.

    with Speaker({"small": "4", "large": lambda body: "four"}) as provider:
        ... Gateway(provider, models=["small", "large"])

What was asked is in `asked`, in the order in which it came. A status in the place of an answer is an
error of that status. `hold` keeps answers back until it is let go.
"""
import http.server
import json
import threading

from .scene import free_port


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


class Speaker:
    def __init__(self, says):
        self.says = says
        self.asked = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lock = threading.Lock()
        speaker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with speaker.lock:
                    speaker.asked.append(body)
                said = speaker.says[body["model"]]
                said = said(body) if callable(said) else said
                if isinstance(said, int):
                    speaker.send(self, said, {"error": {"message": "no", "type": "x", "code": "no"}})
                elif body.get("stream"):
                    speaker.stream(self, body, said)
                else:
                    speaker.send(self, 200, speaker.whole(body, said))

            def log_message(self, *_):
                pass

        self.server = _Server(("127.0.0.1", self.port), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        return False

    @staticmethod
    def usage(body, said):
        return {"prompt_tokens": len(json.dumps(body["messages"])) // 4, "completion_tokens": len(said) // 4 + 1,
                "total_tokens": len(json.dumps(body["messages"])) // 4 + len(said) // 4 + 1}

    def whole(self, body, said):
        return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
                "choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": said}}],
                "usage": self.usage(body, said)}

    @staticmethod
    def send(handler, status, answer):
        data = json.dumps(answer).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def stream(self, handler, body, said):
        def chunk(delta, finish=None):
            return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        events = [chunk({"role": "assistant", "content": said[:3]}), chunk({"content": said[3:]}), chunk({}, "stop")]
        if (body.get("stream_options") or {}).get("include_usage"):
            events.append({**chunk({}), "choices": [], "usage": self.usage(body, said)})
        data = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data.encode())

    def of(self, model):
        """What that model was asked."""
        with self.lock:
            return [body for body in self.asked if body["model"] == model]
