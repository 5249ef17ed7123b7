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

#include "verify/verify.h"

#define LONG_BYTES   1000 // an answer of so much text says something, whatever it begins with
#define HEAD_BYTES   320
#define VERB_BYTES   24 // behind "I can't", within which the verb stands
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

static bool any_starts(struct str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(text, str_of(list[i])))
            return true;
    return false;
}

static bool any_ends(struct str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ends(text, str_of(list[i])))
            return true;
    return false;
}

// --- where the answer begins ---

#define WIDE_STOP  "\xe3\x80\x82" // of Chinese and Japanese, which have no blank behind it
#define WIDE_CALL  "\xef\xbc\x81"
#define WIDE_QUERY "\xef\xbc\x9f"
#define WIDE_COMMA "\xef\xbc\x8c"

static const char *const wide_ends[] = {WIDE_STOP, WIDE_CALL, WIDE_QUERY};

static size_t sentence_end(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (any_starts(str_skip(text, at), wide_ends, COUNT(wide_ends)))
            return at + strlen(WIDE_STOP);
        if (text.ptr[at] != '\0' && strchr(".!?", text.ptr[at]) &&
            (at + 1 == text.len || text.ptr[at + 1] == ' '))
            return at + 1;
    }
    return text.len;
}

// What is said before an answer, or before a refusal.
static const char *const courtesies[] = {
    " i'm sorry",
    " i am sorry",
    " sorry",
    " i apologize",
    " i apologise",
    " my apologies",
    " apologies",
    " unfortunately",
    " i understand",
    " i appreciate",
    " thank",
    " hello",
    " hi",
    " dear",
    " great question",
    " good question",
    " es tut mir",
    " tut mir",
    " leider",
    " entschuldigung",
    " ich verstehe",
    " danke",
    " vielen dank",
    " hallo",
    " guten tag",
    " je suis d",
    " d\xc3\xa9sol",
    " merci",
    " je comprends",
    " bonjour",
    " lo siento",
    " lamento",
    " gracias",
    " hola",
    " entiendo",
    " mi dispiace",
    " grazie",
    " ciao",
    " desculpe",
    " lamento",
    " sinto muito",
    " obrigad",
    " as an ai",
    " als ki",
    " purtroppo",
    " mi spiace",
    " infelizmente",
    " malheureusement",
    " desafortunadamente",
    " sinto",
    " je regrette",
    " en tant qu'ia",
};

// Of Chinese, which has no blanks; a sentence about oneself may begin with one, too.
static const char *const courtesies_wide[] = {
    "\xe6\x8a\xb1\xe6\xad\x89",                         // sorry
    "\xe5\xbe\x88\xe6\x8a\xb1\xe6\xad\x89",             // very sorry
    "\xe9\x9d\x9e\xe5\xb8\xb8\xe6\x8a\xb1\xe6\xad\x89", // very sorry
    "\xe5\xaf\xb9\xe4\xb8\x8d\xe8\xb5\xb7",             // sorry
    "\xe4\xb8\x8d\xe5\xa5\xbd\xe6\x84\x8f\xe6\x80\x9d", // excuse me
    "\xe5\xbe\x88\xe9\x81\x97\xe6\x86\xbe",             // unfortunately
    "\xe6\x82\xa8\xe5\xa5\xbd",                         // hello
    "\xe4\xbd\xa0\xe5\xa5\xbd",                         // hello
    "\xe6\x84\x9f\xe8\xb0\xa2",                         // thanks
    "\xe4\xbd\x9c\xe4\xb8\xba",                         // as (an AI)
};

// The first sentence, with the courtesies before it.
static struct str opening_of(struct str head)
{
    size_t at = 0;
    while (at < head.len) {
        struct str rest = str_skip(head, at);
        bool courtesy = any_starts(rest, courtesies, COUNT(courtesies)) ||
                        any_starts(str_trim(rest), courtesies_wide, COUNT(courtesies_wide));
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
    };
    struct str left = str_from(opening.ptr, at);
    if (left.len == 0 || strchr(".!?,;:-", left.ptr[left.len - 1]) ||
        (unsigned char)left.ptr[left.len - 1] >= 0x80)
        return true;
    return any_ends(left, before, COUNT(before));
}

