# SPDX-License-Identifier: Apache-2.0
"""An Ollama of the scene's own, which has the models that it is told to and says what the scene wants.

    with OwnLlama(lambda body: {"content": "4", "logprobs": [-0.1]}) as ollama: ollama.has(tag("small"))

What is asked for is in `asked`. It tells log-probabilities where they are asked for; `told` holds its list back until it
is set.
"""
import http.server
import json
import threading


def tag(name, **more):
    return {"name": name, "model": name, "size": 1, "digest": name, "details": {"parameter_size": "3B"}, **more}


class OwnLlama:
    def __init__(self, says):
        self.models, self.asked = [], []
        self.told = threading.Event()
        ollama = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def send(self, *texts):
                body = b"".join(json.dumps(text).encode() + b"\n" for text in texts)
                self.send_response(200)
                self.send_header("Content-Type", "application/json" if len(texts) == 1 else "application/x-ndjson")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                ollama.told.wait(60)
                self.send({"models": ollama.models if self.path == "/api/tags" else []})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/api/show":
                    return self.send({"capabilities": ["completion"], "model_info": {}})
                ollama.asked.append(body)
                said = says(body)
                line = {"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": False}
                text = {"message": {"role": "assistant", "content": said["content"]}} if self.path == "/api/chat" \
                    else {"response": said["content"]}
                if body.get("logprobs") and "logprobs" in said:
                    text["logprobs"] = [{"token": "x", "logprob": p, "bytes": [120]} for p in said["logprobs"]]
                end = {"done": True, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 2}
                if body.get("stream", True):
                    empty = {"message": {"role": "assistant", "content": ""}} if self.path == "/api/chat" else {"response": ""}
                    return self.send({**line, **text}, {**line, **empty, **end})
                return self.send({**line, **text, **end})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def has(self, *models):
        self.models = list(models)
        self.told.set()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.told.set()
        self.server.shutdown()
        self.server.server_close()
        return False
