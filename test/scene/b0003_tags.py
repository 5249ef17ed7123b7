# SPDX-License-Identifier: Apache-2.0
"""What a call was for: tags from the header, the body's metadata, and what the key owns."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true

KEYS = ["{ name: owned, token: env:SCENE_OWNED, team: red, project: apollo }"]

with Mock() as mock, Gateway(mock, keys=KEYS,
                             environment={"SCENE_OWNED": "owned-" + "b" * 40}) as gateway:
    gateway.chat("a", headers={"x-costlens-tags": "feature=chat,step=caf%C3%A9"})
    gateway.chat("b", metadata={"feature": "search"}, user="ann")
    owned = {"Authorization": "Bearer owned-" + "b" * 40, "x-costlens-tags": "team=blue,feature=chat"}
    expect(gateway.chat("c", headers=owned).status, 200)
    gateway.rows(3)

    by_feature = {r["tag:feature"] if "tag:feature" in r else r.get("feature", r.get("tag")): r
                  for r in gateway.report("--by", "tag:feature")["rows"]}
    expect(by_feature["chat"]["requests"], 2)
    expect(by_feature["search"]["requests"], 1)
    by_team = {r["team"]: r["requests"] for r in gateway.report("--by", "team")["rows"]}
    expect(by_team.get("red"), 1, "the key's team")
    expect_true("blue" not in by_team, "a tag cannot take the place of the key's team")

    # Our header's tags come first; what others say is taken as far as there is room. The user stays.
    before = len(gateway.rows())
    filled = gateway.chat("f", headers={"x-costlens-tags": "feature=first,x=y", "helicone-property-lead": "h"},
                          metadata={**{f"m{i:02}": "v" for i in range(15)}, "feature": "second"}, user="bob")
    expect(filled.status, 200, "sixteen of metadata and two of ours")
    row = gateway.rows(before + 1)[-1]
    tags = {t["name"]: t["value"] for t in gateway.sql(
        f"select name, value from tag where lower(hex(id)) = '{row['request'].replace('-', '')}'")}
    expect(len(tags), 16)
    for name, value in (("feature", "first"), ("x", "y"), ("lead", "h"), ("user", "bob")):
        expect(tags.get(name), value, name)
    expect(row["who"], "bob")

    # Too many, or too long: refused, and nothing sent.
    before = len(mock.bills())
    many = ",".join(f"t{i}=x" for i in range(17))
    expect(gateway.chat("d", headers={"x-costlens-tags": many}).status, 400)
    expect(gateway.chat("e", headers={"x-costlens-tags": "a=" + "x" * 257}).status, 400)
    # One name with two values: which was meant nobody knows.
    twice = gateway.chat("g", headers={"x-costlens-tags": "desk=hr,feature=chat,desk=sales"})
    expect(twice.status, 400)
    expect_in('"desk=sales"', twice.json["error"]["message"])
    expect(len(mock.bills()), before)
    expect(gateway.chat("h", headers={"x-costlens-tags": "desk=hr,desk=hr"}).status, 200)
