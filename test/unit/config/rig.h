// SPDX-License-Identifier: Apache-2.0
//
// rig - configuration files in a folder of their own, checked under a made-up environment.

#ifndef TEST_CONFIG_RIG_H
#define TEST_CONFIG_RIG_H

#include <string.h>

#include "../folder.h"
#include "../unit.h"
#include "base/json.h"
#include "config/config.h"
#include "core/catalog.h"

struct variable {
    const char *name;
    const char *value;
};
static const struct variable *environment;

static inline const char *env(const char *name)
{
    if (strcmp(name, "HOME") == 0)
        return folder;
    for (const struct variable *v = environment; v && v->name; v++) {
        if (strcmp(v->name, name) == 0)
            return v->value;
    }
    return NULL;
}

static inline void write_file(const char *name, const char *text, size_t len)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static inline struct config *check_bytes(const char *text, size_t len, bool mock)
{
    struct why why = {0};
    struct config *c = NULL;
    write_file("costlens.yaml", text, len);
    struct config_source source = {.file = in_folder("costlens.yaml"), .mock = mock, .env = env};
    assert_int_equal(config_check(&source, &c, &why), STATUS_OK);
    return c;
}

static inline struct config *check(const char *text)
{
    return check_bytes(text, strlen(text), false);
}

// A test that reads Europe/Berlin is none where the system has no zones.
static inline void need_zones(void)
{
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
}

static const struct variable keys[] = {{"OPENAI_API_KEY", "sk-openai-1234567890"},
                                       {"CI_COSTLENS_KEY", " 0123456789abcdef\r\n"},
                                       {"EMPTY", "  "},
                                       {"SPLIT", "sk-a b"},
                                       {"SHORT", "abc"},
                                       {"OURS", "sk-cl-0123456789"},
                                       {NULL, NULL}};

// Two lines, with the models m and n-*.
#define P           "providers:\n  a: {url: 'http://127.0.0.1:9/v1', models: [m, n-*]}\n"
#define PRICE(text) P "prices:\n  - {model: a/m, " text "}\n"
#define KEY(text)   "keys:\n  - {name: k, token: 0123456789abcdef, " text "}\n"

// A file, and a fault that it must have.
struct bad {
    const char *text;
    int line;
    const char *phrase;
};

static inline void show(const struct config *c)
{
    struct buf b;
    struct json *j = NULL;
    struct why why = {0};
    buf_init(&b, &alloc_heap, 0);
    config_write(c, &b);
    if (json_open(buf_str(&b), &alloc_heap, &j, &why) != STATUS_OK)
        fail_msg("%s: %s", why.text, buf_cstr(&b));
    json_close(j);
    buf_fini(&b);
}

static inline void expect_faults(const struct bad *bad, size_t count)
{
    unsigned missed = 0;
    environment = keys;
    for (size_t i = 0; i < count; i++) {
        struct config *c = check(bad[i].text);
        bool found = false;
        for (unsigned k = 0; k < c->fault_count; k++)
            found |= c->faults[k].line == bad[i].line &&
                     strstr(c->faults[k].text.ptr, bad[i].phrase) != NULL;
        if (!found) {
            print_message("case %zu: no fault on line %d with `%s` in:\n%s", i, bad[i].line,
                          bad[i].phrase, bad[i].text);
            for (unsigned k = 0; k < c->fault_count; k++)
                print_message("  %d: %s\n", c->faults[k].line, c->faults[k].text.ptr);
            missed++;
        }
        show(c); // what could be read of it
        config_free(c);
    }
    assert_int_equal(missed, 0);
}

static inline int64_t price_of(const struct sheet *s, enum bucket b)
{
    struct price p;
    return rates_find(&s->rates, b, &p) ? p.atto : -1;
}

#endif
