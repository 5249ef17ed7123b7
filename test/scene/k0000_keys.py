# SPDX-License-Identifier: Apache-2.0
"""Keys: made, listed, limited to models, ended by time, replaced, revoked; shown only once."""
import json

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, limit, request, until

limit(60)


def chat(gateway, token, header="Authorization"):
    value = f"Bearer {token}" if header == "Authorization" else token
    body = {"model": "bench/bench-model", "messages": [{"role": "user", "content": "x"}]}
    return request(gateway.port, "POST", "/v1/chat/completions", body, {header: value})


def status(gateway, token):
    return chat(gateway, token).status


ODD = "sk-cl-of-a-form-of-our-own"  # a configured token may have any form
with Mock() as mock, Gateway(mock, models=["bench-model", "other-model"],
                             keys=["{ name: odd, token: env:SCENE_ODD }"],
                             environment={"SCENE_ODD": ODD}) as gateway:
    expect(status(gateway, ODD), 200, "a configured token that begins like ours")
    expect_in("mistyped", chat(gateway, ODD + "x").json["error"]["message"])
    made = json.loads(gateway.costlens("key", "create", "--name", "app", "--team", "red",
                                       "--models", "bench/bench-*", "--json").stdout)
    token = made["token"]
    expect_true(token.startswith("sk-cl-"), "a token of ours")
    until(lambda: status(gateway, token) == 200, 2, "the running gateway knows the new key")
    for header in ("x-api-key", "x-goog-api-key"):
        expect(chat(gateway, token, header).status, 200, header)

    # An option that says nothing is no key without limits.
    for option in ("--models", "--expires", "--team", "--name"):
        named = () if option == "--name" else ("--name", "wide")
        none = gateway.costlens("key", "create", *named, option, "", check=False)
        expect((none.returncode, none.stdout), (2, ""), f"{option} ''")
        expect_in(f"{option} is empty", none.stderr)
    expect_true("wide" not in gateway.costlens("key", "list").stdout, "none was made")

    # Only its models.
    denied = request(gateway.port, "POST", "/v1/chat/completions",
                     {"model": "bench/other-model", "messages": [{"role": "user", "content": "x"}]},
                     {"Authorization": f"Bearer {token}"})
    expect(denied.status, 403)
    expect(denied.json["error"]["code"], "model_not_allowed")

    # At rest there is no token, nowhere.
    for path in gateway.state.rglob("*"):
        if path.is_file() and path.name != "dev.key":
            expect_true(token.encode() not in path.read_bytes(), f"the token is in {path.name}")
    expect_true(token not in gateway.costlens("key", "list").stdout, "the list shows no token")
    expect_in("app", gateway.costlens("key", "list").stdout)

    # Its name is in the ledger.
    expect(gateway.rows(3)[-1]["key"], "app")
    expect(gateway.rows()[-1]["team"], "red")

    # Ended by time, replaced, revoked.
    short = json.loads(gateway.costlens("key", "create", "--name", "short", "--expires", "1s",
                                        "--json").stdout)["token"]
    until(lambda: status(gateway, short) == 401, 5, "the key expires")
    expect(chat(gateway, short).json["error"]["code"], "expired_api_key")
    fresh = json.loads(gateway.costlens("key", "rotate", "app", "--json").stdout)["token"]
    until(lambda: status(gateway, fresh) == 200, 2, "the new token works")
    gateway.costlens("key", "revoke", "app")
    until(lambda: status(gateway, fresh) == 401, 2, "the revoked key is refused")
    expect(chat(gateway, fresh).json["error"]["message"], "This key is not accepted. It was revoked.")

    # A table that long names do not bend.
    gateway.costlens("key", "create", "--name", "n" * 60, "--token-file", gateway.state / "long")
    listed = gateway.costlens("key", "list").stdout.splitlines()
    state = listed[0].index("STATE")
    expect({line.split()[0]: line[state:].strip() for line in listed[1:]},
           {"scene": "in the configuration file", "odd": "in the configuration file",
            "short": "expired", "app": "revoked", "n" * 60: ""})
    expect(gateway.costlens("key", "list", "--json").stdout[-3:], "]}\n", "JSON is a line")

    # The token's file is there before the key is, and goes with a key that could not be made.
    lost = gateway.costlens("key", "create", "--name", "filed", "--token-file", "/nope/x", check=False)
    expect((lost.returncode, lost.stdout), (1, ""), "no file, no key")
    expect_in("/nope/x", lost.stderr)
    expect_true("filed" not in gateway.costlens("key", "list").stdout, "none was made")
    file = gateway.state / 'a "token"'
    expect(gateway.costlens("key", "rotate", "nobody", "--token-file", file, check=False).returncode, 1)
    expect_true(not file.exists(), "no token, no file")
    filed = json.loads(gateway.costlens("key", "create", "--name", "filéd", "--token-file", file, "--json").stdout)
    expect(filed, {"name": "filéd", "token_file": str(file)})
    expect(file.stat().st_mode & 0o777, 0o600)
    until(lambda: status(gateway, file.read_text().strip()) == 200, 2, "the filed token works")

    # A name is one that the file would take, too: none that CostLens makes for itself, and no path.
    admin = {"Authorization": f"Bearer {(gateway.state / 'admin.token').read_text().strip()}"}
    for name in ("shadow:support", "../x", "a,b", 'a"b'):
        for refused in (gateway.costlens("key", "create", name, check=False),
                        gateway.costlens("key", "create", "--name", name, "--json", check=False)):
            expect((refused.returncode, refused.stdout), (2, ""), name)
            expect_in(f"`{name}` is no name for a key", refused.stderr)
        answer = request(gateway.admin_port, "POST", "/api/v1/keys/create", {"name": name}, admin)
        expect(answer.status, 400, name)
    expect_true("shadow" not in gateway.costlens("key", "list").stdout, "none was made")

    expect(chat(gateway, "sk-cl-" + "0" * 40).json["error"]["code"], "invalid_api_key")
    expect(request(gateway.port, "POST", "/v1/chat/completions", {}).json["error"]["code"],
           "missing_api_key")
    expect(status(gateway, KEY), 200, "the key of the file")

expect(gateway.costlens("key", "list", "--json").stdout[-3:], "]}\n", "without a gateway too")
