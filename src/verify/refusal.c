// SPDX-License-Identifier: Apache-2.0
//
//   Hello! I'm sorry, but I can't help with that.     courtesies, then the first sentence
//   If you can't open it, call us. I cannot ...       that is advice, and what follows it is, too
//
// "I can't" alone is no refusal; before a verb of helping, of the same language, it is, and before
// one of giving where what would be given stands there, too. Not in "I can't find any errors": that
// is what was found; nor in "I can't open my account": that is what somebody else says.

#include "verify/refusal.h"

#include <ctype.h>

#include "verify/refusal_words.h"

#define HEAD_BYTES   400 // of a text's beginning
#define NAME_BYTES   32  // of who signs it
#define TAIL_BYTES   160 // in which a letter closes
#define WORDS_BEFORE 4   // of a clause, among which the verb stands
#define WORDS_BEHIND 6   // the verb, among which is what would be given
#define WORDS_SOURCE 3   // ... what would be opened
#define STARTS_MAX   8   // of sentences in a longer text

// The beginning of a text in the form of refusal_words.h, after a blank.
struct head {
    char text[HEAD_BYTES + 16];
    size_t len;
};

// --- words ---

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

// The bytes of `word` at the front of `text`; 0: it does not stand there.
static size_t word_at(struct str text, struct str word)
{
    const bool ends = word.ptr[word.len - 1] == ' ';
    const size_t len = word.len - ends;
    if (!str_starts(text, str_from(word.ptr, len)) ||
        (ends && text.len > len && is_letter(text.ptr[len])))
        return 0;
    return len;
}

static bool any_at(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (word_at(text, word) > 0)
            return true;
    return false;
}

// To the next word. False: there is none.
static bool next_word(struct str *text)
{
    size_t n = 0;
    while (n < text->len && text->ptr[n] != ' ')
        n++;
    *text = str_skip(*text, n + 1);
    return text->len > 0;
}

// One of the next `most` words is one of these.
static bool any_among(struct str text, const char *words, unsigned most)
{
    for (text = str_trim(text); text.len > 0 && most > 0; most--) {
        if (any_at(text, words))
            return true;
        if (!next_word(&text))
            return false;
    }
    return false;
}

static bool is_one(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_eq(text, word))
            return true;
    return false;
}

// The bytes of a whole one of them at the front of `text`; 0: none stands there.
static size_t whole_at(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word)) {
        const size_t len = word_at(text, word);
        if (len > 0 && (len == text.len || !is_letter(text.ptr[len])))
            return len;
    }
    return 0;
}

static bool any_ends(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word)) {
        if (str_ends(text, word) &&
            (text.len == word.len || text.ptr[text.len - word.len - 1] == ' '))
            return true;
    }
    return false;
}

static bool has(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_search(text, word) < text.len)
            return true;
    return false;
}

// --- the head ---

// "i'm", written out; what no other word begins with is not looked at twice.
static const struct {
    const char *tail, *full;
} contractions[] = {
    {" can't", " cannot"}, {" won't", " will not"}, {"n't", " not"},       {" i'm", " i am"},
    {" i'd", " i would"},  {" i'll", " i will"},    {"that's", "that is"}, {" i've", " i have"},
};

static bool is_sentence_end(const struct head *h, size_t end)
{
    return end == 0 || (h->text[end - 1] && strchr(".!?", h->text[end - 1]));
}

// A word has ended.
static void head_word(struct head *h)
{
    struct str now = str_from(h->text, h->len);
    for (size_t i = 0; i < sizeof contractions / sizeof contractions[0]; i++) {
        const struct str tail = str_of(contractions[i].tail), full = str_of(contractions[i].full);
        if (str_ends(now, tail)) {
            h->len -= tail.len;
            memcpy(h->text + h->len, full.ptr, full.len);
            h->len += full.len;
            return;
        }
    }
    size_t begin = h->len;
    while (begin > 0 && h->text[begin - 1] != ' ')
        begin--;
    const struct str word = str_from(h->text + begin, h->len - begin);
    if (begin > 1 && !is_sentence_end(h, begin - 1) && is_one(word, refusal_words.adverbs))
        h->len = begin;
}

