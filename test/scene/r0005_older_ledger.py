# SPDX-License-Identifier: Apache-2.0
"""A question changes no format: of a ledger that an older version has left every command that only reads says so, and what
to do; the file, and with it the way back, stays as it is."""
import sqlite3

from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)


def version(gateway, put=None):
    with sqlite3.connect(gateway.store) as db:
        if put is not None:
            db.execute(f"PRAGMA user_version = {put}")
        [[is_now]] = db.execute("PRAGMA user_version").fetchall()
    db.close()
    return is_now


with Mock() as mock, Gateway(mock) as gateway:
    asked = gateway.chat().headers["x-costlens-request-id"]
    gateway.rows(1)
    expect(gateway.program.stop(40), 0)
    newest = version(gateway)
    version(gateway, newest - 1)
    there = sorted(x.name for x in gateway.state.iterdir())
    for words in (("report",), ("report", "--request", asked), ("export",), ("ledger", "verify"), ("key", "list"),
                  ("budget", "list"), ("budget", "events"), ("team", "list"), ("route", "status"), ("route", "list"),
                  ("route", "explain", asked), ("route", "pairs", "support"), ("provider", "list")):
        said = gateway.costlens(*words, check=False)
        expect((said.returncode, said.stdout), (1, ""), " ".join(words))
        expect_in(f"is of an older version of costlens (its format is {newest - 1}, this program's {newest})", said.stderr)
        expect_in("`costlens serve` brings it up to date", said.stderr)
        expect(version(gateway), newest - 1, " ".join(words))
    expect(sorted(x.name for x in gateway.state.iterdir()), there, "what was made")

    # One that is up to date answers.
    version(gateway, newest)
    expect(gateway.report()["total"]["requests"], 1)
