// SPDX-License-Identifier: Apache-2.0

#include "panel/keys.h"

#include "base/args.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "core/tags.h"
#include "core/tenant.h"
#include "gate/gate.h"
#include "gate/reload.h"
#include "insight/asked.h"

#define ARGS_ARENA_MAX   ((size_t)256 * KIB)
#define MODELS_BYTES_MAX 4096
#define TAGS_BYTES_MAX   16384
#define TOKEN_BYTES_MIN  16
#define TOKEN_BYTES_MAX  512

struct key_args {
    struct str name, team, project, user, models, expires, token, overlap, tags;
};

#define ROW(field, need, most)                                                        \
    {                                                                                 \
        .name = #field, .offset = offsetof(struct key_args, field), .needed = (need), \
        .bytes_max = (most)                                                           \
    }

static const struct args_row create_rows[] = {ROW(name, false, NAME_BYTES_MAX),
                                              ROW(team, false, NAME_BYTES_MAX),
                                              ROW(project, false, NAME_BYTES_MAX),
                                              ROW(user, false, NAME_BYTES_MAX),
                                              ROW(models, false, MODELS_BYTES_MAX),
                                              ROW(expires, false, 64),
                                              ROW(token, false, TOKEN_BYTES_MAX),
                                              ROW(tags, false, TAGS_BYTES_MAX),
                                              {0}};
static const struct args_row rotate_rows[] = {ROW(name, true, NAME_BYTES_MAX),
                                              ROW(overlap, false, 64),
                                              ROW(token, false, TOKEN_BYTES_MAX),
                                              {0}};
// Of revoke and of forget.
static const struct args_row revoke_rows[] = {ROW(name, true, NAME_BYTES_MAX), {0}};

enum status keys_name_check(struct str name, const char *what, struct why *why)
{
    bool good = str_utf8(name) && str_eq(str_trim(name), name);
    for (size_t i = 0; i < name.len; i++)
        good = good && !str_control_at(name, i);
    return good ? STATUS_OK
                : why_set(why, STATUS_SYNTAX,
                          "this %s has characters that are not "
                          "taken (control characters, spaces at its ends)",
                          what);
}

static enum status args_check(const struct key_args *a, struct why *why)
{
    enum status s = keys_name_check(a->name, "name", why);
    if (s == STATUS_OK)
        s = keys_name_check(a->team, "team", why);
    if (s == STATUS_OK)
        s = keys_name_check(a->project, "project", why);
    if (s == STATUS_OK)
        s = keys_name_check(a->user, "user", why);
    if (s == STATUS_OK && a->token.len && a->token.len < TOKEN_BYTES_MIN)
        s = why_set(why, STATUS_RANGE, "a token has at least %d bytes", TOKEN_BYTES_MIN);
    return s;
}

// A key of the configuration file is the file's: the same name would be two keys.
static enum status not_in_config(const struct verb_call *c, struct str name, struct why *why)
{
    for (unsigned i = 0; i < c->config->key_count; i++)
        if (str_eq(c->config->keys[i].name, name))
            return why_set(why, STATUS_DENIED, "key \"%.*s\" is declared in %.*s: change it there",
                           STR_ARG(name), STR_ARG(c->config->file));
    if (str_is(name, "dev"))
        return why_set(why, STATUS_DENIED,
                       "\"dev\" is the key in the file dev.key of the state "
                       "folder: delete that file and start again for another one");
    return STATUS_OK;
}

struct fresh {
    char token[TOKEN_BYTES_MAX];
    size_t len;
    int64_t pepper_mark;
};

static void token_make(struct str given, struct fresh *f)
{
    if (given.len) {
        memcpy(f->token, given.ptr, given.len);
        f->len = given.len;
        return;
    }
    uint8_t random[32];
    random_bytes(random, sizeof random);
    key_token_make(random, f->token);
    digest_wipe(random, sizeof random);
    f->len = KEY_TOKEN_CHARS;
}

