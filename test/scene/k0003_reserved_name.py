# SPDX-License-Identifier: Apache-2.0
"""A key that an earlier version let be called as those of what routes compare is accepted no more, and all are told."""
import json
import sqlite3

from lib.scene import Gateway, Mock, expect, expect_in, limit, until

limit(60)

with Mock() as mock, Gateway(mock) as gateway:
    made = json.loads(gateway.costlens("key", "create", "--name", "app", "--json").stdout)
    ours = {"Authorization": f"Bearer {made['token']}"}
    until(lambda: gateway.chat(headers=ours).status == 200, 5, "the running gateway knows the new key")
    expect(gateway.program.stop(40), 0)
    with sqlite3.connect(gateway.store) as store:
        store.execute("UPDATE key SET name = 'shadow:app' WHERE name = 'app'")
    store.close()
    gateway.start()
    answer = gateway.chat(headers=ours)
    expect((answer.status, answer.json["error"]["code"]), (401, "invalid_api_key"))
    expect_in("Names that begin with", answer.json["error"]["message"])
    until(lambda: "key shadow:app is not accepted" in gateway.program.errors(), 5, "the log says so")
    expect(gateway.costlens("key", "create", "--name", "shadow:new", check=False).returncode != 0, True)
    gateway.costlens("key", "revoke", "shadow:app")
    expect(gateway.chat().status, 200)
