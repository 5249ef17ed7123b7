// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "lib/table.h"

_Static_assert(COSTLENS_VALUE_BYTES > ACCOUNT_VALUE_BYTES, "a value and its NUL");

// --- open and close ---

static void on_woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context;
    (void)h;
    (void)v; // nobody waits here
}

static void on_leased(void *context, const struct account *a)
{
    (void)context;
    (void)a; // no store stands behind the table
}

static void on_alert(void *context, const struct account *a, unsigned percent)
{
    const struct costlens_budgets *b = context;
    struct costlens_account shown;
    if (!b->alert || b->quiet)
        return;
    table_show(b, a, &shown);
    b->alert(b->alert_context, &shown, percent);
}

enum costlens_status costlens_budgets_open(const struct costlens_alloc *alloc,
                                           costlens_alert_f *alert, void *context,
                                           struct costlens_budgets **out)
{
    struct alloc a = lib_alloc(alloc);
    struct costlens_budgets *b = *out = alloc_zero(&a, sizeof *b);
    if (!b)
        return COSTLENS_NO_MEMORY;
    b->alloc = a;
    b->alert = alert;
    b->alert_context = context;
    list_init(&b->budgets);
    list_init(&b->zones);
    list_init(&b->pers);
    list_init(&b->holds);
    struct accounts_listener listener = {on_woken, on_alert, on_leased, b};
    accounts_init(&b->table, &b->alloc, false, &listener);
    return COSTLENS_OK;
}

void costlens_budgets_close(struct costlens_budgets *b)
{
    if (!b)
        return;
    struct alloc a = b->alloc;
    b->quiet = true;
    b->write = NULL; // what is open stays open in the journal
    list_for (it, &b->holds)
        costlens_hold_close(list_of(it, struct costlens_hold, link));
    accounts_fini(&b->table);
    alloc_free(&a, b->accounts);
    list_for (it, &b->budgets) {
        struct lib_budget *budget = list_of(it, struct lib_budget, link);
        alloc_free(&a, budget->text);
        alloc_free(&a, budget);
    }
    list_for (it, &b->zones) {
        struct lib_zone *z = list_of(it, struct lib_zone, link);
        zone_close(z->zone);
        alloc_free(&a, z);
    }
    list_for (it, &b->pers)
        alloc_free(&a, list_of(it, struct lib_per, link));
    alloc_free(&a, b);
}

// --- zones ---

static struct lib_zone *zone_named(const struct costlens_budgets *b, struct str name)
{
    list_for (it, &b->zones) {
        struct lib_zone *z = list_of(it, struct lib_zone, link);
        if (str_eq(z->name, name))
            return z;
    }
    return NULL;
}

static enum status add_zone(struct costlens_budgets *b, struct str name, struct str bytes,
                            struct why *why)
{
    struct lib_zone *z = alloc_zero(&b->alloc, sizeof *z + name.len);
    if (!z)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    memcpy(z + 1, name.ptr, name.len);
    z->name = str_from((char *)(z + 1), name.len);
    enum status s = zone_read(bytes, &b->alloc, &z->zone, why);
    if (s == STATUS_OK)
        list_push(&b->zones, &z->link);
    else
        alloc_free(&b->alloc, z);
    return s;
}

enum costlens_status costlens_budgets_zone(struct costlens_budgets *b,
                                           const struct costlens_zone *zone, char *message,
                                           size_t message_size)
{
    struct why why = {0};
    struct str name = str_of(zone->name);
    if (name.len == 0 || name.len > NAME_BYTES_MAX || zone_named(b, name)) {
        why_set(&why, STATUS_SYNTAX, "a zone's name has 1 to 64 bytes, and each is given once");
        return lib_fault(&why, message, message_size);
    }
    why.status = add_zone(b, name, str_from(zone->bytes, zone->len), &why);
    return why.status == STATUS_OK ? COSTLENS_OK : lib_fault(&why, message, message_size);
}