// `known`: the store whose keys a new pepper would lock out, or NULL.
static enum status sign(const struct verb_call *c, struct store *known, struct fresh *f,
                        struct key *k, struct why *why)
{
    uint8_t pepper[DIGEST_BYTES];
    enum status s = gate_pepper(c->config->state, known, pepper, why);
    if (s != STATUS_OK)
        return s;
    struct mac *mac = mac_open(str_from((const char *)pepper, sizeof pepper));
    f->pepper_mark = gate_pepper_mark(pepper);
    digest_wipe(pepper, sizeof pepper);
    struct str token = str_from(f->token, f->len);
    bool good = mac && f->pepper_mark && mac_sign(mac, token, k->mac);
    if (mac)
        mac_close(mac);
    k->last4 = str_skip(token, token.len - 4);
    return good ? STATUS_OK : why_set(why, STATUS_NO_MEMORY, "out of memory");
}

static void tags_write(struct json_out *o, struct str packed)
{
    struct tags tags;
    if (packed.len == 0 || !tags_unpack(packed, &tags))
        return;
    json_out_begin(o, "tags", '{');
    for (unsigned i = 0; i < tags.count; i++) {
        json_out_text(o, NULL, tags.at[i].name);
        buf_add_char(o->buf, ':');
        buf_add_json(o->buf, tags.at[i].value);
    }
    json_out_end(o, '}');
}

static void moment(struct json_out *o, const char *name, int64_t us)
{
    if (us)
        json_out_time(o, name, us);
    else
        json_out_null(o, name);
}

// Of an earlier version, which let a key be called so: it is not accepted.
static bool key_is_reserved(struct str name)
{
    return str_starts(name, str_of(CONFIG_SHADOW));
}

// Its members; the caller begins and ends the object.
static void key_write(struct json_out *o, const struct key *k)
{
    json_out_text(o, "name", k->name);
    json_out_text(o, "team", k->team);
    json_out_text(o, "project", k->project);
    json_out_text(o, "user", k->user);
    json_out_text(o, "models", k->models);
    json_out_text(o, "last4", k->last4);
    moment(o, "created", k->created_us);
    moment(o, "expires", k->expires_us);
    moment(o, "revoked", k->revoked_us);
    tags_write(o, k->tags);
    json_out_text(o, "source", str_of(k->from_config ? "file" : "store"));
    if (key_is_reserved(k->name))
        json_out_flag(o, "reserved", true);
}

static enum status keys_took_effect(struct verb_call *c, struct why *why)
{
    return c->gate ? gate_keys_changed(c->gate, why) : STATUS_OK;
}

static enum status key_made(struct verb_call *c, const struct key *k, const struct fresh *f,
                            struct why *why)
{
    enum status s = store_pepper_mark_set(c->store, f->pepper_mark, why);
    if (s == STATUS_OK)
        s = keys_took_effect(c, why);
    if (s != STATUS_OK)
        return s;
    struct json_out o = {c->answer, true};
    json_out_begin(&o, NULL, '{');
    key_write(&o, k);
    json_out_text(&o, "token", str_from(f->token, f->len));
    json_out_end(&o, '}');
    return s;
}

// "90d", "12h", "30m", "10s" after now, or a date or time: as microseconds.
static enum status read_moment(struct str text, int64_t now_us, int64_t *out, struct why *why)
{
    int64_t span_us;
    if (span_read(text, &span_us)) {
        *out = now_us + span_us;
        return STATUS_OK;
    }
    if (civil_read(text, out))
        return STATUS_OK;
    return why_set(why, STATUS_SYNTAX,
                   "\"%.*s\" is no time: write 90d, 12h, 30m, 2026-12-31 or 2026-12-31T18:00:00Z",
                   STR_ARG(text));
}

// "a=b,c=d" as it is kept, in the arena.
static enum status tags_pack_text(struct str text, struct arena *arena, struct str *packed,
                                  struct why *why)
{
    struct tags tags = {0};
    struct buf out;
    if (text.len == 0)
        return STATUS_OK;
    enum status s = tags_read(&tags, text, arena, why);
    if (s != STATUS_OK || tags.count == 0)
        return s;
    buf_init(&out, &alloc_heap, TAGS_BYTES_MAX);
    tags_pack(&tags, &out);
    *packed = arena_dup(arena, buf_str(&out));
    s = buf_failed(&out) || arena_failed(arena) ? why_set(why, STATUS_NO_MEMORY, "out of memory")
                                                : STATUS_OK;
    buf_fini(&out);
    return s;
}

