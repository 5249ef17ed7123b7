# SPDX-License-Identifier: Apache-2.0
"""The admin plane beyond this machine: TLS, and only by Hosts that are its own. On it: a socket, wherever it fits."""
import socket
import ssl
import subprocess

from lib.run import run
from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, folder, limit, raw, until

limit(60)
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)
trust = ssl.create_default_context(cafile=str(folder / "tls.crt"))


def ask(port, path, host="127.0.0.1", more=""):
    """The status line and all that follows, over TLS."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with trust.wrap_socket(plain, server_hostname="localhost") as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode())
            got = b""
            while piece := s.recv(65536):
                got += piece
            return got.decode()


class Open(Gateway):
    def ready(self):
        try:
            return " 200 " in ask(self.port, "/readyz")[:20]
        except OSError:
            return False

    def config(self):
        return super().config().replace(f"admin: [127.0.0.1:{self.admin_port}]", f"admin: [0.0.0.0:{self.admin_port}]")


with Mock() as mock:
    extra = f"tls: {{ cert: {folder}/tls.crt, key: {folder}/tls.key }}\nadmin_hosts: [Metrics.example.com]\n"
    with Open(mock, extra=extra) as gateway:
        token = (gateway.state / "admin.token").read_text().strip()
        # In the clear nothing is answered, on either plane.
        for port in (gateway.port, gateway.admin_port):
            plain = raw(port, b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 5)
            expect_true(b"200 OK" not in plain, f"no answer in the clear: {plain!r}")
        # Nor would a program's calls be, unless it trusts the certificate: that is said.
        expect_in("speaks TLS", run(gateway, ["true"]).stderr)
        # An address cannot be rebound to another machine's; a name is to be one of ours.
        port = gateway.admin_port
        for host in ("127.0.0.1", f"10.1.2.3:{port}", f"[::1]:{port}", "localhost", f"LOCALHOST:{port}",
                     "metrics.example.com", f"METRICS.example.com:{port}"):
            expect_in(" 200 ", ask(port, "/metrics", host)[:20], host)
        for host in ("evil.example", "metrics.example.com.evil.example", "example.com", "127.0.0.1.evil.example",
                     "0x7f.1", "127.0.0.1@evil.example", "evil.example/127.0.0.1", "", "[::1].evil.example"):
            for path in ("/metrics", "/api/v1/keys/list"):
                got = ask(port, path, host, f"Authorization: Bearer {token}\r\n")
                expect_true(" 421 " in got[:20] or " 400 " in got[:20], f"{path} by {host!r}: {got[:200]}")
        expect_in(" 421 ", ask(port, "/metrics", "evil.example")[:20])
        expect_in("admin_hosts", ask(port, "/metrics", "evil.example"), "the cure")
        expect_in(" 200 ", ask(port, "/api/v1/keys/list", more=f"Authorization: Bearer {token}\r\n")[:20])
        expect_in(" 401 ", ask(port, "/api/v1/keys/list", more=f"Authorization: Bearer {KEY}\r\n")[:20])
        # The socket of the state folder goes on without TLS, and what is said names the right scheme.
        expect_in("scene", gateway.costlens("key", "list").stdout)
        said = until(lambda: gateway.program.out.read_text(), 5, "what it says")
        expect_in(f"https://0.0.0.0:{port}", said)
        expect_in(f"https://127.0.0.1:{gateway.port}/v1", said)
        expect_true("http://" not in said, said)

# A state folder too long for a socket's address: its socket is in the runtime folder, which is made.
with Mock() as mock:
    runtime = folder / "runtime"
    deep = folder / ("d" * 160)
    deep.mkdir()
    with Gateway(mock, state=deep, environment={"XDG_RUNTIME_DIR": str(runtime)}) as gateway:
        expect(runtime.stat().st_mode & 0o7777, 0o700, "the runtime folder")
        gateway.chat("a")
        expect(gateway.report()["total"]["requests"], 1, "asked through its socket")
