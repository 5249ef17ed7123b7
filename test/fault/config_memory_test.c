// SPDX-License-Identifier: Apache-2.0
//
// A configuration with budgets, and what a gateway makes of it, while memory ends: at each
// allocation in turn, once or from then on. Whatever is read then is all of it, or nothing.

#include <stdatomic.h>

#include "../unit/config/rig.h"
#include "budget/budget.h"
#include "gate/defined.h"
#include "memory.h"
#include "store/budgets.h"

static const struct variable secrets[] = {
    {"CI", "0123456789abcdef"}, {"WEB", "fedcba9876543210"}, {NULL, NULL}};

static const char text[] =
    "listen: [127.0.0.1:7575, \"[::1]:7575\"]\n"
    "admin: [127.0.0.1:7576]\n"
    "admin_hosts: [metrics.example.com]\n"
    "store: sqlite:memory.db\n"
    "state: .\n"
    "workers: 2\n"
    "limits: { body: 32MiB, buffers: 1GiB }\n"
    "cors: [https://app.example.com]\n"
    "providers:\n"
    "  openai: { url: 'https://api.openai.com/v1', key: env:CI, proxy: 'http://u:p@10.0.0.1:3128' "
    "}\n"
    "  bench: { url: 'http://127.0.0.1:9100/v1', models: [bench-model, own-*], vendor: openai }\n"
    "  local: { dialect: ollama, url: 'http://127.0.0.1:11434', keep_alive: 30m }\n"
    "aliases:\n"
    "  fast: [bench/bench-model, openai/gpt-5.4-mini]\n"
    "keys:\n"
    "  - { name: ci, token: env:CI, team: web, models: [gpt-4o*, bench/*], expires: 2099-01-31 }\n"
    "  - { name: web, token: env:WEB }\n"
    "org: acme\n"
    "teams: { search: { keys: [web] } }\n"
    "budgets:\n"
    "  - { name: company, scope: { org: acme }, limit: 500.00, window: month, "
    "timezone: Europe/Berlin, alert_at: [50%, 80%] }\n"
    "  - { name: ci-day, scope: { key: ci, model: 'gpt-*' }, limit: 0.01, window: day, "
    "timezone: Asia/Tokyo }\n"
    "  - { name: agent, per: tag:session, limit: 2.00, window: lifetime, hold: grow }\n"
    "prices:\n"
    "  - { model: bench/bench-model, aliases: [b-??], input_per_mtok: 1, output_per_mtok: 2,\n"
    "      when: [{ above: 1000, input_per_mtok: 2 }, { service: batch, factor: 0.5 }] }\n"
    "holidays: { ours: [2027-01-01] }\n"
    "tiers: { small: [bench/own-small, { model: bench/bench-model, weight: 2 }] }\n"
    "routes:\n"
    "  - name: support\n"
    "    match: { key: [ci, web], team: search, tag: { feature: support }, header: { x-a: b* }, "
    "regex: 'refund|order', max_tokens_in: 4000 }\n"
    "    mode: certified\n"
    "    max_loss: 2%\n"
    "    small: small\n"
    "    large: [openai/gpt-5.4-mini]\n"
    "    verify: [refusal, { agree: bench/own-other }, { http: 'http://127.0.0.1:9000/check' }]\n"
    "    shadow: { budget: 2.00, window: week, judge: openai/gpt-5.4-mini }\n";

// All that was read.
static void write_all(const struct config *c, struct buf *out)
{
    buf_clear(out);
    config_write(c, out);
    buf_add(out, c->prices);
    for (unsigned i = 0; i < c->provider_count; i++)
        if (c->providers[i].key)
            buf_add(out, secret_expose(c->providers[i].key));
    for (unsigned i = 0; i < c->key_count; i++)
        buf_add(out, secret_expose(c->keys[i].token));
    assert_false(buf_failed(out));
}

