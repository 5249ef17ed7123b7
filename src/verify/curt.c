// SPDX-License-Identifier: Apache-2.0

#include "verify/curt.h"

#include "verify/curt_words.h"
#include "verify/phrase.h"

#define CURT_BYTES 160 // a longer sentence says more

struct reading {
    const struct curt_tongue *words;
    bool sorry, mine, none, denied; // was said
    bool ellipsis;                  // "cannot" with nobody before it
    bool points;                    // "that", "it", "you"
    bool subject;                   // somebody was named since the last sign
};

// The bytes of a sign at the front of `s`, a mark of quotation or an emoji; 0: none stands there.
static size_t sign_at(struct str s)
{
    static const char wide[] = "…|、|。|，|！|“|”|„|«|»|「|」|～";
    const unsigned char c = (unsigned char)s.ptr[0];
    struct str list = str_of(wide), one;
    if (c < 0x80)
        return c == ' ' || !phrase_letter((char)c);
    while (str_cut(&list, '|', &one))
        if (str_starts(s, one))
            return one.len;
    return c >= 0xf0 && s.len >= 4 ? 4 : 0;
}

static size_t word_at(const struct reading *r, struct str s, const char *words)
{
    return phrase_front(s, words, r->words->wide);
}

// The bytes that were read; 0: it names something.
static size_t read_word(struct reading *r, struct str s)
{
    const struct curt_tongue *w = r->words;
    size_t len;
    if ((len = word_at(r, s, w->sorry)) > 0) {
        r->sorry = true;
    } else if ((len = word_at(r, s, w->mine)) > 0) {
        r->mine = true;
    } else if (!r->subject && (len = word_at(r, s, w->elliptic)) > 0) {
        r->ellipsis = true;
    } else if ((len = word_at(r, s, w->stressed)) > 0) {
        r->sorry = r->none = true;
    } else if ((len = word_at(r, s, w->none)) > 0) {
        r->none = true;
    } else if ((len = word_at(r, s, w->joins)) == 0) {
        r->points = r->points || word_at(r, s, w->points) > 0;
        len = word_at(r, s, w->empty);
        r->subject = true;
    }
    r->denied = r->denied || (len > 0 && word_at(r, s, w->denials) > 0);
    return len;
}

static enum curt said(const struct reading *r)
{
    if (r->words->denials && !r->denied)
        return CURT_NOT;
    if (r->mine || (r->ellipsis && r->points))
        return CURT_MINE;
    if (!r->none && !r->ellipsis)
        return CURT_NOT;
    return r->sorry ? CURT_NONE : CURT_BARE;
}

// `sentence`: up to the end of the first one that denies for its author, if it is unquoted.
static enum curt read_text(const struct curt_tongue *words, struct str s, bool sentence)
{
    struct reading r = {.words = words};
    for (size_t len; s.len > 0; s = str_skip(s, len)) {
        len = sign_at(s);
        const bool ends = len > 0 && s.ptr[0] != ' ' && s.ptr[0] != '\'';
        if (ends)
            r.subject = false;
        if (sentence && ends && s.ptr[0] == '"')
            return CURT_NOT;
        if (sentence && (str_starts(s, str_of("。")) || phrase_stop(s.ptr[0])) &&
            said(&r) == CURT_MINE)
            return CURT_MINE;
        if (len == 0 && (len = read_word(&r, s)) == 0)
            return CURT_NOT;
    }
    return said(&r);
}

enum curt curt_of(struct str text)
{
    struct phrase_head h;
    enum curt found = CURT_NOT;
    phrase_head(&h, str_clip(text, CURT_BYTES), NULL);
    const struct str head = str_from(h.text, h.len);
    for (unsigned i = 0; curt_tongues[i] && found != CURT_MINE; i++) {
        if (read_text(curt_tongues[i], head, true) == CURT_MINE)
            return CURT_MINE;
        const enum curt all =
            text.len <= CURT_BYTES ? read_text(curt_tongues[i], head, false) : CURT_NOT;
        found = all > found ? all : found;
    }
    return found;
}
