// SPDX-License-Identifier: Apache-2.0

#include "request/judging.h"

#include "base/random.h"
#include "gate/gate_state.h"

static bool find(const struct judging *j, enum endpoint *out)
{
    const struct snapshot *now = j->view->snapshot;
    struct target t;
    if (resolve_prefixed(now, j->judge, &t) != REFUSAL_NONE)
        return false;
    *out = judge_endpoint(now->config->providers[t.provider].dialect);
    return true;
}

static struct judge_question question_of(const struct judging *j, bool swapped)
{
    struct judge_question q = {.request = j->request,
                               .source = buf_str(j->source),
                               .weak = j->weak,
                               .strong = j->strong,
                               .swapped = swapped,
                               .model = j->judge};
    random_bytes(&q.mark, sizeof q.mark);
    return q;
}

const char *judging_ask(const struct judging *j, bool swapped, struct buf *body, struct inner *call)
{
    const struct judge_question q = question_of(j, swapped);
    enum endpoint endpoint;
    buf_clear(body);
    if (!find(j, &endpoint))
        return "The judge is no model of a provider.";
    if (judge_write(&q, endpoint, body) != STATUS_OK)
        return "The request and the answers are too long to be judged.";
    call->found = (struct endpoint_found){.endpoint = endpoint, .allow = "POST"};
    if (endpoint == ENDPOINT_GENERATE) { // whose path names a model
        call->found.model = j->judge;
        call->found.rest = str_of("v1beta");
        call->found.method = str_of("generateContent");
    }
    call->query = STR_NONE;
    call->body = buf_str(body);
    call->full = j->judge;
    call->output_max = JUDGE_OUTPUT_MAX;
    call->beside = (struct nano){0};
    return NULL;
}

// An answer of that length, or as long as a judge is shown.
static void stand_in(const struct judging *j, int64_t tokens, struct answer *out)
{
    const struct judge_question q = question_of(j, false);
    const size_t room = judge_room(&q);
    const int64_t bytes = count_times(tokens, JUDGING_TOKEN_BYTES);
    for (size_t i = 0; i < room && (int64_t)i < bytes; i++)
        buf_add_char(&out->text, 'x');
}

bool judging_most(const struct judging *j, int64_t tokens, struct nano *out)
{
    struct judging all = *j;
    struct inner call = {.key = j->key};
    struct answer other;
    struct buf body;
    answer_of(&other, STR_NONE, &alloc_heap);
    buf_init(&body, &alloc_heap, 0);
    *(j->weak ? &all.strong : &all.weak) = &other;
    stand_in(&all, tokens, &other);
    bool fine =
        !judging_ask(&all, false, &body, &call) && inner_most(&call, j->worker, j->view, out);
    buf_fini(&body);
    answer_fini(&other);
    return fine;
}

enum judge_word judging_word(const struct said *s)
{
    struct answer a;
    enum judge_word word = said_read(s, &a) ? judge_read(answer_text(&a)) : JUDGE_NONE;
    answer_fini(&a);
    return word;
}
