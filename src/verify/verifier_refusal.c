// SPDX-License-Identifier: Apache-2.0
//
// A provider's own mark decides. Else the words that models refuse with, where they stand: at the
// beginning of a short answer. "I can't" alone is no refusal; before a verb of helping it is.

#include <ctype.h>

#include "verify/verify.h"

#define LONG_BYTES 1000 // an answer of so much text says something, whatever it begins with
#define HEAD_BYTES 320

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

static const char *const cannot[] = {
    " i can't ",
    " i cannot ",
    " i can not ",
    " i am unable to ",
    " i'm unable to ",
    " i'm not able to ",
    " i am not able to ",
    " i won't be able to ",
    " i will not ",
    " i won't ",
    " we cannot ",
    " we can't ",
    " i'm not allowed to ",
    " i am not allowed to ",
    " i couldn't ",
    " i could not ",
    " unable to ",
    " i am not permitted to ",
};

static const char *const helping[] = {
    "help",    "assist",   "provide",   "answer",    "fulfill",   "fulfil",   "comply",  "complete",
    "discuss", "create",   "generate",  "do that",   "do this",   "engage",   "share",   "give",
    "write",   "access",   "browse",    "determine", "support",   "continue", "offer",   "process",
    "perform", "produce",  "respond",   "find",      "solve",     "view",     "open",    "see ",
    "read",    "tell you", "translate", "verify",    "recommend", "make ",    "execute", "satisfy",
};

// Each says it all, wherever it stands in the head.
static const char *const decisive[] = {
    " as an ai language model",
    " as an ai assistant",
    " i must decline",
    " i have to decline",
    " i need to decline",
    " against my guidelines",
    " against my programming",
    " i don't have access to",
    " i do not have access to",
    " i don't have enough information",
    " i do not have enough information",
    " cannot be determined from the information",
};

// Other languages, at the start: German, French, Spanish, Italian, Portuguese, Chinese, Japanese.
static const char *const starts[] = {
    " i don't know.",
    " i don't know,",
    " i do not know.",
    " i don't know the answer",
    " i'm not sure.",
    " i have no idea",
    " es tut mir leid, aber",
    " tut mir leid, aber",
    " entschuldigung, aber ich kann",
    " ich kann dabei nicht helfen",
    " ich kann ihnen dabei nicht",
    " ich kann dir dabei nicht",
    " ich kann diese anfrage nicht",
    " als ki-",
    " je suis d\xc3\xa9sol\xc3\xa9, mais je",
    " d\xc3\xa9sol\xc3\xa9, mais je ne",
    " je ne peux pas",
    " en tant qu'ia",
    " lo siento, pero no",
    " no puedo ayudar",
    " no puedo proporcionar",
    " mi dispiace, ma non",
    " non posso aiutar",
    " desculpe, mas n\xc3\xa3o",
    " \xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c",
    " \xe5\xaf\xb9\xe4\xb8\x8d\xe8\xb5\xb7\xef\xbc\x8c",
    " \xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95",
    " \xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool any_starts(struct str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(text, str_of(list[i])))
            return true;
    return false;
}

static bool any_within(struct str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_search(text, str_of(list[i])) < text.len)
            return true;
    return false;
}

// "i cannot ", and then within the next few words a verb of helping.
static bool declines(struct str text, const char *words)
{
    size_t at = str_search(text, str_of(words));
    if (at == text.len)
        return false;
    struct str rest = str_skip(text, at + strlen(words));
    rest.len = rest.len < 24 ? rest.len : 24;
    rest.len = str_find(rest, '.');
    for (size_t i = 0; i < COUNT(helping); i++) {
        size_t found = str_search(rest, str_of(helping[i]));
        if (found < rest.len && (found == 0 || rest.ptr[found - 1] == ' '))
            return true;
    }
    return false;
}

static bool is_refusal(struct str text)
{
    struct head h;
    head_read(&h, text);
    struct str head = str_from(h.text, h.len);
    if (any_starts(head, starts, COUNT(starts)) || any_within(head, decisive, COUNT(decisive)))
        return true;
    for (size_t i = 0; i < COUNT(cannot); i++)
        if (declines(head, cannot[i]))
            return true;
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
