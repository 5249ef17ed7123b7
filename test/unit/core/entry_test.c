// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/entry.h"

static struct buf packed;

static int setup(void **state)
{
    (void)state;
    buf_init(&packed, &alloc_heap, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_fini(&packed);
    return 0;
}

static struct entry full(void)
{
    struct entry e = {
        .attempt = 2,
        .start_us = 1790000000123456,
        .tenant = STR("default"),
        .team = STR("search"),
        .project = STR("atlas"),
        .key = STR("ci"),
        .user = STR("ada"),
        .provider = STR("openai"),
        .model_asked = STR("fast"),
        .model = STR("gpt-4o"),
        .model_answered = STR("gpt-4o-2024-08-06"),
        .endpoint = STR("chat"),
        .route = STR("alias fast 1/2"),
        .stream = true,
        .outcome = OUTCOME_LEFT,
        .http_status = 200,
        .error = STR("upstream_timeout"),
        .upstream_id = STR("req_1"),
        .answer_id = STR("resp_1"),
        .ttft_us = 1,
        .duration_us = INT64_MAX,
        .overhead_us = -1,
        .load_us = 1300000,
        .queue_us = INT64_MAX,
        .price_state = PRICE_PROVIDER,
        .cost = {INT64_MIN},
        .price_version = STR("0123456789ab"),
        .price_name = STR("openai/gpt-4o"),
        .price_parts = STR("openai/gpt-image-1: prompt 1, image_output 9"),
        .priced_as_answered = true,
        .charge = {.held = 250000, .charged = INT64_MAX, .count = 3, .accounts = {7, 300, 1}},
    };
    memcpy(e.id.bytes, "0123456789abcdef", 16);
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        e.usage.count[i] = i % 3 ? (int64_t)1 << i * 3 : 0;
    e.usage.reasoning = 7;
    e.usage.prompt = 9;
    e.usage.sure = SURE_CAPTURED;
    e.usage.service = SERVICE_FAST;
    e.usage.us_region = true;
    e.usage.has_reported = true;
    e.usage.reported.pd = -5;
    e.usage.inconsistent = true;
    e.usage.uncounted = true;
    must(tags_set(&e.tags, str_of("feature"), str_of("chat")) == STATUS_OK);
    return e;
}

static void pack(const struct entry *e)
{
    buf_clear(&packed);
    entry_pack(e, &packed);
    assert_false(buf_failed(&packed));
}

static void texts_equal(const struct entry *a, const struct entry *b)
{
    assert_true(str_eq(a->tenant, b->tenant));
    assert_true(str_eq(a->team, b->team));
    assert_true(str_eq(a->project, b->project));
    assert_true(str_eq(a->key, b->key));
    assert_true(str_eq(a->user, b->user));
    assert_true(str_eq(a->provider, b->provider));
    assert_true(str_eq(a->model_asked, b->model_asked));
    assert_true(str_eq(a->model, b->model));
    assert_true(str_eq(a->model_answered, b->model_answered));
    assert_true(str_eq(a->endpoint, b->endpoint));
    assert_true(str_eq(a->route, b->route));
    assert_true(str_eq(a->error, b->error));
    assert_true(str_eq(a->upstream_id, b->upstream_id));
    assert_true(str_eq(a->answer_id, b->answer_id));
    assert_true(str_eq(a->price_version, b->price_version));
    assert_true(str_eq(a->price_name, b->price_name));
    assert_true(str_eq(a->price_parts, b->price_parts));
}

static void usages_equal(const struct usage *a, const struct usage *b)
{
    assert_memory_equal(a->count, b->count, sizeof a->count);
    assert_int_equal(a->reasoning, b->reasoning);
    assert_int_equal(a->prompt, b->prompt);
    assert_int_equal(a->sure, b->sure);
    assert_int_equal(a->service, b->service);
    assert_int_equal(a->us_region, b->us_region);
    assert_int_equal(a->has_reported, b->has_reported);
    assert_int_equal(a->reported.pd, b->reported.pd);
    assert_int_equal(a->inconsistent, b->inconsistent);
    assert_int_equal(a->uncounted, b->uncounted);
}

static void comes_back_whole(const struct entry *e)
{
    struct entry back;
    pack(e);
    assert_true(entry_unpack(buf_str(&packed), &back));
    texts_equal(e, &back);
    usages_equal(&e->usage, &back.usage);
    assert_memory_equal(e->id.bytes, back.id.bytes, 16);
    assert_int_equal(e->attempt, back.attempt);
    assert_int_equal(e->start_us, back.start_us);
    assert_int_equal(e->stream, back.stream);
    assert_int_equal(e->outcome, back.outcome);
    assert_int_equal(e->http_status, back.http_status);
    assert_int_equal(e->ttft_us, back.ttft_us);
    assert_int_equal(e->duration_us, back.duration_us);
    assert_int_equal(e->overhead_us, back.overhead_us);
    assert_int_equal(e->price_state, back.price_state);
    assert_int_equal(e->cost.pd, back.cost.pd);
    assert_int_equal(e->priced_as_answered, back.priced_as_answered);
    assert_int_equal(e->followed, back.followed);
    assert_int_equal(e->tags.count, back.tags.count);
    assert_int_equal(e->charge.count, back.charge.count);
    for (unsigned i = 0; i < e->charge.count; i++)
        assert_int_equal(e->charge.accounts[i], back.charge.accounts[i]);
    assert_int_equal(e->charge.count ? e->charge.held : 0, back.charge.held);
    assert_int_equal(e->charge.count ? e->charge.charged : 0, back.charge.charged);
    assert_true(str_eq(e->decision, back.decision));
}

static void packs_and_unpacks(void **state)
{
    (void)state;
    struct entry e = full();
    comes_back_whole(&e);
    e.usage.has_reported = false;
    e.usage.reported.pd = 0;
    e.stream = false;
    e.http_status = -1;
    e.followed = true;
    comes_back_whole(&e);
    e.charge.count = 16;
    for (unsigned i = 0; i < e.charge.count; i++)
        e.charge.accounts[i] = (uint64_t)INT64_MAX - i;
    comes_back_whole(&e);
    e.charge.count = 0; // then neither amount is kept
    comes_back_whole(&e);
    struct entry none = {.tenant = STR("default")};
    comes_back_whole(&none);
    assert_in_range(packed.len, 100, 150);
}

static void refuses_every_cut(void **state)
{
    (void)state;
    struct entry e = full();
    struct entry back;
    pack(&e);
    for (size_t n = 0; n < packed.len; n++)
        assert_false(entry_unpack(str_from(packed.ptr, n), &back));
    buf_add_char(&packed, 0);
    assert_false(entry_unpack(buf_str(&packed), &back));
}

static void refuses_what_it_never_writes(void **state)
{
    (void)state;
    struct entry e = full();
    struct entry back;
    pack(&e);
    static const size_t places[] = {0, 3, 4, 5, 6}; // version, choices
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char kept = packed.ptr[places[i]];
        packed.ptr[places[i]] = (char)0xff;
        assert_false(entry_unpack(buf_str(&packed), &back));
        packed.ptr[places[i]] = kept;
    }
    assert_true(entry_unpack(buf_str(&packed), &back));
    size_t mask = 7 + 16 + 7 * 8 + 4;
    packed.ptr[mask + 3] = 1; // a bucket that nobody has
    assert_false(entry_unpack(buf_str(&packed), &back));
    packed.ptr[mask + 3] = 0;
    memset(packed.ptr + mask + 4, 0, 8); // a count of 0 is not written
    assert_false(entry_unpack(buf_str(&packed), &back));
    packed.ptr[mask + 4 + 7] = (char)0x80; // nor one below 0
    assert_false(entry_unpack(buf_str(&packed), &back));
}

