// SPDX-License-Identifier: Apache-2.0
//
// Whether a route takes a call: by what its instructions are.

#include "../unit.h"
#include "base/digest.h"
#include "request/matching.h"

static struct key key;

static void begin(struct req *r, const char *body)
{
    *r = (struct req){.key = &key};
    arena_init(&r->arena, &alloc_heap, 512, 4096);
    assert_int_equal(json_open(str_of(body), &alloc_heap, &r->ask.json, NULL), STATUS_OK);
}

static void end(struct req *r)
{
    json_close(r->ask.json);
    arena_fini(&r->arena);
}

static void digest(const char *text, char hex[2 * DIGEST_BYTES])
{
    uint8_t bytes[DIGEST_BYTES];
    assert_true(digest_sha256(str_of(text), bytes));
    hex_write(bytes, DIGEST_BYTES, hex);
}

#define BRIEF                                               \
    "{\"messages\":[{\"role\":\"system\",\"content\":\"Be " \
    "brief.\"},{\"role\":\"user\",\"content\":\"Hi.\"}]}"
#define LONG "{\"messages\":[{\"role\":\"system\",\"content\":\"Tell it all.\"}]}"
#define NONE "{\"messages\":[{\"role\":\"user\",\"content\":\"Be brief.\"}]}"

static void instructions_are_known_by_their_digest(void **state)
{
    (void)state;
    char brief[2 * DIGEST_BYTES], other[2 * DIGEST_BYTES];
    digest("Be brief.", brief);
    digest("Be.", other);
    struct str all[] = {str_from(other, sizeof other), str_from(brief, 12)};
    const struct config_match m = {.tokens_most = INT64_MAX, .systems = all, .system_count = 2};
    const struct config_match not = {.tokens_most = INT64_MAX, .systems = all, .system_count = 1};
    static const struct {
        const char *body;
        bool fits;
    } calls[] = {{BRIEF, true}, {LONG, false}, {NONE, false}};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct req r;
        begin(&r, calls[i].body);
        assert_int_equal(matching(&r, &m), calls[i].fits);
        assert_false(matching(&r, &not ));
        end(&r);
    }
}

// Any number of routes may ask for it: it is made of the body once.
static void they_are_read_once(void **state)
{
    (void)state;
    static const char *const bodies[] = {BRIEF, NONE};
    char brief[2 * DIGEST_BYTES];
    digest("Be brief.", brief);
    struct str one = str_from(brief, sizeof brief);
    const struct config_match m = {.tokens_most = INT64_MAX, .systems = &one, .system_count = 1};
    for (unsigned i = 0; i < 2; i++) {
        struct req r, other;
        begin(&r, bodies[i]);
        begin(&other, bodies[1 - i]);
        bool fits = matching(&r, &m);
        struct json *own = r.ask.json;
        r.ask.json = other.ask.json;
        assert_int_equal(matching(&r, &m), fits);
        r.ask.json = own;
        end(&other);
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instructions_are_known_by_their_digest),
                                       cmocka_unit_test(they_are_read_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
