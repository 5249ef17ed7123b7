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
    rotated = gateway.costlens("key", "rotate", "shadow:app", check=False)
    expect((rotated.returncode != 0, rotated.stdout), (True, ""))
    expect_in("a key of that name is not accepted", rotated.stderr)
    [line] = [line for line in gateway.costlens("key", "list").stdout.splitlines() if "shadow:app" in line]
    expect_in("not accepted: the name is reserved", line)
    listed = json.loads(gateway.costlens("key", "list", "--json").stdout)["keys"]
    expect([key["name"] for key in listed if "reserved" in key], ["shadow:app"])
    gateway.costlens("key", "revoke", "shadow:app")
    # Nor is there another budget of such a name, which a route that comes to have a `shadow` would be in the way of.
    named = gateway.costlens("budget", "set", "shadow:app", "--limit", "1", check=False)
    expect(named.returncode != 0, True)
    expect_in("names that begin with shadow: are those of the budgets that routes have", named.stderr)
    expect(gateway.chat().status, 200)
