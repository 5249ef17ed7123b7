// SPDX-License-Identifier: Apache-2.0

#include "base/limits.h"
#include "wire/weigh_part.h"

// Around a value that is written into a prompt: quotes, colon, comma, a line's end and its indent;
// of a message its role, its separators and what a template puts between them.
#define TOKENS_PER_VALUE 8
#define DIGITS_MAX       24 // of a number, before who writes it takes an exponent

struct level {
    struct json_iter it;
    const struct json_val *container;
    enum weigh_kind kind;
    bool parts; // the list of them, in Gemini's content, or
    bool part;  // one of it
    bool image; // its base64 and its addresses are no text
    bool json;  // what it says may be written anew as JSON
};

void weigh_add(struct weight *w, int64_t tokens)
{
    w->tokens = count_add(w->tokens, tokens);
}

void weigh_vast(struct weight *w, const char *name)
{
    if (!w->vast)
        w->vast = name;
}

// Bytes more that a letter of ASCII has when some writer of JSON has escaped it: \n, \", \u003c.
static const unsigned char escapes[128] = {
    5,         5,         5,          5,         5,          5,         5,         5,
    5,         1,         1,          5,         5,          1,         5,         5, // \t \n \r
    5,         5,         5,          5,         5,          5,         5,         5,
    5,         5,         5,          5,         5,          5,         5,         5,
    ['"'] = 1, ['/'] = 1, ['\\'] = 1, ['&'] = 5, ['\''] = 5, ['<'] = 5, ['>'] = 5, [0x7f] = 5,
};

// Beyond ASCII an escape makes 6 bytes of two or three (\u00e9), 12 of four.
static int64_t text_tokens(const struct weigher *as, struct str s, bool json)
{
    if (!json && as->growth == 1)
        return (int64_t)s.len;
    int64_t beyond = (json ? count_larger(3, as->growth) : as->growth) - 1;
    int64_t n = (int64_t)s.len;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        n += c >= 0x80 ? beyond : json ? escapes[c] : 0;
    }
    return n;
}

// 1e20 may be written with all its digits.
static int64_t number_tokens(struct str s)
{
    bool exponent = str_find(s, 'e') < s.len || str_find(s, 'E') < s.len;
    return (int64_t)s.len + (exponent ? DIGITS_MAX : 0);
}

// --- what a part of a message is ---

enum part { PART_TEXT, PART_IMAGE, PART_VAST };

static const struct {
    struct str type;
    enum part part;
} parts[] = {
    {STR("image_url"), PART_IMAGE},
    {STR("input_image"), PART_IMAGE},
    {STR("image"), PART_IMAGE},
    {STR("computer_screenshot"), PART_IMAGE},
    {STR("image_generation_call"), PART_IMAGE},
    {STR("text"), PART_TEXT},
    {STR("message"), PART_TEXT},
    {STR("refusal"), PART_TEXT},
    {STR("thinking"), PART_TEXT},
    {STR("redacted_thinking"), PART_TEXT},
    {STR("reasoning"), PART_TEXT},
    {STR("compaction"), PART_TEXT},
    {STR("function"), PART_TEXT},
    {STR("custom"), PART_TEXT},
    {STR("ephemeral"), PART_TEXT},
    {STR("content"), PART_TEXT},
    {STR("logs"), PART_TEXT},
    {STR("tool_reference"), PART_TEXT},
    {STR("mcp_list_tools"), PART_TEXT},
    {STR("mcp_approval_request"), PART_TEXT},
    {STR("mcp_approval_response"), PART_TEXT},
};
// Words for the caller; of any other type that is not known the member's name must do.
static const char *const vast_parts[] = {
    "file",      "input_file",  "document",       "input_audio",
    "video_url", "input_video", "item_reference", "container_upload",
};
static const struct str text_ends[] = {
    STR("_text"),   STR("_call"),     STR("_use"),      STR("_output"),
    STR("_result"), STR("_citation"), STR("_location"), STR("_error"),
};

// What an object's own members say it is.
struct looks {
    struct str type, role;
    bool kept;        // it has an id
    bool vast, image; // as some servers tell it, without a type
};

static struct looks looks_of(const struct json_val *object)
{
    struct looks l = {.kept = false};
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    while (json_type(object) == JSON_OBJECT && json_each(&it, object, &key, &v)) {
        if (str_is(key, "type"))
            l.type = json_str(v);
        else if (str_is(key, "role"))
            l.role = json_str(v);
        l.kept |= str_is(key, "id");
        l.vast |= str_is(key, "audio_url") || str_is(key, "video_url") ||
                  str_is(key, "input_audio") || str_is(key, "file") || str_is(key, "file_url");
        l.image |= str_is(key, "image_url") || str_is(key, "image");
    }
    return l;
}

static enum part part_by_members(const struct looks *l)
{
    if (l->vast)
        return PART_VAST;
    return l->image ? PART_IMAGE : PART_TEXT;
}

static enum part part_of(const struct looks *l)
{
    if (l->type.len == 0)
        return part_by_members(l);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (str_eq(l->type, parts[i].type))
            return parts[i].part;
    }
    for (size_t i = 0; i < sizeof text_ends / sizeof text_ends[0]; i++) {
        if (str_ends(l->type, text_ends[i]))
            return PART_TEXT;
    }
    return PART_VAST;
}

static void see_vast(struct weight *w, struct str type)
{
    const char *name = "type";
    for (size_t i = 0; i < sizeof vast_parts / sizeof vast_parts[0]; i++) {
        if (str_is(type, vast_parts[i]))
            name = vast_parts[i];
    }
    weigh_vast(w, name);
}

