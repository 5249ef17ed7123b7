# SPDX-License-Identifier: Apache-2.0
"""Another window, or another place's midnight, is no new limit: what a budget has spent in the window of now counts in it,
by a verb and by the file, while the gateway runs and while it does not."""
import json
import signal

from lib.books import verified
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(90)


def shown(gateway, name):
    return json.loads(gateway.costlens("budget", "show", name, "--json").stdout)["budget"]


def call(gateway):
    return gateway.chat("hi", max_tokens=50).status


def spent(gateway):
    return sum(-(-row["cost_pd"] // 1000) for row in gateway.rows())


def nano(text):
    return round(float(text) * 1e9)


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
        expect_in("only the new scope has count from now on", said)


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


by_verb()
by_file()