// A new one is called as one of the file may be. One of an older name can still be taken back.
static enum status no_name(struct str name, struct why *why)
{
    return why_set(why, STATUS_SYNTAX,
                   "`%.*s` is no name for a key. Take letters, digits and . _ - (within, @ + and "
                   "blanks, too)",
                   STR_ARG(name));
}

static enum status create(struct verb_call *c, const struct key_args *a, struct arena *arena,
                          struct why *why)
{
    struct key k = {.tenant = str_of(TENANT),
                    .name = a->name,
                    .team = a->team,
                    .project = a->project,
                    .user = a->user,
                    .models = a->models,
                    .created_us = clock_wall_us()};
    k.id = uuid_new(k.created_us);
    if (k.name.len == 0) {
        char id[UUID_TEXT];
        uuid_write(&k.id, id);
        k.name = arena_printf(arena, "key-%.*s", 12, id + UUID_TEXT - 12);
    }
    enum status s = STATUS_OK;
    if (a->expires.len)
        s = read_moment(a->expires, k.created_us, &k.expires_us, why);
    if (s == STATUS_OK && k.expires_us && k.expires_us <= k.created_us)
        s = why_set(why, STATUS_RANGE, "it would have expired already");
    if (s == STATUS_OK)
        s = tags_pack_text(a->tags, arena, &k.tags, why);
    if (s == STATUS_OK)
        s = not_in_config(c, k.name, why);
    if (s == STATUS_OK && !key_name_valid(k.name))
        s = no_name(k.name, why);
    struct fresh f;
    token_make(a->token, &f);
    if (s == STATUS_OK)
        s = sign(c, c->store, &f, &k, why);
    if (s == STATUS_OK)
        s = store_key_add(c->store, &k, why);
    if (s == STATUS_CONFLICT && a->token.len)
        why_set(why, s, "there is a key named %.*s already, or one with this token",
                STR_ARG(k.name));
    if (s == STATUS_OK)
        s = key_made(c, &k, &f, why);
    digest_wipe(&f, sizeof f);
    return s;
}

struct search {
    struct str name;
    struct arena *arena;
    struct key *found; // what the name's key may do; copied
};

static void search_one(void *context, const struct key *k)
{
    struct search *s = context;
    if (k->revoked_us || !str_eq(k->name, s->name))
        return;
    s->found->tenant = arena_dup(s->arena, k->tenant);
    s->found->team = arena_dup(s->arena, k->team);
    s->found->project = arena_dup(s->arena, k->project);
    s->found->user = arena_dup(s->arena, k->user);
    s->found->models = arena_dup(s->arena, k->models);
    s->found->tags = arena_dup(s->arena, k->tags);
    s->found->expires_us = k->expires_us;
}

// A rotated key may do what the old one might, and ends when it would have ended.
static enum status rotate(struct verb_call *c, const struct key_args *a, struct arena *arena,
                          struct why *why)
{
    int64_t now = clock_wall_us();
    int64_t until = now + DAY_US;
    struct key k = {.name = a->name, .created_us = now};
    k.id = uuid_new(now);
    struct search search = {.name = a->name, .arena = arena, .found = &k};
    enum status s = not_in_config(c, a->name, why);
    if (s == STATUS_OK && key_is_reserved(a->name))
        s = why_set(why, STATUS_DENIED,
                    "a key of that name is not accepted: names that begin with %s are those of "
                    "what routes compare. Make one of another name (costlens key create)",
                    CONFIG_SHADOW);
    if (s == STATUS_OK)
        s = store_key_each(c->store, search_one, &search, why);
    if (s == STATUS_OK && (k.tenant.len == 0 || arena_failed(arena)))
        s = store_key_unknown(a->name, why);
    if (s == STATUS_OK && a->overlap.len)
        s = read_moment(a->overlap, now, &until, why);
    struct fresh f;
    token_make(a->token, &f);
    struct store *known = c->gate ? c->store : NULL; // without a gateway it is the way to a new one
    if (s == STATUS_OK)
        s = sign(c, known, &f, &k, why);
    if (s == STATUS_OK)
        s = store_key_rotate(c->store, a->name, &k, until, why);
    if (s == STATUS_OK)
        s = key_made(c, &k, &f, why);
    digest_wipe(&f, sizeof f);
    return s;
}