// From the caller's, else the system's, which then is as one of the caller's.
static enum status find_zone(struct costlens_budgets *b, struct str name, const struct zone **out,
                             struct why *why)
{
    *out = NULL;
    if (name.len == 0 || str_is(name, "UTC"))
        return STATUS_OK;
    const struct lib_zone *known = zone_named(b, name);
    enum status s = STATUS_OK;
    if (!known) {
        struct buf bytes;
        buf_init(&bytes, &b->alloc, ZONE_BYTES_MAX);
        s = zone_bytes(name, &bytes, why);
        if (s == STATUS_OK)
            s = add_zone(b, name, buf_str(&bytes), why);
        buf_fini(&bytes);
        if (s == STATUS_OK)
            known = zone_named(b, name);
    }
    if (known)
        *out = known->zone;
    return s;
}

// --- definitions ---

struct lib_budget *table_budget(const struct costlens_budgets *b, uint64_t id)
{
    struct lib_budget *found = NULL;
    list_for (it, &b->budgets) {
        struct lib_budget *budget = list_of(it, struct lib_budget, link);
        if (budget->is.id == id)
            found = budget;
    }
    must(found);
    return found;
}

static struct lib_budget *find_named(const struct costlens_budgets *b, struct str name)
{
    list_for (it, &b->budgets) {
        struct lib_budget *budget = list_of(it, struct lib_budget, link);
        if (str_eq(budget->is.name, name))
            return budget;
    }
    return NULL;
}

// Narrow ones behind wide ones, names in their order.
static bool goes_before(const struct budget *a, const struct budget *b)
{
    int ranks = budget_rank(a) - budget_rank(b);
    return ranks ? ranks < 0 : str_cmp(a->name, b->name) < 0;
}

static void put_in_order(struct costlens_budgets *b, struct lib_budget *budget)
{
    list_pull(&budget->link);
    struct list *at = b->budgets.next;
    while (at != &b->budgets && goes_before(&list_of(at, struct lib_budget, link)->is, &budget->is))
        at = at->next;
    list_push(at, &budget->link); // before it
}

struct lib_budget *table_named(struct costlens_budgets *b, struct str name)
{
    struct lib_budget *budget = find_named(b, name);
    if (budget)
        return budget;
    budget = alloc_zero(&b->alloc, sizeof *budget + name.len + 1);
    if (!budget)
        return NULL;
    char *own = (char *)(budget + 1);
    memcpy(own, name.ptr, name.len);
    budget_init(&budget->is, str_from(own, name.len));
    budget->is.id = ++b->budget_id;
    budget->is.terms.observe = true; // of its accounts nothing is asked
    list_init(&budget->link);
    put_in_order(b, budget);
    return budget;
}

static enum status set_member(struct budget *budget, struct str member, struct why *why)
{
    static const char *const gateways[] = {"hold", "clamp", "on_exceed", "wait"};
    struct str scope = str_of("scope.");
    size_t end = str_find(member, '=');
    if (end == member.len)
        return why_set(why, STATUS_SYNTAX, "`%.*s` has no =: write it like limit=2.00",
                       (int)(member.len < 80 ? member.len : 80), member.ptr);
    struct str name = str_from(member.ptr, end);
    struct str value = str_skip(member, end + 1);
    for (size_t i = 0; i < sizeof gateways / sizeof *gateways; i++) {
        if (str_is(name, gateways[i]))
            return why_set(why, STATUS_SYNTAX,
                           "`%s` is the gateway's alone: leave it out, and hold, lower or ask for "
                           "another model yourself",
                           gateways[i]);
    }
    if (str_starts(name, scope))
        return budget_scope(budget, str_skip(name, scope.len), value, why);
    return budget_set(budget, name, value, why);
}

// Those that make no sense twice are refused: the caller meant one of the two.
static bool is_said_twice(const char *const *members, size_t at)
{
    struct str member = str_of(members[at]);
    struct str name = str_from(member.ptr, str_find(member, '='));
    bool twice = false;
    for (size_t i = 0; i < at && !twice && !str_is(name, "alert_at"); i++) {
        struct str other = str_of(members[i]);
        twice = str_eq(name, str_from(other.ptr, str_find(other, '=')));
    }
    return twice;
}

// All members in one text, each with its NUL. NULL without memory.
static char *copy_members(const struct alloc *alloc, const char *const *members)
{
    size_t bytes = 1; // none asks for nothing
    for (size_t i = 0; members[i]; i++)
        bytes += strlen(members[i]) + 1;
    char *text = alloc_get(alloc, bytes);
    char *at = text;
    for (size_t i = 0; text && members[i]; i++) {
        size_t len = strlen(members[i]) + 1;
        memcpy(at, members[i], len);
        at += len;
    }
    return text;
}

