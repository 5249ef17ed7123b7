// SPDX-License-Identifier: Apache-2.0
//
// tagging - what the caller says the call is for: x-costlens-tags, OpenAI's metadata and user,
// x-litellm-tags, Helicone-Property-*. What the key owns (team, project, user) is not overridden.

#ifndef REQUEST_TAGGING_H
#define REQUEST_TAGGING_H

#include "base/status.h"

struct req;

// Fills the entry's tags with copies. Our own header comes first and is strict; what else says it
// (user, other tools' headers, metadata) is taken where it fits and nothing before said the same.
enum status tagging_read(struct req *r, struct why *why) MUST_USE;

#endif
