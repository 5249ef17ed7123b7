// SPDX-License-Identifier: Apache-2.0
//
// What the answer calculates is calculated again.

#include "core/arithmetic.h"
#include "verify/verify.h"

void verifier_arithmetic(const struct verify_case *c, struct finding *out)
{
    const struct arithmetic a = arithmetic_check(answer_text(c->answer));
    if (a.wrong > 0)
        finding_set(out, VERDICT_BAD, "%u of its %u calculations %s wrong", a.wrong, a.found,
                    a.wrong == 1 ? "is" : "are");
    else if (a.found == 0)
        finding_set(out, VERDICT_UNSURE, "it shows no calculation");
}