static void head_add(struct head *h, char c)
{
    const char last = h->text[h->len - 1];
    if (is_letter(last) && !is_letter(c) && c != '\'')
        head_word(h);
    // d'accès, n'ai: two words. Marks of Markdown are none.
    const bool elides = c == '\'' && h->len > 1 && strchr("dlnmtsjc", h->text[h->len - 1]) &&
                        h->text[h->len - 2] == ' ';
    const bool blank = isspace((unsigned char)c) || c == '*' || c == '#';
    if (!blank || h->text[h->len - 1] != ' ')
        h->text[h->len++] = blank ? ' ' : (char)(tolower)((unsigned char)c);
    if (elides || (c == '\'' && str_ends(str_from(h->text, h->len), str_of(" qu'"))))
        h->text[h->len++] = ' ';
}

static void head_read(struct head *h, struct str text)
{
    const struct str curly = STR("’"), blank = STR("\xc2\xa0"), thin = STR("\xe2\x80\xaf");
    h->text[0] = ' ';
    h->len = 1;
    for (size_t i = 0; i < text.len && h->len < HEAD_BYTES; i++) {
        const struct str rest = str_skip(text, i);
        char c = text.ptr[i];
        if (str_starts(rest, curly)) {
            c = '\'';
            i += curly.len - 1;
        } else if (str_starts(rest, blank) || str_starts(rest, thin)) {
            c = ' ';
            i += c == rest.ptr[0] ? 0 : (rest.ptr[0] == blank.ptr[0] ? blank.len : thin.len) - 1;
        } else if (i > 0 && (unsigned char)text.ptr[i - 1] == 0xc3 && (unsigned char)c >= 0x80 &&
                   (unsigned char)c <= 0x9e && (unsigned char)c != 0x97) {
            c = (char)((unsigned char)c + 0x20); // the capitals of Latin-1
        }
        head_add(h, c);
    }
    if (is_letter(h->text[h->len - 1]))
        head_word(h);
}

// --- where the answer begins ---

static const char wide_ends[] = "。|！|？";

#define WIDE_END 3 // bytes of each

static size_t sentence_end(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (any_at(str_skip(text, at), wide_ends))
            return at + WIDE_END;
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
        const struct str rest = str_skip(head, at);
        at += sentence_end(rest);
        if (!any_at(str_trim(rest), refusal_words.courtesies))
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
        if (is_one(str_skip(left, left.len - n), signs))
            return true;
    const struct str part = str_trim(str_from(p->opening.ptr + p->part, p->at - p->part));
    return !any_at(part, refusal_words.supposes) &&
           (any_ends(left, refusal_words.before) || any_ends(left, refusal_words.adverbs) ||
            any_at(part, refusal_words.topics));
}

// What the next place is in.
static void step(struct place *p)
{
    const size_t sign = sign_at(p->opening, p->at);
    if (sign > 0)
        p->part = p->at + sign;
    if (any_at(str_skip(p->opening, p->at), wide_ends))
        p->sentence = p->at + WIDE_END;
    else if (sign > 0 && strchr(".!?", p->opening.ptr[p->at]))
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
    return !next_word(&verb) || any_among(verb, things, words);
}

// At a verb. Its own affair, as "my account", is none that anybody could give.
static bool denies_help(struct str verb, const struct refusal_tongue *t)
{
    if (any_at(verb, t->helps) || (any_at(verb, t->gives) && gives(verb, t->things, WORDS_BEHIND)))
        return true;
    return any_at(verb, t->opens) && !any_among(verb, t->own, WORDS_BEFORE) &&
           gives(verb, t->sources, WORDS_SOURCE);
}

