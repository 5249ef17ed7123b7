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

// In memory of its own, of which nothing behind the end may be read.
static struct str copy_of(struct str text)
{
    char *copy = malloc(text.len > 0 ? text.len : 1);
    must(copy);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return str_from(copy, text.len);
}

// What is asked, what is told before that, and the answer, each up to a NUL.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((const char *)data, size), asks, told;
    struct asked a;
    asked_read(&a, ENDPOINT_CHAT, NULL);
    if (!str_cut(&rest, '\0', &asks) || !str_cut(&rest, '\0', &told))
        return 0;
    const struct str own[] = {copy_of(asks), copy_of(told), copy_of(rest)};
    a.message.of[a.message.count++] = own[0];
    a.instructions.of[a.instructions.count++] = own[1];
    look_at_wish(&a);
    look_at_answer(&a, own[2]);
    for (unsigned i = 0; i < 3; i++)
        free((void *)(uintptr_t)own[i].ptr);
    return 0;
}
