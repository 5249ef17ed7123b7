# SPDX-License-Identifier: Apache-2.0
"""A provider's name with several addresses: one that refuses or swallows everything is passed over, the one
that worked is remembered, and a name without an address is an error that says so.

The names come from a server of this scene, on a network and with a resolv.conf of its own."""
import ctypes
import fcntl
import os
import socket
import struct
import threading
import time

from lib.scene import (COSTLENS, KEY, PATIENCE, Gateway, Mock, Program, connects, expect, expect_in, expect_true,
                       folder, limit, question, request, skip, until)

limit(90)
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
A, AAAA = 1, 28
LATE = 0.3


def own_machine():
    """A network that is only a loopback, and files of its own for names. False where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    user = os.getuid()
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0:
            return False
        with open("/proc/self/uid_map", "w") as file:
            file.write(f"{user} {user} 1")
    with socket.socket() as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None)
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), ("hosts", "\n")):
        (folder / name).write_text(text)
        if libc.mount(os.fsencode(folder / name), os.fsencode(f"/etc/{name}"), None, MS_BIND, None) != 0:
            return False
    return True


class Names(threading.Thread):
    """Answers what the table says; a name that is not in it has no answer at all. How long the
    addresses of a name of `late` hold is told late."""

    def __init__(self, table, ttl, late):
        super().__init__(daemon=True)
        self.table, self.ttl, self.late, self.asked = table, ttl, late, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.start()

    def run(self):
        while True:
            question_bytes, client = self.socket.recvfrom(4096)
            labels, at = [], 12
            while question_bytes[at]:
                labels.append(question_bytes[at + 1:at + 1 + question_bytes[at]].decode().lower())
                at += 1 + question_bytes[at]
            name, kind = ".".join(labels), struct.unpack_from(">H", question_bytes, at + 1)[0]
            self.asked.append((name, kind))
            if name not in self.table:
                continue
            found = [a for a in self.table[name] if (":" in a) == (kind == AAAA)]
            flags = 0x8180 if self.table[name] else 0x8183  # no such name
            reply = question_bytes[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + question_bytes[12:at + 5]
            for address in found:
                data = socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, address)
                reply += struct.pack(">HHHIH", 0xC00C, kind, 1, self.ttl.get(name, 300), len(data)) + data
            if name in self.late and kind == A and self.asked.count((name, A)) == 2:
                threading.Timer(LATE, self.socket.sendto, (reply, client)).start()
            else:
                self.socket.sendto(reply, client)


if not own_machine():
    skip("no network of its own is allowed here")


def swallower(port):
    """127.0.0.9 takes no more connections and does not say so: its queue is full."""
    listener = socket.socket()
    listener.bind(("127.0.0.9", port))
    listener.listen(0)
    held = [listener]
    for _ in range(4):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.9", port))
        held.append(s)
    return held


with Mock() as mock:
    six = Program("six", [COSTLENS, "mock", "--listen", f"[::1]:{mock.port}", "--ttft", "0", "--rate", "0",
                          "--log", str(folder / "six.jsonl")])
    until(lambda: "listening" in six.errors(), 10, "the mock listens on ::1")
    names = Names({
        "four.test": ["127.0.0.1"], "six.test": ["::1"], "refused.test": ["127.0.0.8", "127.0.0.1"],
        "refused-six.test": ["127.0.0.8", "::1"], "swallowed.test": ["127.0.0.9", "127.0.0.1"],
        "swallowed-six.test": ["127.0.0.9", "::1"], "nobody.test": [], "dead.test": ["127.0.0.8", "127.0.0.7"]},
        {"moves.test": 1}, {"moves-soon.test", "moves-later.test", "ends.test"})
    held = swallower(mock.port)
    every = [*names.table, "silent.test"]
    movers = ["moves.test", "moves-soon.test", "moves-later.test"]
    names.table |= {name: ["127.0.0.8"] for name in movers} | {"ends.test": ["127.0.0.1"]}
    providers = "".join(f"  {n.removesuffix('.test')}: {{ dialect: openai, retries: 0, url: \"http://{n}:{mock.port}/v1\", "
                        f"models: [bench-model], timeouts: {{ connect: 2s }} }}\n" for n in [*every, *movers, "ends.test"])
    gateway = Gateway(mock, providers=providers, workers=1)  # each worker asks for itself
    config = gateway.config
    gateway.config = lambda: config().split("prices:\n")[0]

    def ask(name):
        start = time.monotonic()
        answer = request(gateway.port, "POST", "/v1/chat/completions",
                         question(name, f"{name.removesuffix('.test')}/bench-model"), {"Authorization": f"Bearer {KEY}"})
        return answer, time.monotonic() - start

    with gateway:
        for name in every[:6]:
            answer, first = ask(name)
            expect(answer.status, 200, name)
            until(lambda: sum(n == name for n, _ in names.asked) == 3, 5, f"{name}: A, AAAA, how long it holds")
            asked = len(names.asked)
            answer, second = ask(name)
            expect(answer.status, 200, f"{name} again")
            expect(len(names.asked), asked, f"{name} is not asked for again")
            print(f"{name}: {first * 1000:.0f} ms, then {second * 1000:.0f}")
            expect_true(first < 2 * PATIENCE + 1, "within the time to connect")
            if name.startswith("swallowed"):
                expect_true(second < first, "the address that worked comes first")
        expect({kind for name, kind in names.asked if name == "six.test"}, {A, AAAA}, "both kinds are asked for")
        for name in every[6:]:
            answer, took = ask(name)
            print(f"{name}: {answer.status} after {took * 1000:.0f} ms: {answer.json['error']['message']}")
            expect((answer.status, answer.json["error"]["code"]), (502, "upstream_unreachable"), name)
            expect_in(name.removesuffix(".test"), answer.json["error"]["message"])
        # A name that moves is followed as soon as its record says so.
        answer, took = ask("moves.test")
        expect(answer.status, 502, "where it was")
        names.table["moves.test"] = ["127.0.0.1"]
        calls = 15
        start = time.monotonic()
        while answer.status == 502:
            time.sleep(0.2)
            answer, _ = ask("moves.test")
            calls += 1
            expect_true(time.monotonic() - start < 5 * PATIENCE, "moves.test is asked for again")
        expect(answer.status, 200, "where it is")
        # Addresses of which none works are asked for anew by the next call, however long they would hold: while
        # that is still being asked, and once it was told.
        for name, wait in (("moves-soon.test", 0), ("moves-later.test", 2 * LATE)):
            answer, took = ask(name)
            expect(answer.status, 502, f"{name}: where it was")
            names.table[name] = ["127.0.0.1"]
            time.sleep(wait)
            answer, took = ask(name)
            expect(answer.status, 200, f"{name}: where it is, after {took:.1f} s")
            calls += 2
        rows = gateway.rows(calls + 1)
        expect(len(rows), calls + 1, "a row each")
        expect(sum(r["outcome"] == "ok" for r in rows), 15)
        expect(ask("ends.test")[0].status, 200, "the end finds a question under way")
    expect(len(mock.bills()) + len((folder / "six.jsonl").read_text().splitlines()), 16, "billed once each")
    six.stop()
    del held
