// SPDX-License-Identifier: Apache-2.0

#include "mock/play.h"

#include "base/clock.h"
#include "mock/bill.h"
#include "mock/play_part.h"
#include "mock/voice.h"

// Time for bytes already written to reach the client before the connection is cut under it.
#define BREAK_MS 20

static struct play *play_new(struct mock *m, struct exchange *x)
{
    struct play *p = alloc_zero(&alloc_heap, sizeof *p);
    if (!p)
        return NULL;
    p->mock = m;
    p->x = x;
    buf_init(&p->out, &alloc_heap, 0);
    buf_printf(&p->out, "req_%llx_%llu", (unsigned long long)m->born,
               (unsigned long long)++m->served);
    must(str_copy(buf_str(&p->out), p->id, sizeof p->id));
    buf_clear(&p->out);
    list_push(&m->plays, &p->link);
    exchange_own(x, p);
    return p;
}

static void play_free(struct play *p)
{
    list_pull(&p->link);
    timer_fini(&p->timer);
    order_fini(&p->order);
    buf_fini(&p->out);
    alloc_free(&alloc_heap, p);
}

struct billed play_so_far(const struct play *p)
{
    struct billed t = p->order.billed;
    t.output = p->order.n * p->pieces + t.reasoning;
    return t;
}

void play_bill(struct play *p, const struct billed *billed, bool finished, bool left)
{
    if (p->billed)
        return;
    p->billed = true;
    struct bill_line line = {.order = &p->order,
                             .billed = *billed,
                             .id = p->id,
                             .status = p->status,
                             .finished = finished,
                             .left = left,
                             .reported = finished && !play_has(p, TROUBLE_NO_USAGE)};
    bill_write(p->mock->log, &line);
}

static void bill_nothing(struct play *p)
{
    static const struct billed nothing;
    play_bill(p, &nothing, false, false);
}

void play_field(struct play *p, const char *name, const char *value)
{
    (void)exchange_field(p->x, str_of(name), str_of(value));
}

void play_begin(struct play *p, int status, const char *type)
{
    p->status = status;
    exchange_begin(p->x, status);
    play_field(p, "Content-Type", type);
    play_field(p, "x-request-id", p->id);
    if (p->order.family == FAMILY_ANTHROPIC)
        play_field(p, "request-id", p->id);
    if (p->order.family == FAMILY_OPENAI)
        play_field(p, "openai-processing-ms", "7");
}

static void send_whole(struct play *p)
{
    struct exchange *x = p->x;
    exchange_head(x, (int64_t)p->out.len);
    exchange_write(x, buf_str(&p->out));
    buf_fini(&p->out);
    p->stage = STAGE_OVER;
    exchange_end(x); // on_done frees the play
}

static void fail(struct play *p, int status, const char *type, const char *code,
                 const char *message)
{
    struct voice_error e = {p->order.family, status, type, code, message, p->id};
    buf_clear(&p->out);
    voice_error(&e, &p->out);
    play_begin(p, status, "application/json");
    if (play_has(p, TROUBLE_RATE)) {
        char seconds[24] = "";
        struct buf text;
        buf_init(&text, &alloc_heap, sizeof seconds);
        buf_add_i64(&text, play_argument(p, TROUBLE_RATE));
        if (str_copy(buf_str(&text), seconds, sizeof seconds))
            play_field(p, "retry-after", seconds);
        buf_fini(&text);
        play_field(p, "x-ratelimit-remaining-requests", "0");
    }
    bill_nothing(p);
    send_whole(p);
}

static void say(struct play *p, int status, const char *text)
{
    play_begin(p, status, "text/plain");
    if (p->order.allow)
        play_field(p, "Allow", p->order.allow);
    buf_clear(&p->out);
    buf_add_cstr(&p->out, text);
    bill_nothing(p);
    send_whole(p);
}