static enum status read_members(struct budget *budget, const char *text, const char *const *members,
                                struct why *why)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && members[i]; i++) {
        struct str member = str_of(text);
        s = set_member(budget, member, why);
        if (s == STATUS_OK && is_said_twice(members, i))
            s = why_set(why, STATUS_DUPLICATE, "`%.*s` is said twice: leave one of them out",
                        (int)str_find(member, '='), member.ptr);
        text += member.len + 1;
    }
    return s == STATUS_OK ? budget_check(budget, why) : s;
}

static bool is_by(const struct lib_per *p, const struct budget *said)
{
    const struct budget_condition *what = &said->per_what;
    return p->per == said->per && p->dimension == what->dimension && str_eq(p->tag, what->tag);
}

// NULL without memory.
static const struct lib_per *per_of(struct costlens_budgets *b, const struct budget *said)
{
    struct str tag = said->per_what.tag;
    list_for (it, &b->pers) {
        const struct lib_per *p = list_of(it, struct lib_per, link);
        if (is_by(p, said))
            return p;
    }
    struct lib_per *p = alloc_zero(&b->alloc, sizeof *p + tag.len + 1);
    if (!p)
        return NULL;
    char *own = (char *)(p + 1);
    bool fits = str_copy(tag, own, tag.len + 1);
    must(fits);
    p->per = said->per;
    p->dimension = said->per_what.dimension;
    p->tag = str_from(own, tag.len);
    list_push(&b->pers, &p->link);
    return p;
}

struct retelling {
    struct accounts *table;
    const struct budget *budget;
};

static void retell_one(void *context, struct account *a)
{
    const struct retelling *r = context;
    if (a->key.budget == r->budget->id)
        accounts_terms(r->table, a, &r->budget->terms);
}

// Its accounts follow, of other windows too.
static void retell(struct costlens_budgets *b, const struct lib_budget *budget)
{
    struct retelling r = {&b->table, &budget->is};
    size_t at = 0;
    (void)accounts_walk(&b->table, &at, SIZE_MAX, retell_one, &r);
}

// --- a window is changed ---

// Where an open hold belongs by what is said now, which is the window of the moment that it was
// reserved at. False when that is so, or the account is another budget's, or counts by another
// `per`.
static bool strays(const struct costlens_hold *h, unsigned at, const struct budget *said,
                   struct account_key *now)
{
    if (h->hold.state != HOLD_OPEN) // its accounts may be gone
        return false;
    const struct account_key *is = &h->hold.accounts[at]->key;
    if (is->budget != said->id || !is_by(h->pers[at], said))
        return false;
    *now = (struct account_key){is->budget, is->value, window_at(&said->window, h->began_us)};
    return now->window.kind != is->window.kind || now->window.start_us != is->window.start_us;
}

// The accounts that holds will go over to.
static enum status prepare(struct costlens_budgets *b, const struct budget *said)
{
    struct account_key now;
    size_t fresh = 0;
    enum status s = STATUS_OK;
    list_for (it, &b->holds) {
        const struct costlens_hold *h = list_of(it, struct costlens_hold, link);
        for (unsigned i = 0; s == STATUS_OK && i < h->hold.count; i++) {
            struct account *a;
            if (strays(h, i, said, &now) && !accounts_find(&b->table, &now))
                s = table_account(b, &now, fresh++, &a);
        }
    }
    return s;
}

static void forget(struct costlens_budgets *b, const struct account_key *key)
{
    struct account *a = accounts_find(&b->table, key);
    if (!a || a->id > 0)
        return;
    bool forgotten = accounts_forget(&b->table, a);
    must(forgotten);
}

// What was not all prepared.
static void undo(struct costlens_budgets *b, const struct budget *said)
{
    struct account_key now;
    list_for (it, &b->holds) {
        const struct costlens_hold *h = list_of(it, struct costlens_hold, link);
        for (unsigned i = 0; i < h->hold.count; i++) {
            if (strays(h, i, said, &now))
                forget(b, &now);
        }
    }
}

