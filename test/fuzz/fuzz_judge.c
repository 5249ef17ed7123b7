// SPDX-License-Identifier: Apache-2.0
//
// fuzz_judge - requests whose answers are compared, and what a judge says: the question that is
// made of any of them is JSON.

#include "shadow/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct judge_question *q, enum endpoint to)
{
    struct json *body = NULL;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (judge_write(q, to, &out) == STATUS_OK) {
        must(json_open(buf_str(&out), &alloc_heap, &body, NULL) == STATUS_OK);
        must(json_type(json_root(body)) == JSON_OBJECT);
    }
    json_close(body);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct json *request = NULL;
    struct answer answer;
    must(judge_read(text) <= JUDGE_TIE);
    if (json_open(text, &alloc_heap, &request, NULL) != STATUS_OK)
        return 0;
    answer_of(&answer, str_clip(text, 100), &alloc_heap);
    struct judge_question q = {.request = request,
                               .source = text,
                               .weak = &answer,
                               .strong = &answer,
                               .mark = size,
                               .model = STR("a/b")};
    ask(&q, ENDPOINT_CHAT);
    ask(&q, ENDPOINT_MESSAGES);
    ask(&q, ENDPOINT_GENERATE);
    answer_fini(&answer);
    json_close(request);
    return 0;
}