// --- what it says there ---

static const char *const cannot[] = {
    " unable to ",
    " i can't ",
    " i cannot ",
    " i can not ",
    " i am unable to ",
    " i'm unable to ",
    " i'm not able to ",
    " i will not ",
    " i am not able to ",
    " i won't ",
    " i won't be able to ",
    " i couldn't ",
    " i'm not allowed to ",
    " i could not ",
    " i am not allowed to ",
    " i am not permitted to ",
    " i must decline ",
    " i have to decline ",
    " i need to decline ",
    NULL,
};

static const char *const helping[] = {
    "help",         "assist",         "provide", "answer",        "fulfill",      "fulfil",
    "comply",       "complete",       "discuss", "create",        "generate",     "do that",
    "do this",      "engage",         "share",   "give",          "write",        "access",
    "browse",       "determine",      "support", "continue",      "offer",        "process",
    "perform",      "produce",        "respond", "find",          "solve",        "view",
    "open",         "see ",           "read",    "tell you",      "make ",        "translate",
    "verify",       "execute",        "satisfy", "recommend any", "this request", "that request",
    "your request", "recommend spec", NULL,
};

// What is looked for and is not there; of what it was given to look at, they refuse.
static const char *const looking[] = {
    "find any ", "find a ", "find an ", "see any ", "see a ", "see an ", "make it ",
};

// "I cannot only ...", "I can't wait to see it", "I can't help but notice".
static const char *const idioms[] = {
    "only ",           "wait",          "help but",
    "believe",         "imagine",       "thank you enough",
    "stress",          "emphasize",     "tell you how",
    "share this with", "share it with", "give you the whole",
    "give you all",    "che ",          "generar m\xc3\xa1s de",
};

static const char *const given[] = {
    "information", "image", "picture", "file", "attach", "document",
};

static const char *const kann_nicht[] = {" das kann ich nicht ", " das kann ich leider nicht ",
                                         NULL};

static const char *const helfen[] = {
    "beantworten", "beurteilen", "sagen", "erstellen", "schreiben", "lesen", NULL,
};

static const char *const dabei[] = {" dabei kann ich ", NULL};
static const char *const nicht[] = {"nicht", NULL};

static const char *const ich_kann[] = {" ich kann ", " kann ich ", " dazu kann ich ", NULL};

static const char *const nicht_helfen[] = {
    "nicht helfen",
    "nicht weiterhelfen",
    "frage nicht beantworten",
    "fragen nicht beantworten",
    "anfrage nicht",
    "keine auskunft",
    "keine medizinisch",
    "keine rechtlich",
    NULL,
};

static const char *const nicht_in_der_lage[] = {" ich bin nicht in der lage, ",
                                                " ich bin leider nicht in der lage, ", NULL};

static const char *const zu_helfen[] = {"dies", "ihnen zu helfen", "ihre anfrage", NULL};

static const char *const ne_peux_pas[] = {
    " je ne peux pas ",
    " je ne suis pas en mesure de ",
    " je ne suis pas en mesure d",
    NULL,
};

static const char *const aider[] = {
    "aider",
    "r\xc3\xa9pondre",
    "fournir",
    "acc\xc3\xa9"
    "der",
    "traiter",
    "g\xc3\xa9n\xc3\xa9rer",
    "cr\xc3\xa9"
    "er",
    "\xc3\xa9"
    "crire",
    "satisfaire",
    "partager",
    NULL,
};

static const char *const no_puedo[] = {
    " no puedo ", " lamento no poder ", " no estoy en condiciones de ", " no soy capaz de ", NULL,
};

static const char *const ayudar[] = {
    "ayudar",  "asistirte", "asistirle", "proporcionar", "responder",
    "cumplir", "generar",   "acceder a", NULL,
};

static const char *const non_posso[] = {" non posso ", " non sono in grado di ", NULL};

static const char *const aiutare[] = {
    "aiutar", "assister", "fornir", "rispond", "soddisf", "farlo.", "accedere a", NULL,
};

