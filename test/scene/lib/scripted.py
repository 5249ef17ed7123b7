# SPDX-License-Identifier: Apache-2.0
"""scripted - a server that a scene scripts: a provider, or a verifier, whose answers the scene makes.

    class Greets(Scripted):
        def answer(self, call, body):
            call.send({"says": f"hello {body['model']}"})
"""
import http.server
import json
import threading


class Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.scripted.answer(self, None)

    def do_POST(self):
        self.raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.scripted.answer(self, json.loads(self.raw))

    def send(self, body, kind="application/json", status=200, sized=True, **fields):
        """Bytes and texts go as they are, all else as JSON. Not `sized`, it ends with the connection."""
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.head(kind, status, **({"Content-Length": str(len(data))} if sized else {"Connection": "close"}), **fields)
        self.wfile.write(data)

    def head(self, kind, status=200, **fields):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **fields}.items():
            self.send_header(name, value)  # of `Connection: close` it takes note
        self.end_headers()


class Scripted:
    """It serves from the beginning; as a context it ends, too. Each call is a thread's."""
    kind = Call

    def __init__(self, port=0):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), self.kind)
        self.server.daemon_threads = True
        self.server.scripted = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, call, body):
        """`body` is the JSON that was posted (call.raw), or None; call.path and call.headers are as they came."""
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        return False