static enum status take(struct config **out, struct why *why)
{
    const struct config_source source = {.file = in_folder("costlens.yaml"), .env = env};
    return config_read(&source, out, why);
}

static void tell_difference(long n, int stays, struct buf *got, struct buf *want)
{
    const char *a = buf_cstr(got), *b = buf_cstr(want);
    while (*a == *b && *a)
        a++, b++;
    fail_msg("allocation %ld, %d: %.60s instead of %.60s", n, stays, a, b);
}

static void reads_all_or_nothing(void **state)
{
    (void)state;
    need_zones();
    struct buf want, got;
    struct config *c = NULL;
    struct why why = {0};
    long most = 0;
    environment = secrets;
    buf_init(&want, &alloc_heap, 0);
    buf_init(&got, &alloc_heap, 0);
    write_file("costlens.yaml", text, sizeof text - 1);
    if (take(&c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    write_all(c, &want);
    assert_int_equal(c->budget_count, 3);
    config_free(c);
    for (int stays = 0; stays < 2; stays++) {
        bool over = false;
        for (long n = 1; !over; n++) {
            c = NULL;
            why.text[0] = '\0';
            const long before = held;
            arm(n, stays);
            enum status s = take(&c, &why);
            over = !disarm();
            if (s == STATUS_OK) {
                write_all(c, &got);
                if (!str_eq(buf_str(&got), buf_str(&want)))
                    tell_difference(n, stays, &got, &want);
                config_free(c);
            } else if (c || !strstr(why.text, "memory")) {
                fail_msg("allocation %ld, %d: %s, %s", n, stays, status_text(s), why.text);
            }
            if (s != STATUS_OK && held != before)
                fail_msg("allocation %ld, %d: %ld are held", n, stays, held - before);
            most = n;
        }
    }
#ifndef SANITIZED
    assert_true(most > 50);
#endif
    (void)most;
    buf_fini(&want);
    buf_fini(&got);
}

static bool is_whole(const struct defined *d, size_t zones)
{
    bool named = d->budget_count == 5; // of the file, of the route, of the store
    for (size_t i = 0; i < d->budget_count; i++) {
        named &= d->budgets[i].name.len > 0;
        zones -= d->budgets[i].window.zone != NULL;
    }
    return named && zones == 0;
}

static void gather_all(const struct config *c, struct store *s, size_t zones)
{
    struct why why = {0};
    for (int stays = 0; stays < 2; stays++) {
        bool over = false;
        for (long n = 1; !over; n++) {
            struct defined *d = NULL;
            arm(n, stays);
            enum status status = defined_new(c, s, &d, &why);
            over = !disarm();
            assert_true((status == STATUS_OK) == (d != NULL));
            if (d && !is_whole(d, zones))
                fail_msg("allocation %ld, %d: %zu budgets", n, stays, d->budget_count);
            defined_free(d);
        }
    }
}

// The store's own memory is SQLite's, which keeps some; the rest is given back.
static void gathers_all_or_nothing(void **state)
{
    (void)state;
    need_zones();
    struct store *s = NULL;
    struct config *c = NULL;
    struct why why = {0};
    uint64_t id = 0;
    struct store_budget sb = {.tenant = str_of("default"), .created_us = 1};
    environment = secrets;
    write_file("costlens.yaml", text, sizeof text - 1);
    assert_int_equal(take(&c, &why), STATUS_OK);
    const struct store_setup setup = {.path = c->store, .state = c->state, .create = true};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_OK);
    budget_init(&sb.budget, str_of("made"));
    assert_int_equal(budget_set(&sb.budget, str_of("limit"), str_of("3"), &why), STATUS_OK);
    assert_int_equal(store_budget_add(s, &sb, &id, &why), STATUS_OK);
    gather_all(c, s, 2);
    for (size_t i = 0; i < c->budget_count; i++)
        c->budgets[i].zone_name = STR_NONE;
    gather_all(c, s, 0);
    config_free(c);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_or_nothing),
        cmocka_unit_test(gathers_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
