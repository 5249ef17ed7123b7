// SPDX-License-Identifier: Apache-2.0

#include "asked.h"

// "search: ci web; red: odd" of teams/list.
static void lists(const char *want)
{
    struct json *j = answer_of("teams/list", "");
    struct json_iter it = {0};
    const struct json_val *team, *key;
    struct buf seen;
    buf_init(&seen, &alloc_heap, 0);
    while (json_each(&it, json_get(json_root(j), "teams"), NULL, &team)) {
        struct json_iter keys = {0};
        buf_printf(&seen, "%s%.*s:", seen.len ? "; " : "",
                   STR_ARG(json_str(json_get(team, "name"))));
        while (json_each(&keys, json_get(team, "keys"), NULL, &key))
            buf_printf(&seen, " %.*s", STR_ARG(json_str(json_get(key, "name"))));
    }
    assert_string_equal(buf_cstr(&seen), want);
    buf_fini(&seen);
    json_close(j);
}

// "ci: search, says the file; web: -" of keys/list, without those that were revoked.
static void books(const char *want)
{
    struct json *j = answer_of("keys/list", "");
    struct json_iter it = {0};
    const struct json_val *key;
    struct buf seen;
    buf_init(&seen, &alloc_heap, 0);
    while (json_each(&it, json_get(json_root(j), "keys"), NULL, &key)) {
        if (json_type(json_get(key, "revoked")) == JSON_STRING)
            continue;
        buf_printf(&seen, "%s%.*s: %.*s", seen.len ? "; " : "",
                   STR_ARG(json_str(json_get(key, "name"))),
                   STR_ARG(json_str(json_get(key, "team"))));
        if (json_get(key, "team_source"))
            buf_printf(&seen, ", says the %.*s", STR_ARG(json_str(json_get(key, "team_source"))));
    }
    assert_string_equal(buf_cstr(&seen), want);
    buf_fini(&seen);
    json_close(j);
}

// The only note of its answer, NULL for none.
static void notes(const char *verb, const char *args, const char *note)
{
    struct json *j = answer_of(verb, args);
    struct json_iter it = {0};
    const struct json_val *all = json_get(json_root(j), "notes"), *v = NULL;
    assert_int_equal(json_count(all), note != NULL);
    if (note && (!json_each(&it, all, NULL, &v) || !str_is(json_str(v), note)))
        fail_msg("%.*s", STR_ARG(json_str(v)));
    json_close(j);
}

static void moves_keys(void **state)
{
    (void)state;
    lists("");
    json_close(answer_of("keys/create", "{\"name\":\"ci\"}"));
    json_close(answer_of("keys/create", "{\"name\":\"web\",\"team\":\"red\"}"));
    lists("red: web");
    json_close(answer_of("teams/add", "{\"team\":\"search\",\"keys\":[\"ci\",\"web\"]}"));
    lists("search: ci web");
    // All or none.
    refused("teams/add", "{\"team\":\"red\",\"keys\":[\"ci\",\"nobody\"]}", STATUS_UNKNOWN,
            "nobody");
    refused("teams/rm", "{\"team\":\"search\",\"keys\":[\"ci\",\"nobody\"]}", STATUS_UNKNOWN,
            "nobody");
    refused("teams/rm", "{\"team\":\"red\",\"keys\":[\"ci\"]}", STATUS_UNKNOWN, "team red");
    lists("search: ci web");
    // A rotated key's old token moves, too.
    json_close(answer_of("keys/rotate", "{\"name\":\"ci\"}"));
    json_close(answer_of("teams/add", "{\"team\":\"red\",\"keys\":[\"ci\"]}"));
    lists("red: ci; search: web");
    json_close(answer_of("teams/rm", "{\"team\":\"red\",\"keys\":[\"ci\"]}"));
    lists("search: web");
    json_close(answer_of("keys/revoke", "{\"name\":\"web\"}"));
    lists("");
    refused("teams/add", "{\"team\":\"red\",\"keys\":[\"web\"]}", STATUS_UNKNOWN, "web");
}

