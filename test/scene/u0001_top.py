# SPDX-License-Identifier: Apache-2.0
"""costlens top: calls as they run and as they ended, in JSON, in lines, on a terminal."""
import fcntl
import json
import math
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

from lib.scene import COSTLENS, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, request, until
from lib.strange import Strange

limit(120)


def look(gateway, *arguments):
    return json.loads(gateway.costlens("top", "--once", "--json", *arguments).stdout)


def in_background(f):
    thread = threading.Thread(target=f, daemon=True)
    thread.start()
    return thread


def running(gateway, user):
    return [c for c in look(gateway)["running"] if c["user"] == user]


def slow(gateway, user, headers):
    return in_background(lambda: gateway.chat("a long answer", {"x-mock-fault": "slow=20+tokens=120", **headers},
                                              user=user, stream=True))


def sees_a_stream(gateway):
    """In flight with growing tokens; then ended, with the ledger's own figures."""
    call = slow(gateway, "grows", {"x-costlens-tags": "feature=chat%2Cteam%3Dx,team=web"})
    until(lambda: running(gateway, "grows"), what="it is seen")
    first = until(lambda: next((c for c in running(gateway, "grows") if c["output_tokens"] > 1), None), what="tokens")
    expect(first["state"], "streaming")
    expect((first["key"], first["team"], first["provider"], first["endpoint"], first["stream"]),
           ("scene", "web", "bench", "chat", True))
    expect((first["tags"], first["tags_cut"]), ({"feature": "chat,team=x", "team": "web", "user": "grows"}, False))
    expect_true(first["estimated"] and float(first["cost_usd"]) > 0, f"an estimate: {first}")
    expect_true(first["ttft_us"] > 0 and first["duration_us"] >= first["ttft_us"], "times")
    until(lambda: any(c["output_tokens"] > first["output_tokens"] + 3 and
                      float(c["cost_usd"]) > float(first["cost_usd"]) for c in running(gateway, "grows")),
          what="its tokens and its cost grow")
    call.join()
    until(lambda: not running(gateway, "grows"), what="it has ended")
    ended = next(c for c in look(gateway)["ended"] if c["request"] == first["request"])
    expect((ended["outcome"], ended["http_status"], ended["estimated"]), ("ok", 200, False))
    row = gateway.rows(1)[-1]
    told = json.loads(gateway.costlens("report", "--request", ended["request"], "--json").stdout)["attempts"][0]
    expect(ended["cost_usd"], told["cost_usd"], "the exact cost")
    expect(ended["duration_us"], told["duration_us"])
    expect(ended["request"], row["request"])


def sees_a_retry(gateway):
    """Between two attempts; the first of them is no call of its own."""
    call = in_background(lambda: gateway.chat("x", {"x-mock-fault": "status=503"}, user="again"))
    until(lambda: [c for c in running(gateway, "again") if c["state"] == "retrying"], what="it is tried again")
    call.join()
    attempts = until(lambda: (lambda x: x if x and not x[-1]["followed"] else None)(
        [c for c in look(gateway, "--filter", "again")["ended"]]), what="its end")
    expect([c["attempt"] for c in attempts], list(range(len(attempts))))
    expect_true(len(attempts) > 1 and all(c["followed"] for c in attempts[:-1]), f"{attempts}")


def adds_up(gateway):
    """Its sums are the report's, by the same names: also what was cached, and what nobody counted."""
    gateway.chat("x", {"x-mock-fault": "status=500"})
    gateway.messages("y")
    gateway.chat("x", {"x-mock-fault": "no-usage"})
    for _ in range(2):
        gateway.chat("remember this " * 800)
    cached = look(gateway)["ended"][-1]
    row = json.loads(gateway.costlens("report", "--request", cached["request"], "--json").stdout)["attempts"][0]
    for member in ("input_tokens", "cache_read_tokens", "output_tokens"):
        expect(cached[member], row[member], f"{member} of a call")
    expect_true(cached["cache_read_tokens"] >= 1024 > cached["input_tokens"], f"uncached input alone: {cached}")
    said = look(gateway)
    while True:  # not across midnight
        day = said["at"][:10]
        today = gateway.report("--since", day)["total"]
        said = look(gateway)
        if said["at"][:10] == day:
            break
    everything = gateway.report("--since", "7d")["total"]
    expect(said["today"], today, "today")
    expect_true({"prompt_tokens", "cache_read_tokens", "captured", "cost_usd"} <= said["started"].keys(), "what is told")
    expect_true(today["estimated"] > 0 and today["cache_read_tokens"] > 0, "what is to be told")
    for member, sum_of_all in said["started"].items():
        expect(sum_of_all, everything[member], f"{member} since the start")
    by = {c["request"]: c["cost_usd"] for c in said["ended"] if c["cost_usd"]}
    expect_true(len(by) >= 2, "calls one by one")


