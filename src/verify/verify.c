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

// What of a line stands behind the marks of quotes, and, with `items`, of the items of lists that
// begin there: "> - 1. x".
static struct str past_marks(struct str line, bool items)
{
    for (;;) {
        size_t n = 0;
        line = str_trim(line);
        while (n < line.len && n < 9 && str_digit(line.ptr[n]))
            n++;
        const char c = n < line.len ? line.ptr[n] : ' ';
        const bool quote = n == 0 && c == '>';
        const bool item = items && (n ? c == '.' || c == ')' : c == '-' || c == '*' || c == '+') &&
                          n + 1 < line.len && str_blank(line.ptr[n + 1]);
        if (!quote && !item)
            return line;
        line = str_skip(line, n + 1);
    }
}

// A block of code begins with a line "```" or "```c" and ends with "```"; one inside of another
// does, too. What begins and ends in one line is no block. So it is with "~~~": within a block of
// either sign the other one is its text.
static bool is_open(struct str text)
{
    struct str line;
    unsigned open = 0;
    char by = '\0';
    while (str_cut(&text, '\n', &line)) {
        line = past_marks(line, open == 0);
        const bool fence = str_starts(line, str_of("```")) || str_starts(line, str_of("~~~"));
        if (!fence || (open > 0 && line.ptr[0] != by))
            continue;
        by = line.ptr[0];
        while (line.len > 0 && line.ptr[0] == by)
            line = str_skip(line, 1);
        if (line.len == 0 && open > 0)
            open--;
        else if (str_find(line, by) == line.len)
            open++;
    }
    return open > 0;
}

void verifier_truncation(const struct verify_case *c, struct finding *out)
{
    if (c->answer->finish == ANSWER_CUT)
        finding_set(out, VERDICT_BAD, "it was cut at a limit of its length");
    else if (is_open(answer_text(c->answer)))
        finding_set(out, VERDICT_BAD, "it ends inside of a block of code");
    else if (c->answer->finish == ANSWER_UNTOLD)
        finding_set(out, VERDICT_UNSURE, "it is not told why it ended");
}
