// SPDX-License-Identifier: Apache-2.0

#include "verify/rebuff.h"

#include "verify/curt_words.h"
#include "verify/phrase.h"
#include "verify/wish.h"

#define ANSWER_BYTES 400 // a longer one says something
#define HEAD_BYTES   200 // of an answer
#define WORDS_MAX    40  // in them
#define ORDERS_MAX   16
#define WORDS_BEHIND 5 // a denial, among which is the order's verb
#define STEM_LEAST   4 // bytes that two forms of a verb begin with

struct answer_head {
    const struct curt_tongue *words;
    struct str sentence; // behind apologies and the like
    bool sorry;          // there were some
};

static size_t sentence_end(struct str s)
{
    static const char wide[] = "。|！|？";
    for (size_t at = 0; at < s.len; at++)
        if ((phrase_stop(s.ptr[at]) && (at + 1 == s.len || s.ptr[at + 1] == ' ')) ||
            phrase_any(str_skip(s, at), wide))
            return at;
    return s.len;
}

// Behind apologies and words that name nobody.
static struct str pass_sorry(const struct curt_tongue *t, struct str s, bool *sorry)
{
    static const char signs[] = "，|。|、|！";
    for (size_t len = 1; len > 0 && s.len > 0; s = str_skip(s, len)) {
        if ((unsigned char)s.ptr[0] < 0x80 && !phrase_letter(s.ptr[0])) {
            len = s.ptr[0] != '"';
            continue;
        }
        const size_t apology = phrase_front(s, t->sorry, t->wide);
        *sorry = *sorry || apology > 0;
        len = apology > 0 ? apology : phrase_front(s, t->joins, t->wide);
        if (len == 0 && phrase_any(s, signs))
            len = strlen("。");
    }
    return s;
}

static struct answer_head head_of(const struct curt_tongue *t, struct str s)
{
    struct answer_head h = {.words = t};
    s = pass_sorry(t, s, &h.sorry);
    h.sentence = str_clip(s, sentence_end(s));
    return h;
}

// A German verb stands at the end, and a Japanese one says last that it cannot be: of nobody, so
// that it may answer a question.
static bool is_unable(const struct answer_head *h, bool asks)
{
    const struct curt_tongue *t = h->words;
    if (!h->sorry || phrase_has(h->sentence, t->found))
        return false;
    if (t->denials)
        return phrase_among(h->sentence, t->unable, WORDS_MAX) &&
               phrase_among(h->sentence, t->denials, WORDS_MAX);
    if (!t->last)
        return phrase_front(h->sentence, t->unable, t->wide) > 0;
    struct str list = str_of(t->unable), word;
    while (!asks && str_cut(&list, '|', &word))
        if (str_ends(h->sentence, word))
            return true;
    return false;
}

// Two forms of one verb.
static bool is_form(struct str word, struct str verb)
{
    const size_t longer = word.len > verb.len ? word.len : verb.len;
    size_t same = 0;
    while (same < word.len && same < verb.len &&
           ((unsigned char)word.ptr[same] | 0x20) == ((unsigned char)verb.ptr[same] | 0x20))
        same++;
    return (same == longer && same + 1 >= STEM_LEAST) || (same >= STEM_LEAST && 2 * same > longer);
}

static bool is_ordered(struct str word, const struct str *verbs, size_t count)
{
    size_t len = 0;
    while (len < word.len && phrase_letter(word.ptr[len]))
        len++;
    for (size_t i = 0; i < count; i++)
        if (is_form(str_clip(word, len), verbs[i]))
            return true;
    return false;
}

// "I will not write", and behind the verb in German: "so etwas schreibe ich nicht".
static bool echoes(const struct curt_tongue *t, struct str rest, const struct str *verbs,
                   size_t count)
{
    const size_t len = phrase_front(rest, t->nots, t->wide);
    const bool denied = t->denials && phrase_among(rest, t->denials, WORDS_MAX) &&
                        phrase_among(rest, t->nots, WORDS_MAX);
    if (t->wide || (len == 0 && !denied) || phrase_has(rest, t->found))
        return false;
    rest = str_trim(str_skip(rest, len));
    for (unsigned i = 0; i < WORDS_BEHIND && rest.len > 0; i++) {
        if (is_ordered(rest, verbs, count))
            return true;
        (void)phrase_next(&rest);
    }
    return false;
}

// In one of the clauses of its first sentence: "I wish I could, but I can't sing".
static bool any_echoes(const struct answer_head *h, const struct str *verbs, size_t count)
{
    struct str rest = h->sentence, clause;
    bool sorry = false;
    while (count > 0 && str_cut(&rest, ',', &clause))
        if (echoes(h->words, pass_sorry(h->words, clause, &sorry), verbs, count))
            return true;
    return false;
}

bool rebuff_is(const struct asked *a, struct str text)
{
    struct phrase_head head;
    struct str verbs[ORDERS_MAX];
    if (text.len > ANSWER_BYTES)
        return false;
    const size_t count = wish_orders(a, verbs, ORDERS_MAX);
    const bool asks = wish_asks(a), speaks = wish_speaks(a);
    phrase_head(&head, str_clip(text, HEAD_BYTES), NULL);
    for (unsigned i = 0; curt_tongues[i]; i++) {
        const struct curt_tongue *t = curt_tongues[i];
        const struct answer_head h = head_of(t, str_from(head.text, head.len));
        if (any_echoes(&h, verbs, count) || (!speaks && is_unable(&h, asks)))
            return true;
    }
    return false;
}
