// SPDX-License-Identifier: Apache-2.0
//
// verify - is a small model's answer good enough to be given? Each verifier looks for one kind of
// failure that can be seen in the answer itself. None knows that an answer is right.
//
//   refusal      it gives none: "I'm sorry, but I can't help", a content filter
//   truncation   it ended at a limit of its length, or inside of a block of code
//   empty        neither text nor a call of a tool
//   repetition   the model went round in a loop
//   schema       it is no JSON, does not fit the schema, or calls a tool wrongly, that were asked
//   arithmetic   a calculation that it writes down is wrong (in its last ARITHMETIC_BYTES_MAX)
//   agree        a second small model's answer says otherwise
//   logprob      the model was less sure of its words than it is of most of its answers
//
// VERIFIER_HTTP asks the user's own; request/verifying.h does.

#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "verify/answer.h"
#include "verify/asked.h"
#include "verify/kind.h"
#include "verify/verdict.h"

struct verify_case {
    const struct answer *answer;
    const struct asked *asked;
    const struct answer *other; // of the second model; NULL: it gave none
    int32_t sure_least;         // verify_sureness of an answer that is sure enough
};

// What that verifier says. UNSURE where the answer has nothing that it looks at.
void verify(enum verifier_kind kind, const struct verify_case *c, struct finding *out);
const char *verifier_name(enum verifier_kind kind); // static
// It looks at nothing but the answer and what was asked.
bool verifier_alone(enum verifier_kind kind);
bool verifier_read(struct str name, enum verifier_kind *out) MUST_USE;

// --- the verifiers, each in a file of its own ---

typedef void verifier_f(const struct verify_case *c, struct finding *out);

verifier_f verifier_refusal, verifier_truncation, verifier_empty, verifier_repetition,
    verifier_schema, verifier_arithmetic, verifier_agree, verifier_logprob;

#endif
