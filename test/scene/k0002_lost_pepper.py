# SPDX-License-Identifier: Apache-2.0
"""A state folder that lost its pepper, or has another one, beside a ledger with keys: nobody is locked out without a word. It starts when
the file is back, or when its owner has given the keys new tokens."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit, question, request

limit(60)


def status(gateway, token):
    return request(gateway.port, "POST", "/v1/chat/completions", question(), {"Authorization": f"Bearer {token}"}).status


def token_of(gateway, *words):
    return json.loads(gateway.costlens("key", *words, "--json").stdout)["token"]


def refused(gateway, *words, wrong="missing"):
    done = gateway.costlens(*words, check=False)
    expect(done.returncode, 1, words)
    expect_in(f"pepper is {wrong}", done.stderr)
    expect_in("put it back", done.stderr)
    expect_in("costlens key rotate NAME", done.stderr)


with Mock() as mock:
    gateway = Gateway(mock).start()
    pepper, kept = gateway.state / "pepper", gateway.state / "kept"
    app = token_of(gateway, "create", "--name", "app")
    other = token_of(gateway, "create", "--name", "other")
    expect(status(gateway, app), 200)
    pepper.rename(kept)
    refused(gateway, "key", "create", "--name", "third")
    refused(gateway, "key", "rotate", "app")  # the running one knows the old pepper
    gateway.program.stop()

    refused(gateway, "serve")
    refused(gateway, "key", "create", "--name", "third")
    expect(pepper.exists(), False, "no other one was made")
    kept.rename(pepper)
    with gateway:
        expect(status(gateway, app), 200, "with the file that is back")

    # Another one is there.
    right = pepper.read_text()
    pepper.write_text("a" * 64 + "\n")
    refused(gateway, "serve", wrong="another one")
    refused(gateway, "key", "create", "--name", "third", wrong="another one")
    pepper.write_text(right)
    with gateway:
        expect(status(gateway, app), 200, "with the right one")
        pepper.write_text("a" * 64 + "\n")
        refused(gateway, "key", "create", "--name", "third", wrong="another one")

    # The right one is lost for good.
    fresh = token_of(gateway, "rotate", "app")
    gateway.costlens("key", "revoke", "other")
    with gateway:
        expect([status(gateway, token) for token in (fresh, app, other)], [200, 401, 401], "new tokens only")