static void parts_of_a_price_are_whole_or_absent(void **state)
{
    (void)state;
    static char text[ENTRY_PARTS_MAX];
    memset(text, 'a', sizeof text);
    struct entry e = full();
    struct entry back;
    e.price_parts = str_from(text, sizeof text);
    comes_back_whole(&e);
    e.price_parts = STR_NONE;
    comes_back_whole(&e);
    packed.ptr[2] |= 32; // promised: the tags' first bytes are a length then
    assert_false(entry_unpack(buf_str(&packed), &back));
    struct entry none = {.tenant = STR("default")};
    pack(&none);
    packed.ptr[2] |= 32;
    buf_add(&packed, str_from("\0\0", 2)); // a length of nothing is not written
    assert_false(entry_unpack(buf_str(&packed), &back));
}

static void cuts_a_text_at_a_character(void **state)
{
    (void)state;
    char text[ENTRY_TEXT_MAX + 10];
    memset(text, 'a', sizeof text);
    memcpy(text + ENTRY_TEXT_MAX - 1, "\xC3\xA9", 2);
    struct entry e = full();
    struct entry back;
    e.error = str_from(text, sizeof text);
    pack(&e);
    assert_true(entry_unpack(buf_str(&packed), &back));
    assert_int_equal(back.error.len, ENTRY_TEXT_MAX - 1);
}

