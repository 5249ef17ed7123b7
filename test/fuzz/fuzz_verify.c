// SPDX-License-Identifier: Apache-2.0
// Whatever a model answers and whatever a client asked for, the verifiers come to a verdict; and
// an answer agrees with itself.
#include "base/must.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct verify_case *c)
{
    struct finding f;
    for (enum verifier_kind k = 0; k < VERIFIER_COUNT; k++) {
        verify(k, c, &f);
        must(f.verdict <= VERDICT_BAD);
        must((f.verdict == VERDICT_GOOD) == (f.why[0] == '\0'));
    }
}

// An endpoint, a kind of body, the request up to a NUL, and the answer.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const enum endpoint endpoint = data[0] % ENDPOINT_COUNT;
    const enum meter_kind kind = data[1] % (METER_OTHER + 1);
    struct str text = str_from((const char *)data + 2, size - 2);
    struct str request = str_from(text.ptr, str_find(text, '\0'));
    struct str bytes = str_skip(text, request.len + 1);
    struct json *body = NULL;
    struct asked asked;
    struct answer a;
    if (json_open(request, &alloc_heap, &body, NULL) != STATUS_OK)
        body = NULL;
    asked_read(&asked, endpoint, body ? json_root(body) : NULL);
    if (!answer_read(&a, endpoint, kind, bytes, &alloc_heap)) {
        answer_fini(&a);
        answer_of(&a, bytes, &alloc_heap); // a text is an answer, too
    }
    judge(&(struct verify_case){.answer = &a, .asked = &asked});
    judge(&(struct verify_case){.answer = &a, .asked = &asked, .other = &a});
    answer_fini(&a);
    json_close(body);
    return 0;
}