def reads_on(gateway):
    """A cursor: each call once, and what was too much is counted."""
    port = gateway.admin_port
    token = (gateway.state / "admin.token").read_text().strip()

    def live(**arguments):
        return request(port, "POST", "/api/v1/live", arguments, {"Authorization": f"Bearer {token}"}).json
    cursor = live()["cursor"]
    expect(live(after=cursor)["ended"], [])
    gateway.chat("once", user="once")
    said = until(lambda: (lambda x: x if x["ended"] else None)(live(after=cursor)), what="it has ended")
    expect([c["user"] for c in said["ended"]], ["once"])
    expect(live(after=said["cursor"])["ended"], [])
    expect(live(filter="ONCE")["ended"][-1]["user"], "once", "whatever the case")
    expect(live(filter="no such text")["ended"], [])
    for _ in range(300):
        gateway.chat("many")
    until(lambda: live(after=said["cursor"])["missed"] + len(live(after=said["cursor"])["ended"]) == 300,
          what="300 told or counted")
    expect_true(len(live(after=said["cursor"])["ended"]) <= 200, "and not all told")
    expect(live(after=cursor.replace("-", "1-"))["missed"], 0, "a cursor of another gateway")


def prints_lines(gateway):
    program = subprocess.Popen([COSTLENS, "top", "--count", str(1 + math.ceil(PATIENCE)), "--config", str(gateway.file)], text=True,
                               stdout=subprocess.PIPE, env=gateway.environment)
    titles = program.stdout.readline().rstrip("\n").split("\t")
    before = program.stdout.readline()
    gateway.chat("x", user="a b")
    rest = program.stdout.read().splitlines()
    expect(program.wait(), 0)
    last = dict(zip(titles, rest[-1].split("\t")))
    expect_true("\033" not in before + "".join(rest), "nothing steers a terminal")
    expect((last["user"], last["model"], last["state"]), ("a b", "bench/bench-model", "ok"))
    expect_true(float(last["total_usd"]) >= float(last["cost_usd"]) > 0, "a running total")
    ticks = gateway.costlens("top", "--json", "--count", "2").stdout.splitlines()
    expect([sorted(json.loads(t))[0] for t in ticks], ["at", "at"], "an object a line")
    sums = [line.split("\t") for line in gateway.costlens("top", "--once", "--by", "model").stdout.splitlines()]
    rows = {r["model"]: r for r in gateway.report("--by", "model")["rows"]}
    expect({x[1]: x[-1].lstrip("~") for x in sums[1:]}, {name: r["cost_usd"] for name, r in rows.items()}, "by model")


def sums_all(gateway):
    """Of more calls than an answer tells: the running total is of all; sums by model name how many they are of."""
    everything = until(lambda: (lambda x: x if x["in_flight"] == 0 else None)(look(gateway)), what="all have ended")
    told = len([c for c in everything["ended"] if not c["followed"]])
    expect_true(everything["started"]["requests"] > told, "not all are told")
    lines = [x.split("\t") for x in gateway.costlens("top", "--once").stdout.splitlines()]
    expect((lines[0][-1], lines[-1][-1]), ("total_usd", everything["started"]["cost_usd"]))
    titles, *sums = [x.split("\t") for x in gateway.costlens("top", "--once", "--by", "model").stdout.splitlines()]
    expect({x[titles.index("of_last")] for x in sums}, {str(told)})
    expect(sum(int(x[titles.index("requests")]) for x in sums), told)


