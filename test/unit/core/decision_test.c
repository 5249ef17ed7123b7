// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/decision.h"

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

static struct decision full(void)
{
    return (struct decision){
        .route = STR("support"),
        .mode = STR("measured"),
        .match = STR("tag feature=support, 812 tokens in (up to 4000)"),
        .reason = STR("gain below the threshold"),
        .side = SIDE_SMALL,
        .cascade = true,
        .scored = true,
        .score_ppm = -31250,
        .threshold_ppm = 50000,
        .propensity_ppm = 750000,
        .traits = STR("\0\377 traits"),
        .count = 3,
        .list = {{STR("local/small"), SIDE_SMALL, STR("context"), PRICE_FREE, {0}, {0}},
                 {STR("openai/mini"), SIDE_SMALL, {0}, PRICE_PRICED, {1250000}, {0}},
                 {STR("openai/large"),
                  SIDE_LARGE,
                  {0},
                  PRICE_UNPRICED,
                  {0},
                  STR("its breaker is open")}},
        .chosen = 1,
        .compared = true,
        .large = {INT64_MAX},
    };
}

// What the first attempt of a call that models have judged has.
static struct decision known(void)
{
    struct decision d = full();
    d.known = d.confined = true;
    d.verdict = (struct decision_verdict){.there = true, .told = true, .sure = -1250000};
    d.max_loss_ppm = 20000;
    d.confidence_ppm = 950000;
    d.input = 812;
    d.output = INT64_MAX;
    d.call = (struct choice_call){
        .judged = {.there = true,
                   .has_own = true,
                   .shipped = -31250,
                   .own = 125000,
                   .own_check = UINT32_MAX,
                   .counsel = {{false, 50000, CHOICE_WHY_RULES},
                               {true, 62500, CHOICE_WHY_MEASURED},
                               {true, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_TASK}}},
        .pressure_ppm = CHOICE_SURE,
        .session = SIDE_LARGE,
        .cascade = CHOICE_CASCADE_COSTS,
        .checkable = true};
    return d;
}

static struct decision back(const struct decision *d)
{
    struct decision out;
    memset(&out, 0x55, sizeof out);
    buf_clear(&packed);
    decision_pack(d, &packed);
    assert_false(buf_failed(&packed));
    assert_true(packed.len <= DECISION_BYTES_MAX);
    assert_true(decision_unpack(buf_str(&packed), &out));
    return out;
}

static void same_candidate(const struct decision_candidate *a, const struct decision_candidate *b)
{
    assert_true(str_eq(a->model, b->model));
    assert_int_equal(a->side, b->side);
    assert_true(str_eq(a->out, b->out));
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->expected.pd, b->expected.pd);
}

static void comes_back_whole(void **state)
{
    (void)state;
    const struct decision d = full(), b = back(&d);
    assert_true(str_eq(b.route, d.route) && str_eq(b.mode, d.mode) && str_eq(b.match, d.match) &&
                str_eq(b.reason, d.reason) && str_eq(b.traits, d.traits));
    assert_int_equal(b.side, d.side);
    assert_true(b.cascade && b.scored && b.compared);
    assert_int_equal(b.score_ppm, d.score_ppm);
    assert_int_equal(b.threshold_ppm, d.threshold_ppm);
    assert_int_equal(b.propensity_ppm, d.propensity_ppm);
    assert_int_equal(b.large.pd, d.large.pd);
    assert_int_equal(b.chosen, d.chosen);
    assert_int_equal(b.count, d.count);
    for (unsigned i = 0; i < d.count; i++)
        same_candidate(&b.list[i], &d.list[i]);
}

static void its_side_is_that_of_its_model(void **state)
{
    (void)state;
    struct decision d = full();
    d.chosen = 2;
    assert_int_equal(decision_side(&d), SIDE_LARGE);
    (void)back(&d);
    struct decision_brief brief;
    assert_true(decision_unpack_brief(buf_str(&packed), &brief));
    assert_int_equal(brief.side, SIDE_LARGE);
    d.chosen = d.count; // it was cut from the list
    assert_int_equal(decision_side(&d), SIDE_SMALL);
}

