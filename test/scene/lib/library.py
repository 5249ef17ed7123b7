# SPDX-License-Identifier: Apache-2.0
"""library - compiles a program of test/lib against an installed copy of libcostlens, found through pkg-config."""
import os
import shlex
import subprocess
from pathlib import Path

from lib.scene import SOURCE, folder, skip


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout


def compiled(name, *packages):
    """The program of test/lib/<name>.c; other packages may be linked beside. Skips the scene where there is no library."""
    build = Path(os.environ.get("COSTLENS_BUILD") or SOURCE / "build")
    archive = build / "libcostlens.a"
    if not archive.exists():
        skip("no library here")
    if "san_init" in subprocess.run(["nm", "--undefined-only", archive], capture_output=True, text=True, check=True).stdout:
        skip("built with a sanitizer")
    run("cmake", "--install", build, "--prefix", folder / "prefix")
    where = dict(os.environ, PKG_CONFIG_PATH=str(next((folder / "prefix").rglob("costlens.pc")).parent))
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "costlens", *packages, env=where))
    program = folder / name
    run(*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", program,
        SOURCE / f"test/lib/{name}.c", *flags)
    return program
