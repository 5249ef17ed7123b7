# SPDX-License-Identifier: Apache-2.0
"""strange - a provider that answers each call with the bytes that a function makes of its head; a list
of them is sent one after the other, with a pause between. Each connection is closed after its answer, which
must say so: else the next call may go out on it in the same moment.

    with Strange(lambda head: b"HTTP/1.1 200 OK\\r\\n...") as strange:
        providers = f"  bench: {{ dialect: openai, url: {strange.url}, key: env:SCENE_UPSTREAM_KEY }}\\n"
"""
import json
import re
import socket
import threading
import time


def json_answer(body, fields=""):
    """A whole answer with that body, as JSON, and more lines in its head."""
    text = json.dumps(body)
    return (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
            f"{fields}Connection: close\r\n\r\n{text}").encode()


class Strange:
    def __init__(self, answer):
        self.answer = answer
        self.heads = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        return False

    def _serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with connection:
            got = b""
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65536)
                if not piece:
                    return
                got += piece
            head, body = got.split(b"\r\n\r\n", 1)
            wanted = int((re.search(rb"(?i)\ncontent-length: *(\d+)", head) or [0, 0])[1])
            while len(body) < wanted:
                body += connection.recv(65536)
            self.heads.append(head.decode("latin-1"))
            answer = self.answer(head)
            for i, piece in enumerate([answer] if isinstance(answer, bytes) else answer):
                time.sleep(0.05 if i else 0)
                connection.sendall(piece)
