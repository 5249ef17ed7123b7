// SPDX-License-Identifier: Apache-2.0

#include "../config/rig.h"
#include "base/limits.h"
#include "gate/absent.h"
#include "gate/defined.h"
#include "gate/snapshot.h"
#include "store/budgets.h"

#define DEFAULT ((struct str)STR("default"))

static const uint8_t pepper[DIGEST_BYTES] = {1};

static struct config *taken(const char *text)
{
    struct config *c = check(text);
    if (c->fault_count)
        fail_msg("%s", c->faults[0].text.ptr);
    return c;
}

static struct store *opened(const struct config *c)
{
    struct store *s = NULL;
    struct why why = {0};
    const struct store_setup setup = {.path = c->store, .state = c->state, .create = true};
    if (store_open(&setup, &s, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return s;
}

static uint64_t add(struct store *s, struct str tenant, const char *name, const char *key,
                    const char *zone)
{
    struct why why = {0};
    uint64_t id = 0;
    struct store_budget sb = {.tenant = tenant, .created_us = 1};
    budget_init(&sb.budget, str_of(name));
    assert_int_equal(budget_set(&sb.budget, str_of("limit"), str_of("3"), &why), STATUS_OK);
    assert_int_equal(budget_set(&sb.budget, str_of("window"), str_of("day"), &why), STATUS_OK);
    if (key)
        assert_int_equal(budget_scope(&sb.budget, str_of("key"), str_of(key), &why), STATUS_OK);
    if (zone)
        assert_int_equal(budget_set(&sb.budget, str_of("timezone"), str_of(zone), &why), STATUS_OK);
    if (store_budget_add(s, &sb, &id, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return id;
}

static void archive(struct store *s, const char *name)
{
    struct why why = {0};
    assert_int_equal(store_budget_archive(s, DEFAULT, str_of(name), 5, &why), STATUS_OK);
}

#define WHERE "store: sqlite:s.db\nstate: .\nadmin: []\n"

// Of the file and of the store, each with its number and its zone, in the order of refusal.
static void gathers_both(void **state)
{
    (void)state;
    need_zones();
    struct why why = {0};
    struct defined *d = NULL;
    struct config *c = taken(
        WHERE
        "org: acme\nbudgets:\n"
        "  - { name: session, per: tag:session, limit: 2 }\n"
        "  - { name: zeta, scope: { key: ci }, limit: 1, window: day, timezone: Europe/Berlin }\n"
        "  - { name: company, scope: { org: acme }, limit: 5, window: month, "
        "timezone: Europe/Berlin }\n");
    struct store *s = opened(c);
    uint64_t alpha = add(s, DEFAULT, "alpha", "ci", "Europe/Berlin");
    add(s, DEFAULT, "gone", NULL, NULL);
    add(s, str_of("others"), "theirs", NULL, NULL);
    archive(s, "gone");
    uint64_t all = add(s, DEFAULT, "all", NULL, "Asia/Tokyo");
    assert_int_equal(defined_new(c, s, &d, &why), STATUS_OK);
    config_free(c); // it is not needed any more
    static const char *const order[] = {"all", "company", "alpha", "zeta", "session"};
    assert_int_equal(d->budget_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_true(str_is(d->budgets[i].name, order[i]));
        assert_true(d->budgets[i].id > 0);
        for (int k = 0; k < i; k++)
            assert_true(d->budgets[i].id != d->budgets[k].id);
    }
    const struct budget *b = d->budgets;
    assert_int_equal(b[0].id, all);
    assert_int_equal(b[2].id, alpha);
    assert_true(str_is(b[2].conditions[0].value, "ci"));
    assert_true(str_is(b[4].per_what.tag, "session"));
    assert_non_null(b[1].window.zone);
    assert_ptr_equal(b[2].window.zone, b[1].window.zone); // one for all of its name
    assert_ptr_equal(b[3].window.zone, b[1].window.zone);
    assert_ptr_not_equal(b[0].window.zone, b[1].window.zone);
    assert_null(b[4].window.zone);
    defined_free(d);
    // The same numbers another time.
    uint64_t number = 0;
    assert_int_equal(store_budget_number(s, DEFAULT, str_of("zeta"), &number, &why), STATUS_OK);
    c = taken(WHERE "budgets: [{ name: zeta, limit: 9, window: day, timezone: UTC }]\n");
    assert_int_equal(defined_new(c, s, &d, &why), STATUS_OK);
    assert_int_equal(d->budget_count, 3);
    for (size_t i = 0; i < d->budget_count; i++)
        if (str_is(d->budgets[i].name, "zeta"))
            assert_int_equal(d->budgets[i].id, number);
    struct defined *again = defined_ref(d);
    defined_free(d);
    assert_true(str_is(again->budgets[0].name, "all"));
    defined_free(again);
    defined_free(NULL);
    config_free(c);
    store_close(s);
}

static void refuse(const struct config *c, struct store *s, enum status status, const char *says)
{
    struct why why = {0};
    struct defined *d = NULL;
    assert_int_equal(defined_new(c, s, &d, &why), status);
    assert_null(d);
    if (!strstr(why.text, says))
        fail_msg("%s", why.text);
}

static void refuses_what_is_in_both(void **state)
{
    (void)state;
    need_zones();
    struct config *c = taken("store: sqlite:both.db\nstate: .\nbudgets: [{ name: a, limit: 1 }]\n");
    struct store *s = opened(c);
    add(s, DEFAULT, "a", NULL, NULL);
    add(s, DEFAULT, "b", NULL, NULL);
    refuse(c, s, STATUS_CONFLICT, "costlens.yaml, line 3, and another one");
    refuse(c, s, STATUS_CONFLICT, "the budget a stands in /");
    refuse(c, s, STATUS_CONFLICT, "`costlens budget rm a --config ");
    archive(s, "a");
    struct why why = {0};
    struct defined *d = NULL;
    assert_int_equal(defined_new(c, s, &d, &why), STATUS_OK);
    assert_int_equal(d->budget_count, 2);
    defined_free(d);
    add(s, DEFAULT, "mars", NULL, "Mars/Olympus"); // of a system that had it
    refuse(c, s, STATUS_SYNTAX, "budget mars: timezone: there is no time zone Mars/Olympus");
    config_free(c);
    store_close(s);
}

static void takes_so_many(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, "store: sqlite:many.db\nstate: .\nbudgets:\n");
    for (int i = 0; i < BUDGETS_MAX - 1; i++)
        buf_printf(&text, "  - { name: b%d, limit: 1 }\n", i);
    struct config *c = taken(buf_cstr(&text));
    struct store *s = opened(c);
    struct why why = {0};
    struct defined *d = NULL;
    add(s, DEFAULT, "last", NULL, NULL);
    assert_int_equal(defined_new(c, s, &d, &why), STATUS_OK);
    assert_int_equal(d->budget_count, BUDGETS_MAX);
    defined_free(d);
    add(s, DEFAULT, "one more", NULL, NULL);
    d = NULL;
    refuse(c, s, STATUS_LIMIT, "one more is one budget too many: 1024 may hold");
    buf_fini(&text);
    config_free(c);
    store_close(s);
}

static const struct variable tokens[] = {
    {"CI", "0123456789abcdef"}, {"WEB", "fedcba9876543210"}, {NULL, NULL}};

static const struct key *key_named(const struct snapshot *s, const char *name)
{
    size_t at = 0;
    struct str mac;
    void *value;
    while (map_each(&s->keys, &at, &mac, &value)) {
        const struct key *k = value;
        if (str_is(k->name, name))
            return k;
    }
    fail_msg("no key %s", name);
    return NULL;
}

static void add_key(struct store *s, const char *name, uint8_t mac)
{
    struct why why = {0};
    const struct key k = {.name = str_of(name),
                          .tenant = DEFAULT,
                          .id = {.bytes = {mac}},
                          .mac = {mac},
                          .created_us = 1};
    if (store_key_add(s, &k, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

// A snapshot has them, and those made upon it: with the keys read anew they are the same ones, with
// the budgets read anew they are others; calls keep theirs.
static void snapshots_share_them(void **state)
{
    (void)state;
    need_zones();
    struct why why = {0};
    struct snapshot *first = NULL, *keyed = NULL, *changed = NULL, *later = NULL;
    environment = tokens;
    struct config *c = taken("store: sqlite:snapshot.db\nstate: .\n"
                             "keys: [{ name: ci, token: env:CI }, "
                             "{ name: web, token: env:WEB, team: own }]\n"
                             "teams: { search: { keys: [ci, web, made] } }\n"
                             "budgets: [{ name: a, limit: 1 }]\n");
    struct store *s = opened(c);
    add_key(s, "made", 7);
    assert_int_equal(snapshot_new(c, s, pepper, &first, &why), STATUS_OK);
    assert_int_equal(first->budget_count, 1);
    assert_true(str_is(key_named(first, "ci")->team, "search"));
    assert_true(str_is(key_named(first, "made")->team, "search"));
    assert_true(str_is(key_named(first, "web")->team, "own"));
    assert_int_equal(key_named(first, "dev")->team.len, 0);
    add(s, DEFAULT, "b", NULL, "Asia/Tokyo");
    assert_int_equal(snapshot_with_keys(first, s, pepper, &keyed, &why), STATUS_OK);
    assert_ptr_equal(keyed->budgets, first->budgets);
    assert_int_equal(keyed->budget_count, 1);
    assert_int_equal(snapshot_with_budgets(keyed, s, pepper, &changed, &why), STATUS_OK);
    assert_int_equal(changed->budget_count, 2);
    assert_int_equal(snapshot_with_keys(changed, s, pepper, &later, &why), STATUS_OK);
    assert_ptr_equal(later->budgets, changed->budgets);
    assert_non_null(first->breaches);
    assert_ptr_equal(later->breaches, first->breaches); // the prices are the same ones
    snapshot_free(first);
    snapshot_free(keyed);
    snapshot_free(changed);
    assert_true(str_is(later->budgets[1].name, "b"));
    assert_true(str_is(key_named(later, "ci")->team, "search"));
    // A definition that cannot hold changes nothing, and no key waits for it.
    add(s, DEFAULT, "a", NULL, NULL);
    struct snapshot *none = NULL;
    assert_int_equal(snapshot_with_budgets(later, s, pepper, &none, &why), STATUS_CONFLICT);
    assert_null(none);
    assert_int_equal(snapshot_with_keys(later, s, pepper, &none, &why), STATUS_OK);
    assert_int_equal(none->budget_count, 2);
    snapshot_free(none);
    snapshot_free(later);
    store_close(s);
}

static void collect(void *context, struct str text)
{
    struct buf *all = context;
    buf_add(all, text);
    buf_add_char(all, '\n');
}

static void tells_who_is_nowhere(void **state)
{
    (void)state;
    struct why why = {0};
    struct snapshot *snapshot = NULL;
    struct buf said;
    environment = tokens;
    struct config *c = taken("store: sqlite:absent.db\nstate: .\n"
                             "keys: [{ name: ci, token: env:CI, team: own }]\n"
                             "teams: { search: { keys: [made, wob, dev] }, none: { keys: gone } }\n"
                             "budgets:\n"
                             "  - { name: a, limit: 1, scope: { key: ci, team: own } }\n"
                             "  - { name: b, limit: 1, scope: { key: made, team: search } }\n"
                             "  - { name: c, limit: 1, scope: { key: dev, user: whoever } }\n"
                             "  - { name: d, limit: 1, scope: { key: gone } }\n"
                             "  - { name: e, limit: 1, scope: { team: none } }\n"
                             "  - { name: f, limit: 1, scope: { key: run-make-1a2b3c4d } }\n");
    struct store *s = opened(c);
    add_key(s, "made", 7);
    add_key(s, "gone", 8);
    assert_int_equal(store_key_revoke(s, str_of("gone"), 5, &why), STATUS_OK);
    assert_int_equal(snapshot_new(c, s, pepper, &snapshot, &why), STATUS_OK);
    buf_init(&said, &alloc_heap, 0);
    absent_each(snapshot, collect, &said);
    assert_string_equal(buf_cstr(&said),
                        "team search: no key is named `wob` (`costlens key list` shows all)\n"
                        "team none: no key is named `gone` (`costlens key list` shows all)\n"
                        "budget e concerns no call: no key is of the team `none` (`costlens key "
                        "list` shows all)\n"
                        "budget d concerns no call: no key is named `gone` (`costlens key list` "
                        "shows all)\n");
    buf_fini(&said);
    snapshot_free(snapshot);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathers_both),         cmocka_unit_test(refuses_what_is_in_both),
        cmocka_unit_test(takes_so_many),        cmocka_unit_test(snapshots_share_them),
        cmocka_unit_test(tells_who_is_nowhere),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
