# SPDX-License-Identifier: Apache-2.0
"""Imports at once wait for each other; a list that cannot be fetched says why; a list that is to hold later is not of
that day; a price of before a model's first says so; each new term of a changed model is named, in table and JSON."""
import datetime
import json
import os
import pty
import socket
import subprocess
import threading
import time

from lib.run import configured
from lib.scene import COSTLENS, Gateway, Mock, expect, expect_in, folder

file = folder / "list.json"


def listed(name, cost):
    return json.dumps({name: {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": cost,
                              "output_cost_per_token": 6e-07}})


def price(*words):
    return gateway.costlens("price", *words, check=False)


def begin(*words):
    return subprocess.Popen([COSTLENS, "price", *words, "--config", str(gateway.file)], text=True,
                            env=gateway.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def serving(answer):
    """Says that to each who comes; None: nothing at all."""
    listener = socket.create_server(("127.0.0.1", 0))
    came = []

    def serve():
        while True:
            client, _ = listener.accept()
            came.append(client)
            if answer is not None:
                client.recv(4096)
                client.sendall(answer)
                client.close()
    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


def dripping():
    """A byte each half second, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
        try:
            while True:
                client.sendall(b" ")
                time.sleep(0.5)
        except OSError:
            pass
    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


def on_a_terminal(*words):
    main, side = pty.openpty()
    program = subprocess.Popen([COSTLENS, "price", *words, "--config", str(gateway.file)], env=gateway.environment,
                               stdout=subprocess.DEVNULL, stderr=side)
    os.close(side)
    return program, main


def rest_of(main):
    text = b""
    try:
        while part := os.read(main, 65536):
            text += part
    except OSError:
        pass
    os.close(main)
    return text.decode()


with Mock() as mock:
    gateway = configured(Gateway(mock))
    slow, terminal = on_a_terminal("diff", f"http://{dripping()}/list")
    mute = begin("diff", f"https://{serving(None)}/list")
    away = serving(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
    expect_in("leads on to an address that is not https://", price("diff", f"http://{away}/").stderr)
    expect_in("no answer of HTTP", price("diff", f"http://{serving(b'garbage' * 9)}/").stderr)

    file.write_text(listed("gpt-9-later", 9e-07))
    expect(price("import", str(file), "--from", "2099-06-01").returncode, 0)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    expect_in(f"(litellm {today.isoformat()[:7]}", price("history", "openai/gpt-9-later").stdout)
    shown = price("show", "openai/gpt-9-later").stdout
    expect_in("unpriced: its first price holds from 2099-06-01 on\n", shown)
    expect_in("  version ", shown)
    file.write_text(listed("gpt-9-now", 9e-07))
    refused = price("import", str(file))
    expect_in("costlens price forget 1, import this list, then that one again with --from 2099-06-01\n", refused.stderr)
    expect(price("forget", "1").returncode, 0)

    def priced(now, **more):
        file.write_text(json.dumps([{"id": "own", "models": [{"id": "m", "prices": [
            {"prices": {"input_mtok": now, "output_mtok": 2}}, *more.get("then", [])]}]}]))
    priced(1)
    expect(price("import", str(file)).returncode, 0)
    priced(1.1, then=[
        {"constraint": {"start_date": "2099-01-01"}, "prices": {"input_mtok": 3.0000000000000004, "output_mtok": 4}}])
    differs = price("diff", str(file))
    expect_in("  1.1  +10.0 %", differs.stdout)
    expect_in("then from 2099-01-01: input 3 output 4", differs.stdout)
    expect_in("\n1 figure was float debris", differs.stderr)
    expect(json.loads(price("diff", str(file), "--json").stdout)["changed"][0]["then"],
           ["from 2099-01-01: input 3 output 4"])
    expect(price("forget", "1").returncode, 0)

    several = []
    for n in range(6):
        own = folder / f"list{n}.json"
        own.write_text(listed(f"gpt-9-{n}", 9e-07))
        several.append(begin("import", str(own)))
    for one in several:
        out, err = one.communicate()
        expect(one.returncode, 0, err)
    expect(len(json.loads(price("history", "--json").stdout)["imports"]), 6)
    out, err = mute.communicate()
    expect_in("It may have no TLS: is it http://", err)

    told = rest_of(terminal)
    expect(slow.wait(60), 2, told)
    expect_in("\r0 KiB, 2 s ", told)
    expect_in("it answers too slowly. Fetch the list some other way and name the file", told)
    file.write_text(json.dumps({"gpt-9": {"litellm_provider": "openai", "mode": "chat", "output_cost_per_token": 1e-6,
                                          "input_cost_per_token": 1}}).replace(": 1}", ": 0." + "0" * 5 + "123456789" * 5 + "}"))
    expect_in("can be taken: an overlong price of input: the model is not taken (openai/gpt-9: 0.00000123456789",
              price("diff", str(file)).stderr)
    expect_in("import: `b` is one too many", price("import", str(file), "b").stderr)
    expect_in("cursor-agent", gateway.costlens("env", "--help").stdout)
