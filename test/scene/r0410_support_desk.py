# SPDX-License-Identifier: Apache-2.0
"""The simulated support desk of the documentation comes out as its page says: shares and costs, to the last digit shown."""
import importlib.machinery
import importlib.util

from lib.scene import SOURCE, expect, limit

path = str(SOURCE / "tools/support-desk")
loader = importlib.machinery.SourceFileLoader("support_desk", path)
desk = importlib.util.module_from_spec(importlib.util.spec_from_loader("support_desk", loader))
loader.exec_module(desk)

limit(120)
lines = desk.table(desk.figures())
expect(desk.page_table()[:len(lines)], lines, "the page's table; tools/support-desk --write makes it anew")
