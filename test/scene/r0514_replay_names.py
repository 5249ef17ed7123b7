# SPDX-License-Identifier: Apache-2.0
"""`costlens route replay` of a route that has chosen for no call names those that have: as many as there is room for, with
`...` for the others, and long names cut with one."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
NAMES = [f"{letter * 61}{n}" for n, letter in enumerate("abcde")] + ["idle"]
ROUTES = "routes:\n" + "".join(f"  - {{ name: {name}, small: bench/small, large: bench/large }}\n" for name in NAMES)

with Mock() as mock, Gateway(mock, models=["small", "large"], extra=ROUTES) as gateway:
    file = gateway.state / "policy.yaml"
    file.write_text(gateway.config())

    def said():
        none = gateway.costlens("route", "replay", "--policy", str(file), "--route", "idle", check=False)
        expect((none.returncode, none.stdout), (1, ""))
        return none.stderr

    for n, name in enumerate(NAMES[:-1]):
        expect(gateway.chat(model=name).status, 200)
        gateway.rows(n + 1)
        named = ", ".join(f"{other[:60]}..." for other in NAMES[:min(n + 1, 3)])
        expect_in(f"those that have: {named}" + (", ..." if n >= 3 else ""), said())
        expect_true((", ...," in said()) is False, "nothing behind the end")
