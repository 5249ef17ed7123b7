// SPDX-License-Identifier: Apache-2.0
//
//   Hello! I'm sorry, but I can't help with that.     courtesies, then the first sentence
//   If you can't open it, call us. I cannot ...       that is advice, and what follows it is, too
//
// "I can't" alone is no refusal; before a verb of helping, of the same language, it is, and before
// one of giving where what would be given stands there, too. Not in "I can't find any errors": that
// is what was found; nor in "I can't open my account": that is what somebody else says.

#include "verify/refusal.h"

#include "verify/curt.h"
#include "verify/phrase.h"
#include "verify/refusal_words.h"

#define NAME_BYTES   32  // of who signs it
#define TAIL_BYTES   160 // in which a letter closes
#define WORDS_BEFORE 4   // of a clause, among which the verb stands
#define WORDS_BEHIND 6   // the verb, among which is what would be given
#define WORDS_SOURCE 3   // ... what would be opened
#define STARTS_MAX   8   // of sentences in a longer text

// --- where the answer begins ---

static const char wide_ends[] = "。|！|？";

#define WIDE_END 3 // bytes of each

static size_t sentence_end(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (phrase_any(str_skip(text, at), wide_ends))
            return at + WIDE_END;
        if (phrase_stop(text.ptr[at]) && (at + 1 == text.len || text.ptr[at + 1] == ' '))
            return at + 1;
    }
    return text.len;
}

// The first sentence, with the courtesies before it.
static struct str opening_of(struct str head)
{
    size_t at = 0;
    while (at < head.len) {
        const struct str rest = str_skip(head, at);
        at += sentence_end(rest);
        if (!phrase_any(str_trim(rest), refusal_words.courtesies))
            break;
    }
    return str_from(head.ptr, at);
}

// The bytes of a sign that ends a part of a sentence at `at`; 0: none stands there.
static size_t sign_at(struct str s, size_t at)
{
    const struct str rest = str_skip(s, at), dash = STR("—"), half = STR("–");
    const char c = s.ptr[at];
    if (c == '.')
        return rest.len == 1 || rest.ptr[1] == ' ';
    if (str_starts(rest, str_of(" - ")) || str_starts(rest, dash) || str_starts(rest, half))
        return dash.len;
    return c != '\0' && strchr(",:;!?", c);
}

// Of a clause, at the next sign; `comma`: the words behind one belong to it.
static struct str part_of(struct str clause, bool comma)
{
    for (size_t at = 0; at < clause.len; at++)
        if (sign_at(clause, at) > 0 && !(comma && clause.ptr[at] == ','))
            return str_from(clause.ptr, at);
    return clause;
}

// Where the walk is, and what it is in.
struct place {
    struct str opening;
    size_t at;
    size_t sentence, part, clause; // where each begins
    bool begins;                   // a clause does so here
};

// A main clause may begin here: at the start of a sentence, behind a sign, behind "but", or behind
// what it is about: "At this point I cannot". Not behind "if", "when", "what".
static bool is_clause(const struct place *p)
{
    static const char signs[] = "—|–|…|“|”|„|«|»";
    const struct str left = str_trim(str_from(p->opening.ptr, p->at));
    if (left.len == 0 || strchr(".!?,;:-\"(", left.ptr[left.len - 1]))
        return true;
    for (size_t n = 2; n <= 3 && n <= left.len; n++)
        if (phrase_is(str_skip(left, left.len - n), signs))
            return true;
    const struct str part = str_trim(str_from(p->opening.ptr + p->part, p->at - p->part));
    return !phrase_any(part, refusal_words.supposes) &&
           (phrase_ends(left, refusal_words.before) || phrase_ends(left, refusal_words.adverbs) ||
            phrase_any(part, refusal_words.topics));
}

