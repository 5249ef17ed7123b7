// SPDX-License-Identifier: Apache-2.0

#include "shadow/ruling.h"

#include "verify/schema.h"
#include "verify/verify.h"

static bool same_text(struct str a, struct str b)
{
    return str_eq(a, b) || (a.len && b.len && schema_same_texts(a, b, &alloc_heap));
}

static bool same_call(const struct answer_call *a, const struct answer_call *b)
{
    return str_eq(buf_str(&a->name), buf_str(&b->name)) &&
           same_text(str_trim(buf_str(&a->arguments)), str_trim(buf_str(&b->arguments)));
}

// What is said beside calls of tools, if anything, is not compared: they are the answer.
static bool same_answer(const struct answer *weak, const struct answer *strong)
{
    if (weak->call_count != strong->call_count)
        return false;
    for (unsigned i = 0; i < weak->call_count; i++)
        if (!same_call(&weak->calls[i], &strong->calls[i]))
            return false;
    return weak->call_count > 0 || same_text(answer_text(weak), answer_text(strong));
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