void play_break_soon(struct play *p)
{
    p->stage = STAGE_BREAK;
    timer_set(&p->timer, BREAK_MS);
}

static void break_now(struct play *p)
{
    struct exchange *x = p->x;
    bool reset = play_has(p, TROUBLE_RESET);
    exchange_own(x, NULL);
    play_free(p);
    if (reset)
        exchange_reset(x);
    else
        exchange_abort(x);
}

static void whole_answer(struct play *p)
{
    const struct order *o = &p->order;
    buf_clear(&p->out);
    voice_of(o->wish)->whole(o, &p->out);
    if (play_has(p, TROUBLE_NOT_JSON)) {
        buf_clear(&p->out);
        buf_add_cstr(&p->out, "<<< this was to be JSON");
    }
    play_begin(p, 200, "application/json");
    if (!play_breaks_midway(p)) {
        play_bill(p, &o->billed, true, false);
        send_whole(p);
        return;
    }
    exchange_head(p->x, play_has(p, TROUBLE_CUT) ? -1 : (int64_t)p->out.len);
    exchange_write(p->x, str_from(p->out.ptr, p->out.len / 2));
    p->pieces = o->tokens;
    play_break_midway(p);
}

static void page_of_html(struct play *p)
{
    play_begin(p, trouble_status(&p->order.trouble), "text/html");
    buf_clear(&p->out);
    buf_add_cstr(&p->out, "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1>"
                          "</body></html>\n");
    bill_nothing(p);
    send_whole(p);
}

