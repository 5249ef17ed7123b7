// SPDX-License-Identifier: Apache-2.0
//
// What the model has learned from is known by the pairs that were there then: those that came since
// change what belongs together.

#include "insight/halves.h"
#include "route/learner.h"
#include "route/talks.h"
#include "world.h"

enum { SEEN = 64, ALL = 400, ASKED_LATE = 30 };

static struct dice dice;
static struct talk talks[ALL + SEEN + 1];
static struct uuid ids[ALL + SEEN + 1]; // by number

static struct talk said(uint32_t first, uint32_t second)
{
    return (struct talk){
        .known = true, .one = second == 0, .count = second ? 2 : 1, .said = {first, second}};
}

static void keep(struct world *w, unsigned number, struct talk talk)
{
    uint8_t packed[TALK_BYTES];
    const uint64_t word[2] = {dice_next(&dice), dice_next(&dice)};
    memcpy(ids[number].bytes, word, sizeof word);
    talks[number] = talk;
    const struct pair p = {.id = ids[number],
                           .at_us = NOON_US + (int64_t)number,
                           .tenant = STR("default"),
                           .route = STR("desk"),
                           .weak = STR("a/small"),
                           .strong = STR("a/large"),
                           .talk = str_from((const char *)packed, talk_pack(&talk, packed)),
                           .propensity_ppm = PAIR_WHOLE_PPM,
                           .judged = PAIR_JUDGED_EXACT};
    enum status s = STATUS_BUSY;
    while (s == STATUS_BUSY) // with its writer
        s = store_pair_add(w->store, &p, NULL);
    assert_int_equal(s, STATUS_OK);
}

// Every fourth asks the same, as long as the look is not there; some begin alike, and go on in so
// few ways that it is one conversation; of some nothing is known.
static struct talk seen_talk(unsigned n)
{
    if (n % 4 == 0)
        return said(7, 0);
    if (n % 8 == 1)
        return said(9, 100 + n / 8 % 7);
    return n % 8 == 2 ? (struct talk){0} : said(1000 + n, 0);
}

// ... and then in many; what was asked time and again is seldom asked.
static struct talk later_talk(unsigned n)
{
    if (n % ASKED_LATE == 0)
        return said(7, 0);
    if (n % 8 == 1)
        return said(9, 100 + n);
    return n % 8 == 2 ? (struct talk){0} : said(1000 + n, 0);
}

// Of the group that `number` is of among the first `count`.
static uint64_t group_of(unsigned count, unsigned number)
{
    struct talks t = {0};
    for (unsigned i = 1; i <= count; i++)
        assert_true(talks_add(&t, &(struct talks_call){(int64_t)i, ids[i], talks[i]}));
    assert_true(talks_part(&t));
    const uint64_t group = talks_group(&t, (int64_t)number);
    talks_fini(&t);
    return group;
}

static void put_all(struct world *w)
{
    begin(w);
    dice_init(&dice, 41);
    for (unsigned n = 1; n <= ALL; n++)
        keep(w, n, n <= SEEN ? seen_talk(n) : later_talk(n));
}

static void read_halves(struct world *w, int64_t newest, struct halves *h)
{
    assert_int_equal(halves_read(h, w->store, str_of("desk"), newest, NULL), STATUS_OK);
    assert_int_equal(h->count, ALL);
}

static enum half half_of(uint64_t group)
{
    const enum half known = learner_proves(group) ? HALF_PROVES : HALF_LEARNED;
    return group ? known : HALF_UNKNOWN;
}

static void what_was_seen_is_of_the_half_of_then(void **state)
{
    (void)state;
    struct world w;
    struct halves h;
    unsigned changed = 0;
    put_all(&w);
    read_halves(&w, SEEN, &h);
    for (unsigned n = 1; n <= SEEN; n++) {
        const enum half then = half_of(group_of(SEEN, n));
        assert_int_equal(halves_find(&h, n), then);
        changed += then != half_of(group_of(ALL, n));
    }
    assert_true(changed > 0); // by the others it were another one
    halves_fini(&h);
    read_halves(&w, INT64_MAX, &h); // as a look of now
    for (unsigned n = 1; n <= ALL; n++)
        assert_int_equal(halves_find(&h, n), half_of(group_of(ALL, n)));
    assert_int_equal(halves_find(&h, ALL + 1), HALF_UNKNOWN);
    halves_fini(&h);
    end(&w);
}

