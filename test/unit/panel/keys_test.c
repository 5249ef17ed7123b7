// SPDX-License-Identifier: Apache-2.0

#include "asked.h"
#include "core/key.h"

static bool says(const struct json *j, const char *name, const char *value)
{
    return str_is(json_str(json_get(json_root(j), name)), value);
}

static void creates_keys(void **state)
{
    (void)state;
    struct json *j = answer_of("keys/create", "{\"name\":\"ci\",\"team\":\"web\",\"project\":\"p\","
                                              "\"user\":\"u\",\"models\":\"gpt-4o*,mock/*\","
                                              "\"expires\":\"90d\"}");
    struct str token = json_str(json_get(json_root(j), "token"));
    assert_true(key_token_valid(token));
    assert_true(says(j, "team", "web"));
    assert_int_equal(json_str(json_get(json_root(j), "last4")).len, 4);
    json_close(j);
    j = answer_of("keys/create", ""); // a name is found for it
    assert_true(json_str(json_get(json_root(j), "name")).len > 4);
    json_close(j);
    j = answer_of("keys/create", "{\"name\":\"own\",\"token\":\"a-token-of-my-own\"}");
    assert_true(says(j, "token", "a-token-of-my-own"));
    json_close(j);
}

static void keeps_tags_and_forgets(void **state)
{
    (void)state;
    json_close(answer_of("keys/create", "{\"name\":\"r\",\"tags\":\"a=1,b=x%2Cy\"}"));
    struct json *j = answer_of("keys/rotate", "{\"name\":\"r\"}"); // they go over to the new one
    assert_true(str_is(json_str(json_path(json_root(j), "tags.b")), "x,y"));
    json_close(j);
    refused("keys/create", "{\"name\":\"s\",\"tags\":\"a\"}", STATUS_SYNTAX, "name=value");
    refused("keys/forget", "{\"name\":\"r\"}", STATUS_DENIED, "costlens key revoke r");
    json_close(answer_of("keys/revoke", "{\"name\":\"r\"}")); // it still was there
    json_close(answer_of("keys/create", "{\"name\":\"run-r\"}"));
    json_close(answer_of("keys/forget", "{\"name\":\"run-r\"}"));
    refused("keys/revoke", "{\"name\":\"run-r\"}", STATUS_UNKNOWN, "no key");
    refused("keys/forget", "{\"name\":\"run-r\"}", STATUS_UNKNOWN, "no key");
    refused("keys/forget", "{\"name\":\"dev\"}", STATUS_DENIED, "dev.key");
}

static void refuses_what_it_does_not_know(void **state)
{
    (void)state;
    refused("keys/create", "{\"name\":\"x\",\"role\":\"admin\"}", STATUS_SYNTAX, "role");
    refused("keys/create", "{\"name\":\"x\",\"tenant\":\"other\"}", STATUS_SYNTAX, "tenant");
    refused("keys/create", "{\"name\":\"x\",\"models\":\"\"}", STATUS_SYNTAX, "models");
    refused("keys/create", "{\"name\":\"x\",\"models\":\" \"}", STATUS_SYNTAX, "models");
    refused("keys/create", "{\"name\":\"x\",\"expires\":\"\"}", STATUS_SYNTAX, "expires");
    refused("keys/rotate", "{\"name\":\"ci\",\"overlap\":\"\"}", STATUS_SYNTAX, "overlap");
    refused("keys/create", "{\"name\":[\"x\"]}", STATUS_SYNTAX, "name");
    refused("keys/create", "[1]", STATUS_SYNTAX, "");
    refused("keys/create", "{\"name\":\"x\",\"name\":\"y\"}", STATUS_DUPLICATE, "name");
    refused("keys/create", "{\"name\":\"ci\"}", STATUS_CONFLICT, "ci already");
    refused("keys/create", "{\"name\":\"x\",\"token\":\"short\"}", STATUS_RANGE, "16");
    refused("keys/create", "{\"name\":\"x\",\"token\":\"a-token-of-my-own\"}", STATUS_CONFLICT,
            "with this token");
    refused("keys/create", "{\"name\":\"x\",\"expires\":\"soon\"}", STATUS_SYNTAX, "soon");
    refused("keys/create", "{\"name\":\"x\",\"expires\":\"2020-01-01\"}", STATUS_RANGE, "expired");
    refused("keys/create", "{\"name\":\"a\\nb\"}", STATUS_SYNTAX, "characters");
    refused("keys/create", "{\"name\":\"dev\"}", STATUS_DENIED, "dev.key");
    refused("keys/rotate", "{\"name\":\"nobody\"}", STATUS_UNKNOWN, "nobody");
    refused("keys/rotate", "{}", STATUS_SYNTAX, "name");
    refused("keys/rotate", "{\"name\":\"ci\",\"models\":\"*\"}", STATUS_SYNTAX, "models");
    refused("keys/revoke", "{\"name\":\"nobody\"}", STATUS_UNKNOWN, "nobody");
    refused("keys/list", "{\"all\":true}", STATUS_SYNTAX, "all");
    refused("status", "{\"all\":true}", STATUS_SYNTAX, "all");
    refused("reload", "[]", STATUS_SYNTAX, "object");
}

static size_t count_of(const char *name, bool ended)
{
    struct json *j = answer_of("keys/list", "");
    struct json_iter it = {0};
    struct str none;
    const struct json_val *key;
    size_t count = 0;
    while (json_each(&it, json_get(json_root(j), "keys"), &none, &key)) {
        bool revoked = json_type(json_get(key, "revoked")) == JSON_STRING;
        count += str_is(json_str(json_get(key, "name")), name) && revoked == ended;
        assert_null(json_get(key, "token"));
    }
    json_close(j);
    return count;
}

// A rotated key may do what the old one might, not more.
static void rotation_keeps_the_rights(void **state)
{
    (void)state;
    struct json *j = answer_of("keys/rotate", "{\"name\":\"ci\",\"overlap\":\"1h\"}");
    assert_true(key_token_valid(json_str(json_get(json_root(j), "token"))));
    assert_true(says(j, "team", "web"));
    assert_true(says(j, "project", "p"));
    assert_true(says(j, "user", "u"));
    assert_true(says(j, "models", "gpt-4o*,mock/*"));
    assert_true(json_type(json_get(json_root(j), "expires")) == JSON_STRING);
    json_close(j);
    assert_int_equal(count_of("ci", false), 1);
    assert_int_equal(count_of("ci", true), 1);
    json_close(answer_of("keys/revoke", "{\"name\":\"ci\"}"));
    assert_int_equal(count_of("ci", false), 0);
    refused("keys/rotate", "{\"name\":\"ci\"}", STATUS_UNKNOWN, "ci");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creates_keys),
        cmocka_unit_test(keeps_tags_and_forgets),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(rotation_keeps_the_rights),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
