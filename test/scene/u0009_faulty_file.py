# SPDX-License-Identifier: Apache-2.0
"""A file that is being edited is faulty while the gateway runs on with what it read before: the verbs reach that
gateway and warn. Nothing else does their work, and no other gateway is taken for it."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)


def faults(good):
    """What is wrong, and the file."""
    yield "half: ", good + "half: \"\nstill\n"  # no YAML any more
    yield "a word", good + "budgts: []\n"
    yield "a value", good.replace("workers: ", "workers: minus")


with Mock() as mock:
    with Gateway(mock) as gateway, Gateway(mock) as other:
        good = gateway.file.read_text()
        gateway.costlens("budget", "set", "few", "--limit", "1")
        other.costlens("budget", "set", "few", "--limit", "1")
        answer = gateway.chat()
        expect(answer.status, 200)
        for what, text in faults(good):
            gateway.file.write_text(text)
            paused = gateway.costlens("budget", "pause", "few")
            expect_in(f"costlens: warning: {gateway.file}:", paused.stderr)
            expect_in("The gateway runs on with what it has read before", paused.stderr)
            expect(gateway.chat().status, 402, what)
            listed = gateway.costlens("budget", "list", "--json")
            [budget] = json.loads(listed.stdout)["budgets"]
            expect(budget["paused"], True)
            for words in (("budget", "events"), ("report",), ("report", "--request", answer.headers["x-costlens-request-id"]),
                          ("ledger", "verify"), ("key", "list"), ("top", "--once")):
                expect_in("warning: ", gateway.costlens(*words).stderr)
            expect_in("no budget is named many", gateway.costlens("budget", "pause", "many", check=False).stderr)
            gateway.costlens("budget", "resume", "few")
            expect(gateway.chat().status, 200)

        # A file of another gateway's folder is not that gateway's.
        gateway.file.write_text(other.config() + "budgts: []\n")
        refused = gateway.costlens("budget", "pause", "few", check=False)
        expect((refused.returncode, "budgts" in refused.stderr, "warning" in refused.stderr), (1, True, False))
        expect(other.chat().status, 200)
        for text in ("# all of it is gone\n", "half: \"\n", "state: \"half\n"):
            gateway.file.write_text(text)
            expect(gateway.costlens("budget", "pause", "few", check=False).returncode, 1, "nobody knows where it was")
        gateway.file.write_text(good)
        expect_true("warning" not in gateway.costlens("budget", "list").stderr, "it is good again")

    # No gateway: the file decides.
    gateway.file.write_text(good + "budgts: []\n")
    refused = gateway.costlens("budget", "list", check=False)
    expect((refused.returncode, "budgts" in refused.stderr, "warning" in refused.stderr), (1, True, False))