static void refuse(struct play *p)
{
    int status = trouble_status(&p->order.trouble);
    if (play_has(p, TROUBLE_QUOTA) && p->order.family == FAMILY_OLLAMA)
        fail(p, 429, NULL, NULL,
             "you've reached your hourly usage limit, please upgrade to continue");
    else if (play_has(p, TROUBLE_QUOTA))
        fail(p, 429, "insufficient_quota", "insufficient_quota",
             "You exceeded your current quota, please check your plan and billing details.");
    else if (status == 429)
        fail(p, 429, "requests", "rate_limit_exceeded", "Rate limit reached for requests.");
    else if (status == 401)
        fail(p, 401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.");
    else if (status < 500)
        fail(p, status, "invalid_request_error", NULL, "The mock was asked to refuse.");
    else
        fail(p, status, "server_error", NULL, "The mock was asked to fail.");
}

// The faults of a local server that has the model in a process of its own.
static bool local_fails(struct play *p)
{
    bool dies = play_has(p, TROUBLE_RUNNER_DIES) && !p->order.stream;
    if (dies || play_has(p, TROUBLE_LOAD_FAILS))
        loaded_drop(&p->mock->loaded, p->order.answered);
    if (play_has(p, TROUBLE_QUEUE_FULL))
        fail(p, 503, "server_error", NULL,
             "server busy, please try again.  maximum pending requests exceeded");
    else if (play_has(p, TROUBLE_LOAD_FAILS))
        fail(p, 500, "server_error", NULL,
             "tensor \"token_embd.weight\" offset+size (184785600) exceeds file size (120000000)");
    else if (dies)
        fail(p, 500, "server_error", NULL,
             "an error was encountered while running the model: unexpected EOF");
    return play_has(p, TROUBLE_QUEUE_FULL) || play_has(p, TROUBLE_LOAD_FAILS) || dies;
}

static void garbage(struct play *p)
{
    bill_nothing(p);
    exchange_raw(p->x, (struct str)STR("SSH-2.0-this is no HTTP\r\n\r\n"));
    play_break_soon(p);
}

static void hang_after_head(struct play *p)
{
    play_begin(p, 200, p->order.stream ? voice_stream_type(&p->order) : "application/json");
    exchange_head(p->x, -1);
    p->stage = STAGE_HUNG;
    if (play_has(p, TROUBLE_RESET)) {
        bill_nothing(p);
        play_break_soon(p);
    }
}

// The time to the first token is over.
static void answer(struct play *p)
{
    const struct trouble *t = &p->order.trouble;
    bool hangs = t->on[TROUBLE_HANG];
    bool resets = t->on[TROUBLE_RESET];
    if (hangs && t->hang_place == PLACE_BEFORE) {
        p->stage = STAGE_HUNG;
    } else if (resets && t->reset_place == PLACE_BEFORE) {
        bill_nothing(p);
        break_now(p);
    } else if ((hangs && t->hang_place == PLACE_HEAD) || (resets && t->reset_place == PLACE_HEAD)) {
        hang_after_head(p);
    } else if (t->on[TROUBLE_GARBAGE]) {
        garbage(p);
    } else if (t->on[TROUBLE_HTML]) {
        page_of_html(p);
    } else if (t->on[TROUBLE_QUOTA] || t->on[TROUBLE_RATE] || t->on[TROUBLE_STATUS]) {
        refuse(p);
    } else if (local_fails(p)) {
        return;
    } else if (p->order.stream && voice_of(p->order.wish)->open && !t->on[TROUBLE_NOT_JSON]) {
        play_stream(p);
    } else {
        whole_answer(p);
    }
}

static void on_timer(void *argument_)
{
    struct play *p = argument_;
    if (p->stage == STAGE_WAIT)
        answer(p);
    else if (p->stage == STAGE_STREAM)
        play_pump(p);
    else if (p->stage == STAGE_BREAK)
        break_now(p);
}

static bool is_refused(const struct play *p)
{
    return play_has(p, TROUBLE_STATUS) || play_has(p, TROUBLE_RATE) || play_has(p, TROUBLE_QUOTA) ||
           play_has(p, TROUBLE_HTML) || play_has(p, TROUBLE_GARBAGE) ||
           play_has(p, TROUBLE_QUEUE_FULL);
}

static int64_t first_token_ms(const struct play *p)
{
    const struct mock_setup *s = &p->mock->setup;
    int64_t ms = is_refused(p) ? 0 : s->ttft_ms;
    if (play_has(p, TROUBLE_LATE))
        ms += play_argument(p, TROUBLE_LATE);
    if (play_has(p, TROUBLE_QUEUED) && !is_refused(p))
        ms += play_argument(p, TROUBLE_QUEUED);
    if (!p->order.stream && s->tokens_per_second > 0 && !is_refused(p))
        ms += p->order.tokens * 1000 / s->tokens_per_second;
    if (!p->order.stream && play_has(p, TROUBLE_SLOW))
        ms += p->order.tokens * play_argument(p, TROUBLE_SLOW);
    return ms;
}

// `times=N`: after the N-th time that the same body came, all is well.
static void count_strike(struct play *p)
{
    struct trouble *t = &p->order.trouble;
    int64_t most = t->on[TROUBLE_ONCE] ? 1 : t->argument[TROUBLE_TIMES];
    if (!t->on[TROUBLE_ONCE] && !t->on[TROUBLE_TIMES])
        return;
    struct strike *s = &p->mock->strikes[p->order.hash % STRIKE_SLOTS];
    if (s->hash != p->order.hash)
        *s = (struct strike){.hash = p->order.hash};
    if (++s->count > most)
        trouble_calm(t);
}

static bool has_key(const struct play *p)
{
    static const char *const names[] = {"authorization", "x-api-key", "x-goog-api-key"};
    const struct head *head = exchange_request(p->x);
    struct str key = str_of(p->mock->setup.key);
    if (key.len == 0)
        return true;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        struct str value = head_get(head, names[i], NULL);
        if (str_starts_nocase(value, (struct str)STR("Bearer ")))
            value = str_skip(value, 7);
        if (str_eq(value, key))
            return true;
    }
    return false;
}

