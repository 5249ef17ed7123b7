# SPDX-License-Identifier: Apache-2.0
"""A question changes no format: of a ledger that an older version has left every command that only reads says so, and what
to do; its files, and with them the way back, stay as they are, byte by byte, also those of a gateway that was killed."""
import hashlib
import shutil
import sqlite3

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)


def version(gateway, put=None):
    with sqlite3.connect(gateway.store) as db:
        if put is not None:
            db.execute(f"PRAGMA user_version = {put}")
        [[is_now]] = db.execute("PRAGMA user_version").fetchall()
    db.close()
    return is_now


def older(gateway, to):
    """The log of SQLite is kept, as a gateway leaves it that is killed."""
    with sqlite3.connect(gateway.store) as db:
        db.execute(f"PRAGMA user_version = {to}")
        db.commit()
        kept = [(f"{gateway.store}{end}", gateway.state / f"kept{end}") for end in ("", "-wal", "-shm")]
        for file, copy in kept:
            shutil.copy(file, copy)
    db.close()
    for file, copy in kept:
        shutil.move(copy, file)


def files(gateway):
    """By their bytes, but for locks and for what SQLite shares between processes."""
    return {str(x): (x.stat().st_blocks, hashlib.sha256(x.read_bytes()).hexdigest()) for x in sorted(gateway.state.rglob("*"))
            if x.is_file() and not x.name.endswith(("lock", "-shm"))}


with Mock() as mock, Gateway(mock) as gateway:
    asked = gateway.chat().headers["x-costlens-request-id"]
    gateway.rows(1)
    newest = gateway.sql("SELECT user_version AS v FROM pragma_user_version")[0]["v"]
    gateway.program.kill()
    older(gateway, newest - 1)
    there = files(gateway)
    expect_true(any(name.endswith("-wal") for name in there), sorted(there))
    for words in (("report",), ("report", "--request", asked), ("export",), ("ledger", "verify"), ("key", "list"),
                  ("budget", "list"), ("budget", "events"), ("team", "list"), ("route", "status"),
                  ("route", "explain", asked), ("route", "pairs", "support"), ("provider", "list")):
        said = gateway.costlens(*words, check=False)
        expect((said.returncode, said.stdout), (1, ""), " ".join(words))
        expect_in(f"is of an older version of costlens (its format is {newest - 1}, this program's {newest})", said.stderr)
        expect_in("`costlens serve` brings it up to date", said.stderr)
        now = files(gateway)
        expect({name for name in there.keys() | now.keys() if there.get(name) != now.get(name)}, set(), " ".join(words))

    # What routes there are says the configuration.
    expect_in("auto", gateway.costlens("route", "list").stdout)
    # A copy is of that format, too.
    copy = gateway.state.parent / f"{gateway.state.name}.copy"
    said = gateway.costlens("backup", str(copy)).stdout
    expect_in(f"of an older version of costlens (its format is {newest - 1}), and was copied as it is", said)
    expect({name: was for name, was in files(gateway).items() if there.get(name) != was}, {})
    with sqlite3.connect(copy) as db:
        expect(db.execute("SELECT (SELECT user_version FROM pragma_user_version), count(*) FROM call").fetchall(),
               [(newest - 1, 1)])
    db.close()

    expect(version(gateway), newest - 1)

    # One that is up to date answers.
    version(gateway, newest)
    expect(gateway.report()["total"]["requests"], 1)
    copy.unlink()
    expect("older" in gateway.costlens("backup", str(copy)).stdout, False)
