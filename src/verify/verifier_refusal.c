// SPDX-License-Identifier: Apache-2.0
//
// A provider's own mark decides. Else the words that models refuse with, where they stand: in the
// opening of a short answer, in the first person, where a clause begins.
//
//   Hello! I'm sorry, but I can't help with that.     courtesies, then the first sentence
//   If you can't open it, call us. I cannot ...       that is advice, and what follows it is, too
//
// "I can't" alone is no refusal; before a verb of helping, of the same language, it is. Not in
// "I can't find any errors": that is what was found.

#include <ctype.h>

#include "verify/refusal_words.h"
#include "verify/verify.h"

#define LONG_BYTES   1000 // an answer of so much text says something, whatever it begins with
#define HEAD_BYTES   320
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// The beginning of a text, in small letters and with one blank between words, after a blank.
struct head {
    char text[HEAD_BYTES + 2];
    size_t len;
};

static void head_add(struct head *h, char c)
{
    bool blank = isspace((unsigned char)c);
    if (blank && h->text[h->len - 1] == ' ')
        return;
    h->text[h->len++] = blank ? ' ' : (char)(tolower)((unsigned char)c);
}

static void head_read(struct head *h, struct str text)
{
    struct str curly = STR("\xe2\x80\x99"); // the apostrophe of typographers
    h->text[0] = ' ';
    h->len = 1;
    for (size_t i = 0; i < text.len && h->len < HEAD_BYTES; i++) {
        bool is_curly = str_starts(str_skip(text, i), curly);
        head_add(h, is_curly ? '\'' : text.ptr[i]);
        i += is_curly ? curly.len - 1 : 0;
    }
}

static bool any_starts(struct str text, const char *const *list)
{
    for (; *list; list++)
        if (str_starts(text, str_of(*list)))
            return true;
    return false;
}

static bool any_ends(struct str text, const char *const *list)
{
    for (; *list; list++)
        if (str_ends(text, str_of(*list)))
            return true;
    return false;
}

// --- where the answer begins ---

#define WIDE_STOP  "\xe3\x80\x82" // of Chinese and Japanese, which have no blank behind it
#define WIDE_CALL  "\xef\xbc\x81"
#define WIDE_QUERY "\xef\xbc\x9f"
#define WIDE_COMMA "\xef\xbc\x8c"

static const char *const wide_ends[] = {WIDE_STOP, WIDE_CALL, WIDE_QUERY, NULL};

static size_t sentence_end(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (any_starts(str_skip(text, at), wide_ends))
            return at + strlen(WIDE_STOP);
        if (text.ptr[at] != '\0' && strchr(".!?", text.ptr[at]) &&
            (at + 1 == text.len || text.ptr[at + 1] == ' '))
            return at + 1;
    }
    return text.len;
}

// The first sentence, with the courtesies before it.
static struct str opening_of(struct str head)
{
    size_t at = 0;
    while (at < head.len) {
        struct str rest = str_skip(head, at);
        bool courtesy = any_starts(rest, refusal_words.courtesies) ||
                        any_starts(str_trim(rest), refusal_words.courtesies_wide);
        at += sentence_end(rest);
        if (!courtesy)
            break;
    }
    return str_from(head.ptr, at);
}

// A main clause may begin at `at`: at the start of a sentence, behind a sign, or behind one of
// these. Not behind "if", "when", "what".
static bool is_clause(struct str opening, size_t at)
{
    static const char *const before[] = {
        " but",
        " and",
        " that",
        " so",
        " sorry",
        " afraid",
        " unfortunately",
        " however",
        " aber",
        " leider",
        " purtroppo",
        " infelizmente",
        " malheureusement",
        " desafortunadamente",
        " und",
        " dass",
        " daher",
        " mais",
        " et",
        " que",
        " pero",
        " y",
        " ma",
        " e",
        " mas",
        " because",
        " ai",
        NULL,
    };
    struct str left = str_from(opening.ptr, at);
    if (left.len == 0 || strchr(".!?,;:-", left.ptr[left.len - 1]) ||
        (unsigned char)left.ptr[left.len - 1] >= 0x80)
        return true;
    return any_ends(left, before);
}

// --- what it says there ---

// At a verb: it says what was found.
static bool looks(struct str at)
{
    for (const char *const *l = refusal_words.looking; *l; l++)
        if (str_starts(at, str_of(*l)))
            return !any_starts(str_skip(at, strlen(*l)), refusal_words.given);
    return false;
}

// The words go on in another part of the sentence.
static size_t part_end(struct str text)
{
    size_t at = 0;
    while (at < text.len && !(text.ptr[at] && strchr(".,:;", text.ptr[at])))
        at++;
    return at;
}

// One of `verbs` is among the next few words, as a word; `wide`: of a script without blanks.
static bool has_verb(struct str rest, const char *const *verbs, size_t bytes, bool wide)
{
    struct str near = str_clip(rest, bytes);
    near.len = wide ? str_search(near, str_of(WIDE_COMMA)) : part_end(near);
    if (any_starts(near, refusal_words.idioms))
        return false;
    for (; *verbs; verbs++) {
        size_t found = str_search(near, str_of(*verbs));
        if (found < near.len && (wide || found == 0 || strchr(" '", near.ptr[found - 1])) &&
            !looks(str_skip(rest, found)))
            return true;
    }
    return false;
}

