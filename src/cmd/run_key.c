// SPDX-License-Identifier: Apache-2.0

#include <ctype.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/random.h"
#include "cmd/remote.h"
#include "cmd/run.h"
#include "core/key.h"

#define KEY_LIVES   TEXT_OF(KEY_RUN_DAYS) "d"
#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

void run_tags_write(const struct run *r, unsigned from, struct buf *out)
{
    for (unsigned i = from; i < r->tags.count; i++)
        tags_add(out, r->tags.at[i].name, r->tags.at[i].value);
}

// What a key may be called, and need not be quoted when it is typed.
static void add_plain(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool plain = c >= 0x80 || isalnum(c) || strchr("_-.@+", c);
        buf_add_char(out, plain ? (char)c : '-');
    }
}

// "run-NAME-1a2b3c4d": another run of the same name is another key.
static void name_key(struct run *r)
{
    uint8_t bytes[KEY_RUN_ID / 2];
    char hex[KEY_RUN_ID];
    struct str outer = run_outer();
    struct str name = str_clip(buf_str(&r->name), RUN_NAME_BYTES - outer.len);
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, hex);
    buf_add_cstr(&r->key, KEY_OF_RUN);
    add_plain(&r->key, name);
    buf_printf(&r->key, "-%.*s%s%.*s", STR_ARG(outer), outer.len ? "." : "", (int)sizeof hex, hex);
}

enum status run_key_make(struct run *r, struct why *why)
{
    struct buf args, tags, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&tags, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    name_key(r);
    run_tags_write(r, 0, &tags);
    remote_arg(&args, "name", buf_str(&r->key));
    remote_arg(&args, "tags", buf_str(&tags));
    remote_arg(&args, "expires", str_of(KEY_LIVES));
    enum status s = remote_retry(r->cli, "keys/create", &args, &answer, why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&answer), &alloc_heap, &j, why);
    if (s == STATUS_OK) {
        buf_add(&r->token, json_str(json_get(json_root(j), "token")));
        buf_add(&r->since, json_str(json_get(json_root(j), "created")));
    }
    json_close(j);
    if (answer.ptr)
        digest_wipe(answer.ptr, answer.len);
    buf_fini(&answer);
    buf_fini(&tags);
    buf_fini(&args);
    return s;
}

void run_key_end(const struct run *r)
{
    struct buf args, answer;
    struct why why = {0};
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "name", buf_str(&r->key));
    if (remote_retry(r->cli, "keys/forget", &args, &answer, &why) != STATUS_OK)
        command_failed("the key %.*s could not be ended: %s. It ends by itself after " KEY_LIVES,
                       STR_ARG(buf_str(&r->key)), why.text);
    buf_fini(&answer);
    buf_fini(&args);
}
