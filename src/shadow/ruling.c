// SPDX-License-Identifier: Apache-2.0

#include "shadow/ruling.h"

#include "verify/same.h"
#include "verify/verify.h"

// What is said beside calls of tools, if anything, is not compared: they are the answer.
static bool same_answer(const struct answer *weak, const struct answer *strong)
{
    struct str a = answer_text(weak);
    struct str b = answer_text(strong);
    if (weak->call_count > 0 || strong->call_count > 0)
        return same_calls(weak, strong);
    return str_eq(a, b) || same_texts(a, b, &alloc_heap);
}

static enum finding_verdict form_of(const struct asked *asked, const struct answer *a)
{
    const struct verify_case c = {.answer = a, .asked = asked};
    struct finding f = {.verdict = VERDICT_UNSURE};
    verifier_schema(&c, &f);
    return f.verdict;
}

struct ruling ruling_compare(const struct asked *asked, const struct answer *weak,
                             const struct answer *strong)
{
    const enum finding_verdict of_weak = form_of(asked, weak), of_strong = form_of(asked, strong);
    if (of_weak == VERDICT_BAD || of_strong == VERDICT_BAD)
        return (struct ruling){RULED_SCHEMA, of_weak != VERDICT_BAD, of_strong != VERDICT_BAD};
    if (same_answer(weak, strong))
        return (struct ruling){RULED_EXACT, true, true};
    return (struct ruling){.by = RULED_NOT};
}