static const char *const nao_posso[] = {
    " n\xc3\xa3o posso ",
    " n\xc3\xa3o consigo ",
    " n\xc3\xa3o sou capaz de ",
    NULL,
};

static const char *const ajudar[] = {
    "ajudar", "atender a ess", "fornecer", "responder", "gerar", "acessar", NULL,
};

// What begins a clause, and what then has to follow within the next few words.
static const struct {
    const char *const *cannot, *const *helping;
    size_t bytes; // behind the first, within which the second stands
} tongues[] = {
    {cannot, helping, VERB_BYTES},
    {kann_nicht, helfen, VERB_BYTES},
    {dabei, nicht, VERB_BYTES},
    {ich_kann, nicht_helfen, 2 * VERB_BYTES},
    {nicht_in_der_lage, zu_helfen, VERB_BYTES},
    {ne_peux_pas, aider, VERB_BYTES},
    {no_puedo, ayudar, VERB_BYTES},
    {non_posso, aiutare, VERB_BYTES},
    {nao_posso, ajudar, VERB_BYTES},
};

// Each says it all. German, French, Spanish, Italian, Portuguese follow: of these no bare "I do not
// know", which is as often what was to be translated.
static const char *const decisive[] = {
    " as an ai language model",
    " as an ai assistant, i",
    " i must decline.",
    " it is against my guidelines",
    " it's against my guidelines",
    " it goes against my programming",
    " i don't have access to",
    " i do not have access to",
    " i don't have enough information",
    " i do not have enough information",
    " i don't know.",
    " i don't know,",
    " i don't know the answer",
    " i do not know.",
    " i do not know the answer",
    " i'm not sure.",
    " i have no idea",
    " das geht nicht.",
    " das kann ich nicht.",
    " das wei\xc3\x9f ich nicht",
    " ich kann dabei nicht",
    " ich kann ihnen dabei nicht",
    " ich kann ihnen nicht helfen",
    " ich kann dir dabei nicht",
    " ich kann dir nicht helfen",
    " ich kann diese anfrage nicht",
    " ich kann diese frage nicht",
    " ich kann darauf nicht",
    " ich wei\xc3\x9f es leider nicht",
    " als ki-sprachmodell",
    " als ki-modell kann ich",
    " als ki-modell habe ich",
    " als ki-assistent kann ich",
    " als ki-assistent habe ich",
    " je ne peux pas.",
    " en tant qu'ia",
    " no puedo ayudar",
    " no puedo proporcionar",
    " no puedo responder",
    " no puedo cumplir",
    " non posso aiutar",
    " non posso fornire",
    " non posso rispondere",
    " n\xc3\xa3o posso ajudar",
    " n\xc3\xa3o posso fornecer",
    " n\xc3\xa3o posso responder",
    " como modelo de lenguaje",
    " no s\xc3\xa9 la respuesta",
    " come modello linguistico",
    " como modelo de linguagem",
};

// Of scripts that have no blanks.
static const char *const cannot_wide[] = {
    "\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95", // I have no way to
    "\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd", // I cannot
    NULL,
};

static const char *const helping_wide[] = {
    "\xe5\xb8\xae",             // help
    "\xe5\x8d\x8f\xe5\x8a\xa9", // assist
    "\xe6\x8f\x90\xe4\xbe\x9b", // provide
    "\xe5\x9b\x9e\xe7\xad\x94", // answer
    "\xe6\xbb\xa1\xe8\xb6\xb3", // satisfy
    "\xe8\xae\xa8\xe8\xae\xba", // discuss
    "\xe7\x94\x9f\xe6\x88\x90", // generate
    "\xe8\xae\xbf\xe9\x97\xae", // access
    "\xe5\xa4\x84\xe7\x90\x86", // process
    NULL,
};

