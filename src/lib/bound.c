// SPDX-License-Identifier: Apache-2.0

#include "budget/bound.h"

#include "lib/part.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

_Static_assert((int)COSTLENS_OUTPUT_NONE == (int)BOUND_OUTPUT_NONE, "none");
_Static_assert((int)COSTLENS_OUTPUT_ASKED == (int)BOUND_OUTPUT_ASKED, "asked");
_Static_assert((int)COSTLENS_OUTPUT_MODEL == (int)BOUND_OUTPUT_MODEL, "model");
_Static_assert((int)COSTLENS_OUTPUT_UNSAID == (int)BOUND_OUTPUT_UNSAID, "unsaid");
_Static_assert((int)COSTLENS_OUTPUT_WINDOW == (int)BOUND_OUTPUT_WINDOW, "window");

// --- amounts ---

enum costlens_status costlens_nano_read(const char *usd, int64_t *out, char *message,
                                        size_t message_size)
{
    struct why why = {0};
    struct nano n;
    if (nano_read(str_of(usd), &n, &why) != STATUS_OK)
        return lib_fault(&why, message, message_size);
    *out = n.n;
    return COSTLENS_OK;
}

enum costlens_status costlens_nano_usd(int64_t nanodollars, char *out, size_t size)
{
    struct lib_text t;
    lib_text_init(&t);
    nano_write(&t.buf, (struct nano){nanodollars});
    return lib_text_out(&t, out, size);
}

enum costlens_status costlens_cost_nanodollars(const struct costlens_cost *cost, int64_t *out)
{
    if (cost->state == COSTLENS_UNPRICED)
        return COSTLENS_UNKNOWN;
    if (cost->too_large || cost->picodollars < 0)
        return COSTLENS_RANGE;
    *out = nano_from_money((struct money){cost->picodollars}).n;
    return COSTLENS_OK;
}

// --- the bound ---

static bool is_fine(const struct costlens_request *r)
{
    return r->start_us >= 0 && r->longest_us >= 0 && r->longest_us <= COSTLENS_LONGEST_US &&
           r->counted >= 0 && r->output_unsaid >= 0;
}

static enum costlens_bound_state state_of(enum bound_state s)
{
    if (s == BOUND_KNOWN)
        return COSTLENS_BOUND_KNOWN;
    bool unpriced = s == BOUND_UNPRICED || s == BOUND_UNPRICED_TIER;
    return unpriced ? COSTLENS_BOUND_UNPRICED : COSTLENS_BOUND_NONE;
}

static void bound_of(const struct costlens_book *book, const struct costlens_request *r,
                     const struct ask *a, struct costlens_bound *out)
{
    struct str vendor = str_of(r->vendor);
    struct str model = r->model ? str_of(r->model) : a->demand.model;
    unsigned flags = vendor_flags(vendor_find(vendor), STR_NONE);
    struct weight w;
    struct bound b;
    weigh(a, flags | (r->us_region ? VENDOR_REGIONAL : 0), model, &w);
    struct bound_call call = {.sheet = catalog_find(book->catalog, vendor, model),
                              .weight = &w,
                              .start_us = r->start_us,
                              .longest_us = r->longest_us,
                              .counted = r->counted,
                              .output_unsaid = r->output_unsaid};
    bound_make(&call, &b);
    *out = (struct costlens_bound){.state = state_of(b.state),
                                   .why = bound_words(b.state),
                                   .nanodollars = b.most.n,
                                   .input = b.input,
                                   .output = b.output,
                                   .output_max = b.output_max,
                                   .output_by = (enum costlens_output)b.output_by,
                                   .output_field = w.output_field};
    bound_field(&b, out->field);
}

enum costlens_status costlens_bound(const struct costlens_book *book,
                                    const struct costlens_request *request,
                                    struct costlens_bound *out, char *message, size_t message_size)
{
    struct endpoint_found found = {0};
    struct why why = {0};
    struct ask a;
    if (!lib_endpoint(request->endpoint, &found.endpoint))
        return COSTLENS_UNKNOWN;
    if (!is_fine(request)) {
        why_set(&why, STATUS_RANGE, "a time or a count is negative, or longest_us above a week");
        return lib_fault(&why, message, message_size);
    }
    if (request->model) // as if a path had named it: Gemini's bodies do not
        found.model = str_of(request->model);
    struct str body = str_from(request->body, request->body_len);
    enum refusal r = ask_open(&a, &found, body, &book->alloc, &why);
    if (r != REFUSAL_NONE) {
        why.status = r == REFUSAL_INTERNAL ? STATUS_NO_MEMORY : STATUS_SYNTAX;
        return lib_fault(&why, message, message_size);
    }
    bound_of(book, request, &a, out);
    ask_close(&a);
    return COSTLENS_OK;
}
