// SPDX-License-Identifier: Apache-2.0
//
// Two answers agree when they call the same tools with the same arguments, or are the same JSON, or
// come to the same end (a number, by its value; a letter of a choice; what is boxed), or else share
// most words.

#include <ctype.h>

#include "base/decimal.h"
#include "base/fnv.h"
#include "verify/same.h"
#include "verify/verify.h"

#define SHORT_BYTES 80  // of an answer that is a result alone
#define WORDS_MAX   512 // of each, that are compared
#define SHARED_PPM  600000

// --- results ---

static bool says(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (isalnum((unsigned char)line.ptr[i]) || (unsigned char)line.ptr[i] >= 0x80)
            return true;
    return false;
}

// The first line that says anything: of "**Answer:**\n42" the mark leaves "**".
static struct str first_line(struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line))
        if (says(line))
            return line;
    return STR_NONE;
}

// What stands behind the last of the words that announce a result; empty if none does.
static struct str result_of(struct str text)
{
    static const char *const marks[] = {"####", "\\boxed{", "answer is", "Answer:", "answer:"};
    struct str result = STR_NONE;
    size_t last = 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct str mark = str_of(marks[i]);
        for (size_t at = 0; at + mark.len <= text.len; at++) {
            if (at < last || memcmp(text.ptr + at, mark.ptr, mark.len) != 0)
                continue;
            last = at;
            result = str_skip(text, at + mark.len);
        }
    }
    return first_line(result);
}

// Its letters and digits alone, in small letters; the point of a decimal stays.
static struct str plain(struct str text, char out[SHORT_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; text.ptr && i < text.len && n < SHORT_BYTES; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool point = c == '.' && i + 1 < text.len && isdigit((unsigned char)text.ptr[i + 1]);
        if (isalnum(c) || c >= 0x80 || point || c == '-')
            out[n++] = (char)(tolower)(c);
    }
    return str_from(out, n);
}

// "4.0" and "4". What has more places than are read is no number here.
static bool same_number(struct str a, struct str b)
{
    int128 x = 0;
    int128 y = 0;
    return decimal_read(a, &x) == STATUS_OK && decimal_read(b, &y) == STATUS_OK && x == y;
}

// GOOD and BAD where both have a result; UNSURE where one is long.
static enum finding_verdict same_result(struct str a, struct str b)
{
    char x[SHORT_BYTES];
    char y[SHORT_BYTES];
    struct str m = result_of(a);
    struct str n = result_of(b);
    m = m.len > 0 ? m : a;
    n = n.len > 0 ? n : b;
    if (m.len > SHORT_BYTES || n.len > SHORT_BYTES)
        return VERDICT_UNSURE;
    m = plain(m, x);
    n = plain(n, y);
    return str_eq(m, n) || same_number(m, n) ? VERDICT_GOOD : VERDICT_BAD;
}

// --- words ---

struct bag {
    uint32_t at[WORDS_MAX];
    unsigned count;
};

static void fill(struct bag *b, struct str text)
{
    uint32_t hash = FNV32;
    bool word = false;
    b->count = 0;
    for (size_t i = 0; i <= text.len && b->count < WORDS_MAX; i++) {
        unsigned char c = i < text.len ? (unsigned char)text.ptr[i] : ' ';
        bool of_word = isalnum(c) || c >= 0x80;
        if (word && !of_word)
            b->at[b->count++] = hash;
        word = of_word;
        hash = of_word ? fnv32(hash, (unsigned char)(tolower)(c)) : FNV32;
    }
}

// Twice the words that both have, of all words of both: Dice's coefficient.
static unsigned shared_ppm(struct str a, struct str b)
{
    struct bag x;
    struct bag y;
    unsigned shared = 0;
    fill(&x, a);
    fill(&y, b);
    unsigned all = x.count + y.count;
    for (unsigned i = 0; i < x.count; i++) {
        unsigned j = 0;
        while (j < y.count && y.at[j] != x.at[i])
            j++;
        if (j < y.count) {
            y.at[j] = y.at[--y.count];
            shared++;
        }
    }
    return all ? (unsigned)(2ULL * shared * 1000000 / all) : 1000000;
}

// --- both ---

static bool is_json(struct str text, const struct alloc *alloc)
{
    struct json *json = NULL;
    bool is = text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[') &&
              json_open(text, alloc, &json, NULL) == STATUS_OK;
    json_close(json);
    return is;
}

static enum finding_verdict verdict_of(bool same)
{
    return same ? VERDICT_GOOD : VERDICT_BAD;
}

static enum finding_verdict agree(const struct answer *a, const struct answer *b)
{
    struct str x = answer_text(a);
    struct str y = answer_text(b);
    if (a->call_count > 0 || b->call_count > 0)
        return verdict_of(same_calls(a, b));
    if (is_json(x, a->alloc))
        return verdict_of(same_texts(x, y, a->alloc));
    if (!says(x) && !says(y))
        return VERDICT_UNSURE;
    enum finding_verdict v = same_result(x, y);
    return v == VERDICT_UNSURE ? verdict_of(shared_ppm(x, y) >= SHARED_PPM) : v;
}

void verifier_agree(const struct verify_case *c, struct finding *out)
{
    if (!c->other) {
        finding_set(out, VERDICT_UNSURE, "the second model gave no answer");
        return;
    }
    switch (agree(c->answer, c->other)) {
    case VERDICT_GOOD: break;
    case VERDICT_UNSURE: finding_set(out, VERDICT_UNSURE, "neither answer says anything"); break;
    case VERDICT_BAD: finding_set(out, VERDICT_BAD, "the second model says otherwise"); break;
    }
}