static void what_was_known_comes_back(void **state)
{
    (void)state;
    struct decision d = known(), b = back(&d);
    assert_false(b.files_only);
    d.files_only = true;
    b = back(&d);
    assert_true(b.known && b.confined && b.files_only && !b.cut);
    for (unsigned i = 0; i < CHOICE_MODES; i++) {
        const struct choice_counsel *x = &d.call.judged.counsel[i], *y = &b.call.judged.counsel[i];
        assert_true(x->own == y->own && x->threshold == y->threshold && x->why == y->why);
    }
    assert_true(b.call.judged.there && b.call.judged.has_own && b.call.checkable);
    assert_int_equal(b.call.judged.shipped, d.call.judged.shipped);
    assert_int_equal(b.call.judged.own, d.call.judged.own);
    assert_int_equal(b.call.judged.own_check, d.call.judged.own_check);
    assert_int_equal(b.call.pressure_ppm, d.call.pressure_ppm);
    assert_true(b.verdict.there && !b.verdict.good && b.verdict.told && b.verdict.sure == -1250000);
    assert_true(b.call.session == SIDE_LARGE && b.call.cascade == CHOICE_CASCADE_COSTS);
    assert_int_equal(b.max_loss_ppm, d.max_loss_ppm);
    assert_int_equal(b.confidence_ppm, d.confidence_ppm);
    assert_int_equal(b.input, d.input);
    assert_int_equal(b.output, d.output);
    assert_true(b.compared && b.count == d.count);
}

static struct decision_brief brief_of(struct str bytes)
{
    struct decision_brief brief;
    assert_true(decision_unpack_brief(bytes, &brief));
    assert_true(str_is(brief.route, "support"));
    return brief;
}

// What version 2 wrote of full() and of known(). The first version knew less, and is read as it
// was.
static void an_older_one_is_read(void **state)
{
    (void)state;
    static const char first[] =
        "\002\007\001\243\350\003\240\215\006\260\343\055\007\163\165\160\160\157\162\164"
        "\010\155\145\141\163\165\162\145\144\057\164\141\147\040\146\145\141\164\165\162"
        "\145\075\163\165\160\160\157\162\164\054\040\070\061\062\040\164\157\153\145\156"
        "\163\040\151\156\040\050\165\160\040\164\157\040\064\060\060\060\051\030\147\141"
        "\151\156\040\142\145\154\157\167\040\164\150\145\040\164\150\162\145\163\150\157"
        "\154\144\011\000\377\040\164\162\141\151\164\163\376\377\377\377\377\377\377\377"
        "\377\001\001\003\041\013\154\157\143\141\154\057\163\155\141\154\154\007\143\157"
        "\156\164\145\170\164\000\021\013\157\160\145\156\141\151\057\155\151\156\151\000"
        "\240\313\230\001\102\014\157\160\145\156\141\151\057\154\141\162\147\145\000\000"
        "\023\151\164\163\040\142\162\145\141\153\145\162\040\151\163\040\157\160\145\156";
    static const char second[] =
        "\002\157\001\243\350\003\240\215\006\260\343\055\007\163\165\160\160\157\162\164"
        "\010\155\145\141\163\165\162\145\144\057\164\141\147\040\146\145\141\164\165\162"
        "\145\075\163\165\160\160\157\162\164\054\040\070\061\062\040\164\157\153\145\156"
        "\163\040\151\156\040\050\165\160\040\164\157\040\064\060\060\060\051\030\147\141"
        "\151\156\040\142\145\154\157\167\040\164\150\145\040\164\150\162\145\163\150\157"
        "\154\144\011\000\377\040\164\162\141\151\164\163\247\300\204\075\240\234\001\360"
        "\375\071\254\006\377\377\377\377\377\377\377\377\177\377\377\377\377\017\243\350"
        "\003\220\241\017\000\240\215\006\003\310\320\007\015\377\210\172\002\237\313\230"
        "\001\376\377\377\377\377\377\377\377\377\001\001\003\041\013\154\157\143\141\154"
        "\057\163\155\141\154\154\007\143\157\156\164\145\170\164\000\021\013\157\160\145"
        "\156\141\151\057\155\151\156\151\000\240\313\230\001\102\014\157\160\145\156\141"
        "\151\057\154\141\162\147\145\000\000\023\151\164\163\040\142\162\145\141\153\145"
        "\162\040\151\163\040\157\160\145\156";
    char bytes[sizeof second];
    const struct decision d = full(), more = known();
    struct decision out;
    for (char version = 1; version <= 2; version++) {
        memcpy(bytes, first, sizeof first);
        bytes[0] = version;
        const struct str old = str_from(bytes, sizeof first - 1);
        assert_true(decision_unpack(old, &out));
        assert_true(!out.known && out.count == d.count && out.large.pd == d.large.pd);
        assert_true(str_eq(out.route, d.route) && str_eq(out.traits, d.traits));
        assert_int_equal(brief_of(old).side, SIDE_SMALL);
        assert_int_equal(brief_of(old).large.pd, d.large.pd);
    }
    memcpy(bytes, second, sizeof second);
    const struct str old = str_from(bytes, sizeof second - 1);
    assert_true(decision_unpack(old, &out));
    assert_int_equal(out.verdict.sure, more.verdict.sure);
    assert_int_equal(out.call.judged.own, more.call.judged.own);
    assert_int_equal(out.large.pd, more.large.pd);
    bytes[0] = 1;
    assert_false(decision_unpack(old, &out));
    bytes[0] = 5;
    struct decision_brief brief;
    assert_false(decision_unpack(old, &out) || decision_unpack_brief(old, &brief));
}