// What could not be counted there stays.
static enum costlens_status go_over(struct costlens_budgets *b, const struct budget *said)
{
    struct account_key now;
    enum costlens_status s = COSTLENS_OK;
    list_for (it, &b->holds) {
        struct costlens_hold *h = list_of(it, struct costlens_hold, link);
        for (unsigned i = 0; i < h->hold.count; i++) {
            if (!strays(h, i, said, &now) ||
                !accounts_move(&b->table, &h->hold, i, accounts_find(&b->table, &now)))
                continue;
            s = journal_hold(b, h); // after one that was not kept none is
        }
    }
    return s;
}

// The text is the budget's from then on.
static enum status define(struct costlens_budgets *b, struct budget *said, char *text,
                          struct why *why)
{
    enum status s = find_zone(b, said->zone_name, &said->window.zone, why);
    if (s != STATUS_OK)
        return s;
    struct lib_budget *budget = table_named(b, said->name);
    const struct lib_per *per = per_of(b, said);
    if (!budget || !per)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    said->name = budget->is.name;
    said->id = budget->is.id;
    if (prepare(b, said) != STATUS_OK) {
        undo(b, said);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    budget->is = *said;
    budget->per = per;
    budget->defined = true;
    alloc_free(&b->alloc, budget->text);
    budget->text = text;
    put_in_order(b, budget);
    retell(b, budget);
    return STATUS_OK;
}

enum costlens_status costlens_budgets_define(struct costlens_budgets *b, const char *name,
                                             const char *const *members, char *message,
                                             size_t message_size)
{
    struct why why = {.status = STATUS_NO_MEMORY, .text = "out of memory"};
    struct budget said;
    char *text = copy_members(&b->alloc, members);
    budget_init(&said, str_of(name));
    if (text)
        why.status = read_members(&said, text, members, &why);
    if (why.status == STATUS_OK)
        why.status = define(b, &said, text, &why);
    if (why.status != STATUS_OK) {
        alloc_free(&b->alloc, text);
        return lib_fault(&why, message, message_size);
    }
    enum costlens_status s = go_over(b, &said);
    if (s != COSTLENS_OK) {
        why_set(&why, STATUS_IO,
                "it is defined, but the journal lacks what went over: begin another one");
        (void)lib_fault(&why, message, message_size);
    }
    return s;
}

enum costlens_status costlens_budgets_remove(struct costlens_budgets *b, const char *name)
{
    struct lib_budget *budget = find_named(b, str_of(name));
    if (!budget || !budget->defined)
        return COSTLENS_UNKNOWN;
    budget->defined = false;
    return COSTLENS_OK;
}

// --- accounts ---

enum status table_account(struct costlens_budgets *b, const struct account_key *key, size_t fresh,
                          struct account **out)
{
    struct account **more = alloc_grow(&b->alloc, b->accounts, sizeof(struct account *),
                                       b->account_count + fresh, &b->account_size);
    if (!more)
        return STATUS_NO_MEMORY;
    b->accounts = more;
    return accounts_add(&b->table, key, &table_budget(b, key->budget)->is.terms, out);
}

void table_number(struct costlens_budgets *b, struct account *a, uint64_t id)
{
    must(b->account_count < b->account_size && id > b->account_id);
    a->id = b->account_id = id;
    b->accounts[b->account_count++] = a;
}

void table_show(const struct costlens_budgets *b, const struct account *a,
                struct costlens_account *out)
{
    *out = (struct costlens_account){
        .budget = table_budget(b, a->key.budget)->is.name.ptr,
        .window = window_name(a->key.window.kind),
        .start_us = a->key.window.start_us,
        .end_us = a->key.window.end_us,
        .limit = a->terms.limit.n,
        .spent = a->settled.n,
        .held = a->held.n,
        .overdraft = a->overdraft.n,
        .observe = a->terms.observe,
        .paused = a->terms.paused,
        .would_refuse = a->would_refuse,
    };
    bool fits = str_copy(a->key.value, out->value, sizeof out->value);
    must(fits);
}

void costlens_budgets_list(const struct costlens_budgets *b, costlens_account_f *each,
                           void *context)
{
    for (size_t i = 0; i < b->account_count; i++) {
        struct costlens_account shown;
        table_show(b, b->accounts[i], &shown);
        each(context, &shown);
    }
}
