// SPDX-License-Identifier: Apache-2.0

#include "insight/csv.h"

#include "base/clock.h"
#include "budget/nano.h"

static bool is_formula(struct str text)
{
    return text.len > 0 && memchr("=+-@\t\r", *text.ptr, 6) != NULL;
}

static bool needs_quotes(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(",\"\r\n", text.ptr[i], 4))
            return true;
    }
    return false;
}

void csv_text(struct str text, struct buf *out)
{
    bool formula = is_formula(text);
    if (!needs_quotes(text)) {
        if (formula)
            buf_add_char(out, '\'');
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    if (formula)
        buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

void csv_head(struct buf *out)
{
    buf_add_cstr(out, "request,attempt,start,tenant,team,project,key,user,provider,model,"
                      "model_asked,model_answered,endpoint,route,outcome,http_status,error,"
                      "upstream_id,stream,ttft_us,duration_us,overhead_us,load_us,queue_us");
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        buf_printf(out, ",%s%s", bucket_name((enum bucket)i),
                   i <= BUCKET_IMAGE_OUTPUT ? "_tokens" : "");
    buf_add_cstr(out, ",reasoning_tokens,sure,service,price_state,cost_usd,price_version,"
                      "price_name,price_parts,tags,followed,held_usd,charged_usd\n");
}

static void cells(const struct str *texts, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_char(out, ',');
        csv_text(texts[i], out);
    }
}

static void number(int64_t n, struct buf *out)
{
    buf_add_char(out, ',');
    buf_add_i64(out, n);
}

static void usd(const struct charge *c, int64_t nd, struct buf *out)
{
    buf_add_char(out, ',');
    if (c->count > 0)
        decimal_write(out, nd, NANO_PLACES, NANO_PLACES);
}

static void tags_cell(const struct tags *tags, struct buf *out)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    for (unsigned i = 0; i < tags->count; i++) {
        if (i > 0)
            buf_add_char(&text, ';');
        buf_add(&text, tags->at[i].name);
        buf_add_char(&text, '=');
        buf_add(&text, tags->at[i].value);
    }
    out->failed |= buf_failed(&text);
    cells(&(struct str){text.ptr, text.len}, 1, out);
    buf_fini(&text);
}

void csv_row(const struct entry *e, struct buf *out)
{
    char id[UUID_TEXT];
    uuid_write(&e->id, id);
    buf_printf(out, "%.*s,%u,", UUID_TEXT, id, (unsigned)e->attempt);
    civil_write(out, e->start_us, 6);
    const struct str who[] = {e->tenant,   e->team,        e->project,
                              e->key,      e->user,        e->provider,
                              e->model,    e->model_asked, e->model_answered,
                              e->endpoint, e->route,       str_of(outcome_name(e->outcome))};
    cells(who, sizeof who / sizeof who[0], out);
    number(e->http_status, out);
    const struct str ids[] = {e->error, e->upstream_id};
    cells(ids, 2, out);
    number(e->stream, out);
    number(e->ttft_us, out);
    number(e->duration_us, out);
    number(e->overhead_us, out);
    number(e->load_us, out);
    number(e->queue_us, out);
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        number(e->usage.count[i], out);
    number(e->usage.reasoning, out);
    const struct str how[] = {str_of(sure_name(e->usage.sure)),
                              str_of(service_name(e->usage.service)),
                              str_of(price_state_name(e->price_state))};
    cells(how, 3, out);
    buf_add_char(out, ',');
    if (e->price_state != PRICE_UNPRICED)
        money_write(out, e->cost);
    const struct str book[] = {e->price_version, e->price_name, e->price_parts};
    cells(book, 3, out);
    tags_cell(&e->tags, out);
    number(e->followed, out);
    usd(&e->charge, e->charge.held, out);
    usd(&e->charge, e->charge.charged, out);
}
