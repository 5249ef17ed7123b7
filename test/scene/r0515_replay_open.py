# SPDX-License-Identifier: Apache-2.0
"""What no record tells of another policy `costlens route replay` says, in words and in JSON, and gives no interval where it
would be none: other checks of answers, other calls, other turns or sessions. A gateway of another version is not the file's fault."""
import json
import os
import socket
import threading

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.told import Told

limit(60)
FINE, REFUSED = "It is fine.", "I'm sorry, but I can't help with that."
PRICES = "".join(f"  - {{ model: told/{name}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for name, usd in (("small", 1), ("second", 3), ("large", 10)))
FIRST = "  - { name: first, small: told/small, large: told/large, match: { key: somebody } }\n"
DESK = "  - { name: desk, small: told/small, large: told/large, match: { key: nobody }, verify: [refusal, empty], hold: 5s }\n"
ROUTES = "routes:\n" + FIRST + DESK
CALLS = 8
told = Told()

with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=PRICES + ROUTES) as gateway:
    for n in range(CALLS):
        headers = {"x-told": json.dumps({"small": REFUSED if n % 4 == 0 else FINE, "large": "LARGE"})}
        expect(gateway.chat("hello", model="desk", headers=headers).status, 200)
    until(lambda: len({row["request"] for row in gateway.rows()}) >= CALLS, 10, "the ledger has them")

    def replay(routes, *words):
        file = gateway.state / "policy.yaml"
        file.write_text(gateway.config().replace(ROUTES, "routes:\n" + routes))
        return gateway.costlens("route", "replay", "--policy", str(file), "--route", "desk", *words, check=False)

    def of(routes):
        [found] = json.loads(replay(routes, "--json").stdout)["routes"]
        cost = found["cost_usd"]
        expect((found["calls"], found["changed"], cost["low"] is None), (CALLS, 0, cost["high"] is None))
        return cost, " ".join(found["notes"])

    # As it is, however it is written.
    for same in (FIRST + DESK, FIRST + DESK.replace("[refusal, empty]", "[empty, refusal]"),
                 FIRST + DESK.replace("key: nobody", "key: [nobody]"),
                 FIRST + DESK.replace("match:", "require: [tools], match:"),  # looked at anew
                 FIRST + DESK + FIRST.replace("first", "last")):
        cost, notes = of(same)
        expect((cost["low"], cost["high"]), (cost["was"],) * 2, same)
        expect_true("interval" not in notes, notes)

    # Other checks: nobody has made them.
    for old, new in (("hold: 5s", "hold: 0"), ("[refusal, empty]", "[refusal, empty, repetition]"), ("[refusal, empty]", "[refusal]"),
                     ("[refusal, empty]", "[refusal, { agree: told/second }]")):
        cost, notes = of(FIRST + DESK.replace(old, new))
        expect(cost["low"], None, new)
        expect_in(f"how many of {CALLS} small answers it would refuse is not known", notes)
    # None, and no large side either: what was refused is given, and costs no escalation.
    cost, notes = of(FIRST + DESK.replace("[refusal, empty]", "[]").replace("large: told/large, ", ""))
    expect((cost["low"], cost["high"]), (cost["would"],) * 2)
    expect_in("2 small answers that a verifier has refused would be given", notes)

    # Other calls: those that it matches, or that a route before it, or a local one, leaves it.
    for other in (FIRST + DESK.replace("key: nobody", "key: else"), FIRST.replace("key: somebody", "key: '*'") + DESK, DESK,
                  DESK + FIRST, FIRST + DESK + FIRST.replace("first", "last").replace("match:", "local_only: true, match:")):
        cost, notes = of(other)
        expect(cost["low"], None, other)
        expect_in("the policy's route takes other calls", notes)

    # Whose turn it would be, and where a session would stand, nobody knows; budgets and keys are told, and change no figure.
    cost, notes = of(FIRST + DESK.replace("small: told/small", "small: [{ model: told/small, weight: 1 }, { model: told/second, weight: 1 }]"))
    expect(cost["low"], None)
    expect_in(f"{CALLS} calls would find the models of a side in another order", notes)
    cost, notes = of(FIRST + DESK.replace("hold: 5s", "hold: 5s, sticky: user"))
    expect(cost["low"], None)
    expect_in("another `sticky`", notes)
    expect_true("other budgets or keys" not in notes, notes)
    budgets = "budgets: [{ name: day, scope: { key: nobody }, limit: 1, window: day, on_exceed: downgrade }]\n"
    cost, notes = of(FIRST + DESK + budgets)
    expect((cost["low"], cost["high"]), (cost["was"],) * 2)
    expect_in("other budgets or keys", notes)

    text = replay(FIRST + DESK.replace("hold: 5s", "hold: 0")).stdout
    [line] = [line for line in text.splitlines() if line.startswith("cost, USD")]
    expect_true(" to " not in line, line)
    expect_in("note: the policy's route checks answers otherwise (`verify`, `hold`)", text)

# A gateway of an earlier version does not understand what this program has made of a good file.
said = b'{"error":{"code":"bad_request","message":"\\"policy\\": `small` is missing, or not as it should be"}}\n'
path = str(gateway.state / "costlens.sock")
if os.path.exists(path):
    os.unlink(path)
older = socket.socket(socket.AF_UNIX)
older.bind(path)
older.listen()


def answer():
    connection, _ = older.accept()
    with connection:
        data = b""
        while b"\r\n\r\n" not in data or not data.endswith(b"}"):
            data += connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close"
                           b"\r\n\r\n%s" % (len(said), said))


thread = threading.Thread(target=answer, daemon=True)
thread.start()
done = replay(FIRST + DESK)
thread.join(30)
expect((done.returncode, done.stdout), (1, ""), done.stderr)
expect_in("the gateway that runs is of another version than this program", done.stderr)
expect_in("Nothing is wrong with the file", done.stderr)
