# SPDX-License-Identifier: Apache-2.0
"""power - the power fails: of what a killed program changed and never synced (fault/power_preload.c), any part is on the
disk, in any order, torn at any sector."""
import os
import shutil
import struct
from pathlib import Path

from lib.scene import COSTLENS, skip

PRELOAD = Path(COSTLENS).parent / "test/power_preload.so"
SECTOR = 512
if not PRELOAD.exists():
    skip(f"{PRELOAD.name} is not built")


class Power:
    HEAD = struct.Struct("=IIqqII")

    def __init__(self, below):
        self.below, self.boots = Path(below), 0
        self.log = self.below.parent / (self.below.name + ".power")
        self.boot = self.below.parent / (self.below.name + ".boot")
        self.environment = {"LD_PRELOAD": str(PRELOAD), "POWER_FOLDER": str(below), "POWER_LOG": str(self.log),
                            "POWER_BOOT": str(self.boot)}
        self.begin()

    def begin(self):
        """The machine starts: all that is on the disk stays there."""
        for copy in self.log.parent.glob(self.log.name + ".*"):
            copy.unlink()
        self.log.write_bytes(b"")
        self.boots += 1
        self.boot.write_text(f"boot-{self.boots}\n")

    def records(self):
        """All but one that its program died in: that change was never made."""
        data, at = self.log.read_bytes(), 0
        while at + self.HEAD.size <= len(data):
            what, path, place, old_size, new, old = self.HEAD.unpack_from(data, at)
            at += self.HEAD.size
            name, at = data[at:at + path].decode(), at + path
            if at + new + old > len(data):
                return
            yield chr(what), name, place, old_size, data[at:at + new], data[at + new:at + new + old]
            at += new + old

    def unsynced(self):
        """The changes that no sync has reached, in their order: of files, and of names."""
        changes, names = {}, []
        for what, name, *more in self.records():
            if what == "y":
                changes.pop(name, None)
                names = [n for n in names if os.path.dirname(n[1]) != name]
            elif what in "mg":
                names.append((what, name, *more))
                changes.pop(name, None)  # of another file of that name
            else:
                changes.setdefault(name, []).append((what, *more))
        return changes, names

    def fail(self, dice):
        """Leaves of that what a disk may have of it. How many changes were in doubt."""
        changes, names = self.unsynced()
        keep = dice.choice((0.0, 0.5, 0.9, 1.0))
        for what, name, number, process, *_ in reversed(names):
            if what == "g" and not os.path.exists(name) and dice.random() >= keep:
                shutil.copyfile(f"{self.log}.{number}.{process}", name)
            elif what == "m" and os.path.exists(name) and dice.random() >= keep:
                os.unlink(name)
        for name, of_file in changes.items():
            if os.path.exists(name):
                with open(name, "r+b") as file:
                    self.redo(file, of_file, keep, dice)
        self.begin()
        return sum(map(len, changes.values())) + len(names)

    def redo(self, file, changes, keep, dice):
        for what, place, old_size, _, old in reversed(changes):
            file.seek(place)
            file.write(old)
            file.truncate(old_size)
        for what, place, _, new, _ in changes:
            whole, torn = dice.random() < keep, dice.random() < 0.3
            if what == "s":
                if whole:
                    file.truncate(place)
                continue
            at = 0
            while at < len(new):  # up to the end of its sector
                end = min(len(new), at + SECTOR - (place + at) % SECTOR)
                if (dice.random() < 0.5) if torn and keep < 1 else whole:
                    file.seek(place + at)
                    file.write(new[at:end])
                at = end
