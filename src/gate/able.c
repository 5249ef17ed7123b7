// SPDX-License-Identifier: Apache-2.0

#include "gate/able.h"

#include "core/ability.h"
#include "gate/resolve.h"

static bool local_of(const struct snapshot *s, const struct config_provider *p, struct str model,
                     struct local_model *out)
{
    struct local *l = snapshot_local(s, p);
    return l && local_find(l, model, out);
}

static bool is_near(const struct config_provider *p)
{
    return p->mock || (host_is_private(p->url.host) && !p->proxied);
}

bool able_stays(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    struct local_model m;
    bool passes_on = p->dialect == DIALECT_OLLAMA || str_is(p->vendor, "ollama");
    if (!is_near(p) || (passes_on && local_passes_on(model)))
        return false;
    return local_of(s, p, model, &m) ? !m.remote : !snapshot_local(s, p);
}

static bool is_gone(const struct snapshot *s, const struct config_provider *p)
{
    struct local *l = p->sought ? snapshot_local(s, p) : NULL;
    return l && local_there(l) == LOCAL_DOWN;
}

static int64_t least(int64_t a, int64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

unsigned able_lacks(const struct config_provider *p, struct str model)
{
    unsigned lacks = 0;
    for (unsigned i = 0; i < p->lack_count; i++)
        if (str_glob(p->lacks[i].models, model))
            lacks |= p->lacks[i].bits;
    return lacks;
}

void able_of(const struct snapshot *s, const struct config_provider *p, struct str model,
             struct able *out)
{
    const struct sheet *sheet = provider_sheet(s, p, model);
    struct local_model m;
    *out = (struct able){.lacks = able_lacks(p, model),
                         .context = least(sheet ? sheet->context_tokens : 0, p->num_ctx),
                         .gone = is_gone(s, p),
                         .unread = snapshot_local(s, p) && is_near(p)};
    if (!local_of(s, p, model, &m))
        return;
    out->unread = false;
    out->context = least(m.context_trained, p->num_ctx);
    if (m.abilities && !(m.abilities & LOCAL_TOOLS))
        out->lacks |= ABILITY_TOOLS;
    if (m.abilities && !(m.abilities & LOCAL_VISION))
        out->lacks |= ABILITY_VISION;
}

const char *able_short(const struct able *a, unsigned require, int64_t context)
{
    const char *missing = ability_missing(a->lacks & require);
    if (missing)
        return missing;
    return a->context > 0 && a->context < context ? "context" : NULL;
}
