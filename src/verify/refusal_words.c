// SPDX-License-Identifier: Apache-2.0

#include "verify/refusal_words.h"

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
    NULL,
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
    NULL,
};

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
    "find any ", "find a ", "find an ", "see any ", "see a ", "see an ", "make it ", NULL,
};

// "I cannot only ...", "I can't wait to see it", "I can't help but notice".
static const char *const idioms[] = {
    "only ",
    "wait",
    "help but",
    "believe",
    "imagine",
    "thank you enough",
    "stress",
    "emphasize",
    "tell you how",
    "share this with",
    "share it with",
    "give you the whole",
    "give you all",
    "che ",
    "generar m\xc3\xa1s de",
    NULL,
};

static const char *const given[] = {
    "information", "image", "picture", "file", "attach", "document", NULL,
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
    NULL,
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
    NULL,
};

// Decisive in Japanese only behind these: else it is a number or an office that cannot.
static const char *const sorry_wide[] = {
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3",             // I am sorry
    "\xe3\x81\x99\xe3\x81\xbf\xe3\x81\xbe\xe3\x81\x9b", // sorry
    "\xe6\xae\x8b\xe5\xbf\xb5",                         // unfortunately
    "\xe6\x81\x90\xe3\x82\x8c\xe5\x85\xa5",             // excuse me
    NULL,
};

static const char *const asked_wide[] = {
    "\xe8\xb3\xaa\xe5\x95\x8f\xe3\x81\xab\xe3\x81\xaf",                         // question
    "\xe8\xa6\x81\xe6\x9c\x9b\xe3\x81\xab\xe3\x81\xaf",                         // wish
    "\xe4\xbe\x9d\xe9\xa0\xbc\xe3\x81\xab\xe3\x81\xaf",                         // order
    "\xe3\x82\xaf\xe3\x82\xa8\xe3\x82\xb9\xe3\x83\x88\xe3\x81\xab\xe3\x81\xaf", // request
    NULL,
};

static const struct refusal_tongue tongues[] = {
    {cannot, helping, REFUSAL_VERB_BYTES},
    {kann_nicht, helfen, REFUSAL_VERB_BYTES},
    {dabei, nicht, REFUSAL_VERB_BYTES},
    {ich_kann, nicht_helfen, 2 * REFUSAL_VERB_BYTES},
    {nicht_in_der_lage, zu_helfen, REFUSAL_VERB_BYTES},
    {ne_peux_pas, aider, REFUSAL_VERB_BYTES},
    {no_puedo, ayudar, REFUSAL_VERB_BYTES},
    {non_posso, aiutare, REFUSAL_VERB_BYTES},
    {nao_posso, ajudar, REFUSAL_VERB_BYTES},
    {NULL, NULL, 0},
};

const struct refusal_words refusal_words = {
    .courtesies = courtesies,
    .courtesies_wide = courtesies_wide,
    .idioms = idioms,
    .given = given,
    .decisive = decisive,
    .cannot_wide = cannot_wide,
    .helping_wide = helping_wide,
    .decisive_wide = decisive_wide,
    .sorry_wide = sorry_wide,
    .asked_wide = asked_wide,
    .looking = looking,
    .tongues = tongues,
};
