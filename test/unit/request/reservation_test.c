// SPDX-License-Identifier: Apache-2.0
//
// How often a call's body is weighed: once, for all models for which it weighs the same.

#include "../core/book.h"
#include "gate/snapshot.h"
#include "request/req.h"
#include "wire/weigh.h"

static const char text[] = "vendor v\nmodel m\nprice input 2 output 10\ncontext 1000000\n"
                           "output_max 100\n";
static const struct vendor xai = {.flags = VENDOR_REASONING_OUTSIDE};
static struct config_provider providers[] = {{.dialect = DIALECT_OPENAI},
                                             {.dialect = DIALECT_OPENAI, .vendor_row = &xai}};
static struct config config = {.providers = providers, .provider_count = 2};
static struct snapshot snapshot = {.config = &config};
static struct view view = {.snapshot = &snapshot};

// The linker lets what weighs come here first (--wrap).
static unsigned weighed;
void __real_weigh(const struct ask *a, unsigned flags, struct str model, struct weight *out);
void __wrap_weigh(const struct ask *a, unsigned flags, struct str model, struct weight *out);

void __wrap_weigh(const struct ask *a, unsigned flags, struct str model, struct weight *out)
{
    weighed++;
    __real_weigh(a, flags, model, out);
}

static int setup(void **state)
{
    (void)state;
    return book_open(text);
}

static void call_begin(struct req *r)
{
    const struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    *r = (struct req){.view = &view, .found = found, .dialect = DIALECT_OPENAI};
    const char *body = "{\"model\":\"auto\",\"max_tokens\":90,\"messages\":[{\"role\":\"user\","
                       "\"content\":\"\xc3\xa9t\xc3\xa9\"}]}";
    assert_int_equal(ask_open(&r->ask, &found, str_of(body), &alloc_heap, NULL), REFUSAL_NONE);
    weighed = 0;
}

// As the call's route may, before one is chosen. What it holds there.
static int64_t foreseen(struct req *r, unsigned provider, const char *model)
{
    const struct target target = {.provider = provider, .model = str_of(model)};
    const struct reservation_at at = {&target, sheet("m"), 40};
    struct bound b;
    reservation_foresee(r, &at, &r->seen, &b);
    assert_int_equal(b.state, BOUND_KNOWN);
    return b.most.n;
}

static int64_t held(struct req *r, unsigned provider, const char *model)
{
    struct bound b;
    r->attempt = (struct attempt){.provider = &providers[provider],
                                  .target = {.provider = provider, .model = str_of(model)},
                                  .sheet = sheet("m")};
    reservation_bound(r, &b);
    assert_int_equal(b.state, BOUND_KNOWN);
    return b.most.n;
}

static int64_t held_alone(unsigned provider, const char *model)
{
    struct req r;
    call_begin(&r);
    const int64_t most = held(&r, provider, model);
    assert_int_equal(weighed, 1);
    ask_close(&r.ask);
    return most;
}

static void a_body_is_weighed_once(void **state)
{
    (void)state;
    const int64_t alone = held_alone(0, "small");
    struct req r;
    call_begin(&r);
    const int64_t shorter = foreseen(&r, 0, "large");
    assert_int_equal(foreseen(&r, 0, "small"), shorter);
    assert_int_equal(held(&r, 0, "small"), alone); // its caller's maximum, not ours
    assert_true(shorter < alone);
    assert_true(reservation_lower(&r, (struct nano){shorter}));
    assert_int_equal(r.attempt.output_max, 40);
    assert_int_equal(held(&r, 0, "large"), alone); // the next attempt, as it was
    assert_int_equal(weighed, 1);
    ask_close(&r.ask);
}

static void another_model_weighs_it_anew(void **state)
{
    (void)state;
    const int64_t grown = held_alone(0, "qwen3-8b"), beside = held_alone(1, "small");
    struct req r;
    call_begin(&r);
    const int64_t alone = held(&r, 0, "small");
    assert_int_equal(held(&r, 0, "qwen3-8b"), grown); // its letters grow
    assert_int_equal(weighed, 2);
    assert_int_equal(held(&r, 1, "small"), beside); // of other flags
    assert_int_equal(weighed, 3);
    assert_int_equal(held(&r, 0, "small"), alone);
    assert_true(alone < grown && alone < beside);
    ask_close(&r.ask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_weighed_once),
        cmocka_unit_test(another_model_weighs_it_anew),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