static bool is_same(const struct play *p, struct str one, struct str other)
{
    char names[2][256];
    if (p->order.family != FAMILY_OLLAMA)
        return str_eq(one, other);
    loaded_name(one, names[0]);
    loaded_name(other, names[1]);
    return strcmp(names[0], names[1]) == 0;
}

static bool is_listed(const struct play *p, struct str name)
{
    struct str rest = p->mock->models;
    struct str one = STR_NONE;
    bool found = false;
    while (!found && str_cut(&rest, ',', &one))
        found = is_same(p, str_trim(one), name);
    return found;
}

static bool serves(const struct play *p, struct str name)
{
    return !p->mock->setup.models || name.len == 0 || is_listed(p, name);
}

// "mock/NAME" is a model of the mock's own or a fault; any other name is a slip.
static bool is_slip(const struct play *p)
{
    const struct order *o = &p->order;
    static const struct str mark = STR("mock/");
    return !p->mock->setup.models && str_starts(o->name, mark) && !trouble_is(o->model) &&
           !is_listed(p, str_from(o->name.ptr, mark.len + o->model.len));
}

static void answer_list(struct play *p)
{
    p->billed = true; // a list costs nothing and is not in the log
    if (p->order.wish == WISH_OLLAMA_ROOT) {
        say(p, 200, "Ollama is running");
        return;
    }
    play_begin(p, 200, "application/json");
    buf_clear(&p->out);
    if (p->order.wish == WISH_HEALTH)
        buf_add_cstr(&p->out, "{\"status\":\"ok\"}");
    else if (p->order.wish == WISH_OLLAMA_VERSION)
        buf_add_cstr(&p->out, "{\"version\":\"0.17.4\"}");
    else if (p->order.wish == WISH_OLLAMA_PS)
        loaded_write(&p->mock->loaded, clock_mono_us(), &p->out);
    else if (p->order.wish == WISH_OLLAMA_TAGS)
        voice_ollama_tags(p->mock->models, &p->out);
    else
        voice_models(&p->order, p->mock->models, &p->out);
    send_whole(p);
}

// Whoever asks for a fault that there is not would test nothing.
static void fail_unknown(struct play *p)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    trouble_explain(&p->order.trouble, &text);
    fail(p, 400, "invalid_request_error", "unknown_fault", buf_cstr(&text));
    buf_fini(&text);
}

static void fail_nowhere(struct play *p)
{
    if (p->order.family != FAMILY_OLLAMA)
        fail(p, 404, "invalid_request_error", "unknown_url", "There is nothing at this path.");
    else if (p->order.allow)
        say(p, 405, "405 method not allowed");
    else
        say(p, 404, "404 page not found");
}

static void fail_missing(struct play *p)
{
    const struct order *o = &p->order;
    struct str name = o->answered.len ? o->answered : o->name;
    bool embeds = o->wish == WISH_OLLAMA_EMBED || o->wish == WISH_OLLAMA_EMBED_ONE;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    if (o->family != FAMILY_OLLAMA)
        buf_add_cstr(&text, "The model does not exist.");
    else if (embeds)
        buf_printf(&text, "model \"%.*s\" not found, try pulling it first", STR_ARG(name));
    else
        buf_printf(&text, "model '%.*s' not found", STR_ARG(name));
    fail(p, 404, "invalid_request_error", "model_not_found", buf_cstr(&text));
    buf_fini(&text);
}

// A load takes as long as five first tokens, and is told even where nothing waits.
static int64_t load_ms(struct play *p)
{
    struct order *o = &p->order;
    const struct mock_setup *s = &p->mock->setup;
    if (o->family != FAMILY_OLLAMA || o->wish == WISH_OLLAMA_SHOW || is_refused(p))
        return 0;
    bool cold = loaded_use(&p->mock->loaded, o->answered, o->context, o->keep_us, clock_mono_us());
    int64_t ms = cold ? 5 * s->ttft_ms : 0;
    o->load_ns = cold ? ms * 1000000 + 30000000 : 3000000;
    o->token_ns = s->tokens_per_second > 0 ? INT64_C(1000000000) / s->tokens_per_second : 1000000;
    return ms;
}