// What was written before there were budgets, and is still where none is concerned.
static void a_record_without_charges_is_as_ever(void **state)
{
    (void)state;
    struct entry e = full();
    struct entry back;
    e.charge.count = 0;
    pack(&e);
    assert_int_equal(packed.ptr[0], 1);
    back.charge.count = 5;
    assert_true(entry_unpack(buf_str(&packed), &back));
    assert_int_equal(back.charge.count, 0);
    struct uuid id;
    uint8_t attempt;
    assert_true(entry_unpack_id(buf_str(&packed), &id, &attempt));
    e = full();
    pack(&e);
    assert_int_equal(packed.ptr[0], 2);
    assert_true(entry_unpack_id(buf_str(&packed), &id, &attempt));
    assert_int_equal(attempt, 2);
    packed.ptr[0] = 1; // its tags are not read where a charge stands
    assert_false(entry_unpack(buf_str(&packed), &back));
    packed.ptr[0] = 4;
    assert_false(entry_unpack_id(buf_str(&packed), &id, &attempt));
    struct entry none = {.tenant = STR("default")};
    pack(&none);
    packed.ptr[0] = 2;
    assert_false(entry_unpack(buf_str(&packed), &back)); // a charge of nothing is not written
}

static void a_routes_call_has_its_decision(void **state)
{
    (void)state;
    struct entry back, e = full();
    e.decision = (struct str)STR("\1 any bytes \377");
    for (e.charge.count = 3; e.charge.count <= 3; e.charge.count -= 3) { // and without a charge
        pack(&e);
        assert_int_equal(packed.ptr[0], 3);
        comes_back_whole(&e);
        for (size_t n = 0; n < packed.len; n++)
            assert_false(entry_unpack(str_from(packed.ptr, n), &back));
    }
    struct entry none = {.tenant = STR("default"), .price_name = STR("x")};
    pack(&none);
    packed.ptr[0] = 3;
    assert_false(entry_unpack(buf_str(&packed), &back)); // nor is one of nothing written
}

// What broke off was answered; what its client left before anything came was not.
static void an_answer_is_what_began(void **state)
{
    (void)state;
    assert_true(outcome_answered(OUTCOME_OK, 0, 200));
    assert_true(outcome_answered(OUTCOME_INCOMPLETE, 0, 200));
    assert_true(outcome_answered(OUTCOME_LEFT, 1, 200));
    assert_false(outcome_answered(OUTCOME_LEFT, 1, 0)); // all of it was still held
    assert_false(outcome_answered(OUTCOME_LEFT, 0, 200));
    assert_false(outcome_answered(OUTCOME_ERROR, 1, 502));
    assert_false(outcome_answered(OUTCOME_UNKNOWN, 1, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_what_it_never_writes),
        cmocka_unit_test(parts_of_a_price_are_whole_or_absent),
        cmocka_unit_test(cuts_a_text_at_a_character),
        cmocka_unit_test(a_record_without_charges_is_as_ever),
        cmocka_unit_test(a_routes_call_has_its_decision),
        cmocka_unit_test(an_answer_is_what_began),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
