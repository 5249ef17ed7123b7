# SPDX-License-Identifier: Apache-2.0
"""What must stay on this machine goes to no model of an Ollama that the Ollama has not told of: it may be one that runs
elsewhere. Nor does a check by a second model send its text away."""
import http.server
import json
import threading

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)
has = {"models": []}
told = threading.Event()
asked = []
ROUTES = """routes:
  - { name: private, match: { key: hr }, local_only: true, small: [local/here] }
  - { name: renamed, match: { key: nobody }, local_only: true, small: [local/alike] }
  - { name: pair, match: { key: nobody }, local_only: true, small: [local/here], large: [local/large],
      verify: [{ agree: local/alike }] }
"""
HR = {"Authorization": "Bearer hr-hr-hr-hr-hr-hr-hr"}
FAR = {"remote_model": "kimi-k2", "remote_host": "https://ollama.com:443"}


def tag(name, **more):
    return {"name": name, "model": name, "size": 1, "digest": name, "details": {"parameter_size": "3B"}, **more}


class Ollama(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        told.wait(60)
        self.send({"models": has["models"] if self.path == "/api/tags" else []})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            return self.send({"capabilities": ["completion"], "model_info": {}})
        asked.append(body["model"])
        return self.send({"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": True,
                          "message": {"role": "assistant", "content": "The answer is 4."}, "done_reason": "stop",
                          "prompt_eval_count": 5, "eval_count": 2})


ollama = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
threading.Thread(target=ollama.serve_forever, daemon=True).start()
PROVIDER = f"  local: {{ dialect: ollama, url: \"http://127.0.0.1:{ollama.server_address[1]}\" }}\n"
with Mock() as mock, Gateway(mock, providers=PROVIDER, models=[], extra=ROUTES,
                             keys=["{ name: hr, token: hr-hr-hr-hr-hr-hr-hr }"]) as gateway:
    # It was not told of: it may be one that the Ollama passes on.
    answer = gateway.chat(model="renamed")
    expect(answer.status, 404)
    expect_in("local/alike (not known to be local)", answer.json["error"]["message"])
    answer = gateway.chat(headers=HR, model="local/alike")
    expect((answer.status, answer.json["error"]["code"]), (403, "local_only"))
    expect(asked, [])

    # Then it tells: one that it has here is used, one that it passes on is not.
    has["models"] = [tag("here"), tag("large"), tag("alike", **FAR)]
    told.set()
    until(lambda: gateway.chat(headers=HR, model="auto").status == 200, 10, "the Ollama was asked")
    expect(set(asked), {"here"})
    answer = gateway.chat(model="renamed")
    expect(answer.status, 404)
    expect_in("local/alike (not local)", answer.json["error"]["message"])
    expect(gateway.chat(headers=HR, model="local/alike").status, 403)
    # The second model that is to agree is elsewhere: it is not asked, and the first answer is given.
    answer = gateway.chat(model="pair")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "local/here"))
    expect_true("alike" not in asked, str(asked))
ollama.shutdown()
