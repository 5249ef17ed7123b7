# SPDX-License-Identifier: Apache-2.0
"""Providers that keep what they have answered."""
import http.server
import json
import threading


class Keeper:
    """A provider of Responses that keeps its own, each key's apart. With names_calls it names its calls, too, as OpenAI
    does."""

    def __init__(self, name, says="Here it is.", names_calls=False):
        self.kept, self.says, self.status, self.refused, keeper = set(), says, 200, 0, self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key, before = self.headers.get("Authorization"), body.get("previous_response_id")
                if before and (key, before) not in keeper.kept:
                    keeper.refused += 1
                    return self.send(400, {"error": {"code": "previous_response_not_found", "message": f"no {before}"}})
                if keeper.status != 200:
                    return self.send(keeper.status, {"error": {"message": "Not so.", "type": "invalid_request_error"}})
                made = f"resp_{name}_{len(keeper.kept)}"
                keeper.kept.add((key, made))
                part = {"type": "output_text", "annotations": [], "text": keeper.says}
                return self.send(200, {"id": made, "object": "response", "status": "completed", "model": body["model"],
                                       "output": [{"id": "m", "type": "message", "role": "assistant",
                                                   "status": "completed", "content": [part]}],
                                       "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}},
                                 body.get("stream"))

            def send(self, status, body, stream=False):
                text = json.dumps(body).encode()
                if stream:
                    text = (b'event: response.created\ndata: {"type":"response.created","response":{"id":"%s"}}\n\n'
                            b"event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":%s}\n\n"
                            % (body["id"].encode(), text))
                self.send_response(status)
                if names_calls:
                    self.send_header("x-request-id", f"req_{name}_{len(keeper.kept)}")
                self.send_header("Content-Type", "text/event-stream" if stream else "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        threading.Thread(target=server.serve_forever, daemon=True).start()
