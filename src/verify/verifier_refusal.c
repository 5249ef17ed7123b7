// SPDX-License-Identifier: Apache-2.0
//
// A provider's own mark decides. Else the words that models refuse with, where they stand: in the
// opening of a short answer, in the first person, where a clause begins.
//
//   Hello! I'm sorry, but I can't help with that.     courtesies, then the first sentence
//   If you can't open it, call us. I cannot ...       that is advice, and what follows it is, too
//
// "I can't" alone is no refusal; before a verb of helping it is.

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

// --- where the answer begins ---

static size_t sentence_end(struct str text)
{
    size_t at = 0;
    while (at < text.len && !(strchr(".!?", text.ptr[at]) && text.ptr[at] != '\0' &&
                              (at + 1 == text.len || text.ptr[at + 1] == ' ')))
        at++;
    return at < text.len ? at + 1 : at;
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
    " en tant qu'ia",
};

// The first sentence, with the courtesies before it.
static struct str opening_of(struct str head)
{
    size_t at = 0;
    while (at < head.len) {
        struct str rest = str_skip(head, at);
        bool courtesy = any_starts(rest, courtesies, COUNT(courtesies));
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
        " but",  " and", " that", " so",    " sorry",   " afraid", " unfortunately", " however",
        " aber", " und", " dass", " daher", " mais",    " et",     " que",           " pero",
        " y",    " ma",  " e",    " mas",   " because", " ai",
    };
    struct str left = str_from(opening.ptr, at);
    if (left.len == 0 || strchr(".!?,;:-", left.ptr[left.len - 1]) ||
        (unsigned char)left.ptr[left.len - 1] >= 0x80)
        return true;
    for (size_t i = 0; i < COUNT(before); i++)
        if (str_ends(left, str_of(before[i])))
            return true;
    return false;
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
};

static const char *const helping[] = {
    "help",    "assist",   "provide",   "answer",    "fulfill",   "fulfil",   "comply",  "complete",
    "discuss", "create",   "generate",  "do that",   "do this",   "engage",   "share",   "give",
    "write",   "access",   "browse",    "determine", "support",   "continue", "offer",   "process",
    "perform", "produce",  "respond",   "find",      "solve",     "view",     "open",    "see ",
    "read",    "tell you", "translate", "verify",    "recommend", "make ",    "execute", "satisfy",
};

// Each says it all. German, French, Spanish, Italian, Portuguese, Chinese, Japanese follow.
static const char *const decisive[] = {
    " as an ai language model",
    " as an ai assistant",
    " i must decline",
    " i have to decline",
    " i need to decline",
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
    " das geht nicht",
    " das kann ich nicht",
    " das wei\xc3\x9f ich nicht",
    " dabei kann ich",
    " ich kann dabei nicht",
    " ich kann ihnen dabei nicht",
    " ich kann ihnen nicht helfen",
    " ich kann dir dabei nicht",
    " ich kann dir nicht helfen",
    " ich kann diese anfrage nicht",
    " ich kann diese frage nicht",
    " ich kann darauf nicht",
    " ich wei\xc3\x9f es nicht",
    " als ki-",
    " je ne peux pas",
    " je ne suis pas en mesure",
    " je ne sais pas.",
    " en tant qu'ia",
    " no puedo ayudar",
    " no puedo proporcionar",
    " no puedo responder",
    " no puedo cumplir",
    " no s\xc3\xa9.",
    " non posso aiutar",
    " non posso fornire",
    " non posso rispondere",
    " n\xc3\xa3o posso ajudar",
    " n\xc3\xa3o posso fornecer",
    " n\xc3\xa3o posso responder",
};

// Of scripts that have no blanks, anywhere in the opening.
static const char *const unspaced[] = {
    "\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95",                                     // I have no way to
    "\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd",                                     // I cannot
    "\xe7\xad\x94\xe3\x81\x88\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b", // cannot answer
    "\xe6\x89\x8b\xe4\xbc\x9d\xe3\x81\x84\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b", // help
};

// At the clause's start "i cannot ", and then within the next few words a verb of helping.
static bool declines(struct str clause)
{
    for (size_t i = 0; i < COUNT(cannot); i++) {
        if (!str_starts(clause, str_of(cannot[i])))
            continue;
        struct str rest = str_clip(str_skip(clause, strlen(cannot[i])), VERB_BYTES);
        rest.len = str_find(rest, '.');
        for (size_t k = 0; k < COUNT(helping); k++) {
            size_t found = str_search(rest, str_of(helping[k]));
            if (found < rest.len && (found == 0 || rest.ptr[found - 1] == ' '))
                return true;
        }
    }
    return false;
}

static bool is_refusal(struct str text)
{
    struct head h;
    head_read(&h, text);
    struct str opening = opening_of(str_from(h.text, h.len));
    for (size_t i = 0; i < COUNT(unspaced); i++)
        if (str_search(opening, str_of(unspaced[i])) < opening.len)
            return true;
    for (size_t at = 0; at < opening.len; at++) {
        struct str clause = str_skip(opening, at);
        if (clause.ptr[0] == ' ' && is_clause(opening, at) &&
            (any_starts(clause, decisive, COUNT(decisive)) || declines(clause)))
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
