# SPDX-License-Identifier: Apache-2.0
"""A disk that fails at any write: calls are refused before they are sent, or answered and recorded.

The gateway runs on a disk (fault/disk_preload.c) whose n-th call fails, once or from then on, for each
n in turn until none is left. Whatever happened: once the disk is well again, the ledger and the
provider's own log name the same calls, each once, and the books balance."""
import errno
import itertools
import json
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from lib.disk import FOREVER, Disk
from lib.scene import (KEY, LONG, PATIENCE, SANITIZED, Gateway, Mock, cost_of, expect, expect_in, expect_true,
                       folder, limit, question, until)

# Error (0: half of a write is done), from the n-th call on or only that, which calls, and how many of
# them fail, one run each, where not all do.
KINDS = [(errno.ENOSPC, True, "growth", 3), (errno.ENOSPC, False, "growth", 3), (errno.EIO, False, "", 3),
         (errno.EIO, True, "", 3), (errno.EROFS, True, "", 3), (0, False, "journal", 6)]
limit(7200 if LONG else 180)


class Bills:
    """The provider's log, read as it grows."""

    def __init__(self, mock):
        self.mock, self.at = mock, 0

    def fresh(self):
        if not self.mock.log.exists():
            return {}
        with open(self.mock.log, "rb") as file:
            file.seek(self.at)
            lines = file.read()
            self.at += len(lines)
        return {bill["user"]: bill for bill in map(json.loads, lines.splitlines())}


def ask(gateway, user, said, stream=0, **more):
    """One call (`stream`: of so many tokens); it must be answered whole, or refused because of the store."""
    if stream:
        more = {"stream": True, "headers": {"x-mock-fault": f"slow=5+tokens={stream}"}}
    answer = gateway.chat("write", user=user, max_tokens=stream or 20, **more)
    if answer.status == 200:
        whole = answer.body.endswith(b"[DONE]\n\n") if stream else answer.json["usage"]
        said[user] = "answered" if whole else f"cut {answer!r}"
    else:
        fine = answer.status == 503 and answer.json["error"]["code"] == "store_unavailable"
        said[user] = "refused" if fine else f"{answer!r}"


def load(gateway):
    """A few calls: streams that are under way while others begin and end, and a batch of the ledger."""
    said = {}
    streams = [threading.Thread(target=ask, args=(gateway, f"s{i}", said, 20)) for i in range(2)]
    for s in streams:
        s.start()
    ask(gateway, "a", said)
    time.sleep(0.25)  # the writer makes a batch of what is there
    ask(gateway, "b", said)
    for s in streams:
        s.join()
    ask(gateway, "c", said)
    return said


def compare(gateway, bills, said, captures, what):
    """The ledger is the provider's log; `captures`: a call's end may have found no place (None: nor has any a
    whole answer)."""
    rows = gateway.rows()
    seen = Counter(row["who"] for row in rows)
    expect([who for who, n in seen.items() if n > 1], [], f"{what}: doubled")
    expect(sorted(seen), sorted(bills), f"{what}: rows, and what was billed")
    expect({who for who, end in said.items() if end == "answered"} - set(seen), set(), f"{what}: lost")
    for row in rows:
        if captures is None:
            expect_true(row["sure"] in ("captured", "estimated"), f"{what}: {row['who']} is {row['sure']}")
        elif row["sure"] == "reported":
            expect(row["cost_pd"], cost_of(bills[row["who"]]), f"{what}: the cost of {row['who']}")
        else:
            expect_true(captures and row["sure"] == "captured", f"{what}: {row['who']} is {row['sure']}")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    return sum(row["sure"] == "captured" for row in rows)


def serve(gateway, disk):
    """True when it serves; a disk that fails at the start may end it, with a word about why."""
    gateway.environment.update(disk.environment)
    try:
        gateway.start()
        return True
    except AssertionError:
        code = gateway.program.process.wait(10 * PATIENCE)
        expect_true(code > 0, f"it ended at the start by itself, not by signal {-code}")
        expect_in("costlens: ", gateway.program.errors())
        return False


def run(mock, bills, kind, n):
    """The n-th call fails: what the clients saw, whether it did fail, how many rows are captured, and how
    many calls there were until it served, and in all."""
    error, ever, which, _ = kind
    what = f"{errno.errorcode.get(error, 'half')}{' from' if ever else ' at'} {n}"
    state = Path(tempfile.mkdtemp(prefix="disk-", dir=folder))
    gateway, disk = Gateway(mock, state=state), Disk(state)
    disk.fail(error, n, FOREVER if ever else n + 1, which)
    said, begun = {}, 0
    if serve(gateway, disk):
        begun = disk.seen()
        said = load(gateway)
        odd = [end for end in said.values() if end not in ("answered", "refused")]
        expect(odd, [], f"{what}: neither answered nor refused")
        if n % 2 or (ever and not LONG):  # a store that cannot be written takes its time to end
            gateway.program.signal(signal.SIGKILL)
            gateway.program.process.wait()
        else:
            expect_true(gateway.program.stop(20) >= 0, f"{what}: it ended by itself")
    seen, failed = disk.seen(), disk.failed()
    for name in disk.environment:
        del gateway.environment[name]
    gateway.start()
    after = {}
    ask(gateway, "after", after)
    expect(after, {"after": "answered"}, f"{what}: once the disk is well")
    gateway.program.stop()
    captured = compare(gateway, bills.fresh(), {**said, **after},
                       ever and which != "growth" and bool(failed), what)
    shutil.rmtree(state)
    return Counter(said.values()), failed, captured, begun, seen


