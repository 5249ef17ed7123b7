// SPDX-License-Identifier: Apache-2.0
//
// manual - doc/costlens.1 and doc/configuration.md, made from the tables of commands and of the
// configuration. The committed files are what `costlens internal-docs` prints; a test compares.

#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H

#include "base/buf.h"

void manual_page(struct buf *out);          // doc/costlens.1
void manual_configuration(struct buf *out); // doc/configuration.md
// `costlens internal-docs page|configuration`, which no help lists.
int manual_command(int argc, char **argv);

#endif