// Set at the end: what would have been packed then.
static void its_end_is_set_in_its_place(void **state)
{
    (void)state;
    static const struct decision_verdict verdicts[] = {
        {.there = false},
        {.there = true, .good = true},
        {.there = true, .told = true, .sure = INT32_MIN},
        {.there = true, .good = true, .told = true, .sure = -1, .mean = true},
        {.there = true, .by = DECISION_BY_HTTP, .told = true, .sure = 1},
        {.there = true, .good = true, .by = DECISION_BY_SILENT},
        {.by = DECISION_BY_SIZE}};
    struct buf then;
    buf_init(&then, &alloc_heap, 0);
    for (unsigned i = 0; i < 14; i++) {
        struct decision d = known();
        (void)back(&d); // which has an end already
        d.verdict = verdicts[i / 2];
        d.compared = i % 2;
        d.large.pd = i % 2 ? -1250000 : 0;
        decision_end(packed.ptr, &d.verdict, d.compared ? &d.large : NULL);
        buf_clear(&then);
        decision_pack(&d, &then);
        assert_true(str_eq(buf_str(&packed), buf_str(&then)));
        const struct decision_brief brief = brief_of(buf_str(&packed));
        assert_true(brief.compared == d.compared && brief.large.pd == d.large.pd);
    }
    buf_fini(&then);
}

// An answer may be good, and nobody knows how sure its model was.
// Who has refused it, or why nobody has looked at it; version 3 knew neither.
static void who_refused_comes_back(void **state)
{
    (void)state;
    struct decision d = known(), out;
    for (enum decision_by by = DECISION_BY_NONE; by < DECISION_BY_COUNT; by++) {
        assert_int_equal(decision_by_of(decision_by_name(by)), by);
        d.verdict = (struct decision_verdict){.there = !decision_by_unseen(by), .by = by};
        assert_int_equal(back(&d).verdict.by, by);
        assert_int_equal(back(&d).verdict.there, d.verdict.there);
        packed.ptr[0] = 3;
        assert_int_equal(decision_unpack(buf_str(&packed), &out), by == DECISION_BY_NONE);
    }
    // One that was asked outside had not said by then what it makes of it.
    d.verdict = (struct decision_verdict){.there = true, .good = true, .by = DECISION_BY_HOLD};
    assert_int_equal(back(&d).verdict.by, DECISION_BY_HOLD);
    // Nor has one that was silent, which was asked of what others had looked at.
    d.verdict.by = DECISION_BY_SILENT;
    assert_int_equal(back(&d).verdict.by, DECISION_BY_SILENT);
    packed.ptr[1] = (char)((unsigned char)packed.ptr[1] & ~64u);
    packed.ptr[3] = (char)((unsigned char)packed.ptr[3] & ~1u);
    assert_false(decision_unpack(buf_str(&packed), &out));
    d.verdict = (struct decision_verdict){.there = true, .good = true};
    (void)back(&d);
    packed.ptr[0] = 3;
    assert_true(decision_unpack(buf_str(&packed), &out) && out.verdict.good);
    assert_true(str_eq(brief_of(buf_str(&packed)).route, d.route));
    assert_int_equal(decision_by_of(NULL), DECISION_BY_NONE);
    assert_int_equal(decision_by_of("nobody"), DECISION_BY_NONE);
}