static void on_body(struct exchange *x, void *owner)
{
    struct play *p = owner;
    struct order *o = &p->order;
    struct why why = {0};
    struct order_source source = {exchange_request(x), exchange_body(x), p->mock->setup.seed,
                                  &p->mock->cache};
    if (o->trouble.unknown.len) {
        fail_unknown(p);
    } else if (!has_key(p)) {
        fail(p, 401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.");
    } else if (o->wish == WISH_NONE) {
        fail_nowhere(p);
    } else if (!voice_of(o->wish)) {
        if (serves(p, o->name))
            answer_list(p);
        else
            fail_missing(p);
    } else if (!order_read(o, &source, &why)) {
        fail(p, o->refused, "invalid_request_error", NULL, why.text);
    } else if (o->trouble.unknown.len) { // in the model's name
        fail_unknown(p);
    } else if (is_slip(p)) {
        o->trouble.unknown = o->model;
        fail_unknown(p);
    } else if (!serves(p, o->answered)) {
        fail_missing(p);
    } else {
        count_strike(p);
        p->stage = STAGE_WAIT;
        p->billed = o->wish == WISH_OLLAMA_SHOW; // costs nothing and is not in the log
        int64_t wait = load_ms(p) + first_token_ms(p);
        if (wait > 0)
            timer_set(&p->timer, wait);
        else
            answer(p);
    }
}

static void on_head(void *context, struct exchange *x)
{
    struct mock *m = context;
    struct play *p = play_new(m, x);
    if (!p) {
        exchange_reply(x, 503, (struct str)STR("text/plain"), (struct str)STR("out of memory\n"));
        return;
    }
    timer_init(&p->timer, m->loop, on_timer, p);
    order_route(&p->order, exchange_request(x));
    if (play_has(p, TROUBLE_EARLY) && p->order.trouble.unknown.len == 0) {
        p->order.trouble.on[TROUBLE_STATUS] = true;
        p->order.trouble.on[TROUBLE_HTML] = false;
        p->order.trouble.argument[TROUBLE_STATUS] = play_argument(p, TROUBLE_EARLY);
        refuse(p);
        return;
    }
    exchange_read_body(x);
}

static void on_room(struct exchange *x, void *owner)
{
    struct play *p = owner;
    (void)x;
    if (p && p->stage == STAGE_STREAM)
        play_pump(p);
}

static void on_gone(struct exchange *x, void *owner)
{
    struct play *p = owner;
    (void)x;
    if (!p)
        return;
    struct billed t = play_so_far(p);
    // Before the body was read, or while it pretended to be dead, nothing was worked on.
    bool idle = p->stage == STAGE_READ || (p->stage == STAGE_HUNG && p->status == 0);
    if (play_has(p, TROUBLE_BILLS_ON))
        play_bill(p, &p->order.billed, true, true);
    else if (idle)
        t = (struct billed){0};
    play_bill(p, &t, false, true);
    play_free(p);
}

static void on_done(struct exchange *x, void *owner)
{
    (void)x;
    if (owner)
        play_free(owner);
}

static void on_refuse(void *context, struct exchange *x, enum server_refusal why)
{
    static const int statuses[] = {400, 431, 413, 408, 501, 503};
    (void)context;
    exchange_reply(
        x, statuses[why], (struct str)STR("application/json"),
        (struct str)STR("{\"error\":{\"message\":\"The mock cannot read this.\",\"type\":"
                        "\"invalid_request_error\",\"param\":null,\"code\":null}}"));
}

const struct server_events play_events = {on_head, on_body, on_room, on_gone, on_done, on_refuse};

void play_end_all(struct mock *m)
{
    list_for (it, &m->plays)
        play_free(list_of(it, struct play, link));
}
