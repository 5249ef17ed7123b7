# SPDX-License-Identifier: Apache-2.0
"""The library's example, compiled against an installed copy through pkg-config, prices what the mock bills, and
passes no cap, though it is killed again and again."""
import json
import os
import signal
import subprocess
from decimal import Decimal

from lib.library import compiled, run
from lib.scene import Mock, expect, expect_true, folder, until
from lib.scripted import Scripted

example = compiled("example", "libcurl")

with Mock() as mock:
    where = dict(os.environ, OPENAI_BASE_URL=f"http://127.0.0.1:{mock.port}/v1", OPENAI_API_KEY="none")
    said = run(example, "gpt-4o", "Say hello.", env=where)
    [bill] = mock.bills(1)
    # gpt-4o: 2.50 and 10 USD for 10^6 tokens.
    cost = (Decimal("2.5") * bill["input"] + 10 * bill["output"]) / 10 ** 6
    expect_true(f"picodollars {int(cost * 10 ** 12)}\n" in said, said)
    expect_true(f"total: {cost:.12f} USD\n" in said, said)
    expect_true("estimated" not in said, said)

    # A stream without its counts is estimated, and says so.
    where["OPENAI_BASE_URL"] = f"http://127.0.0.1:{mock.port}/+no-usage/v1"
    expect_true("estimated" in run(example, "gpt-4o", "Say hello.", env=where), "estimated")

    # Nobody's model: the cost is not known, which is not zero.
    done = subprocess.run([example, "nobodys-model", "Say hello."], capture_output=True, text=True, env=where)
    expect(done.returncode, 1)
    expect_true("unpriced: no price is known" in done.stdout and "picodollars" not in done.stdout, done.stdout)
    expect(subprocess.run([example], capture_output=True).returncode, 2, "usage")

    # A cap. Calls that are over count what they cost, those that were killed their most.
    def capped(prompt, usd="0.10", model="gpt-4o"):
        return subprocess.Popen([example, model, prompt, usd, "spent.journal"], cwd=folder, env=where,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    where["OPENAI_BASE_URL"] = f"http://127.0.0.1:{mock.port}/v1"
    before = len(mock.bills())
    program = capped("Say hello.")
    said = program.communicate()
    expect(program.returncode, 0, said)
    expect_true("today 0.0" in said[0] and "of 0.10 USD" in said[0], said)

    where["OPENAI_BASE_URL"] = f"http://127.0.0.1:{mock.port}/+slow=300/v1"
    journal = folder / "spent.journal"
    open_hold = b"CL\x01\x02"
    program = capped("Say it slowly.")
    until(lambda: open_hold in journal.read_bytes() and b"CL\x01\x03" not in journal.read_bytes(), 10, "the hold is kept")
    kept, sent = journal.read_bytes(), len(mock.bills())
    others = [capped("Say hello.") for _ in range(3)]  # each would have the room of all
    for other in others:
        said = other.communicate()
        expect((other.returncode, said[0]), (1, ""), said)
        expect(said[1], "spent.journal: another program has this journal; nothing is sent\n")
    expect((journal.read_bytes(), len(mock.bills())), (kept, sent), "what they left alone")
    program.send_signal(signal.SIGKILL)  # and the lock is gone with it
    program.communicate()

    where["OPENAI_BASE_URL"] = f"http://127.0.0.1:{mock.port}/v1"
    program = capped("Say hello.")
    said = program.communicate()
    expect(program.returncode, 0, said)
    expect_true("1 call of a run that died counts at its most" in said[0], said)

    calls = 0
    while program.returncode == 0 and calls < 1000:
        program = capped(f"Say {calls}.")
        said = program.communicate()
        calls += 1
    expect(program.returncode, 3, said)
    expect_true("not sent: budget cap: limit 0.10, spent 0.0" in said[1], said)
    expect_true("raise its limit, or wait until its window is over" in said[1], said)
    bills = mock.bills()[before:]
    billed = sum((Decimal("2.5") * b["input"] + Decimal("1.25") * b["cache_read"] + 10 * b["output"]) / 10 ** 6
                 for b in bills)
    expect_true(Decimal("0.04") < billed <= Decimal("0.10"), (billed, len(bills)))
    program = capped("Say more.", usd="0.5")  # raised, and it goes on
    expect(program.communicate() and program.returncode, 0)

    # What nobody can bound is not sent, nor what is no cap, and nothing is read from a journal that was changed.
    sent = len(mock.bills())
    for words in ({"model": "nobodys-model"}, {"usd": "-1"}):
        program = capped("Say hello.", **words)
        said = program.communicate()
        expect_true(program.returncode != 0 and said[1], said)
    whole = journal.read_bytes()
    journal.write_bytes(b"xy")
    program = capped("Say hello.", usd="0.5")
    expect_true("the record at byte 0 is damaged" in program.communicate()[1], "another file is no journal")
    journal.write_bytes(whole + b"CL\x01")
    program = capped("Say hello.", usd="0.000001")
    expect_true("3 bytes at its end were of a record that was not finished" in program.communicate()[0], "torn is told")
    journal.write_bytes(whole[:9] + b"x" + whole[10:])
    program = capped("Say hello.", usd="0.5")
    expect_true("the record at byte 0 is damaged" in program.communicate()[1], "damage is told")
    expect(len(mock.bills()), sent, "calls that were sent")


class Liar(Scripted):
    """Its answer names more than the call could cost, then takes that back."""

    def answer(self, call, body):
        text = {"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}
        told = [{"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": n, "total_tokens": 8 + n}} for n in (400, 2)]
        call.send("".join(f"data: {json.dumps({'model': 'gpt-4o', **chunk})}\n\n" for chunk in (text, *told)) +
                  "data: [DONE]\n\n", "text/event-stream")


# Whatever of it is billed, the cap holds.
with Liar() as liar:
    where["OPENAI_BASE_URL"] = f"{liar.url}/v1"
    said = run(example, "gpt-4o", "Say hello.", "0.05", "lied.journal", env=where, cwd=folder)
expect_true(", estimated\n" in said, said)
[spent] = [Decimal(line.split()[1]) for line in said.splitlines() if line.startswith("today ")]
expect_true(Decimal("0.01") <= spent <= Decimal("0.05"), f"1,000 tokens were held: {said}")  # 10 USD for 10^6
