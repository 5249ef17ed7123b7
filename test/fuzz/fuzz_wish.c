// SPDX-License-Identifier: Apache-2.0
// Whatever a user asks for and a model answers, what was wished and what is refused can be told,
// and nothing is read behind the end of either.
#include <stdlib.h>

#include "base/must.h"
#include "verify/curt.h"
#include "verify/rebuff.h"
#include "verify/refusal.h"
#include "verify/wish.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VERBS 16

static void look_at_wish(const struct asked *a)
{
    struct str verbs[VERBS];
    const size_t few = wish_orders(a, verbs, VERBS / 4);
    const size_t count = wish_orders(a, verbs, VERBS);
    must(few <= VERBS / 4 && count <= VERBS && few <= count);
    for (size_t i = 0; i < count; i++)
        must(verbs[i].len > 0);
    (void)wish_refuses(a);
    (void)wish_writes(a);
    (void)wish_speaks(a);
    (void)wish_asks(a);
    for (size_t rounds = 1; rounds < 1000; rounds *= 10)
        (void)wish_repeats(a, rounds);
}

static void look_at_answer(const struct asked *a, struct str text)
{
    const bool is = refusal_is(text), within = refusal_within(text), curt = refusal_curt(text);
    must(curt_of(text) != CURT_MINE || (is && curt));
    must(!is || within);
    (void)refusal_letter(text);
    (void)rebuff_is(a, text);
}

// What is asked, what is told before that, and the answer, each up to a NUL.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((const char *)data, size), asks, told;
    struct asked a;
    asked_read(&a, ENDPOINT_CHAT, NULL);
    if (!str_cut(&rest, '\0', &asks) || !str_cut(&rest, '\0', &told))
        return 0;
    a.message.of[a.message.count++] = asks;
    a.instructions.of[a.instructions.count++] = told;
    look_at_wish(&a);
    char *copy = malloc(rest.len > 0 ? rest.len : 1); // of which nothing behind the end may be read
    must(copy);
    if (rest.len > 0)
        memcpy(copy, rest.ptr, rest.len);
    look_at_answer(&a, str_from(copy, rest.len));
    free(copy);
    return 0;
}
