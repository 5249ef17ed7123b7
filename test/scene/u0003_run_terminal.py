# SPDX-License-Identifier: Apache-2.0
"""costlens run at a terminal: an interrupt reaches the program once, a stopped one is the shell's job and goes
on, the size of the window is told, and the bill comes in colours when it has ended."""
import fcntl
import os
import pty
import select
import shlex
import struct
import termios
import time

from lib.run import calling, command, configured, program
from lib.scene import Gateway, Mock, expect, expect_in, expect_true

TRAP = """
import os, signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append("INT"))
signal.signal(signal.SIGWINCH, lambda *_: seen.append(f"WINCH{os.get_terminal_size().columns}"))
print("ready", sys.stdin.isatty(), sys.stdout.isatty(), flush=True)
while True:
    line = sys.stdin.readline().strip()
    time.sleep(0.2)
    print("seen", " ".join(seen), flush=True)
    if line == "end":
        sys.exit(6)
"""


class Terminal:
    """A shell with job control, at a terminal of its own."""

    def __init__(self, gateway):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({**gateway.environment, "PS1": "$ ", "ENV": "", "TERM": "xterm"})
            os.execvp("sh", ["sh", "-i", "-m"])

    def say(self, text):
        os.write(self.fd, text.encode())

    def wait(self, wanted, seconds=20):
        """All that was shown until `wanted` came, which is then behind."""
        end = time.monotonic() + seconds
        while wanted not in self.text:
            left = end - time.monotonic()
            expect_true(left > 0, f"{wanted!r} comes; there is {self.text!r}")
            if select.select([self.fd], [], [], left)[0]:
                self.text += os.read(self.fd, 65536).decode(errors="replace")
        before, self.text = self.text.split(wanted, 1)
        return before


with Mock() as mock:
    gateway = configured(Gateway(mock))
    terminal = Terminal(gateway)
    line = shlex.join(command(gateway, program(TRAP)))
    terminal.wait("$ ")
    terminal.say(f"{line}; echo code $?\n")
    terminal.wait("ready True True")
    terminal.say("\x03")
    time.sleep(0.5)
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 77, 0, 0))
    terminal.say("\n")
    terminal.wait("seen INT WINCH77\r\n")
    terminal.say("end\n")
    expect_in("NOTHING WAS SEEN", terminal.wait("code 6"))

    terminal.say(f"{line}\n")
    terminal.wait("ready True True")
    terminal.say("\x1a")
    terminal.wait("topped")
    terminal.say("jobs; echo the''re\n")
    expect_in("topped", terminal.wait("there\r\n"))
    terminal.say("fg\n")
    terminal.say("end\n")
    terminal.wait("seen")
    terminal.say("echo code $?\n")
    terminal.wait("code 6")

    terminal.say(f"{shlex.join(command(gateway, calling('x')))}; echo code $?\n")
    shown = terminal.wait("code 0")
    expect_in("\x1b[1mcostlens: what", shown)
    expect_in("bench/bench-model", shown)
    terminal.say("exit\n")
    os.waitpid(terminal.pid, 0)
    os.close(terminal.fd)