static const char *const decisive_wide[] = {
    "\xe7\xad\x94\xe3\x81\x88\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b", // cannot answer
    "\xe6\x89\x8b\xe4\xbc\x9d\xe3\x81\x84\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b", // help
    "\xe3\x81\x8a\xe5\xbf\x9c\xe3\x81\x88\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3"
    "\x82\x93", // cannot comply
    "\xe3\x81\x8a\xe7\xad\x94\xe3\x81\x88\xe3\x81\x99\xe3\x82\x8b\xe3\x81\x93\xe3\x81\xa8\xe3"
    "\x81\xaf\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93", // cannot answer
    "\xe7\xad\x94\xe3\x81\x88\xe3\x82\x8b\xe3\x81\x93\xe3\x81\xa8\xe3\x81\x8c\xe3\x81\xa7\xe3"
    "\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82", // cannot answer
    "\xe3\x81\x8a\xe6\x89\x8b\xe4\xbc\x9d\xe3\x81\x84\xe3\x81\x99\xe3\x82\x8b\xe3\x81\x93\xe3"
    "\x81\xa8\xe3\x81\xaf\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93", // help
    "\xe6\x83\x85\xe5\xa0\xb1\xe3\x82\x92\xe6\x8f\x90\xe4\xbe\x9b\xe3\x81\x99\xe3\x82\x8b\xe3"
    "\x81\x93\xe3\x81\xa8\xe3\x81\xaf\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82"
    "\x93", // cannot give that information
};

// Decisive in Japanese only behind these: else it is a number or an office that cannot.
static const char *const sorry_wide[] = {
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3",             // I am sorry
    "\xe3\x81\x99\xe3\x81\xbf\xe3\x81\xbe\xe3\x81\x9b", // sorry
    "\xe6\xae\x8b\xe5\xbf\xb5",                         // unfortunately
    "\xe6\x81\x90\xe3\x82\x8c\xe5\x85\xa5",             // excuse me
};

static const char *const asked_wide[] = {
    "\xe8\xb3\xaa\xe5\x95\x8f\xe3\x81\xab\xe3\x81\xaf",                         // question
    "\xe8\xa6\x81\xe6\x9c\x9b\xe3\x81\xab\xe3\x81\xaf",                         // wish
    "\xe4\xbe\x9d\xe9\xa0\xbc\xe3\x81\xab\xe3\x81\xaf",                         // order
    "\xe3\x82\xaf\xe3\x82\xa8\xe3\x82\xb9\xe3\x83\x88\xe3\x81\xab\xe3\x81\xaf", // request
};

// At a verb: it says what was found.
static bool looks(struct str at)
{
    for (size_t i = 0; i < COUNT(looking); i++)
        if (str_starts(at, str_of(looking[i])))
            return !any_starts(str_skip(at, strlen(looking[i])), given, COUNT(given));
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
    if (any_starts(near, idioms, COUNT(idioms)))
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
    return before.len == 0 || any_starts(before, courtesies_wide, COUNT(courtesies_wide));
}

// An apology, or what was asked, stands before `at`.
static bool of_what_was_asked(struct str opening, size_t at)
{
    const struct str before = str_trim(str_from(opening.ptr, at));
    return before.len == 0 || any_starts(before, sorry_wide, COUNT(sorry_wide)) ||
           any_ends(before, asked_wide, COUNT(asked_wide));
}

static bool refuses(struct str clause)
{
    for (size_t i = 0; i < COUNT(tongues); i++)
        if (declines(clause, tongues[i].cannot, tongues[i].helping, tongues[i].bytes, false))
            return true;
    return any_starts(clause, decisive, COUNT(decisive));
}

static bool refuses_wide(struct str opening, size_t at)
{
    struct str clause = str_skip(opening, at);
    return (declines(clause, cannot_wide, helping_wide, VERB_BYTES, true) &&
            of_oneself(opening, at)) ||
           (any_starts(clause, decisive_wide, COUNT(decisive_wide)) &&
            of_what_was_asked(opening, at));
}

// --- what is another's ---

// "he said:", and not "as I said:".
static bool is_told(struct str before)
{
    static const char *const said[] = {" said:",  " says:",  " answered:", " replied:",
                                       " wrote:", " reply:", " refusal:",  " response was:"};
    for (size_t i = 0; i < before.len; i++)
        if (any_starts(str_skip(before, i), said, COUNT(said)) &&
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
