# SPDX-License-Identifier: Apache-2.0
"""A call that ends while its user's own verifier still looks at the small side's answer has no verdict: its client has left, the
gateway stops, or a stream was held long enough. It counts neither as good nor as refused, and what its client had nothing of
nobody has answered."""
import json
import socket
import threading

from lib.scene import KEY, Gateway, Mock, expect, expect_in, limit, question, until
from lib.scripted import Scripted
from lib.told import Told

limit(120)
LEAST = 30  # calls that a break-even takes
asked = []
go = threading.Event()


class Checker(Scripted):
    """Says no, when it is let."""
    def answer(self, call, body):
        asked.append(body)
        go.wait(60)
        try:
            call.send({"ok": body["text"] == "kept"})
        except OSError:
            pass


class Broken(Told):
    """One that does not mind that its caller leaves."""
    def answer(self, call, body):
        try:
            super().answer(call, body)
        except OSError:
            pass


checker, told = Checker(), Broken()
ROUTES = f"""  - {{ model: told/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: told/large, input_per_mtok: 1.5, output_per_mtok: 1.5 }}
routes:
  - {{ name: held, small: [told/small], large: [told/large], match: {{ key: nobody }}, hold: 60s,
      verify: [{{ http: "{checker.url}/check", timeout: 60s }}] }}
  - {{ name: gone, small: [told/small], large: [told/large], match: {{ key: nobody }}, hold: 60s,
      verify: [{{ http: "{checker.url}/check", timeout: 60s }}] }}
  - {{ name: stops, small: [told/small], large: [told/large], match: {{ key: nobody }}, hold: 60s,
      verify: [{{ http: "{checker.url}/check", timeout: 60s }}] }}
  - {{ name: brief, small: [told/small], large: [told/large], match: {{ key: nobody }}, hold: 200ms,
      verify: [{{ http: "{checker.url}/check", timeout: 60s }}] }}
drain: 500ms
"""


def said(small, large="LARGE"):
    return {"x-told": json.dumps({"small": small, "large": large})}


with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    def leave(route, stream, headers, waits=lambda: len(asked), rows=1):
        """A call whose client leaves once `waits` has grown; its rows are there."""
        before, count = waits(), len(gateway.rows())
        body = json.dumps(question(model=route, stream=stream)).encode()
        head = {"Host": "x", "Authorization": f"Bearer {KEY}", "Content-Type": "application/json",
                "Content-Length": str(len(body)), **headers}
        with socket.create_connection(("127.0.0.1", gateway.port)) as client:
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n" +
                           "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode() + b"\r\n" + body)
            until(lambda: waits() > before, 10, "it is asked")
        gateway.rows(count + rows)

    def explained(row):
        """Of the call's first attempt, what was said of its answer; and in words."""
        found = json.loads(gateway.costlens("route", "explain", row["request"], "--json").stdout)["attempts"][0]["decision"]
        words = gateway.costlens("route", "explain", row["request"]).stdout.split("attempt 1", 1)[1].split("\n")[0]
        return {k: found[k] for k in ("verified", "refused_by", "unseen_by") if k in found}, words.split(" USD", 1)[1]

    def cascade(route):
        found = json.loads(gateway.costlens("route", "cascades", "--json").stdout)["cascades"]
        return next(c for c in found if c["route"] == route)

    def small_share(route):
        return next(row for row in gateway.report("--by", "route")["rows"] if row["route"] == route)["small_share"]

    def verdicts(route):
        return {v: gateway.metric("costlens_route_verdicts_total", route=route, verdict=v) for v in ("good", "http")}

    # The client leaves while its answer is looked at: nobody has it, and nobody has found it good.
    for n in range(LEAST):
        leave("held", n % 2 == 0, said("fine"))
        row = gateway.rows()[-1]
        expect((row["outcome"], row["http_status"]), ("left", 0), row)
        if n < 2:
            expect(explained(row), ({"verified": "unseen", "unseen_by": "left"},
                                    "; its answer: unseen, as its client left before its verdict"))
    expect(verdicts("held"), {"good": 0, "http": 0})
    expect({k: cascade("held")[k] for k in ("known", "unpriced", "unended", "small_attempts")},
           {"known": False, "unpriced": False, "unended": False, "small_attempts": 0})
    expect(small_share("held"), None)
    expect(gateway.metric("costlens_route_calls_total", route="held"), 0)

    # All that anybody has looked at was refused: its cascade costs, whoever has left beside.
    go.set()
    for _ in range(LEAST):
        expect(gateway.chat(model="held", headers=said("fine")).headers["x-costlens-reason"], "route held: escalated")
    expect(verdicts("held"), {"good": 0, "http": LEAST})
    expect(small_share("held"), "0.00")

    def costs():
        seen = cascade("held")
        expect((seen["known"], seen["pays"], seen["escalated"]), (True, False, 1), seen)

    costs()
    # A stream that was held long enough goes on; that nobody has found it good is told.
    go.clear()
    answer = gateway.chat(model="brief", stream=True, headers=said("fine"))
    expect(answer.headers["x-costlens-model"], "told/small")
    expect(explained(gateway.rows(3 * LEAST + 1)[-1]),
           ({"verified": "unseen", "unseen_by": "hold"},
            "; its answer: unseen, as its verdict took longer than the route's `hold`, and passed on as it came"))
    expect((verdicts("brief"), small_share("brief")), ({"good": 0, "http": 0}, "1.00"))

    # Where the costs of too many are not known since they came to no end, no price is missing.
    go.set()
    expect(gateway.chat(model="gone", headers=said("kept")).headers["x-costlens-model"], "told/small")
    told.events["never"] = threading.Event()
    for _ in range(LEAST):
        leave("gone", True, said("fine", {"content": "LARGE", "wait": "never"}),
              lambda: sum(body["model"] == "large" for body in told.asked), 2)
    told.events["never"].set()
    seen = cascade("gone")
    expect((seen["known"], seen["unpriced"], seen["unended"]), (False, False, True), seen)
    expect_in("not known: too few calls came to a good end", gateway.costlens("route", "cascades").stdout)

    # The gateway ends before the verdict: the client has the answer.
    for stream in (False, True):
        go.clear()
        count, rows, answers = len(asked), len(gateway.rows()), []
        client = threading.Thread(target=lambda: answers.append(
            gateway.chat(model="stops", stream=stream, headers=said("fine"))))
        client.start()
        until(lambda: len(asked) > count, 10, "it is being verified")
        gateway.program.stop()
        client.join()
        go.set()
        gateway.start()
        expect((answers[0].status, answers[0].headers["x-costlens-model"]), (200, "told/small"))
        expect(explained(gateway.rows(rows + 1)[-1]),
               ({"verified": "unseen", "unseen_by": "stop"},
                "; its answer: unseen, as the gateway ended before its verdict, and passed on as it came"))
        costs()  # which the next process knows from the ledger
    go.set()
