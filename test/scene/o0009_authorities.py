# SPDX-License-Identifier: Apache-2.0
"""Certificates to trust: a file without any is refused before a call meets it; a call that met it has its row."""
import json
import signal
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from lib.run import calling, run
from lib.scene import COSTLENS, Gateway, Mock, expect, expect_in, folder, free_port, limit, until

limit(60)
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
               check=True, capture_output=True)
good, key = (folder / "tls.crt").read_text(), (folder / "tls.key").read_text()
trusted = folder / "trusted.pem"
trusted.write_text(good)
(folder / "folder.pem").mkdir()
BAD = {"": "no certificate", "certificates, please\n": "no certificate", key: "no certificate",
       good[:200] + good[210:]: "no certificate", None: "cannot be read"}


def providers(ca):
    return f"  bench: {{ url: https://127.0.0.1:{free_port()}/v1, models: [bench-model]{ca} }}\n"


with Mock() as mock, Gateway(mock, providers=providers(f", ca: {trusted}")) as gateway:
    expect(gateway.costlens("config", "check").returncode, 0)
    config = gateway.file.read_text()

    def refused(path, reason, environment=None, named="costlens.yaml:7: ca"):
        gateway.environment = {**gateway.environment, **(environment or {})}
        for command in ("config", "check"), ("serve",):
            done = subprocess.run([COSTLENS, *command, "--config", str(gateway.file)], text=True,
                                  capture_output=True, env=gateway.environment, timeout=10)
            expect(done.returncode, 1, f"{command} with {reason}")
            for part in (str(path), reason, named):
                expect_in(part, done.stdout + done.stderr, f"{command}")

    for text, reason in BAD.items():
        trusted.unlink() if text is None else trusted.write_text(text)
        refused(trusted, reason)
        said = gateway.program.errors().count(f"{trusted}")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count(f"{trusted}") > said, 3, "the reload says it")
        expect_in("the running configuration stays", gateway.program.errors())
    gateway.file.write_text(config.replace(f"ca: {trusted}", f"ca: {folder}/folder.pem"))
    refused(folder / "folder.pem", "is no file")
    # The file was good when it was read, and is not when the first call needs it.
    trusted.write_text("gone")
    gateway.file.write_text(config)
    answer = gateway.chat("hello")
    expect(answer.status, 502)
    expect_in(str(trusted), answer.json["error"]["message"])
    row = gateway.rows(1)[0]
    expect((row["http_status"], row["outcome"], row["error"]), (502, "error", "upstream_unreachable"))
    expect((row["provider"], row["cost_pd"], row["input"]), ("bench", 0, 0))
    # A variable is named as what it is, once, and only where it matters.
    gateway.file.write_text(config.replace(f", ca: {trusted}", "") + "# two\n")
    nowhere = {"SSL_CERT_FILE": str(folder / "nowhere.pem")}
    refused(folder / "nowhere.pem", "cannot be read", nowhere, "SSL_CERT_FILE: ")
    gateway.file.write_text(config.replace(f", ca: {trusted}", "").replace("https:", "http:"))
    expect(gateway.costlens("config", "check").returncode, 0, "nothing here wants certificates")


class Hello(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        text = json.dumps({"id": "x", "model": "bench-model", "usage": {"prompt_tokens": 1, "completion_tokens": 1},
                           "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"},
                                        "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


# A gateway that a run begins finds them where the run was begun.
server = HTTPServer(("127.0.0.1", 0), Hello)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
hashes = folder / "hashes"
hashes.mkdir()
(hashes / "tls.crt").write_text(good)
subprocess.run(["openssl", "rehash", hashes], check=True)
url = f"https://127.0.0.1:{server.server_port}/v1"
with Mock() as mock:
    for ca, environment in ((", ca: tls.crt", {}), ("", {"SSL_CERT_FILE": "tls.crt"}),
                            ("", {"SSL_CERT_DIR": f"/nowhere:{hashes.name}"}),
                            ("", {"SSL_CERT_FILE": str(folder / "tls.crt")})):
        gateway = Gateway(mock, providers=f"  bench: {{ url: {url}, models: [bench-model]{ca}, retries: 0 }}\n")
        gateway.file.write_text(gateway.config())
        gateway.environment.pop("SSL_CERT_FILE", None)
        here = gateway.state if ca else folder
        gateway.file = Path(gateway.file.name) if ca else gateway.file
        (gateway.state / "tls.crt").write_text(good)
        done = run(gateway, calling("x"), environment=environment, cwd=here)
        expect((done.returncode, done.stdout), (0, "True\n"), f"{ca} {environment}: {done.stderr}")
server.shutdown()
