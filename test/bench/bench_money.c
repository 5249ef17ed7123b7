// SPDX-License-Identifier: Apache-2.0
//
// bench_money - what five budgets cost a call, in processor time of all threads, its leases among
// it: which of them concern it, its worst case, held and then settled in each. Exits 1 when the
// bound is missed by ten times: a busy machine alone should not fail it.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "budget/bound.h"
#include "budget/budget.h"
#include "core/catalog.h"
#include "gate/budgets.h"
#include "wire/weigh.h"

enum { BUDGETS = 5, TURN = 16, BOUND_NS = 5000 };

static const struct budget_facts facts = {.org = STR("acme"),
                                          .team = STR("search"),
                                          .key = STR("ci"),
                                          .user = STR("somebody"),
                                          .model = STR("openai/gpt-5.4"),
                                          .asked = STR("gpt-5.4"),
                                          .provider = STR("openai")};
static const struct {
    const char *scope, *value; // or `per` a value
    const char *window;
} said[BUDGETS] = {{"org", "acme", "month"},
                   {"team", "search", "week"},
                   {NULL, "key", "day"},
                   {NULL, "user", "lifetime"},
                   {"model", "openai/*", "lifetime"}};
static struct budget defined[BUDGETS];
static struct budgets *all;
static struct loop *loop;
static struct ask ask;
static struct bound_call call;
static struct list ended;

static int64_t used_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void news(void *context, const struct budgets_news *n)
{
    (void)context;
    must(n);
}

static void wake(void *argument)
{
    must(argument);
}

static void set(struct budget *b, const char *name, const char *value)
{
    must(budget_set(b, str_of(name), str_of(value), NULL) == STATUS_OK);
}

static void define(unsigned i)
{
    struct budget *b = &defined[i];
    budget_init(b, (struct str)STR("b"));
    b->id = i + 1;
    set(b, "limit", "1000000");
    set(b, "window", said[i].window);
    if (said[i].scope)
        must(budget_scope(b, str_of(said[i].scope), str_of(said[i].value), NULL) == STATUS_OK);
    else
        set(b, "per", said[i].value);
}

static void hold_and_settle(int64_t now_us)
{
    struct booking_wish wishes[BUDGETS];
    const struct booking_owner owner = {.loop = loop, .wake = wake, .call = &call};
    struct weight w;
    struct bound bound;
    struct charge charge;
    unsigned count = 0;
    for (unsigned i = 0; i < BUDGETS; i++) {
        wishes[count].budget = &defined[i];
        count += budget_matches(&defined[i], &facts, &wishes[count].value);
    }
    must(count == BUDGETS);
    weigh(&ask, 0, ask.demand.model, &w);
    call.weight = &w;
    bound_make(&call, &bound);
    must(bound.state == BOUND_KNOWN);
    struct booking *b = booking_new(all, &owner, wishes, count);
    must(b);
    while (booking_reserve(b, bound.most, true, now_us) != BOOKING_OPEN) {
        usleep(100);
        loop_run_posts(loop);
    }
    booking_charge(b, &charge);
    must(charge.count == BUDGETS);
    booking_end(b, (struct nano){bound.most.n / 5}, bound.most, false, &ended);
}

// Of so many calls, in nanoseconds each; those of one turn of a loop end together.
static int64_t measure(int calls)
{
    int64_t begin = used_ns();
    int64_t now_us = clock_wall_us();
    for (int i = 0; i < calls; i++) {
        hold_and_settle(now_us);
        if (i % TURN == TURN - 1) {
            budgets_end(all, &ended, true);
            loop_run_posts(loop);
            now_us = clock_wall_us();
        }
    }
    budgets_end(all, &ended, true);
    return (used_ns() - begin) / calls;
}

static struct store *open_store(const char *folder)
{
    char path[64];
    struct store *s = NULL;
    struct why why = {0};
    snprintf(path, sizeof path, "%s/money.db", folder);
    const struct store_setup setup = {
        .path = str_of(path), .create = true, .writer = true, .fsync_ms = 1000};
    if (store_open(&setup, &s, &why) != STATUS_OK) {
        fprintf(stderr, "bench_money: %s\n", why.text);
        exit(1);
    }
    return s;
}

int main(void)
{
    static const char body[] =
        "{\"model\":\"gpt-5.4\",\"max_completion_tokens\":400,\"messages\":[{\"role\":\"system\","
        "\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"What is next, and why?\"}]}";
    struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    char folder[] = "/tmp/bench-money-XXXXXX";
    struct catalog *book;
    struct why why;
    must(mkdtemp(folder));
    must(catalog_open(&alloc_heap, NULL, 0, &book, &why) == STATUS_OK);
    must(ask_open(&ask, &found, str_of(body), &alloc_heap, &why) == REFUSAL_NONE);
    struct store *s = open_store(folder);
    loop = loop_new();
    all = budgets_new(s, news, NULL);
    must(loop && all);
    list_init(&ended);
    call.sheet = catalog_find(book, facts.provider, facts.asked);
    call.start_us = clock_wall_us();
    must(call.sheet);
    for (unsigned i = 0; i < BUDGETS; i++)
        define(i);
    int64_t best = INT64_MAX;
    for (int round = 0; round < 4; round++) { // the first one finds everything cold
        int64_t ns = measure(20000);
        best = ns < best ? ns : best;
    }
    printf("five budgets of a call, all that they cost   %6lld ns   (at most %d%s)\n",
           (long long)best, BOUND_NS, best <= BOUND_NS ? "" : ": MISSED");
    store_close(s);
    budgets_free(all);
    loop_free(loop);
    ask_close(&ask);
    catalog_close(book);
    char clean[80];
    snprintf(clean, sizeof clean, "rm -r %s", folder);
    return system(clean) != 0 || best > 10 * (int64_t)BOUND_NS;
}