static void a_verdict_comes_back(void **state)
{
    (void)state;
    struct decision d = full();
    d.verdict = (struct decision_verdict){.there = true, .good = true};
    const struct decision b = back(&d);
    assert_true(b.verdict.there && b.verdict.good && !b.verdict.told && b.compared);
    d.verdict = (struct decision_verdict){
        .there = true, .good = true, .told = true, .sure = -5, .mean = true};
    assert_true(back(&d).verdict.mean && back(&d).verdict.sure == -5);
    packed.ptr[1] |= (char)128; // no flag of ours
    struct decision out;
    assert_false(decision_unpack(buf_str(&packed), &out));
}

static void comes_back_with_little(void **state)
{
    (void)state;
    const struct decision d = {.propensity_ppm = DECISION_SURE}, b = back(&d);
    assert_true(!b.cascade && !b.scored && !b.compared);
    assert_int_equal(b.count, 0);
    assert_int_equal(b.chosen, 0);
    assert_int_equal(b.traits.len, 0);
}

static void is_cut_to_its_most(void **state)
{
    (void)state;
    static char text[2 * DECISION_TRAITS_MAX];
    struct decision d = full();
    memset(text, 'x', sizeof text);
    d.route = d.mode = d.match = d.reason = d.traits = str_from(text, sizeof text);
    d.count = DECISION_CANDIDATES_MAX;
    for (unsigned i = 0; i < d.count; i++)
        d.list[i] = (struct decision_candidate){d.route,      SIDE_LARGE,  d.route,
                                                PRICE_PRICED, {INT64_MIN}, d.route};
    d.chosen = d.count - 1;
    const struct decision b = back(&d);
    assert_int_equal(b.match.len, DECISION_TEXT_MAX);
    assert_int_equal(b.traits.len, 0); // a part of them says nothing
    assert_true(b.count > 0 && b.count < d.count);
    assert_int_equal(b.chosen, b.count); // it is not among them
    assert_true(b.cut);
}

static void what_is_cut_off_is_refused(void **state)
{
    (void)state;
    const struct decision d = known();
    struct decision out;
    (void)back(&d);
    for (size_t n = 0; n < packed.len; n++)
        assert_false(decision_unpack(str_from(packed.ptr, n), &out));
    buf_add_char(&packed, 0);
    assert_false(decision_unpack(buf_str(&packed), &out));
}

static void another_byte_is_refused_or_packs_the_same(void **state)
{
    (void)state;
    const struct decision d = known();
    struct decision out;
    struct buf again;
    (void)back(&d);
    buf_init(&again, &alloc_heap, 0);
    for (size_t i = 1; i < packed.len; i++) { // but for the version
        for (unsigned c = 0; c < 256; c++) {
            const char before = packed.ptr[i];
            packed.ptr[i] = (char)c;
            if (decision_unpack(buf_str(&packed), &out)) {
                buf_clear(&again);
                decision_pack(&out, &again);
                assert_true(str_eq(buf_str(&again), buf_str(&packed)));
            }
            packed.ptr[i] = before;
        }
    }
    buf_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_whole),
        cmocka_unit_test(its_side_is_that_of_its_model),
        cmocka_unit_test(what_was_known_comes_back),
        cmocka_unit_test(an_older_one_is_read),
        cmocka_unit_test(its_end_is_set_in_its_place),
        cmocka_unit_test(a_verdict_comes_back),
        cmocka_unit_test(who_refused_comes_back),
        cmocka_unit_test(comes_back_with_little),
        cmocka_unit_test(is_cut_to_its_most),
        cmocka_unit_test(what_is_cut_off_is_refused),
        cmocka_unit_test(another_byte_is_refused_or_packs_the_same),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
