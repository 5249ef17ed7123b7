# SPDX-License-Identifier: Apache-2.0
"""10,000 identical calls at once against a budget for exactly 137 of them: the provider holds every answer until all are
decided, 137 reach it, the others are refused, and at no moment more than the limit is spent and held."""
import json
import os
import resource
import select
import signal
import socket
import threading
import time

from lib.books import charges, nano, verified, within
from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, question, request, until

FIT = 137
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
CALLS = min(int(os.environ.get("COSTLENS_CALLS") or 10000), HARD - 1000)
limit(240)
BUDGETS = ("org: acme\nbudgets:\n"
           "  - { name: company, scope: { org: acme }, limit: 500, window: month }\n"
           "  - { name: key, per: key, limit: 100, window: day }\n")


def many_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (HARD, HARD))


def post(body):
    text = json.dumps(body)
    return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode()


class Answers:
    """What comes on many connections, until each has a whole answer."""

    def __init__(self, clients):
        self.waiting = {s.fileno(): (s, bytearray()) for s in clients}
        self.statuses, self.bodies, self.poll = [], [], select.epoll()
        for number in self.waiting:
            self.poll.register(number, select.EPOLLIN)

    def read(self, until_left):
        end = time.monotonic() + 120 * PATIENCE
        while len(self.waiting) > until_left:
            expect_true(time.monotonic() < end, f"{len(self.waiting)} are not answered")
            for number, _ in self.poll.poll(1):
                self.take(number)

    def take(self, number):
        s, got = self.waiting[number]
        piece = s.recv(65536)
        expect_true(piece, f"it is closed after {bytes(got)!r}")
        got += piece
        head, _, body = bytes(got).partition(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if length and len(body) == int(length[0].split(b":")[1]):
            self.statuses.append(int(head.split(b" ", 2)[1]))
            self.bodies.append(body)
            self.poll.unregister(number)
            del self.waiting[number]


class Watch:
    """Asks again and again what is spent and held."""

    def __init__(self, gateway, most):
        self.gateway, self.most, self.over, self.seen, self.beyond = gateway, most, False, [], []
        self.token = (gateway.state / "admin.token").read_text().strip()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def few(self):
        answer = request(self.gateway.admin_port, "GET", "/api/v1/budgets/list",
                         headers={"Authorization": f"Bearer {self.token}"})
        return next(b for b in answer.json["budgets"] if b["name"] == "few")

    def run(self):
        while not self.over:
            b = self.few()
            used = nano(b["spent"]) + nano(b["held"])
            self.seen.append(used)
            if used > self.most:
                self.beyond.append(b)

    def stop(self):
        self.over = True
        self.thread.join()
        expect(self.beyond, [], "more than the limit is spent and held")


many_files()
asked = question("All at once.", max_tokens=200)
with Mock() as mock, Gateway(mock, extra=BUDGETS, workers=2, preexec=many_files) as gateway:
    expect(gateway.post("/v1/chat/completions", asked).status, 200)
    gateway.rows(1)
    [[(each, _, _)]] = charges(gateway).values()
    gateway.costlens("budget", "set", "few", "--limit", f"{FIT * each / 1e9:.9f}", "--scope", "key=scene")
    mock.program.signal(signal.SIGSTOP)
    try:
        clients = [socket.create_connection(("127.0.0.1", gateway.port), 60) for _ in range(CALLS)]
        watch = Watch(gateway, FIT * each)
        start = time.monotonic()
        for s in clients:
            s.sendall(post(asked))
        answers = Answers(clients)
        answers.read(FIT)
        print(f"{CALLS} calls were decided in {time.monotonic() - start:.1f} s, {len(watch.seen)} times looked at")
        expect(set(answers.statuses), {402}, "while none is answered")
        expect_in("held by calls under way", json.loads(answers.bodies[0])["error"]["message"])
        few = until(lambda: next((b for b in [watch.few()] if nano(b["held"]) == FIT * each), None), 10, "all are held")
        expect((few["spent"], few["left"]), ("0.00", "0.00"), "as many as fit")
    finally:
        mock.program.signal(signal.SIGCONT)
    answers.read(0)
    expect(answers.statuses[CALLS - FIT:], [200] * FIT, "those that fit")
    expect(len(mock.bills(FIT + 1)), FIT + 1, "were sent, and the one before")
    gateway.rows(FIT + 1)
    few = until(lambda: next((b for b in [watch.few()] if nano(b["held"]) == 0), None), 10, "all have ended")
    watch.stop()
    expect_true(max(watch.seen) == FIT * each, "it was seen full")
    expect(nano(few["spent"]), sum(charged for attempts in charges(gateway).values()
                                   for _, charged, on in attempts if len(on) == 3), "what was spent")
    within(gateway)
    verified(gateway)
