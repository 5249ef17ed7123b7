# SPDX-License-Identifier: Apache-2.0
"""costlens run, over the configuration of a Gateway that itself may run or not."""
import fcntl
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from lib.scene import COSTLENS, PATIENCE, folder

CALL = """
import json, os, sys, urllib.request
for text in sys.argv[1:] or ["hello"]:
    body = {"model": os.environ.get("SCENE_MODEL", "bench/bench-model"), "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        json.dumps(body).encode(), {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
        "Content-Type": "application/json", **json.loads(os.environ.get("SCENE_HEADERS", "{}"))})
    print(bool(json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]), flush=True)
"""


def program(text):
    """A Python program as CMD."""
    path = Path(tempfile.mkstemp(suffix=".py", dir=folder)[1])
    path.write_text(text)
    return [sys.executable, str(path)]


def calling(*texts):
    return [*program(CALL), *texts]


def configured(gateway):
    """The gateway's file is written, and it is not started."""
    gateway.file.write_text(gateway.config())
    return gateway


def command(gateway, cmd, options=()):
    return [COSTLENS, "run", "--config", str(gateway.file), *options, "--", *cmd]


def run(gateway, cmd, *options, environment=None, **more):
    return subprocess.run(command(gateway, cmd, options), text=True, capture_output=True,
                          env={**gateway.environment, **(environment or {})},
                          timeout=60 * PATIENCE, **more)


def start(gateway, cmd, *options, environment=None, **more):
    return subprocess.Popen(command(gateway, cmd, options), text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**gateway.environment, **(environment or {})}, **more)


def owned(gateway):
    """Some process owns its store."""
    with open(f"{gateway.store}.lock") as f:
        try:
            fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def bill_of(done):
    """What --json printed."""
    return json.loads(done.stderr.strip().splitlines()[-1])["bill"]
