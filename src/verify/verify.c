// SPDX-License-Identifier: Apache-2.0

#include "verify/verify.h"

#include "verify/blank.h"

bool verifier_alone(enum verifier_kind kind)
{
    return kind != VERIFIER_AGREE && kind != VERIFIER_LOGPROB && kind != VERIFIER_HTTP;
}

const char *verifier_name(enum verifier_kind kind)
{
    static const char *const names[] = {
#define X(id, name, valued) [VERIFIER_##id] = (name),
        VERIFIER_MAP(X)
#undef X
    };
    must(kind < VERIFIER_COUNT);
    return names[kind];
}

bool verifier_read(struct str name, enum verifier_kind *out)
{
    for (enum verifier_kind k = 0; k < VERIFIER_COUNT; k++) {
        if (str_is(name, verifier_name(k))) {
            *out = k;
            return true;
        }
    }
    return false;
}

void verify(enum verifier_kind kind, const struct verify_case *c, struct finding *out)
{
    static verifier_f *const table[VERIFIER_COUNT] = {
        [VERIFIER_REFUSAL] = verifier_refusal, [VERIFIER_TRUNCATION] = verifier_truncation,
        [VERIFIER_EMPTY] = verifier_empty,     [VERIFIER_REPETITION] = verifier_repetition,
        [VERIFIER_SCHEMA] = verifier_schema,   [VERIFIER_ARITHMETIC] = verifier_arithmetic,
        [VERIFIER_AGREE] = verifier_agree,     [VERIFIER_LOGPROB] = verifier_logprob,
    };
    *out = (struct finding){.verdict = VERDICT_GOOD};
    if (!table[kind])
        finding_set(out, VERDICT_UNSURE, "nobody was asked");
    else if (c->answer->failed)
        finding_set(out, VERDICT_UNSURE, "the answer is too long to be verified");
    else
        table[kind](c, out);
}

void verifier_empty(const struct verify_case *c, struct finding *out)
{
    bool none =
        blank_text(answer_text(c->answer)) && c->answer->call_count == 0 && !c->answer->more;
    if (none && c->answer->begun)
        finding_set(out, VERDICT_UNSURE, "it has only begun");
    else if (none)
        finding_set(out, VERDICT_BAD, "it is empty");
}
