# SPDX-License-Identifier: Apache-2.0
"""The library's example, compiled against an installed copy through pkg-config, prices what the mock bills."""
import os
import shlex
import subprocess
from decimal import Decimal
from pathlib import Path

from lib.scene import SOURCE, Mock, expect, expect_true, folder, skip

build = Path(os.environ.get("COSTLENS_BUILD") or SOURCE / "build")
archive = build / "libcostlens.a"
if not archive.exists():
    skip("no library here")
if "san_init" in subprocess.run(["nm", "--undefined-only", archive], capture_output=True, text=True, check=True).stdout:
    skip("built with a sanitizer")


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout


run("cmake", "--install", build, "--prefix", folder / "prefix")
where = dict(os.environ, PKG_CONFIG_PATH=str(next((folder / "prefix").rglob("costlens.pc")).parent))
flags = shlex.split(run("pkg-config", "--cflags", "--libs", "costlens", "libcurl", env=where))
example = folder / "example"
run(*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", example,
    SOURCE / "test/lib/example.c", *flags)

with Mock() as mock:
    where = dict(os.environ, OPENAI_BASE_URL=f"http://127.0.0.1:{mock.port}/v1", OPENAI_API_KEY="none")
    said = run(example, "gpt-4o", "Say hello.", env=where)
    [bill] = mock.bills(1)
    # gpt-4o: 2.50 and 10 USD for 10^6 tokens.
    cost = (Decimal("2.5") * bill["input"] + 10 * bill["output"]) / 10 ** 6
    expect_true(f"picodollars {int(cost * 10 ** 12)}\n" in said, said)
    expect_true(f"total: {cost:.12f} USD\n" in said, said)
    expect_true("estimated" not in said, said)

    # A stream without its counts is estimated, and says so.
    where["OPENAI_BASE_URL"] = f"http://127.0.0.1:{mock.port}/+no-usage/v1"
    expect_true("estimated" in run(example, "gpt-4o", "Say hello.", env=where), "estimated")

    # Nobody's model: the cost is not known, which is not zero.
    done = subprocess.run([example, "nobodys-model", "Say hello."], capture_output=True, text=True, env=where)
    expect(done.returncode, 1)
    expect_true("unpriced: no price is known" in done.stdout and "picodollars" not in done.stdout, done.stdout)
    expect(subprocess.run([example], capture_output=True).returncode, 2, "usage")
