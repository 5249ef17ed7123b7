// SPDX-License-Identifier: Apache-2.0

#include "gate/tokens.h"

#include "base/map.h"

static size_t place_of(struct str token)
{
    return map_hash(token) & (TOKENS_PLACES - 1);
}

const uint8_t *tokens_mac(const struct tokens *t, struct str token)
{
    const struct token_place *p = &t->at[place_of(token)];
    bool same = token.len > 0 && p->len == token.len && digest_equal(p->text, token.ptr, token.len);
    return same ? p->mac : NULL;
}

void tokens_keep(struct tokens *t, struct str token, const uint8_t mac[DIGEST_BYTES])
{
    if (token.len == 0 || token.len > TOKENS_BYTES_MAX)
        return;
    struct token_place *p = &t->at[place_of(token)];
    memcpy(p->mac, mac, DIGEST_BYTES);
    memcpy(p->text, token.ptr, token.len);
    p->len = (uint8_t)token.len;
}

void tokens_wipe(struct tokens *t)
{
    digest_wipe(t, sizeof *t);
}