// What the next place is in.
static void step(struct place *p)
{
    const size_t sign = sign_at(p->opening, p->at);
    if (sign > 0)
        p->part = p->at + sign;
    if (phrase_any(str_skip(p->opening, p->at), wide_ends))
        p->sentence = p->at + WIDE_END;
    else if (sign > 0 && phrase_stop(p->opening.ptr[p->at]))
        p->sentence = p->at + 1;
    p->at++;
    p->begins = p->at < p->opening.len && p->opening.ptr[p->at] == ' ' && is_clause(p);
    if (p->begins)
        p->clause = p->at;
}

static struct str said_before(const struct place *p)
{
    const size_t from = p->sentence < p->at ? p->sentence : p->at;
    return str_trim(str_from(p->opening.ptr + from, p->at - from));
}

// --- what it says there ---

static bool gives(struct str verb, const char *things, unsigned words)
{
    return !phrase_next(&verb) || phrase_among(verb, things, words);
}

// At a verb. Its own affair, as "my account", is none that anybody could give.
static bool denies_help(struct str verb, const struct refusal_tongue *t)
{
    if (phrase_any(verb, t->helps) ||
        (phrase_any(verb, t->gives) && gives(verb, t->things, WORDS_BEHIND)))
        return true;
    return phrase_any(verb, t->opens) && !phrase_among(verb, t->own, WORDS_BEFORE) &&
           gives(verb, t->sources, WORDS_SOURCE);
}

static bool declines(struct str clause, const struct refusal_tongue *t)
{
    size_t len = phrase_whole(clause, t->begins);
    if (len == 0)
        return false;
    const bool wills = phrase_whole(clause, t->wills) > 0;
    bool lacks = phrase_among(str_from(clause.ptr, len), t->lacks, WORDS_BEFORE);
    struct str rest = str_trim(part_of(str_skip(clause, len), false));
    while ((len = phrase_whole(rest, t->passing)) > 0) {
        lacks = lacks || phrase_any(rest, t->lacks);
        rest = str_trim(str_skip(rest, len));
    }
    if (rest.len == 0)
        return t->bare;
    lacks = lacks || phrase_any(rest, t->lacks);
    if (lacks && !phrase_among(rest, t->own, WORDS_BEHIND))
        return true;
    if (phrase_any(rest, refusal_words.idioms) || str_ends(rest, str_of(" enough")))
        return false;
    if (wills && phrase_any(rest, t->makes))
        return true;
    for (unsigned i = 0; i < WORDS_BEFORE && rest.len > 0; i++) {
        if (denies_help(rest, t))
            return true;
        (void)phrase_next(&rest);
    }
    return false;
}

// In German a negation, a verb and what would be given stand in whatever order in the clause that
// "kann ich" is in.
static bool declines_german(const struct place *p)
{
    const struct refusal_tongue *t = &refusal_words.german;
    static const char infinitive[] =
        " lage,|befugt,|berechtigt,|autorisiert,|imstande,|möglichkeit,|befugnis,|berechtigung,|"
        "erlaubnis,|fähigkeit,|möglich,|erlaubt,|gestattet,";
    const struct str rest = str_skip(p->opening, p->at + 1);
    if (phrase_whole(rest, t->begins) == 0)
        return false;
    const struct str one = part_of(rest, false);
    const bool comma = phrase_has(str_clip(rest, one.len + 1), infinitive);
    const struct str before = str_from(p->opening.ptr + p->clause, p->at + 1 - p->clause);
    const struct str clause = str_from(before.ptr, before.len + part_of(rest, comma).len);
    const unsigned all = PHRASE_BYTES;
    if (!phrase_among(clause, refusal_words.german_not, all) || phrase_among(clause, t->own, all) ||
        phrase_among(clause, refusal_words.german_found, all) ||
        phrase_among(before, refusal_words.german_supposes, all))
        return false;
    return phrase_among(clause, t->helps, all) ||
           (phrase_whole(rest, t->wills) > 0 && phrase_among(clause, t->makes, all)) ||
           (phrase_among(clause, t->gives, all) && phrase_among(clause, t->things, all)) ||
           (phrase_among(clause, t->opens, all) && phrase_among(clause, t->sources, all));
}

