# SPDX-License-Identifier: Apache-2.0
"""Wrong words on the command line end with 2 and say the cure, with a gateway and without; what is not there with 1."""
import re

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
WRONG = [  # arguments, and what is said
    (("report", "--by", "nothing"), "tag:NAME"), (("report", "--since", "x"), "24h"), (("report", "--tz", "Mars/X"), "UTC"),
    (("report", "--since", "1h", "--until", "2h"), "--until is before --since"),
    (("export", "--since", "1h", "--until", "2h"), "--until is before --since"),
    (("report", "--json", "--format", "csv"), "--json"), (("report", "--request", "x", "--by", "key"), "--request"),
    (("report", "--request", "x", "--format", "csv"), "--request"),
    (("export", "--until", "x"), "24h"), (("key", "create", "--expires", "x"), "90d"), (("key", "create", "a", "b"), "`b`"),
    (("key", "create", "--name", "n" * 65), "at most 64 bytes"),
    (("backup", "--nope"), "--nope"), (("backup",), "FILE"), (("ledger", "verify", "--nope"), "--nope"),
    (("ledger", "verify", "x"), "`x`"),
    (("mock", "--seed", "x"), "--seed"), (("mock", "--rate", "x"), "--rate"), (("mock", "--ttft", "x"), "--ttft"),
    (("mock", "--ttft", "5"), "--ttft"), (("mock", "--idle", "7"), "--idle"),
    (("version", "x"), "x"),
    (("report", "--by", "model", "--by", "key"), "--by is there twice"),
    (("report", "--by=model", "--by=model"), "--by is there twice"),
    (("mock", "--seed", "1", "--seed", "2"), "--seed is there twice"),
    (("report", "--config", "/nope"), "--config is there twice"),
]
ODD = "a\033]0;x\a\u009b31m"  # commands to a terminal
SHOWN = "a?]0;x??31m"
WRONG += [(words, SHOWN) for words in (
    (ODD,), ("report", ODD), ("report", f"--{ODD}"), ("report", f"-{ODD}"), ("report", "--format", ODD),
    ("cost", "m", "--input", ODD), ("price", "show", "m", "--at", ODD), ("version", ODD))]
ABSENT = [
    (("report", "--as", "nope-9"), "price list"), (("report", "--request", "x"), "x-costlens-request-id"),
    (("backup", "/nope/x"), "/nope/x"), (("price", "show", ODD), SHOWN), (("price", "list", ODD), SHOWN),
    (("price", "list", "--vendor", ODD), SHOWN), (("cost", f"{ODD}/m", "--input", "1"), SHOWN),
    (("export", "--output", f"/nope/{ODD}"), SHOWN), (("key", "revoke", "x"), "key list"),
]


def try_all(gateway):
    for cases, code in ((WRONG, 2), (ABSENT, 1)):
        for words, said in cases:
            got = gateway.costlens(*words, check=False)
            expect((got.returncode, got.stdout), (code, ""), f"{words}: {got.stderr}")
            expect_in(said, got.stderr, f"{words}")
            expect_true(not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f]", got.stderr), f"{words} steer no terminal")


with Mock() as mock:
    with Gateway(mock, extra="aliases: { small: [bench/bench-model] }\n") as gateway:
        gateway.chat("x")
        gateway.chat("x", headers={"x-mock-fault": "no-usage"})
        expect(gateway.report("--since", "90s")["total"]["requests"], 2)
        expect_in("\n1 call is estimated: it ended without the whole usage", gateway.costlens("report").stdout)
        same = gateway.report("--as", "small")  # an alias, as for `cost`
        expect(same["total"]["cost_usd"], gateway.report()["total"]["cost_usd"])
        try_all(gateway)
        file = gateway.state / "copy.db"
        gateway.costlens("backup", file)
        again = gateway.costlens("backup", file, check=False)
        expect(again.returncode, 1)
        expect_in("another name", again.stderr)
    try_all(gateway)