// Nothing that belongs to what was learned from proves.
static void what_comes_later_is_of_what_it_belongs_to(void **state)
{
    (void)state;
    struct world w;
    struct halves h;
    unsigned seen[HALF_UNKNOWN + 1] = {0};
    put_all(&w);
    for (unsigned n = 1; n <= SEEN; n++) // the same again
        keep(&w, ALL + n, talks[n]);
    assert_int_equal(halves_read(&h, w.store, str_of("desk"), SEEN, NULL), STATUS_OK);
    for (size_t i = SEEN; i < h.count; i++) {
        unsigned before = h.list[i].group ? HALF_NEW : HALF_UNKNOWN;
        for (size_t k = 0; k < SEEN; k++)
            before |= h.list[k].group == h.list[i].group ? h.list[k].half : HALF_NEW;
        assert_int_equal(h.list[i].half, before);
        seen[before]++;
    }
    for (unsigned half = 0; half <= HALF_UNKNOWN; half++)
        assert_true(seen[half] > 0);
    assert_int_equal(halves_find(&h, SEEN + 3), HALF_NEW); // nobody has said that before
    assert_int_equal(halves_find(&h, ALL + 3), halves_find(&h, 3));
    assert_int_equal(halves_find(&h, ALL + 2), HALF_UNKNOWN);
    halves_fini(&h);
    end(&w);
}

// Whatever half its number would say; those of a group stay together.
static void what_proves_is_of_a_group_that_does(void **state)
{
    (void)state;
    struct world w;
    struct halves h;
    put_all(&w);
    read_halves(&w, SEEN, &h);
    for (size_t i = 0; i < h.count; i++) {
        const uint64_t group = halves_group(&h, h.list[i].number);
        assert_true(learner_proves(group));
        for (size_t k = 0; k < i; k++)
            assert_int_equal(group == halves_group(&h, h.list[k].number),
                             h.list[i].group == h.list[k].group);
    }
    halves_fini(&h);
    end(&w);
}

// As far back as the look went: what is older it has not learned from, and nobody asks any more
// what that belonged to.
static void what_is_older_than_a_look_sees_is_of_no_half(void **state)
{
    (void)state;
    enum { OLDER = 20, MORE = 30, COUNT = OLDER + LEARNER_PAIRS_MOST + MORE };
    static struct pair pairs[COUNT];
    static const struct pair *list[COUNT];
    static uint8_t packed[COUNT][TALK_BYTES];
    struct world w;
    struct halves h;
    begin(&w);
    dice_init(&dice, 43);
    for (unsigned i = 0; i < COUNT; i++) {
        const struct talk t = said(1000 + i, 0);
        const uint64_t word[2] = {dice_next(&dice), dice_next(&dice)};
        pairs[i] =
            (struct pair){.at_us = NOON_US + i,
                          .tenant = STR("default"),
                          .route = STR("desk"),
                          .weak = STR("a/small"),
                          .strong = STR("a/large"),
                          .talk = str_from((const char *)packed[i], talk_pack(&t, packed[i])),
                          .propensity_ppm = PAIR_WHOLE_PPM,
                          .judged = PAIR_JUDGED_EXACT};
        memcpy(pairs[i].id.bytes, word, sizeof word);
        list[i] = &pairs[i];
    }
    enum status s = STATUS_BUSY;
    while (s == STATUS_BUSY) // with its writer
        s = store_pairs_add(w.store, list, COUNT, NULL);
    assert_int_equal(s, STATUS_OK);
    s = halves_read(&h, w.store, str_of("desk"), OLDER + LEARNER_PAIRS_MOST, NULL);
    assert_int_equal(s, STATUS_OK);
    assert_int_equal(h.after, OLDER + MORE); // a look of now
    for (int64_t n = 1; n <= COUNT; n++) {
        const enum half half = halves_find(&h, n);
        if (n <= OLDER)
            assert_int_equal(half, HALF_UNKNOWN);
        else if (n <= OLDER + LEARNER_PAIRS_MOST)
            assert_true(half == HALF_LEARNED || half == HALF_PROVES);
        else
            assert_int_equal(half, HALF_NEW);
    }
    halves_fini(&h);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_seen_is_of_the_half_of_then),
        cmocka_unit_test(what_comes_later_is_of_what_it_belongs_to),
        cmocka_unit_test(what_proves_is_of_a_group_that_does),
        cmocka_unit_test(what_is_older_than_a_look_sees_is_of_no_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
