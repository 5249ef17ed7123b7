# SPDX-License-Identifier: Apache-2.0
"""A key that is made or revoked costs no connection to a provider; a reload of the file makes new ones."""
import signal
import socket
import threading

from lib.scene import Gateway, Mock, expect, until

BODY = b'{"id":"x","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


class Counting:
    """A provider that keeps its connections open and counts them."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection = self.listener.accept()[0]
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        got = b""
        while piece := connection.recv(65536):
            got += piece
            if b"\r\n\r\n" in got and got.endswith(b"}"):
                got = b""
                connection.sendall(ANSWER)


with Mock() as mock:
    provider = Counting()
    providers = f"  bench: {{ dialect: openai, url: {provider.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers, workers=1) as gateway:
        for n in range(3):
            expect(gateway.chat("x").status, 200)
            token = gateway.costlens("key", "create", "--name", f"k{n}").stdout.strip()
            headers = {"Authorization": f"Bearer {token}"}
            until(lambda: gateway.chat("x", headers=headers).status == 200, 3, "the key works")
            gateway.costlens("key", "revoke", f"k{n}")
            until(lambda: gateway.chat("x", headers=headers).status == 401, 3, "the key is revoked")
        expect(gateway.chat("x").status, 200)
        expect(provider.connections, 1, "connections to the provider")
        said = gateway.program.errors().count("configuration holds")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count("configuration holds") > said, 3, "the reload")
        until(lambda: gateway.chat("x").status == 200 and provider.connections == 2, 3, "a connection of its own")
