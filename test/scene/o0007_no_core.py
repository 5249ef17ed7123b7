# SPDX-License-Identifier: Apache-2.0
"""A gateway that dies leaves no core behind: providers' keys would be in it."""
import os
import resource
import signal
import subprocess
import sys

from lib.scene import Gateway, Mock, expect_true, folder, skip

DUMPS = folder / "dumps"
DUMPS.mkdir()


def allow_cores():
    os.chdir(DUMPS)
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def dumped(process):
    """Ends it as a crash does; whether the system wrote a core."""
    process.send_signal(signal.SIGQUIT)
    status = os.waitpid(process.pid, 0)[1]
    process.returncode = -os.WTERMSIG(status)
    expect_true(os.WIFSIGNALED(status), f"it died of the signal ({status})")
    return os.WCOREDUMP(status)


other = subprocess.Popen([sys.executable, "-c", "print(1, flush=True); input()"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, preexec_fn=allow_cores)
other.stdout.readline()
if not dumped(other):
    skip("no program leaves a core here")
with Mock() as mock, Gateway(mock, preexec=allow_cores) as gateway:
    gateway.chat("x")
    expect_true(not dumped(gateway.program.process), "no core of the gateway")
