# SPDX-License-Identifier: Apache-2.0
"""books - what budgets must add up to: the accounts of the store, the charges of the rows, and the provider's bills.

Amounts are nanodollars. A call is charged its cost rounded up, or what it held where nobody knows the cost."""
import json
from collections import defaultdict

from lib.scene import PRICES, cost_of, expect, expect_true


def odd_prices():
    """From now on hardly any call costs whole nanodollars, or whole picodollars: all that rounds has to."""
    PRICES.update(input="0.1503715", output="0.6001293", cache_read="0.0753001")


def up(picodollars):
    return -(-picodollars // 1000)


def unpacked(packed):
    """(held, charged, accounts) of a row's charge, which SQL gives as hex: groups of 7 bits (core/charge.h)."""
    numbers, number, shift = [], 0, 0
    for byte in bytes.fromhex(packed):
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
    return numbers[0], numbers[1], numbers[2:]


def charges(gateway):
    """By call, what each of its attempts was charged: (held, charged, accounts)."""
    found = defaultdict(list)
    for row in gateway.sql("select lower(hex(id)) as call, hex(charge) as charge from call where charge not null"):
        found[row["call"]].append(unpacked(row["charge"]))
    return found


def accounts(gateway):
    """The store's accounts of budgets that are in force, each with the name of its budget."""
    return gateway.sql("select account.*, budget.name from account join budget on budget.id = account.budget "
                       "where budget.archived_us = 0 or budget.configured")


def shown(gateway, name):
    """A budget as the running gateway shows it."""
    return json.loads(gateway.costlens("budget", "show", name, "--json").stdout)["budget"]


def nano(text):
    """Of an amount as it is shown: "0.005"."""
    whole, _, part = text.partition(".")
    return int(whole) * 10**9 + int(part.ljust(9, "0"))


def verified(gateway):
    answer = gateway.costlens("ledger", "verify", check=False)
    expect((answer.returncode, answer.stderr), (0, ""), answer.stdout)


def within(gateway):
    """Every account is within its limit, and nothing is overdrawn."""
    for a in accounts(gateway):
        expect_true(a["settled"] + a["leased"] <= a["ceiling"] and a["overdraft"] == 0, f"within its limit: {a}")


def covered(gateway, rows, bills):
    """No call was charged less than its provider billed, and those whose cost is known exactly that. `bills`: by the
    call's name. How many were charged what they held, because nobody knows."""
    charged, captured = charges(gateway), 0
    for row in rows:
        held, amount, _ = charged[row["request"].replace("-", "")][row["attempt"]]
        bill = None if row["followed"] else bills.get(row["who"])
        cost = cost_of(bill) if bill else 0
        if row["sure"] == "reported":
            expect((row["cost_pd"], amount), (cost, up(cost)), f"{row['who']}: its cost, and what it was charged")
        else:
            captured += 1
            expect_true(amount >= max(held, up(cost)), f"{row['who']}: billed {cost}, charged {amount}: {row}")
    return captured
