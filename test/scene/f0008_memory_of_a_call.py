# SPDX-License-Identifier: Apache-2.0
"""However much a caller says beside its question, the call is made, and its row is whole."""
from lib.scene import Gateway, Mock, expect, expect_true

with Mock() as mock, Gateway(mock) as gateway:
    sizes = (17, 12400, 12480, 20000)
    for members in sizes:
        metadata = {f"{n:064}": "v" * 250 for n in range(members)}
        expect(gateway.chat("x", metadata=metadata, user="u").status, 200, f"{members} members of metadata")
    for row in gateway.rows(len(sizes)):
        expect_true(row["upstream_id"] and row["model_answered"] and row["price_name"], f"the texts of {row}")
        expect(row["who"], "u")