class Terminal:
    """costlens top on a terminal of its own."""

    def __init__(self, gateway, *arguments, columns=110, rows=20, ignored=()):
        self.main, self.side = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.side)
        self.text = b""
        self.program = subprocess.Popen(
            [COSTLENS, "top", "--config", str(gateway.file), *arguments], stdin=self.side, stdout=self.side,
            stderr=self.side, env={**gateway.environment, "TERM": "xterm"}, start_new_session=True,
            preexec_fn=lambda: [fcntl.ioctl(0, termios.TIOCSCTTY, 0),
                                *(signal.signal(x, signal.SIG_IGN) for x in ignored)])

    def resize(self, columns, rows):
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        while select.select([self.main], [], [], 0)[0]:
            try:
                self.text += os.read(self.main, 65536)
            except OSError:
                break
        return self.text

    def sees(self, part, what=""):
        until(lambda: part.encode() in self.read(), 10, what or part)

    def draws(self, rows):
        """A whole picture of so many rows has come: another one has begun after it."""
        last, beyond = f"\033[{rows};1H".encode(), f"\033[{rows + 1};1H".encode()
        until(lambda: any(last in x and beyond not in x for x in self.read().split(b"\033[1;1H")[1:-1]), 10,
              f"a picture of {rows} rows")

    def press(self, keys):
        self.text = b""
        os.write(self.main, keys.encode())

    def ended(self, code):
        expect(self.program.wait(10 * PATIENCE), code, self.read()[-500:])
        self.read()
        expect_in(b"\033[?1049l", self.text, "the screen is given back")
        expect_in(b"\033[?25h", self.text, "the cursor too")
        expect(termios.tcgetattr(self.side), self.before, "and its modes")
        os.close(self.main)
        os.close(self.side)


def fills_a_terminal(gateway):
    t = Terminal(gateway)
    t.sees("\033[?1049h", "another screen")
    t.sees("bench/bench-model")
    t.sees("q quit")
    expect_true(b"\033[20;1H" in t.text and b"\033[21;1H" not in t.text, "as many rows as there are")
    t.text = b""
    t.resize(60, 10)
    t.draws(10)
    t.resize(110, 20)
    t.press("s")
    t.sees("by cost")
    t.press("/no such call\r")
    t.sees("/no such call")
    t.press("/ \r")  # blanks are no filter
    t.sees("bench/bench-model")
    t.press("/scene\r")
    t.sees("bench/bench-model")
    t.press("p")
    t.sees("PAUSED")
    t.press("\033[A")  # an arrow: no key of ours
    time.sleep(0.1)
    t.press("p")
    gateway.chat("fresh", user="fresh-one")
    t.sees("fresh-one")
    t.text = b""
    t.program.send_signal(signal.SIGTSTP)  # as ^Z: the shell has its terminal
    until(lambda: open(f"/proc/{t.program.pid}/stat").read().rsplit(")", 1)[1].split()[0] == "T", 5, "it has stopped")
    t.sees("\033[?1049l")
    expect(termios.tcgetattr(t.side), t.before)
    t.text = b""
    t.program.send_signal(signal.SIGCONT)
    t.sees("\033[?1049h")
    t.sees("q quit")
    t.press("q")
    t.ended(0)


def waits_for_another(gateway):
    """Its gateway starts anew: the watch goes on."""
    t = Terminal(gateway)
    t.sees("q quit")
    lines = subprocess.Popen([COSTLENS, "top", "--config", str(gateway.file)], stdout=subprocess.DEVNULL, text=True,
                             stderr=subprocess.PIPE, env=gateway.environment)
    gateway.program.stop(40)
    t.sees("the gateway ended at ")
    t.sees("waiting for it to come back")
    expect_in("costlens: ", lines.communicate(timeout=30)[1], "it says why")
    expect(lines.returncode, 1, "without a screen it ends")
    gateway.start()
    gateway.chat("anew", user="anew-one")
    t.sees("anew-one")
    t.press("s")
    t.sees("p pause")
    gateway.program.stop(40)
    t.sees("waiting for it to come back")
    t.press("q")
    t.ended(0)
    gateway.start()


