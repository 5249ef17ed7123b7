# SPDX-License-Identifier: Apache-2.0
"""A scene that is skipped in its middle leaves nothing behind: no program that it began, no folder."""
import os
import signal
import subprocess
import sys
from pathlib import Path

from lib.scene import PATIENCE, expect, expect_true

SCENE = """
from lib.scene import Gateway, Mock, folder, skip
print(folder, flush=True)
with Mock() as mock, Gateway(mock) as gateway:
    Gateway(mock).start()  # nobody ends this one
    skip("enough")
"""


def running(word):
    """Those that were called with that word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            pass
    return found


done = subprocess.run([sys.executable, "-c", SCENE], text=True, capture_output=True, timeout=60 * PATIENCE,
                      env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)})
made, said = done.stdout.splitlines()
left = running(made)
for pid in left:
    os.kill(pid, signal.SIGKILL)
expect((done.returncode, said, left), (77, "skipped: enough", []), done.stderr)
expect_true(not Path(made).exists(), "its folder is gone")
