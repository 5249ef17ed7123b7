# SPDX-License-Identifier: Apache-2.0
"""The calls by which scripts/build lays the program out: this program serves them, every one."""
import os
import subprocess

from lib.scene import expect

result = subprocess.run(["sh", f"{os.environ['COSTLENS_SOURCE']}/scripts/train", os.environ["COSTLENS_BUILD"], "12"],
                        capture_output=True, text=True, timeout=120, check=False)
expect(result.stderr, "", "what the training says")
expect(result.returncode, 0)