// "beyond what I can", "outside of my abilities".
static bool is_beyond(struct str clause)
{
    struct str list = str_of(refusal_words.bounds), word;
    while (str_cut(&list, '|', &word)) {
        const size_t len = phrase_word(clause, word);
        if (len > 0)
            return phrase_among(str_skip(clause, len), refusal_words.limits, WORDS_SOURCE);
    }
    return false;
}

static bool refuses(const struct place *p)
{
    const struct str clause = str_skip(p->opening, p->at + 1);
    if (phrase_any(clause, refusal_words.anywhere) || is_beyond(clause) || declines_german(p))
        return true;
    for (const struct refusal_tongue *t = refusal_words.tongues; p->begins && t->begins; t++)
        if (declines(clause, t))
            return true;
    return p->begins && phrase_any(clause, refusal_words.decisive);
}

// --- scripts without blanks ---

// Of what follows "cannot" in Chinese, and of what stands before it in Japanese.
static struct str near_of(struct str text, size_t bytes)
{
    static const char commas[] = "，|。|、|,";
    text = str_clip(text, bytes);
    for (size_t at = 0; at < text.len; at++)
        if (phrase_any(str_skip(text, at), commas))
            return str_from(text.ptr, at);
    return text;
}

#define WIDE_BYTES 48

static bool refuses_chinese(const struct place *p)
{
    const struct refusal_wide *w = &refusal_words.chinese;
    struct str list = str_of(w->cannot), word;
    while (str_cut(&list, '|', &word)) {
        const size_t len = phrase_word(str_skip(p->opening, p->at), word);
        if (len == 0)
            continue;
        const struct str before = said_before(p);
        const struct str rest = near_of(str_skip(p->opening, p->at + len), WIDE_BYTES);
        return (before.len == 0 || phrase_any(before, w->sorry) || phrase_any(before, w->topics)) &&
               !phrase_has(before, w->supposes) && phrase_has(rest, w->helps) &&
               !phrase_has(rest, w->goes_on);
    }
    return false;
}

// A verb of helping, and within its clause that it cannot be done, at the end of a sentence; of
// what was asked, or with an apology: else it is a number or an office that cannot.
static bool refuses_japanese(const struct place *p)
{
    const struct refusal_wide *w = &refusal_words.japanese;
    const struct str verb = str_skip(p->opening, p->at);
    if (!phrase_any(verb, w->helps))
        return false;
    const struct str rest = near_of(verb, WIDE_BYTES);
    const struct str before = said_before(p);
    const bool sorry = phrase_any(str_trim(p->opening), w->sorry) || phrase_any(before, w->sorry);
    return phrase_has(rest, w->cannot) && !phrase_has(rest, w->goes_on) &&
           !phrase_has(before, w->supposes) &&
           (before.len == 0 || sorry || phrase_has(before, w->topics) || str_is(before, "お") ||
            str_is(before, "ご"));
}

// --- what is another's ---

// "he said: ...", "The sentence means: ..."; not "As I said:", "About your request:", "Answer:".
static bool is_told(const struct place *p)
{
    struct str before = said_before(p);
    static const char colon[] = "：";
    static const char oneself[] = " i | ich | je | not | pas | nicht | não ";
    while (before.len > 0 && before.ptr[before.len - 1] != ':' && !str_ends(before, str_of(colon)))
        before.len--;
    if (before.len == 0 || phrase_any(before, refusal_words.told))
        return before.len > 0;
    const bool several = str_find(before, ' ') < before.len || (before.ptr[0] & 0x80);
    return several && !phrase_any(before, refusal_words.topics) &&
           !phrase_any(before, refusal_words.courtesies) && !phrase_has(before, oneself);
}

