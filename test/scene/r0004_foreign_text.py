# SPDX-License-Identifier: Apache-2.0
"""What a caller or a provider wrote does not steer the terminal on which it is read."""
import unicodedata

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, question

limit(60)
ODD = "bench/a\u009b31mb\u0085c\u00e9"

WIDE = "bench/\u00fcn\u00ef\u6a21\u578b"

PROVIDERS = "  bench: {{ dialect: openai, url: {}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


with Mock() as mock, Gateway(mock, providers=PROVIDERS.format(mock.url)) as gateway:
    answer = gateway.post("/v1/chat/completions", question(model=ODD))
    gateway.rows(1)
    told = gateway.costlens("report", "--request", answer.headers["x-costlens-request-id"])
    expect_in("bench/a?31mb?c\u00e9", told.stdout)
    gateway.post("/v1/chat/completions", question(model=WIDE))
    gateway.post("/v1/chat/completions", question(model="bench/a\u202eb\u2066c"))
    gateway.rows(3)
    table = gateway.costlens("report", "--by", "model").stdout
    expect_true(WIDE in table and "bench/a?b?c" in table, table)
    expect(len({width(line) for line in table.splitlines()[:4]}), 1, table)
    expect_true("\u009b" not in told.stdout + table, "nothing steers the terminal")
    for name in ("b", "\u043a\u043b\u044e\u0447"):
        gateway.costlens("key", "create", name, "--team", "t-9")
    keys = gateway.costlens("key", "list").stdout
    expect_in("\u043a\u043b\u044e\u0447", keys)
    expect(len({width(line[:line.index("t-9")]) for line in keys.splitlines() if "t-9" in line}), 1, keys)
    csv = gateway.costlens("report", "--by", "model", "--format", "csv")
    expect_in("a\u009b31mb", csv.stdout, "data is as it was")
    for words in (("key", "create", "a\u009bb"), ("key", "create", "--user", "a\u009bb", "b")):
        got = gateway.costlens(*words, check=False)
        expect((got.returncode, got.stdout), (2, ""))
        expect_in("control characters", got.stderr)