static bool declines(struct str clause, const struct refusal_tongue *t)
{
    size_t len = whole_at(clause, t->begins);
    if (len == 0)
        return false;
    struct str rest = str_trim(part_of(str_skip(clause, len), false));
    while ((len = whole_at(rest, t->passing)) > 0)
        rest = str_trim(str_skip(rest, len));
    if (rest.len == 0)
        return t->bare;
    if (any_at(rest, refusal_words.idioms) || str_ends(rest, str_of(" enough")))
        return false;
    for (unsigned i = 0; i < WORDS_BEFORE && rest.len > 0; i++) {
        if (denies_help(rest, t))
            return true;
        (void)next_word(&rest);
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
    if (whole_at(rest, t->begins) == 0)
        return false;
    const struct str one = part_of(rest, false);
    const bool comma = has(str_clip(rest, one.len + 1), infinitive);
    const struct str before = str_from(p->opening.ptr + p->clause, p->at + 1 - p->clause);
    const struct str clause = str_from(before.ptr, before.len + part_of(rest, comma).len);
    const unsigned all = HEAD_BYTES;
    if (!any_among(clause, refusal_words.german_not, all) || any_among(clause, t->own, all) ||
        any_among(clause, refusal_words.german_found, all) ||
        any_among(before, refusal_words.german_supposes, all))
        return false;
    return any_among(clause, t->helps, all) ||
           (any_among(clause, t->gives, all) && any_among(clause, t->things, all)) ||
           (any_among(clause, t->opens, all) && any_among(clause, t->sources, all));
}

static bool refuses(const struct place *p)
{
    const struct str clause = str_skip(p->opening, p->at + 1);
    if (any_at(clause, refusal_words.anywhere) || declines_german(p))
        return true;
    for (const struct refusal_tongue *t = refusal_words.tongues; p->begins && t->begins; t++)
        if (declines(clause, t))
            return true;
    return p->begins && any_at(clause, refusal_words.decisive);
}

// --- scripts without blanks ---

// Of what follows "cannot" in Chinese, and of what stands before it in Japanese.
static struct str near_of(struct str text, size_t bytes)
{
    static const char commas[] = "，|。|、|,";
    text = str_clip(text, bytes);
    for (size_t at = 0; at < text.len; at++)
        if (any_at(str_skip(text, at), commas))
            return str_from(text.ptr, at);
    return text;
}

#define WIDE_BYTES 48

static bool refuses_chinese(const struct place *p)
{
    const struct refusal_wide *w = &refusal_words.chinese;
    struct str list = str_of(w->cannot), word;
    while (str_cut(&list, '|', &word)) {
        const size_t len = word_at(str_skip(p->opening, p->at), word);
        if (len == 0)
            continue;
        const struct str before = said_before(p);
        const struct str rest = near_of(str_skip(p->opening, p->at + len), WIDE_BYTES);
        return (before.len == 0 || any_at(before, w->sorry) || any_at(before, w->topics)) &&
               !has(before, w->supposes) && has(rest, w->helps) && !has(rest, w->goes_on);
    }
    return false;
}

// A verb of helping, and within its clause that it cannot be done, at the end of a sentence; of
// what was asked, or with an apology: else it is a number or an office that cannot.
static bool refuses_japanese(const struct place *p)
{
    const struct refusal_wide *w = &refusal_words.japanese;
    const struct str verb = str_skip(p->opening, p->at);
    if (!any_at(verb, w->helps))
        return false;
    const struct str rest = near_of(verb, WIDE_BYTES);
    const struct str before = said_before(p);
    const bool sorry = any_at(str_trim(p->opening), w->sorry) || any_at(before, w->sorry);
    return has(rest, w->cannot) && !has(rest, w->goes_on) && !has(before, w->supposes) &&
           (before.len == 0 || sorry || has(before, w->topics) || str_is(before, "お") ||
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
    if (before.len == 0 || any_at(before, refusal_words.told))
        return before.len > 0;
    const bool several = str_find(before, ' ') < before.len || (before.ptr[0] & 0x80);
    return several && !any_at(before, refusal_words.topics) &&
           !any_at(before, refusal_words.courtesies) && !has(before, oneself);
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

bool refusal_is(struct str text)
{
    struct head h;
    head_read(&h, text);
    const struct str head = str_from(h.text, h.len);
    const struct str opening = opening_of(head);
    if (has(head, refusal_words.wants_help))
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

// --- in a longer text, and in a letter ---

bool refusal_within(struct str text)
{
    static const char wide[] = "。|！|？|：";
    unsigned starts = 0;
    for (size_t at = 0; at < text.len && starts < STARTS_MAX; at++) {
        const struct str rest = str_skip(text, at);
        const struct mark *m = mark_at(rest);
        const bool start = at == 0 || m || strchr(".!?:;\n'", text.ptr[at]) || any_at(rest, wide);
        if (!start || text.ptr[at] == '\0')
            continue;
        const size_t own = at == 0 ? 0 : str_utf8_at(text, at);
        const size_t sign = m ? strlen(m->open) : own;
        if (refusal_is(str_skip(rest, sign)))
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
           (name.len < WIDE_END || !is_one(str_skip(name, name.len - WIDE_END), wide_ends));
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
