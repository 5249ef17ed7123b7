# SPDX-License-Identifier: Apache-2.0
"""disk - the gateway's disk, which fails when told to (fault/disk_preload.c)."""
import mmap
import struct
from pathlib import Path

from lib.scene import COSTLENS, skip

PRELOAD = Path(COSTLENS).parent / "test/disk_preload.so"
FOREVER = 1 << 60
if not PRELOAD.exists():
    skip(f"{PRELOAD.name} is not built")


class Disk:
    """The order that the gateway's disk follows, and what came of it."""
    FIELDS = struct.Struct("8q")
    WHICH = {"": 0, "growth": 0, "journal": 1, "ledger": -1}

    def __init__(self, below):
        path = Path(below).parent / (Path(below).name + ".order")
        path.write_bytes(self.FIELDS.pack(0, 0, FOREVER, FOREVER, 0, 0, 0, 0))
        with open(path, "r+b") as file:
            self.order = mmap.mmap(file.fileno(), self.FIELDS.size)
        self.environment = {"LD_PRELOAD": str(PRELOAD), "DISK_FOLDER": str(below), "DISK_ORDER": str(path)}

    def fail(self, error, first, past=FOREVER, which="", held=0):
        self.order[:] = self.FIELDS.pack(0, 0, first, past, error, which == "growth", self.WHICH[which], held)

    def heal(self):
        self.fail(0, FOREVER)

    def seen(self):
        return self.FIELDS.unpack(self.order[:])[0]

    def held(self):
        return self.FIELDS.unpack(self.order[:])[7] == 2

    def failed(self):
        return self.FIELDS.unpack(self.order[:])[1]