def sweep(mock, bills, kind):
    error, ever, which, each = kind
    *_, begun, count = run(mock, bills, kind, FOREVER - 2)
    expect_true(3 < begun < count, "the disk is watched")
    # All until none fails any more; or one at the start, and others while calls run.
    chosen = range(1, FOREVER) if LONG else [begun // 2, *(
        begun + 1 + (count - begun) * i // (each - 1) for i in range(each - 1))]
    ends, captured, runs = Counter(), 0, 0
    for n in chosen:
        said, failed, lost, *_ = run(mock, bills, kind, n)
        ends, captured, runs = ends + said, captured + lost, runs + 1
        if not failed:
            break
    print(f"{errno.errorcode.get(error, 'half'):6} {'from' if ever else 'at'} the n-th of {count} {which} "
          f"({begun} to serve): {runs} runs, {ends['answered']} answered, {ends['refused']} refused, {captured} captured")


def fill(mock, bills, failing):
    """The disk fills up while calls run, and has room again later; nothing is started anew. The store is to
    block calls or to allow them: then they fill the journal, and those under way end in its reserve."""
    state = Path(tempfile.mkdtemp(prefix="disk-", dir=folder))
    disk = Disk(state)
    with Gateway(mock, state=state, environment=disk.environment,
                 extra=f"on_store_failure: {failing}\n") as gateway:
        said, over, serial, asking, running = {}, threading.Event(), itertools.count(), set(), []
        tags = {"x-costlens-tags": ",".join(f"n{i}={'v' * 240}" for i in range(14))}

        def call(**how):
            while not over.is_set():
                user = f"f{next(serial)}"
                asking.add(user)
                ask(gateway, user, said, **how)
                if said[user] != "answered":
                    running.append(len(asking))
                    over.set()
                asking.remove(user)
        streams = [threading.Thread(target=call, kwargs={"stream": 100}) for _ in range(20)]
        callers = [threading.Thread(target=call, kwargs={"headers": tags}) for _ in range(4)]
        for t in streams:
            t.start()
        until(lambda: gateway.metric("costlens_reservations_inflight") >= 20, 5, "the streams run")
        disk.fail(errno.ENOSPC, 1, which="growth")
        for t in callers:
            t.start()
        until(over.is_set, 60, "a full disk refuses calls")
        for t in callers + streams:
            t.join()
        expect_true(running[0] > 5, "calls were under way when the disk was full")
        files = os.listdir(state / "journal")
        disk.heal()
        until(lambda: (ask(gateway, f"h{time.monotonic()}", said),
                       list(said.values())[-1] == "answered")[1], 10, "calls pass again")
        expect(set(said.values()), {"answered", "refused"})
        print(f"full, {failing}: {Counter(said.values())}, {running[0]} were under way, {len(files)} files of the journal")
    compare(gateway, bills.fresh(), said, False, f"full, {failing}")


def begin(gateway, user, most, path="/v1/chat/completions", fault="slow=50+tokens=4000", **more):
    """A call of which but the first `most` bytes of the body are sent: its connection, and what is missing."""
    running = gateway.metric("costlens_reservations_inflight")
    body = json.dumps({**question("cut", user=user), **more}).encode()
    client = socket.create_connection(("127.0.0.1", gateway.port), 30)
    client.sendall((f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nx-costlens-tags: user={user}\r\n"
                    f"x-mock-fault: {fault}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body[:most])
    until(lambda: gateway.metric("costlens_reservations_inflight") > running, 5, f"{user} is there")
    return client, body[most:]


def cut(mock, bills):
    """The disk fails in the turn that cuts calls at a stop, and that has begun one: that one is taken back while
    the others are gone through, because an answer that breaks off writes the journal at once."""
    state = Path(tempfile.mkdtemp(prefix="disk-", dir=folder))
    disk = Disk(state)
    drain = 5 if SANITIZED else 2  # it fails within that time, and what it failed at is held for longer
    gateway = Gateway(mock, state=state, environment=disk.environment, workers=1, extra=f"drain: {drain}s\n").start()
    first, rest_of_first = begin(gateway, "first", 1)
    plain, _ = begin(gateway, "plain", None, "/v1beta/models/gemini-2.5-flash:generateContent", "big=1+hang=mid",
                     contents=[{"parts": [{"text": "cut"}]}])
    expect_in(b" 200 ", plain.recv(1000))
    last, rest_of_last = begin(gateway, "last", 1)
    gateway.program.signal(signal.SIGTERM)
    time.sleep(0.3)
    disk.fail(0, FOREVER, which="journal", held=1)
    first.sendall(rest_of_first)
    until(disk.held, 1, "the worker stands in a write")
    last.sendall(rest_of_last)
    time.sleep(drain)
    disk.fail(errno.EIO, 1, which="journal")  # and it goes on
    answer = last.recv(65536)
    disk.heal()
    expect_in(b"store_unavailable", answer)
    expect_in(b'"stopping"', first.recv(65536))
    expect(gateway.program.process.wait(20 * PATIENCE), 0, "exit code")
    for name in disk.environment:
        del gateway.environment[name]
    with gateway:
        compare(gateway, bills.fresh(), {"last": "refused"}, None, "cut")
    print("cut: what the turn had begun is taken back")


with Mock() as mock:
    bills = Bills(mock)
    cut(mock, bills)
    for failing in ("block", "allow"):
        fill(mock, bills, failing)
    for kind in KINDS:
        sweep(mock, bills, kind)