// A document whose source is text is text.
static bool is_text_document(const struct json_val *v, struct str type)
{
    struct str source = json_str(json_path(v, "source.type"));
    return str_is(type, "document") && (str_is(source, "text") || str_is(source, "content"));
}

static bool is_gemini_data(struct str key)
{
    return str_is(key, "inlineData") || str_is(key, "inline_data") || str_is(key, "fileData") ||
           str_is(key, "file_data");
}

// True for an image.
static bool see_gemini_data(struct weight *w, const struct json_val *v)
{
    struct str type = json_str(json_get(v, "mimeType"));
    if (type.len == 0)
        type = json_str(json_get(v, "mime_type"));
    if (str_starts(type, (struct str)STR("image/")))
        return true;
    weigh_vast(w, "mimeType");
    return false;
}

// Gemini's parts are what their member is; one of another kind may name something elsewhere.
static bool is_gemini_part(struct str key)
{
    static const char *const known[] = {
        "text",           "thought",         "thoughtSignature",    "thought_signature",
        "functionCall",   "function_call",   "functionResponse",    "function_response",
        "executableCode", "executable_code", "codeExecutionResult", "code_execution_result",
        "videoMetadata",  "video_metadata",  "mediaResolution",     "media_resolution",
        "partMetadata",   "part_metadata",
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (str_is(key, known[i]))
            return true;
    }
    return is_gemini_data(key);
}

// What an object of a message says it is. True for an image.
static bool see_part(struct weight *w, struct str key, const struct json_val *v,
                     const struct looks *l)
{
    if (is_gemini_data(key))
        return see_gemini_data(w, v);
    if (str_is(key, "audio") && l->kept) // what was said before, kept at the provider
        weigh_vast(w, "audio");
    enum part part = part_of(l);
    if (part == PART_VAST && !is_text_document(v, l->type))
        see_vast(w, l->type);
    return part == PART_IMAGE;
}

// --- the walk ---

static bool is_base64(struct str key)
{
    return str_is(key, "url") || str_is(key, "image_url") || str_is(key, "data") ||
           str_is(key, "image") || str_is(key, "fileUri") || str_is(key, "file_uri") ||
           str_is(key, "result");
}

// JSON inside of a message: what a tool was asked, and answered.
static bool holds_json(struct str key, const struct json_val *v)
{
    bool object = json_type(v) == JSON_OBJECT;
    return str_is(key, "arguments") || str_is(key, "args") || str_is(key, "action") ||
           str_is(key, "actions") || (object && (str_is(key, "input") || str_is(key, "response")));
}

static bool holds_images(const struct level *in, struct str key, const struct json_val *v)
{
    return in->kind == WEIGH_OLLAMA && json_type(v) == JSON_ARRAY && str_is(key, "images");
}

// A template may put what a tool has answered in as JSON.
static bool is_answer(const struct looks *l)
{
    return str_is(l->role, "tool") || str_is(l->role, "function") || str_is(l->role, "ipython") ||
           str_ends(l->type, (struct str)STR("_output")) ||
           str_ends(l->type, (struct str)STR("_result"));
}

// Adds a value without what is in it. True if something is: that is `inside`.
static bool see(const struct weigher *as, const struct level *in, struct str key,
                const struct json_val *v, struct level *inside)
{
    struct weight *w = as->w;
    enum json_type type = json_type(v);
    enum weigh_kind kind = holds_json(key, v) ? WEIGH_SCHEMA : in->kind;
    bool json = in->json || kind == WEIGH_SCHEMA;
    if (type == JSON_NUMBER && kind == WEIGH_IDS) {
        weigh_add(w, 1);
        return false;
    }
    if (in->part && type != JSON_NULL && !is_gemini_part(key))
        weigh_vast(w, "parts");
    weigh_add(w, TOKENS_PER_VALUE);
    weigh_add(w, text_tokens(as, key, json));
    weigh_add(w, number_tokens(json_number(as->json, v)));
    if (type == JSON_STRING && !(in->image && is_base64(key)))
        weigh_add(w, text_tokens(as, json_str(v), json));
    if (type != JSON_OBJECT && type != JSON_ARRAY)
        return false;
    if (holds_images(in, key, v)) {
        w->images = count_add(w->images, (int64_t)json_count(v));
        return false;
    }
    bool list = kind != WEIGH_SCHEMA && str_is(key, "parts");
    const struct looks looks = looks_of(v);
    bool image =
        type == JSON_OBJECT && kind != WEIGH_SCHEMA && !in->image && see_part(w, key, v, &looks);
    w->images = count_add(w->images, image);
    *inside = (struct level){.container = v,
                             .kind = kind,
                             .parts = list,
                             .part = type == JSON_OBJECT && (list || in->parts),
                             .image = in->image || image,
                             .json = json || is_answer(&looks)};
    return true;
}

static void walk(const struct weigher *as, const struct level *first)
{
    struct level levels[JSON_DEPTH_MAX] UNSET; // the reader refuses deeper documents
    unsigned depth = 0;
    levels[depth++] = *first;
    while (depth > 0) {
        struct level *top = &levels[depth - 1];
        struct level inside;
        struct str key = STR_NONE;
        const struct json_val *v = NULL;
        if (!json_each(&top->it, top->container, &key, &v)) {
            depth--;
        } else if (see(as, top, key, v, &inside)) {
            must(depth < JSON_DEPTH_MAX);
            levels[depth++] = inside;
        }
    }
}

void weigh_member(const struct weigher *as, struct str key, const struct json_val *v,
                  enum weigh_kind kind)
{
    struct level inside;
    if (see(as, &(struct level){.kind = kind}, key, v, &inside))
        walk(as, &inside);
}
