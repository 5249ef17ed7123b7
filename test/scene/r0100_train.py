# SPDX-License-Identifier: Apache-2.0
"""A router is learned from judged rows and measured on others, as text and as JSON; a bad row is named by its line and
leaves the old model in its place; a file that is no model, or cut, or damaged, is refused with the reason."""
import json
import os
import random
import stat
import subprocess

from lib.scene import COSTLENS, expect, expect_in, folder, limit

limit(120)
dice = random.Random(7)
NOUNS = ["cat", "dog", "sum", "tree", "river", "cloud", "stone", "road"]


def row():
    hard = dice.random() < 0.5
    gain = hard != (dice.random() < 0.1)
    words = f"{'Prove' if hard else 'Tell'} me of the {dice.choice(NOUNS)} and the {dice.choice(NOUNS)}."
    return {"prompt": words, "weak": int(not gain), "strong": 1, "weak_resp": "I am not sure." if gain else "It is so."}


def write(name, rows):
    path = folder / name
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return str(path)


def route(*words, code=0):
    done = subprocess.run([COSTLENS, "route", *words], capture_output=True, text=True, cwd=folder, check=False)
    expect(done.returncode, code, done.stderr)
    return done.stdout if code == 0 else done.stderr


some, more, others = (write(f"{name}.jsonl", [row() for _ in range(400)]) for name in ("some", "more", "others"))
model = folder / "a.model"

# Several files, either way of naming them; the same rows give the same bytes.
said = json.loads(route("train", "--data", some, more, "--prior", "none", "--out", "a.model", "--json"))
expect(said["rows"], 800)
expect(said["bytes"], model.stat().st_size)
route("train", "--data", some, "--data", more, "--prior", "none", "--out", "b.model")
expect(model.read_bytes() == (folder / "b.model").read_bytes(), True)
expect_in("prior", route("train", "--data", some, "--out", "c.model"))

# Measured on rows that it has not seen.
found = json.loads(route("eval", "--model", "a.model", "--data", others, "--json"))
for name in ("rows", "weak", "strong", "apgr", "cpt50", "cpt80", "save95", "save99", "loss", "share_weak"):
    expect(name in found, True, name)
for name in ("random", "length", "oracle", "cascade"):
    expect("apgr" in found[name] and "save95" in found[name], True, name)
expect(found["rows"], 400)
expect(found["random"]["apgr"], 0.5)
expect(found["apgr"] > found["length"]["apgr"] + 0.1, True, found)
expect(found["oracle"]["apgr"] >= found["apgr"], True, found)
expect(found["cascade"]["apgr"] > found["oracle"]["apgr"] - 0.02, True, found)
all_small = json.loads(route("eval", "--model", "a.model", "--data", others, "--threshold", "9", "--json"))
expect(all_small["share_weak"], 1)
dear = json.loads(route("eval", "--model", "a.model", "--data", others, "--ratio", "0.5", "--json"))
expect(dear["save95"] < found["save95"], True)
expect_in("oracle", route("eval", "--model", "a.model", "--data", others))

# Bad rows: the file, the line and why; the old model stays.
before = model.read_bytes()
bad = folder / "bad.jsonl"
for line, why in (('{"prompt":"x","weak":2,"strong":1}', "between 0 and 1"), ('{"prompt":"x","weak":0}', "`strong` is missing"),
                  ('{"weak":0,"strong":1}', "`prompt`"), ('{"prompt":"x","weak":0,"strong":1', "byte")):
    bad.write_text((folder / "some.jsonl").read_text() + line + "\n")
    said = route("train", "--data", str(bad), "--out", "a.model", code=1)
    expect_in(f"{bad}:401: ", said)
    expect_in(why, said)
few = write("few.jsonl", [row() for _ in range(5)])
expect_in("5 rows are too few", route("train", "--data", few, "--out", "a.model", code=1))
expect(model.read_bytes() == before, True)
expect_in("nowhere.jsonl", route("train", "--data", "nowhere.jsonl", "--out", "a.model", code=1))
expect(sorted(p.name for p in folder.glob("*.model*")), ["a.model", "b.model", "c.model"])

# Rows of stdin. What answers tell is learned from rows that have some; without, there is no cascade.
bare = write("bare.jsonl", [{k: v for k, v in row().items() if k != "weak_resp"} for _ in range(200)])
with open(bare, encoding="utf-8") as rows:
    done = subprocess.run([COSTLENS, "route", "train", "--data", "-", "--out", "bare.model"], stdin=rows, cwd=folder, check=False)
expect(done.returncode, 0)
expect(json.loads(route("eval", "--model", "bare.model", "--data", others, "--json"))["cascade"], None)
expect_in("no cascade: 400 rows", route("eval", "--model", "bare.model", "--data", others))
expect(json.loads(route("eval", "--model", "a.model", "--data", bare, "--json"))["cascade"], None)

# The model takes no other place than that of a model: not that of a device, a pipe, its rows.
rows_before = (folder / "bare.jsonl").read_bytes()
os.link(bare, folder / "same.jsonl")
for out in ("bare.jsonl", "./bare.jsonl", "same.jsonl"):
    expect_in("is a file of --data", route("train", "--data", some, bare, "--out", out, code=2))
expect((folder / "bare.jsonl").read_bytes() == rows_before, True)
os.mkfifo(folder / "pipe")
expect_in("pipe: it is no file", route("train", "--data", some, "--out", "pipe", code=1))
expect(stat.S_ISFIFO((folder / "pipe").stat().st_mode), True)
(folder / "link.model").symlink_to("bare.model")
route("train", "--data", some, "--out", "link.model")
expect((folder / "link.model").is_symlink(), True)
expect((folder / "bare.model").read_bytes() == (folder / "c.model").read_bytes(), True)

# Nothing is measured, nor proved, of no rows.
(folder / "none.jsonl").write_text("\n")
for verb in ("eval", "certify"):
    expect_in("there are no rows", route(verb, "--model", "a.model", "--data", "none.jsonl", code=1))

# Few rows carry no threshold: none is proposed, and all goes to the large model.
thin = write("thin.jsonl", [row() for _ in range(20)])
expect(json.loads(route("train", "--data", thin, "--out", "thin.model", "--json"))["threshold"], None)
expect_in("threshold      none", route("train", "--data", thin, "--out", "thin.model"))
found = json.loads(route("eval", "--model", "thin.model", "--data", others, "--json"))
expect([found["threshold"], found["share_weak"]], [None, 0])
expect_in("model, threshold none: 0.0 %", route("eval", "--model", "thin.model", "--data", others))

# Words that are wrong.
expect_in("--out", route("train", "--data", some, code=2))
expect_in("--data", route("train", "--out", "a.model", code=2))
expect_in("--model", route("eval", "--data", some, code=2))
expect_in("neither", route("train", "--data", some, "--prior", "some", "--out", "a.model", code=2))
expect_in("--ratio", route("eval", "--model", "a.model", "--data", some, "--ratio", "2", code=2))
expect_in("--threshold", route("eval", "--model", "a.model", "--data", some, "--threshold", "x", code=2))

# Models that are none.
for change, why in ((before[:-80], "cut"), (before + b"12345678", "cut"), (before[:-3] + b"\0\0\0", "checksum"),
                    (b"{}", "no model"), (b"", "no model"), (before[:4] + b"\x63" + before[5:], "newer version")):
    (folder / "d.model").write_bytes(change)
    said = route("eval", "--model", "d.model", "--data", others, code=1)
    expect_in("d.model: ", said)
    expect_in(why, said)