static enum status take_back(struct verb_call *c, struct str name, bool forget, struct why *why)
{
    enum status s = not_in_config(c, name, why);
    if (s == STATUS_OK)
        s = forget ? store_key_forget(c->store, str_of(TENANT), name, why)
                   : store_key_revoke(c->store, name, clock_wall_us(), why);
    if (s == STATUS_OK)
        s = keys_took_effect(c, why);
    if (s == STATUS_OK) {
        buf_add_cstr(c->answer, "{\"name\":");
        buf_add_json(c->answer, name);
        buf_add_cstr(c->answer, ",\"revoked\":true}");
    }
    return s;
}

static enum status revoke(struct verb_call *c, const struct key_args *a, struct arena *arena,
                          struct why *why)
{
    (void)arena;
    return take_back(c, a->name, false, why);
}

static enum status forget(struct verb_call *c, const struct key_args *a, struct arena *arena,
                          struct why *why)
{
    (void)arena;
    return take_back(c, a->name, true, why);
}

typedef enum status work_f(struct verb_call *c, const struct key_args *a, struct arena *arena,
                           struct why *why);

static enum status with_args(struct verb_call *c, const struct args_row *rows, work_f *work,
                             struct why *why)
{
    struct arena arena;
    arena_init(&arena, &alloc_heap, KIB, ARGS_ARENA_MAX);
    struct key_args a = {0};
    struct json *document = NULL;
    enum status s = args_read(c->args, rows, &a, &document, why);
    if (s == STATUS_OK)
        s = args_check(&a, why);
    if (s == STATUS_OK)
        s = work(c, &a, &arena, why);
    json_close(document);
    arena_fini(&arena);
    return s;
}

enum status keys_create(struct verb_call *c, struct why *why)
{
    return with_args(c, create_rows, create, why);
}

enum status keys_rotate(struct verb_call *c, struct why *why)
{
    return with_args(c, rotate_rows, rotate, why);
}

enum status keys_revoke(struct verb_call *c, struct why *why)
{
    return with_args(c, revoke_rows, revoke, why);
}

enum status keys_forget(struct verb_call *c, struct why *why)
{
    return with_args(c, revoke_rows, forget, why);
}

struct listing {
    struct json_out out;
    const struct config *config;
};

// With the team that its calls are booked on, and who says so.
static void list_one(void *context, const struct key *k)
{
    struct listing *l = context;
    struct json_out *o = &l->out;
    const struct config_team *team = k->team.len ? NULL : config_team_of(l->config, k->name);
    struct key shown = *k;
    if (team)
        shown.team = team->name;
    json_out_begin(o, NULL, '{');
    key_write(o, &shown);
    if (shown.team.len)
        json_out_text(o, "team_source", str_of(team || k->from_config ? "file" : "store"));
    json_out_end(o, '}');
}

enum status keys_list(struct verb_call *c, struct why *why)
{
    struct listing l = {{c->answer, true}, c->config};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    json_out_begin(&l.out, NULL, '{');
    json_out_begin(&l.out, "keys", '[');
    for (unsigned i = 0; i < c->config->key_count; i++) {
        const struct config_key *from = &c->config->keys[i];
        struct key k = {.name = from->name,
                        .team = from->team,
                        .project = from->project,
                        .user = from->user,
                        .models = from->models,
                        .expires_us = from->expires_us,
                        .from_config = true};
        list_one(&l, &k);
    }
    s = store_key_each(c->store, list_one, &l, why);
    json_out_end(&l.out, ']');
    json_out_end(&l.out, '}');
    return s;
}
