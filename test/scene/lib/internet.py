# SPDX-License-Identifier: Apache-2.0
"""internet - the vendors' own hosts, as far as a scene needs them: a proxy that takes every https:// to the mock, and a
network where the usual ports are free.

    with Mock() as mock, Internet(mock, "api.openai.com") as internet:
        Gateway(mock, environment=internet.environment)
"""
import ctypes
import fcntl
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import threading

from lib.scene import folder

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def own_network():
    """Leaves the machine's network for one that has only a loopback. False where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        user = os.getuid()
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return False
        with open("/proc/self/uid_map", "w") as file:
            file.write(f"{user} {user} 1")
    with socket.socket() as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    return True


def certificate(name, *hosts):
    """Paths of a certificate for those hosts, and of its key."""
    made = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=scene", "-addext", "subjectAltName=" + ",".join(f"DNS:{h}" for h in hosts),
                    "-keyout", made[1], "-out", made[0]], check=True, capture_output=True)
    return made


def pipe(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Internet:
    """Those hosts, each of them the mock. `asked`: to which of them a connection was wanted, in order."""

    def __init__(self, mock, *hosts):
        self.gone, self.asked, self.tunnels = None, [], []
        crt, key = certificate("internet", *hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(crt, key)
        outer = self

        class Tunnel(socketserver.StreamRequestHandler):
            def handle(self):
                host = self.rfile.readline().split()[1].decode().rpartition(":")[0]
                while self.rfile.readline().strip():
                    pass
                outer.asked.append(host)
                if host not in hosts or host == outer.gone:
                    self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                    return
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                with context.wrap_socket(self.connection, server_side=True) as client, \
                        socket.create_connection(("127.0.0.1", mock.port)) as server:
                    outer.tunnels.append(server)
                    answers = threading.Thread(target=pipe, args=(server, client), daemon=True)
                    answers.start()
                    pipe(client, server)
                    answers.join()

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel)
        self.server.daemon_threads = True
        self.environment = {"HTTPS_PROXY": f"http://127.0.0.1:{self.server.server_address[1]}", "SSL_CERT_FILE": str(crt)}

    def lose(self, host):
        """That one cannot be reached any more, and nobody keeps a connection. None: all of them can."""
        self.gone = host
        while self.tunnels:
            self.tunnels.pop().shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        return False
