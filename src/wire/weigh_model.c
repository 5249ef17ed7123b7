// SPDX-License-Identifier: Apache-2.0

#include "wire/weigh_model.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// NFC makes up to 12 bytes of 4: U+1D160; NFKC 33 of 3: U+FDFA (Unicode's FAQ on normalization).
#define NFC_GROWTH  3
#define NFKC_GROWTH 11

static bool has(struct str s, const char *part)
{
    return str_search(s, str_of(part)) < s.len;
}

unsigned weigh_model_marks(struct str model)
{
    unsigned marks = 0;
    if (str_ends(model, (struct str)STR(":online")))
        marks |= WEIGH_MODEL_ONLINE;
    if (has(model, "compound"))
        marks |= WEIGH_MODEL_COMPOUND;
    if (has(model, "deep-research"))
        marks |= WEIGH_MODEL_DEEP;
    if (has(model, "-search-preview") || has(model, "-search-api"))
        marks |= WEIGH_MODEL_SEARCH;
    if (str_starts(model, str_of("gemini-1")) || str_starts(model, str_of("gemini-2")))
        marks |= WEIGH_MODEL_BEFORE_GEMINI_3;
    return marks;
}

// --- letters ---

// Families whose tokenizers write a text in NFC or NFKC first.
static const struct {
    struct str part;
    int64_t growth;
} forms[] = {
    {STR("claude-1"), NFKC_GROWTH},
    {STR("claude-2"), NFKC_GROWTH},
    {STR("claude-instant"), NFKC_GROWTH},
    {STR("flan-t5"), NFKC_GROWTH},
    {STR("mt0-"), NFKC_GROWTH},
    {STR("bge-m3"), NFKC_GROWTH},
    {STR("bge-reranker"), NFKC_GROWTH},
    {STR("multilingual-e5"), NFKC_GROWTH},
    {STR("jina-embeddings"), NFKC_GROWTH},
    {STR("embed-multilingual"), NFKC_GROWTH},
    {STR("xlm-"), NFKC_GROWTH},
    {STR("snowflake-arctic-embed"), NFKC_GROWTH},
    {STR("qwen"), NFC_GROWTH},
    {STR("qwq"), NFC_GROWTH},
    {STR("qvq"), NFC_GROWTH},
    {STR("mimo"), NFC_GROWTH},
    {STR("voyage-"), NFC_GROWTH},
    {STR("command"), NFC_GROWTH},
    {STR("c4ai"), NFC_GROWTH},
    {STR("aya-"), NFC_GROWTH},
    {STR("olmo"), NFC_GROWTH},
    {STR("pythia"), NFC_GROWTH},
    {STR("gpt-neox"), NFC_GROWTH},
    {STR("stablelm"), NFC_GROWTH},
    {STR("mpt-"), NFC_GROWTH},
};

// Which letters follow which in a name, in either case. A part of it has no other pair.
struct pairs {
    uint32_t after[32];
};

static unsigned letter(char c)
{
    return (unsigned char)c & 31;
}

static void pairs_of(struct str name, struct pairs *out)
{
    *out = (struct pairs){.after = {0}};
    for (size_t i = 1; i < name.len; i++)
        out->after[letter(name.ptr[i - 1])] |= 1u << letter(name.ptr[i]);
}

static bool may_have(const struct pairs *p, struct str part)
{
    return p->after[letter(part.ptr[0])] >> letter(part.ptr[1]) & 1;
}

int64_t weigh_model_growth(struct str model)
{
    struct pairs pairs;
    pairs_of(model, &pairs);
    for (size_t i = 0; i < COUNT(forms); i++) {
        if (may_have(&pairs, forms[i].part) && str_has_nocase(model, forms[i].part))
            return forms[i].growth;
    }
    return 1;
}

// --- images ---

// The most tokens of one image, by whose it is. OpenAI scales an image to 768 x 2048 and counts
// tiles (gpt-4o: 85 and 170 for each of 8), of gpt-4o-mini the dearest: 2833 and 5667. Claude's
// largest have 4784. Gemini cuts 3072 x 3072 into at most 24 tiles of 258.
static const struct {
    const char *part;
    int64_t tokens;
} image_models[] = {
    {"gpt-4o-mini", 48169}, {"gpt-4o", 1445}, {"gpt-", 48169},  {"chatgpt-", 48169}, {"o1", 48169},
    {"o3", 48169},          {"o4", 48169},    {"claude", 5000}, {"gemini-", 6192},
};

int64_t weigh_model_image(struct str model)
{
    for (size_t i = 0; i < COUNT(image_models); i++) {
        if (has(model, image_models[i].part))
            return image_models[i].tokens;
    }
    return 0;
}

// The most tokens of all images of an answer, of models that draw: gemini-2.5-flash-image makes at
// most 10 of 1,290; others end where the model's own maximum does.
#define DRAWN_2_5 (10 * 1290)
#define DRAWN     32768

int64_t weigh_model_drawn(struct str model)
{
    if (!has(model, "gemini-") || !has(model, "-image"))
        return 0;
    return has(model, "gemini-2.5-") ? DRAWN_2_5 : DRAWN;
}

bool weigh_model_alike(struct str a, struct str b)
{
    return str_eq(a, b) || (weigh_model_growth(a) == weigh_model_growth(b) &&
                            weigh_model_marks(a) == weigh_model_marks(b) &&
                            weigh_model_image(a) == weigh_model_image(b) &&
                            weigh_model_drawn(a) == weigh_model_drawn(b));
}
