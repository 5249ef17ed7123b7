// SPDX-License-Identifier: Apache-2.0
//
// faulty - the gateway that runs on with what it has read of a file before that became faulty.

#ifndef CMD_FAULTY_H
#define CMD_FAULTY_H

#include "base/status.h"
#include "config/config.h"

// Reads of a faulty file where its gateway is: in `*out`, which config_free ends, `state` can be
// used, and nothing else. CLOSED where that cannot be told, or no gateway that has read this file
// runs there.
enum status faulty_find(const struct config_source *source, struct config **out) MUST_USE;
// The warning that belongs to it, on stderr: `why` is what config_read says of the file.
void faulty_say(const struct why *why);

#endif
