// SPDX-License-Identifier: Apache-2.0
//
// A provider's own mark decides; else the words of a short answer, unless what was asked for is a
// text that refuses: a letter, or a translation of one.

#include "verify/rebuff.h"
#include "verify/refusal.h"
#include "verify/verify.h"
#include "verify/wish.h"

#define LONG_BYTES 1000 // an answer of so much text says something, whatever it begins with

static bool refuses(const struct verify_case *c, struct str text)
{
    if (c->answer->call_count > 0 || text.len > LONG_BYTES)
        return false;
    if (refusal_is(text) || rebuff_is(c->asked, text))
        return !(refusal_letter(text) && wish_writes(c->asked));
    return refusal_curt(text) && !wish_asks(c->asked);
}

void verifier_refusal(const struct verify_case *c, struct finding *out)
{
    const struct str text = answer_text(c->answer);
    if (c->answer->finish == ANSWER_REFUSED)
        finding_set(out, VERDICT_BAD, "its provider says that it is a refusal");
    else if (!refuses(c, text))
        return;
    else if (wish_refuses(c->asked))
        finding_set(out, VERDICT_UNSURE, "a text that refuses was asked for");
    else
        finding_set(out, VERDICT_BAD, "it begins with the words of a refusal");
}
