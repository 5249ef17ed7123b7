# SPDX-License-Identifier: Apache-2.0
"""Another window, or another place's midnight, is no new limit: what a budget has spent in the window of now counts in it,
by a verb and by the file, while the gateway runs and while it does not. A call under way belongs to the window of now,
with all that it grows to and costs."""
import json
import signal
import threading
import time

from lib.books import charges, nano, verified
from lib.scene import MODEL, Gateway, Mock, cost_of, expect, expect_in, expect_true, limit, question, request, until

limit(150)


def shown(gateway, name):
    return json.loads(gateway.costlens("budget", "show", name, "--json").stdout)["budget"]


def call(gateway):
    return gateway.chat("hi", max_tokens=50).status


def spent(gateway):
    return sum(-(-row["cost_pd"] // 1000) for row in gateway.rows())


def by_verb():
    with Mock() as mock, Gateway(mock) as gateway:
        made = gateway.costlens("budget", "set", "b", "--limit", "1", "--window", "month")
        expect_in("it counts from now on: what was spent before in this month is not in it", made.stderr)
        gateway.costlens("budget", "set", "each", "--limit", "1", "--per", "key")
        expect([call(gateway) for _ in range(3)], [200] * 3)
        gateway.rows(3)
        for words in (("--window", "day"), ("--window", "week"), ("--timezone", "Asia/Tokyo", "--week", "sunday"),
                      ("--window", "day"), ("--window", "month"), ("--reset", "window", "--reset", "timezone",
                                                                   "--reset", "week"), ("--window", "month")):
            said = gateway.costlens("budget", "set", "b", *words).stderr
            expect_in("what it has spent before, in the window of now, counts in it", said)
            expect(nano(shown(gateway, "b")["spent"]), spent(gateway), f"{words}: before the next call")
            expect(call(gateway), 200)
            gateway.rows(len(mock.bills()))
            expect(nano(shown(gateway, "b")["spent"]), spent(gateway), f"{words}: after it")
        gateway.costlens("budget", "set", "each", "--window", "day")
        expect([shown(gateway, "each")[x] for x in ("value", "spent")], ["scene", shown(gateway, "b")["spent"]])
        gateway.costlens("budget", "set", "b", "--limit", f"{spent(gateway) / 1e9:.9f}", "--window", "day")
        expect(call(gateway), 402, "the limit is spent, in windows there and back")
        verified(gateway)
        gateway.program.stop()
        total = spent(gateway)
        for window in ("week", "day"):  # without a gateway
            gateway.costlens("budget", "set", "b", "--window", window)
            expect(nano(shown(gateway, "b")["spent"]), total)
        said = gateway.costlens("budget", "set", "each", "--per", "user", "--scope", "key=scene").stderr
        expect_in("what was spent under another `per` is not in it", said)
        expect_in("is not in it, but its values are shown until their window ends", said)
        expect_in("only the new scope has count from now on", said)


def by_per():
    """What was spent under another `per` is neither shown nor measured; nor is it gone, should that come back."""
    with Mock() as mock, Gateway(mock) as gateway:
        def seen():
            budget = shown(gateway, "b")
            metrics = [gateway.metric(f"costlens_budget_{x}", budget="b")
                       for x in ("utilisation_ratio", "accounts", "spent_usd")]
            return budget.get("value"), budget["accounts"], nano(budget.get("spent", "0")), metrics

        gateway.costlens("budget", "set", "b", "--limit", "1")
        expect([call(gateway) for _ in range(3)], [200] * 3)
        gateway.rows(3)
        before = seen()
        expect(before[:3], (None, 1, spent(gateway)))
        gateway.costlens("budget", "set", "b", "--per", "key")
        expect(seen(), (None, 0, 0, [0, 0, 0]), "no call can reach the account of all")
        gateway.costlens("budget", "set", "b", "--window", "day")
        expect(seen(), (None, 0, 0, [0, 0, 0]), "nor in another window")
        expect(call(gateway), 200)
        one = spent(gateway) - before[2] if len(gateway.rows(4)) == 4 else 0
        expect(seen()[:3], ("scene", 1, one))
        gateway.costlens("budget", "set", "b", "--reset", "per", "--reset", "window")
        expect(seen(), before)
        verified(gateway)


def by_file():
    line = "budgets:\n  - {{ name: b, limit: {}, window: {} }}\n"
    with Mock() as mock, Gateway(mock, extra=line.format(1, "month")) as gateway:
        expect([call(gateway) for _ in range(3)], [200] * 3)
        gateway.rows(3)
        total = spent(gateway)
        text = gateway.file.read_text()
        little = f"{total / 1e9:.9f}"  # all of it
        gateway.file.write_text(text.replace(line.format(1, "month"), line.format(little, "day")))
        gateway.program.signal(signal.SIGHUP)
        until(lambda: shown(gateway, "b")["window"] == "day", 5, "it is read anew")
        expect(nano(shown(gateway, "b")["spent"]), total)
        expect(call(gateway), 402, "the limit is spent")
        gateway.program.stop()
        gateway.extra = line.format(little, "week")
        gateway.start()
        expect(call(gateway), 402, "after a start, too")
        expect(nano(shown(gateway, "b")["spent"]), total)
        verified(gateway)
        expect_true(len(mock.bills()) == 3, "nothing more was sent")


def asked(gateway, verb, arguments):
    """The admin API, which is quicker than a command."""
    token = (gateway.state / "admin.token").read_text().strip()
    answer = request(gateway.admin_port, "POST", f"/api/v1/{verb}", arguments, {"Authorization": f"Bearer {token}"})
    expect(answer.status, 200, answer.body)
    return answer.json


def at_once():
    """Also what no row says yet."""
    with Mock() as mock, Gateway(mock) as gateway:
        gateway.costlens("budget", "set", "b", "--limit", "1", "--window", "day")
        for window in ("month", "day", "week", "lifetime", "month"):
            expect(call(gateway), 200)
            answer = asked(gateway, "budgets/set", {"name": "b", "window": window})
            expect(nano(answer["budget"]["spent"]), billed(mock), f"{window}: at once")
            expect(int(gateway.metric("costlens_budget_spent_usd", budget="b") * 10**9), billed(mock))


def said_while_it_is_taken_up():
    """The account of another window is taken up by the next call: whoever asks meanwhile is told no less than before."""
    zones = [f"Etc/GMT{i:+d}" for i in range(-14, 13) if i]
    with Mock() as mock, Gateway(mock, workers=2) as gateway:
        def spent_of(answer):
            return nano(answer["spent"])

        asks = {
            "show": lambda: spent_of(asked(gateway, "budgets/show", {"name": "b"})["budget"]),
            "list": lambda: spent_of(asked(gateway, "budgets/list", {})["budgets"][0]),
            "metrics": lambda: round(gateway.metric("costlens_budget_spent_usd", budget="b") * 10**9),
        }
        seen = []

        def ask(name, ended):
            while not ended.is_set():
                seen.append((name, asks[name]()))

        asked(gateway, "budgets/set", {"name": "b", "limit": 1})
        expect(call(gateway), 200)
        before = 0
        for window in ("day", "week", "month"):
            for zone in zones:
                words = {"name": "b", "window": window, "timezone": zone}
                answer = spent_of(asked(gateway, "budgets/set", words)["budget"])
                expect_true(answer >= before, f"{words}: `set` says {answer} after {before}")
                ended = threading.Event()
                threads = [threading.Thread(target=ask, args=(name, ended), daemon=True) for name in asks]
                for t in threads:
                    t.start()
                expect(call(gateway), 200)
                ended.set()
                for t in threads:
                    t.join()
                less = [x for x in seen if x[1] < answer]
                expect(less, [], f"{words}: less than the {answer} of before")
                before = max([answer, *(x[1] for x in seen)])
                seen.clear()
        verified(gateway)


class Streams:
    """Streams under way, each with a name of its own."""

    def __init__(self, gateway):
        self.gateway, self.threads, self.statuses = gateway, [], []

    def begin(self, name, fault, most):
        def run():
            answer = self.gateway.post("/v1/chat/completions",
                                       question("hi", model=MODEL, stream=True, max_tokens=most, user=name),
                                       {"x-mock-fault": fault})
            self.statuses.append(answer.status)
        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()

    def end(self):
        for t in self.threads:
            t.join()


def billed(mock):
    return sum(-(-cost_of(bill) // 1000) for bill in mock.bills())


def in_use(gateway, name):
    budget = shown(gateway, name)
    return nano(budget["spent"]) + nano(budget["held"])


def inflight(gateway):
    return gateway.metric("costlens_reservations_inflight")


def under_way(words, death):
    """What grows there is held there, and refused there; what was not needed is free there."""
    line = "budgets:\n  - { name: c, limit: 1, hold: grow }\n"
    with Mock() as mock, Gateway(mock, extra=line) as gateway:
        gateway.costlens("budget", "set", "b", "--limit", "0.0055", "--hold", "grow", "--window", words[0])
        expect(call(gateway), 200)
        streams = Streams(gateway)
        for i in range(2):
            streams.begin(f"s{i}", "slow=1+tokens=3000", 30000)
        until(lambda: inflight(gateway) == 2, 5, "two are under way")
        time.sleep(0.25)
        for window in words[1:]:
            before = in_use(gateway, "b")
            gateway.costlens("budget", "set", "b", "--window", window)
            after, held = in_use(gateway, "b"), gateway.metric("costlens_budget_held_usd", budget="b")
            expect_true(inflight(gateway) < 2 or (after >= before and held > 0),
                        f"{window}: at once {after} after {before}, the metrics have {held}")
        for i in range(2, 4):
            streams.begin(f"s{i}", "slow=1+tokens=3000", 30000)
        if death:
            time.sleep(0.5)
            gateway.program.kill()
            streams.end()
            gateway.start()
        else:
            streams.end()
            until(lambda: inflight(gateway) == 0, 10, "all have ended")
        gateway.rows(len(mock.bills()))
        now = shown(gateway, "b")
        attempts = [attempt for of in charges(gateway).values() for attempt in of]
        charged = sum(amount for _, amount, _ in attempts)
        within = sum(min(held, amount) for held, amount, _ in attempts)  # a stream that is cut late costs more
        expect(now["held"], "0.00")
        expect(nano(now["spent"]), charged, "what counts in the window of now")
        expect(nano(shown(gateway, "c")["spent"]), charged, "and in the budget beside it")
        expect_true(billed(mock) <= charged, f"{billed(mock)} billed, {charged} spent")
        expect_true(within <= nano(now["limit"]), f"{within} of {now['limit']}")
        verified(gateway)
        gateway.program.stop()
        gateway.start()
        expect(shown(gateway, "b")["spent"], now["spent"], "the same after a start")
        verified(gateway)


def next_try():
    """What an attempt was charged that failed stays spent while its call waits for the next one."""
    with Mock() as mock, Gateway(mock, retries=1) as gateway:
        asked(gateway, "budgets/set", {"name": "b", "limit": 1, "window": "month"})
        for window in ("lifetime", "day", "month"):
            streams = Streams(gateway)
            before = int(gateway.metric("costlens_budget_spent_usd", budget="b") * 10**9)
            streams.begin("x", "reset+once+tokens=500", 5000)

            def now():
                budget = asked(gateway, "budgets/show", {"name": "b"})["budget"]
                return nano(budget["spent"]), nano(budget["held"])
            until(lambda: now()[0] > before, 5, "the first attempt is charged")
            failed = now()[0]
            asked(gateway, "budgets/set", {"name": "b", "window": window})
            # The account of a window that had none is made by the next try.
            until(lambda: now()[0] >= failed, 5, f"{window}: what was spent counts in it")
            streams.end()
            until(lambda: now()[1] == 0, 5, "nothing is held")
            gateway.rows(len(mock.bills()))
            charged = sum(amount for of in charges(gateway).values() for _, amount, _ in of)
            expect(now()[0], charged, f"{window}: what the rows say")
        verified(gateway)


by_verb()
by_per()
by_file()
at_once()
said_while_it_is_taken_up()
next_try()
under_way(("day", "month"), False)
under_way(("month", "day", "week", "month", "day"), False)
under_way(("day", "month"), True)
under_way(("month", "day", "month"), True)
