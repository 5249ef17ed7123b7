// SPDX-License-Identifier: Apache-2.0
//
// identify - whose call is it? Keys come as Bearer, x-api-key (Anthropic's clients), x-goog-api-key
// or ?key= (Google's). A token is looked up by its whole 256-bit MAC, never by its text.

#include "base/limits.h"
#include "request/req.h"

static struct str bearer(struct str value)
{
    struct str head = str_of("Bearer ");
    return str_starts_nocase(value, head) ? str_trim(str_skip(value, head.len)) : STR_NONE;
}

// The key of that token, or NULL. False when there was no memory.
static bool find_key(const struct req *r, struct str token, const struct key **out)
{
    uint8_t mac[DIGEST_BYTES];
    struct tokens *tokens = &r->worker->tokens;
    const uint8_t *kept = tokens_mac(tokens, token);
    if (!kept && !mac_sign(r->worker->mac, token, mac))
        return false;
    *out = snapshot_key(r->view->snapshot, kept ? kept : mac);
    if (!kept && *out)
        tokens_keep(tokens, token, mac);
    return true;
}

static bool is_ours(const struct req *r, struct str token)
{
    const struct key *k = NULL;
    return key_token_ours(token) || !find_key(r, token, &k) || k;
}

static struct str unescaped(struct req *r, struct str value)
{
    char *plain = arena_get(&r->arena, value.len + 1);
    return plain ? str_from(plain, str_unescape(value, plain)) : STR_NONE;
}

// Whether a part of a query is a key, name and token in whatever form. On paths that have no key
// there only one of ours: it must not go to a provider.
static bool is_key(struct req *r, struct str part, bool ours_only, struct str *token)
{
    struct str name = STR_NONE;
    (void)str_cut(&part, '=', &name);
    if (!str_eq(unescaped(r, name), str_of("key")))
        return false;
    struct str value = unescaped(r, part);
    if (ours_only && !is_ours(r, value))
        return false;
    *token = token->len ? *token : value;
    return true;
}

// Takes every key out of a query: the first token, and the query without them (in the arena).
static struct str query_key(struct req *r, struct str query, bool ours_only)
{
    struct str token = STR_NONE;
    struct str rest = query;
    struct str part;
    struct buf kept;
    bool taken = false;
    buf_init(&kept, &alloc_heap, TARGET_BYTES_MAX);
    while (str_cut(&rest, '&', &part)) {
        if (is_key(r, part, ours_only, &token)) {
            taken = true;
            continue;
        }
        if (kept.len)
            buf_add_char(&kept, '&');
        buf_add(&kept, part);
    }
    if (taken)
        r->query = arena_dup(&r->arena, buf_str(&kept));
    buf_fini(&kept);
    return token;
}

static struct str token_of(struct req *r, const struct head *h)
{
    struct str token = bearer(head_get(h, "authorization", NULL));
    if (token.len == 0 || !key_token_ours(token)) {
        struct str other = head_get(h, "x-api-key", NULL);
        if (other.len == 0)
            other = head_get(h, "x-goog-api-key", NULL);
        if (other.len)
            token = other;
    }
    if (h->query.len == 0)
        return token;
    bool may = r->dialect == DIALECT_GEMINI || r->found.endpoint == ENDPOINT_MODELS;
    struct str in_query = query_key(r, h->query, !may);
    return token.len == 0 && may ? in_query : token;
}

// A token of the configuration file may have any form, so the checksum judges unknown ones only.
static enum flow unknown_key(struct req *r, struct str token)
{
    if (!key_token_ours(token))
        return req_refuse(r, REFUSAL_BAD_KEY,
                          "It is not a CostLens key (sk-cl-...): the gateway holds the "
                          "providers' keys, callers use its own.");
    if (!key_token_valid(token))
        return req_refuse(r, REFUSAL_BAD_KEY, "It is mistyped (its checksum does not fit).");
    return req_refuse(r, REFUSAL_BAD_KEY, "No key of this gateway has this token.");
}

enum flow step_identify(struct req *r)
{
    const struct head *h = exchange_request(r->x);
    r->query = h->query;
    struct str token = token_of(r, h);
    if (token.len == 0)
        return req_refuse(r, REFUSAL_NO_KEY,
                          "Send one as \"Authorization: Bearer sk-cl-...\" (or x-api-key, "
                          "x-goog-api-key). A first key stands in the file dev.key of the "
                          "gateway's state folder; `costlens key create` makes others.");
    const struct key *k = NULL;
    if (!find_key(r, token, &k))
        return req_refuse(r, REFUSAL_INTERNAL, NULL);
    if (!k)
        return unknown_key(r, token);
    if ((k->revoked_us && k->revoked_us <= r->start_us))
        return req_refuse(r, REFUSAL_BAD_KEY, "It was revoked.");
    if (k->expires_us && k->expires_us <= r->start_us)
        return req_refuse(r, REFUSAL_KEY_EXPIRED,
                          "`costlens key rotate` or `create` makes another.");
    if (str_starts(k->name, (struct str)STR(CONFIG_SHADOW))) // of an earlier version
        return req_refuse(r, REFUSAL_BAD_KEY,
                          "Names that begin with \"" CONFIG_SHADOW "\" are those of what routes "
                          "compare. `costlens key create` makes one of another name.");
    r->key = k;
    return NEXT;
}
