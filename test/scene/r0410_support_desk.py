# SPDX-License-Identifier: Apache-2.0
"""The simulated support desk of the documentation comes out as its page says: to the last digit shown where no model has
learned; near it where one has, since its pairs are drawn by the calls' ids."""
import importlib.machinery
import importlib.util
import re

from lib.scene import SOURCE, expect, expect_true, limit

path = str(SOURCE / "tools/support-desk")
loader = importlib.machinery.SourceFileLoader("support_desk", path)
desk = importlib.util.module_from_spec(importlib.util.spec_from_loader("support_desk", loader))
loader.exec_module(desk)
AGAIN = "tools/support-desk --write makes it anew"


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def near(label, seen, wanted):
    numbers = [float(re.match(r"[-\d.]+", cell).group()) for cell in (seen, wanted)]
    room = 4 if label == "answers that are right" else 20 if "%" in wanted else 0.4 * numbers[1] + 0.05
    expect_true(abs(numbers[0] - numbers[1]) <= room, f"{label}: {seen}, on the page {wanted}; {AGAIN}")


limit(300)
found = desk.figures()
for now, page in zip(desk.table(found), desk.page_table()):
    seen, wanted = cells(now), cells(page)
    if not seen[-1][:1].isdigit():  # names
        expect(seen, wanted, AGAIN)
        continue
    expect(seen[:4], wanted[:4], AGAIN)  # no model has learned there
    near(seen[0], seen[4], wanted[4])
large, rule, cascade, measured = (found[name] for name in desk.WAYS)
expect_true(cascade["usd"] < rule["usd"] < large["usd"] and measured["usd"] < large["usd"], "each saves")
expect_true(cascade["escalated"] > 0 and cascade["right"] < large["right"], "what cannot be seen is not escalated")
