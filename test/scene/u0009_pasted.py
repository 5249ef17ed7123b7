# SPDX-License-Identifier: Apache-2.0
"""A command that a refusal or a note tells can be pasted into a shell as it stands, whatever the budget is called."""
import os
import re
import subprocess

from lib.scene import COSTLENS, Gateway, Mock, expect, expect_in, limit

limit(60)
NAMES = ("ci", "x y", "it's $(touch ran)", "-dash", "--limit", "run-日本", "`id`; #")


def pasted(gateway, text, usd=None):
    """The last command in backticks, as a shell takes it."""
    line = re.findall(r"`(costlens .*)`", text)[-1]
    line = line.replace(" USD", f" {usd}") if usd else line
    folder = gateway.state / "pasted"
    folder.mkdir(exist_ok=True)
    (folder / "costlens").unlink(missing_ok=True)
    (folder / "costlens").symlink_to(COSTLENS)
    done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=30,
                          env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    expect(done.returncode, 0, f"{line}\n{done.stderr}")
    expect(sorted(os.listdir(folder)), ["costlens"], line)
    return done


def ask(gateway, verb, name):
    done = subprocess.run([COSTLENS, "budget", *verb, "--config", str(gateway.file), "--", name], capture_output=True,
                          text=True, timeout=30)
    expect(done.returncode, 0, done.stderr)
    return done.stderr


def refused(gateway):
    answer = gateway.chat("x")
    expect(answer.status, 402)
    return answer.json["error"]["message"]


with Mock() as mock, Gateway(mock) as gateway:
    for name in NAMES:
        ask(gateway, ("set", "--limit", "0.000001"), name)
        expect_in(f'"{name}"', refused(gateway))
        pasted(gateway, refused(gateway), "5")
        expect(gateway.chat("x").status, 200, name)
        note = ask(gateway, ("pause",), name)
        told = refused(gateway)
        expect_in("is paused", told)
        pasted(gateway, told)
        expect(gateway.chat("x").status, 200, name)
        ask(gateway, ("pause",), name)
        pasted(gateway, note)
        expect(gateway.chat("x").status, 200, name)
        ask(gateway, ("rm",), name)
    ask(gateway, ("set", "--limit", "0.000001"), "ci")
    for told in (refused(gateway), ask(gateway, ("pause",), "ci"), refused(gateway)):
        expect_in(f" --config {gateway.file}`", told)