// It starts with one of `phrases`, and then has one of `verbs`.
static bool declines(struct str clause, const char *const *phrases, const char *const *verbs,
                     size_t bytes, bool wide)
{
    for (; *phrases; phrases++)
        if (str_starts(clause, str_of(*phrases)) &&
            has_verb(str_skip(clause, strlen(*phrases)), verbs, bytes, wide))
            return true;
    return false;
}

// What stands before `at` in its sentence is nothing, or a courtesy.
static bool of_oneself(struct str opening, size_t at)
{
    size_t from = 0;
    size_t next = 0;
    while (next <= at) {
        from = next;
        next += sentence_end(str_skip(opening, from));
    }
    struct str before = str_trim(str_from(opening.ptr + from, at - from));
    return before.len == 0 || any_starts(before, refusal_words.courtesies_wide);
}

// An apology, or what was asked, stands before `at`.
static bool of_what_was_asked(struct str opening, size_t at)
{
    const struct str before = str_trim(str_from(opening.ptr, at));
    return before.len == 0 || any_starts(before, refusal_words.sorry_wide) ||
           any_ends(before, refusal_words.asked_wide);
}

static bool refuses(struct str clause)
{
    for (const struct refusal_tongue *t = refusal_words.tongues; t->cannot; t++)
        if (declines(clause, t->cannot, t->helping, t->bytes, false))
            return true;
    return any_starts(clause, refusal_words.decisive);
}

static bool refuses_wide(struct str opening, size_t at)
{
    struct str clause = str_skip(opening, at);
    return (declines(clause, refusal_words.cannot_wide, refusal_words.helping_wide,
                     REFUSAL_VERB_BYTES, true) &&
            of_oneself(opening, at)) ||
           (any_starts(clause, refusal_words.decisive_wide) && of_what_was_asked(opening, at));
}

// --- what is another's ---

// "he said:", and not "as I said:".
static bool is_told(struct str before)
{
    static const char *const said[] = {
        " said:",  " says:",    " answered:",     " replied:", " wrote:",
        " reply:", " refusal:", " response was:", NULL};
    for (size_t i = 0; i < before.len; i++)
        if (any_starts(str_skip(before, i), said) &&
            !str_ends(str_from(before.ptr, i), str_of(" i")))
            return true;
    return false;
}

static const struct mark {
    const char *open, *close, *or_close; // as Germans close, and as others do
} marks[] = {
    {"\"", "\"", "\""},
    {"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9d"},
    {"\xe2\x80\x9e", "\xe2\x80\x9c", "\xe2\x80\x9d"},
    {"\xc2\xab", "\xc2\xbb", "\xc2\xbb"},
    {"\xc2\xbb", "\xc2\xab", "\xc2\xab"},
    {"\xe3\x80\x8c", "\xe3\x80\x8d", "\xe3\x80\x8d"},
    {"\xe3\x80\x8e", "\xe3\x80\x8f", "\xe3\x80\x8f"},
};

// The mark that `s` begins with, NULL where it begins with none.
static const struct mark *mark_at(struct str s)
{
    for (size_t i = 0; i < COUNT(marks); i++)
        if (str_starts(s, str_of(marks[i].open)))
            return &marks[i];
    return NULL;
}

// Behind the closing mark; 0: there is none.
static size_t quote_end(struct str s, const struct mark *m)
{
    for (size_t i = strlen(m->open); i < s.len; i++)
        if (str_starts(str_skip(s, i), str_of(m->close)) ||
            str_starts(str_skip(s, i), str_of(m->or_close)))
            return i + strlen(m->close);
    return 0;
}

// `at` is in a quote that is not all of the text. A `"` that nothing closes is an inch; others are
// closed where the head is cut off.
static bool is_quoted(struct str head, size_t at)
{
    const struct str text = str_trim(head);
    const size_t blanks = (size_t)(text.ptr - head.ptr);
    at = at > blanks ? at - blanks : 0;
    for (size_t from = 0; from < at;) {
        const struct str rest = str_skip(text, from);
        const struct mark *m = mark_at(rest);
        size_t len = m ? quote_end(rest, m) : 1;
        if (len == 0)
            len = rest.ptr[0] == '"' && head.len < HEAD_BYTES ? 1 : rest.len;
        if (m && from + len > at && len < text.len && len > 1)
            return true;
        from += len;
    }
    return false;
}

static bool is_refusal(struct str text)
{
    struct head h;
    head_read(&h, text);
    struct str head = str_from(h.text, h.len);
    struct str opening = opening_of(head);
    for (size_t at = 0; at < opening.len; at++) {
        struct str clause = str_skip(opening, at);
        if ((refuses_wide(opening, at) ||
             (clause.ptr[0] == ' ' && is_clause(opening, at) && refuses(clause))) &&
            !is_told(str_trim(str_from(head.ptr, at))) && !is_quoted(head, at))
            return true;
    }
    return false;
}

void verifier_refusal(const struct verify_case *c, struct finding *out)
{
    struct str text = answer_text(c->answer);
    if (c->answer->finish == ANSWER_REFUSED)
        finding_set(out, VERDICT_BAD, "its provider says that it is a refusal");
    else if (c->answer->call_count == 0 && text.len <= LONG_BYTES && is_refusal(text))
        finding_set(out, VERDICT_BAD, "it begins with the words of a refusal");
}