static const struct mark {
    const char *open, *close, *or_close; // as Germans close, and as others do
} marks[] = {
    {"\"", "\"", "\""}, {"“", "”", "”"},    {"„", "“", "”"},    {"«", "»", "»"},
    {"»", "«", "«"},    {"「", "」", "」"}, {"『", "』", "』"},
};

// The mark that `s` begins with, NULL where it begins with none.
static const struct mark *mark_at(struct str s)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
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

// Without its marks.
static struct str quoted(struct str quote, const struct mark *m)
{
    const size_t open = strlen(m->open);
    return str_from(quote.ptr + open, quote.len - open - strlen(m->close));
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
            len = rest.ptr[0] == '"' && head.len < PHRASE_BYTES ? 1 : rest.len;
        if (m && from + len > at && len < text.len && len > 1)
            return true;
        from += len;
    }
    return false;
}

bool refusal_is(struct str text)
{
    struct phrase_head h;
    if (curt_of(text) == CURT_MINE)
        return true;
    phrase_head(&h, text, refusal_words.adverbs);
    const struct str head = str_from(h.text, h.len);
    const struct str opening = opening_of(head);
    if (phrase_has(head, refusal_words.wants_help))
        return false;
    for (struct place p = {.opening = opening, .begins = true}; p.at < opening.len; step(&p)) {
        const bool wide = (unsigned char)opening.ptr[p.at] >= 0xc0;
        const bool is = (wide && (refuses_chinese(&p) || refuses_japanese(&p))) ||
                        (opening.ptr[p.at] == ' ' && refuses(&p));
        if (is && !is_told(&p) && !is_quoted(head, p.at))
            return true;
    }
    return false;
}

bool refusal_curt(struct str text)
{
    return curt_of(text) >= CURT_NONE;
}

// --- in a longer text, and in a letter ---

bool refusal_within(struct str text)
{
    static const char wide[] = "。|！|？|：";
    unsigned starts = 0;
    if (curt_of(text) != CURT_NOT || refusal_is(text))
        return true;
    for (size_t at = 0; at < text.len && starts < STARTS_MAX; at++) {
        const struct str rest = str_skip(text, at);
        const struct mark *m = mark_at(rest);
        const bool start = m || strchr(".!?:;\n'", text.ptr[at]) || phrase_any(rest, wide);
        if (!start || text.ptr[at] == '\0')
            continue;
        const size_t own = str_utf8_at(text, at);
        const size_t quote = m ? quote_end(rest, m) : 0;
        const struct str said = quote > 0 ? quoted(str_from(rest.ptr, quote), m)
                                          : str_skip(rest, m ? strlen(m->open) : own);
        if (curt_of(said) != CURT_NOT || refusal_is(said))
            return true;
        starts++;
    }
    return false;
}

static bool any_at_nocase(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_starts_nocase(text, word))
            return true;
    return false;
}

static bool has_nocase(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_has_nocase(text, word))
            return true;
    return false;
}

// Its last line, behind another one, is a name.
static bool is_signed(struct str text)
{
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != '\n')
        at--;
    const struct str name = str_trim(str_skip(text, at));
    return at > 1 && text.ptr[at - 2] == '\n' && name.len <= NAME_BYTES &&
           !strchr(".!?:;,)*`|", name.ptr[name.len - 1]) &&
           (name.len < WIDE_END || !phrase_is(str_skip(name, name.len - WIDE_END), wide_ends));
}

bool refusal_letter(struct str text)
{
    text = str_trim(text);
    while (text.len > 0 && strchr("*#_ ", text.ptr[0]) && text.ptr[0] != '\0')
        text = str_skip(text, 1);
    const size_t line = str_find(text, '\n');
    const size_t tail = text.len > TAIL_BYTES ? text.len - TAIL_BYTES : line;
    return line < text.len && any_at_nocase(text, refusal_words.salutations) &&
           (is_signed(text) ||
            has_nocase(str_skip(text, tail > line ? tail : line), refusal_words.closings));
}