def gives_it_back(gateway):
    """Whatever ends it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT):
        t = Terminal(gateway, "--by", "key")
        t.sees("q quit")
        t.program.send_signal(number)
        t.ended(-number)
    t = Terminal(gateway)
    t.sees("q quit")
    t.press("\003")  # ^C
    t.ended(-signal.SIGINT)
    t = Terminal(gateway, ignored=[signal.SIGHUP])  # as nohup does
    t.sees("q quit")
    t.program.send_signal(signal.SIGHUP)
    t.press("s")
    t.sees("by cost")
    t.press("q")
    t.ended(0)
    t = Terminal(gateway, "--count", "1")
    t.ended(0)


def tells_a_full_disk(gateway):
    for arguments in (("--once",), ("--once", "--json"), ("--once", "--by", "key"), ("--interval", "1s")):
        with open("/dev/full", "w") as full:
            done = subprocess.run([COSTLENS, "top", *arguments, "--config", str(gateway.file)], stdout=full, text=True,
                                  stderr=subprocess.PIPE, env=gateway.environment, timeout=30 * PATIENCE)
        expect((done.returncode, "No space left" in done.stderr), (1, True), f"{arguments}: {done.stderr}")


def names_a_gateway_that_hangs(gateway):
    """A gateway that was stopped takes connections and answers none."""
    gateway.program.signal(signal.SIGSTOP)
    pid = gateway.program.process.pid
    asking = [subprocess.Popen([COSTLENS, *what], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=gateway.environment)
              for what in (("top", "--once", "--config", gateway.file), ("report", "--config", gateway.file),
                           ("run", "--config", gateway.file, "--", "true"))]
    said = [(p.communicate(timeout=30)[1], p.returncode) for p in asking]
    gateway.program.signal(signal.SIGCONT)
    for (text, code), wanted in zip(said, (1, 1, 125)):
        expect(code, wanted, text)
        expect_in("does not answer", text)
        expect_in(f"kill -CONT {pid}", text, "the cure")


def names_no_process_that_it_cannot_know(gateway):
    """Its socket takes no further connection, of which its process could be had."""
    with socket.socket(socket.AF_UNIX) as full:
        full.bind(str(gateway.state / "costlens.sock"))
        full.listen(1)
        done = gateway.costlens("top", "--once", check=False)
    expect(done.returncode, 1)
    expect_in("does not answer", done.stderr)
    expect_true("process 0" not in done.stderr and "kill" not in done.stderr, done.stderr)
    (gateway.state / "costlens.sock").unlink()


def sees_what_waits(mock):
    """A stream of which nothing but comments has come waits."""
    goes_on = threading.Event()

    def answer():
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: wait\n\n"
        goes_on.wait(20)

    with Strange(lambda head: answer()) as strange:
        bench = f"  bench: {{ url: {strange.url}/v1, models: [bench-model], retries: 0 }}\n"
        with Gateway(mock, providers=bench) as gateway:
            call = in_background(lambda: gateway.chat("waits", user="waits", stream=True))
            until(lambda: strange.heads and running(gateway, "waits"), what="it is seen")
            time.sleep(0.2)
            expect(running(gateway, "waits")[0]["state"], "waiting")
            goes_on.set()
            call.join()


def stays_small(gateway, mock):
    """1,000 streams at once: an answer says how many there are, and tells 200 of them."""
    sockets = []
    body = json.dumps({"model": "bench/bench-model", "stream": True,
                       "messages": [{"role": "user", "content": "many at once"}]}).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: {gateway.headers()['Authorization']}\r\n"
            f"x-mock-fault: slow=500+tokens=400\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    for _ in range(1000):
        s = socket.create_connection(("127.0.0.1", gateway.port), 10)
        s.sendall(head + body)
        sockets.append(s)
    said = until(lambda: (lambda x: x if x["in_flight"] >= 1000 else None)(look(gateway)), 20, "1,000 in flight")
    expect(len(said["running"]), 200)
    late = slow(gateway, "late-one", {})
    until(lambda: look(gateway, "--filter", "late-one")["running"], what="a filter sees those beyond the first 200")
    text = gateway.costlens("top", "--once", "--json").stdout
    expect_true(len(text) < 300_000, f"{len(text)} bytes")
    for s in sockets:
        s.close()
    late.join()


with Mock() as mock:
    gateway = Gateway(mock, retries=4)
    gateway.file.write_text(gateway.config())
    none = gateway.costlens("top", check=False)
    expect((none.returncode, none.stdout), (1, ""), "no titles without calls")
    expect_in("costlens serve", none.stderr, "the cure")
    for wrong, text in ((("--by", "day"), "tag:NAME"), (("--interval", "1ms"), "1s"), (("--count", "0"), "from 1 on"),
                        (("--once", "--count", "2"), "--count 1"), (("x",), "one too many")):
        done = gateway.costlens("top", *wrong, check=False)
        expect((done.returncode, text in done.stderr), (2, True), done.stderr)
    names_no_process_that_it_cannot_know(gateway)
    sees_what_waits(mock)
    with gateway:
        sees_a_stream(gateway)
        sees_a_retry(gateway)
        adds_up(gateway)
        prints_lines(gateway)
        fills_a_terminal(gateway)
        waits_for_another(gateway)
        gives_it_back(gateway)
        reads_on(gateway)
        sums_all(gateway)
        tells_a_full_disk(gateway)
        names_a_gateway_that_hangs(gateway)
        stays_small(gateway, mock)
