# SPDX-License-Identifier: Apache-2.0
"""A question makes nothing: where no gateway has ever run there is no ledger, and the command says so."""
from lib.scene import Gateway, Mock, expect, expect_in, folder

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

    # The first key may come before the first gateway.
    gateway.costlens("key", "create", "--name", "first")
    expect(gateway.report()["rows"], [])
    with gateway:
        expect(gateway.chat().status, 200)
        gateway.rows(1)
    expect(gateway.report()["total"]["requests"], 1)
