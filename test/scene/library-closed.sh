#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The installed library shows no name but costlens_*: a host program with functions named like ours
# (and like yyjson's) links, through pkg-config against an installed copy, and runs.
set -eu
[ -e "$COSTLENS_BUILD/libcostlens.a" ] || exit 77
! nm --undefined-only "$COSTLENS_BUILD/libcostlens.a" | grep -qE '__[at]san_init' || exit 77 # would need it in the host
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shown=$(nm --defined-only --extern-only "$COSTLENS_BUILD/libcostlens.a" | awk 'NF == 3 && $3 !~ /^costlens_/ { print $3 }')
[ -z "$shown" ] || { echo "the archive shows: $shown"; exit 1; }

cmake --install "$COSTLENS_BUILD" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name costlens.pc)")
export PKG_CONFIG_PATH
libs=$(pkg-config --libs-only-l costlens | sed 's/ *$//')
grep -qF -e "$libs" "$COSTLENS_SOURCE/include/costlens.h" || { echo "costlens.h names other libraries than pkg-config: $libs"; exit 1; }
cat >"$work/host.c" <<'END'
#include <costlens.h>
#include <stdio.h>

int money_add(void) { return 1; }
int arena_init(void) { return 1; }
int must_fail(void) { return 1; }
int yyjson_read_opts(void) { return 1; }

int main(void)
{
    puts(costlens_version());
    return money_add() + arena_init() + must_fail() + yyjson_read_opts() == 4 ? 0 : 1;
}
END
# shellcheck disable=SC2046
${CC:-cc} -Wall -o "$work/host" "$work/host.c" $(pkg-config --cflags --libs costlens)
"$work/host"

# The service starts the program where it was put.
service=$work/prefix/lib/systemd/system/costlens.service
[ ! -e "$service" ] || grep -q "^ExecStart=$work/prefix/bin/costlens serve" "$service"
