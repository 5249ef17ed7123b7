# SPDX-License-Identifier: Apache-2.0
"""A user's own verifier that closes a kept connection instead of answering is asked once more, on a fresh one."""
import json
import socket
import threading

from lib.scene import Gateway, Mock, expect, expect_true, limit
from lib.told import Told

limit(60)
asked = []  # the number of each request on its connection


def serve(client):
    with client, client.makefile("rb") as lines:
        for number in (1, 2):
            length = 0
            while (line := lines.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not lines.read(length):
                return
            asked.append(number)
            if number == 1:
                client.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}')


def accept(server):
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()


checker = socket.create_server(("127.0.0.1", 0), backlog=64)
threading.Thread(target=accept, args=(checker,), daemon=True).start()
EXTRA = f"""routes:
  - {{ name: r, small: told/small, large: told/large, match: {{ key: nobody }}, hold: 60s,
      verify: [{{ http: "http://127.0.0.1:{checker.getsockname()[1]}/check", timeout: 30s }}] }}
"""
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=EXTRA, workers=1) as gateway:
    for _ in range(10):
        answer = gateway.chat(model="r", headers={"x-told": json.dumps({"small": "It is fine.", "large": "LARGE"})})
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "told/small"), answer)
    expect_true(2 in asked, "a connection was used again")