static void knows_those_of_the_file(void **state)
{
    (void)state;
    static struct str keys[] = {STR("ci"), STR("odd")};
    static struct config_team team = {STR("search"), keys, 2, 4};
    static struct config_key odd = {.name = STR("odd")};
    static const char *const moves[] = {"teams/add", "teams/rm"};
    config.file = str_of("costlens.yaml");
    config.teams = &team;
    config.keys = &odd;
    config.team_count = config.key_count = 1;
    lists("search: ci odd");
    refused("teams/rm", "{\"team\":\"search\",\"keys\":[\"ci\"]}", STATUS_DENIED, "line 4");
    refused("teams/add", "{\"team\":\"red\",\"keys\":[\"odd\"]}", STATUS_DENIED,
            "costlens.yaml, line 4, has key odd in team search: change it there");
    refused("teams/rm", "{\"team\":\"search\",\"keys\":[\"odd\"]}", STATUS_DENIED,
            "costlens.yaml, line 4, has key odd in team search: change it there");
    refused("teams/rm", "{\"team\":\"red\",\"keys\":[\"odd\"]}", STATUS_UNKNOWN, "team red");
    refused("teams/add", "{\"team\":\"red\",\"keys\":[\"dev\"]}", STATUS_DENIED,
            "teams: { red: { keys: [dev] } }");
    refused("teams/rm", "{\"team\":\"search\",\"keys\":[\"dev\"]}", STATUS_UNKNOWN, "dev");
    notes("teams/add", "{\"team\":\"red\",\"keys\":[\"ci\"]}",
          "key ci is no more in team search, where costlens.yaml, line 4, has it, nor held to its "
          "budgets: `costlens team rm red ci` lets the file decide again");
    lists("red: ci; search: odd"); // its own team wins
    books("odd: search, says the file; ci: red, says the store");
    notes("teams/rm", "{\"team\":\"red\",\"keys\":[\"ci\"]}",
          "key ci is in team search now: costlens.yaml, line 4, says so");
    notes("teams/add", "{\"team\":\"search\",\"keys\":[\"ci\"]}", NULL);
    json_close(answer_of("teams/rm", "{\"team\":\"search\",\"keys\":[\"ci\"]}"));
    lists("search: ci odd");
    books("odd: search, says the file; ci: search, says the file");
    // A team that it names itself wins over the list, and no verb moves it.
    odd.team = str_of("own");
    odd.team_line = 9;
    lists("own: odd; search: ci");
    for (int i = 0; i < 2; i++)
        refused(moves[i], "{\"team\":\"own\",\"keys\":[\"odd\"]}", STATUS_DENIED,
                "costlens.yaml, line 9, has key odd in team own: change it there");
    refused("teams/add", "{\"team\":\"search\",\"keys\":[\"ci\",\"odd\"]}", STATUS_DENIED,
            "line 9, has key odd in team own: change it there");
    refused("teams/rm", "{\"team\":\"search\",\"keys\":[\"odd\"]}", STATUS_UNKNOWN, "team search");
    lists("own: odd; search: ci");
    config.key_count = config.team_count = 0;
    books("ci: ");
}

static void shows_their_budgets(void **state)
{
    (void)state;
    json_close(answer_of("teams/add", "{\"team\":\"blue\",\"keys\":[\"ci\"]}"));
    json_close(
        answer_of("budgets/set",
                  "{\"name\":\"b\",\"limit\":1,\"scope\":{\"model\":\"*\",\"team\":\"blue\"}}"));
    json_close(answer_of("budgets/set", "{\"name\":\"each\",\"limit\":2,\"per\":\"team\"}"));
    json_close(answer_of("budgets/set", "{\"name\":\"keys\",\"limit\":2,\"per\":\"key\"}"));
    json_close(
        answer_of("budgets/set", "{\"name\":\"red\",\"limit\":1,\"scope\":{\"team\":\"red\"}}"));
    json_close(answer_of("budgets/set",
                         "{\"name\":\"values\",\"limit\":1,\"per\":\"key\",\"scope\":{\"team\":"
                         "\"blue\"}}"));
    struct buf answer;
    struct why why;
    buf_init(&answer, &alloc_heap, 0);
    assert_int_equal(ask("teams/list", "", &answer, &why), STATUS_OK);
    assert_non_null(strstr(buf_cstr(&answer),
                           "\"budgets\":[{\"name\":\"each\",\"limit\":\"2.00\",\"spent\":\"0.00\","
                           "\"held\":\"0.00\",\"left\":\"2.00\",\"used_percent\":\"0.0\"},"
                           "{\"name\":\"values\",\"limit\":\"1.00\"},{\"name\":\"b\","));
    assert_null(strstr(buf_cstr(&answer), "\"keys\",\"limit\""));
    assert_null(strstr(buf_cstr(&answer), "\"red\",\"limit\""));
    buf_fini(&answer);
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    refused("teams/list", "{\"all\":true}", STATUS_SYNTAX, "all");
    refused("teams/add", "{\"keys\":[\"ci\"]}", STATUS_SYNTAX, "team");
    refused("teams/add", "{\"team\":\"a\\nb\",\"keys\":[\"ci\"]}", STATUS_SYNTAX, "characters");
    refused("teams/add", "{\"team\":\"a\"}", STATUS_SYNTAX, "keys");
    refused("teams/add", "{\"team\":\"a\",\"keys\":[]}", STATUS_SYNTAX, "keys");
    refused("teams/add", "{\"team\":\"a\",\"keys\":[7]}", STATUS_SYNTAX, "keys");
    refused("teams/add", "{\"team\":\"a\",\"keys\":\"ci\"}", STATUS_SYNTAX, "keys");
    refused("teams/add", "{\"team\":\"a\",\"keys\":[\"ci\"],\"all\":1}", STATUS_SYNTAX, "all");
    refused("teams/add", "[]", STATUS_SYNTAX, "object");
    refused("teams/rm", "{", STATUS_SYNTAX, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_keys),
        cmocka_unit_test(knows_those_of_the_file),
        cmocka_unit_test(shows_their_budgets),
        cmocka_unit_test(refuses_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
