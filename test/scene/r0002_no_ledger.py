# SPDX-License-Identifier: Apache-2.0
"""A question makes nothing: where no gateway has ever run there is no ledger, and the command says so."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, folder

with Mock() as mock:
    gateway = Gateway(mock, state=folder / "never")
    gateway.state.mkdir()
    gateway.file.write_text(gateway.config())
    before = sorted(x.name for x in gateway.state.iterdir())
    for asked in (("report",), ("report", "--request", "req_1"), ("export",), ("ledger", "verify"),
                  ("backup", str(folder / "copy.db")), ("key", "list"), ("key", "revoke", "ci")):
        said = gateway.costlens(*asked, check=False)
        expect((said.returncode, said.stdout), (1, ""), " ".join(asked))
        expect_in("there is no ledger at", said.stderr)
        expect(sorted(x.name for x in gateway.state.iterdir()), before, "what was made")

    # Of budgets and teams there are those of the file, and that is the answer.
    for asked, phrase in ((("budget", "list"), "There is no budget yet: costlens budget set"),
                          (("budget", "events"), "No threshold was reached"),
                          (("team", "list"), "No key is in a team yet: costlens team add")):
        said = gateway.costlens(*asked)
        expect((said.returncode, said.stdout), (0, ""), " ".join(asked))
        expect_in(phrase, said.stderr)
    for asked, phrase in ((("budget", "show", "x"), "no budget is named x"), (("budget", "rm", "x"), "no budget is named x"),
                          (("budget", "raise", "x", "5"), "no budget is named x"), (("budget", "events", "x"), "no budget is"),
                          (("team", "add", "red", "ci"), "no key that works is named ci"),
                          (("team", "rm", "red", "ci"), "no key that works is named ci")):
        said = gateway.costlens(*asked, check=False)
        expect((said.returncode, said.stdout), (1, ""), " ".join(asked))
        expect_in(phrase, said.stderr)
    own = gateway.file.read_text()
    gateway.file.write_text(own + "teams: { red: { keys: [ci] } }\nbudgets: [{ name: all, limit: 5, window: day }, "
                                  "{ name: call, limit: 1, per: request }]\n")
    listed = gateway.costlens("budget", "list").stdout
    expect_in("all ", listed)
    expect_in("from file", listed)
    expect_true("lifetime" not in listed + gateway.costlens("budget", "show", "call").stdout, "no time counts there")
    expect_in("red ", gateway.costlens("team", "list").stdout)
    said = gateway.costlens("budget", "rm", "all", check=False)
    expect(said.returncode, 1)
    expect_in("change it there", said.stderr)
    gateway.file.write_text(own)
    expect(sorted(x.name for x in gateway.state.iterdir()), before, "what was made")

    # The first key may come before the first gateway.
    gateway.costlens("key", "create", "--name", "first")
    expect(gateway.report()["rows"], [])
    with gateway:
        expect(gateway.chat().status, 200)
        gateway.rows(1)
    expect(gateway.report()["total"]["requests"], 1)
