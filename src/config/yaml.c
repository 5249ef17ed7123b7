// SPDX-License-Identifier: Apache-2.0

#include "config/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

#include "base/digest.h"

struct building {
    yaml_parser_t parser;
    struct str text;
    struct arena *arena;
    struct node *root;
    struct node *inside; // the list or map that is open; NULL outside
    unsigned depth;
    bool started; // a document began
    struct yaml_fault *fault;
};

static enum status fail(struct building *b, int line, const char *format, ...) PRINTF(3, 4);

static enum status fail(struct building *b, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    b->fault->line = line;
    vsnprintf(b->fault->text, sizeof b->fault->text, format, args);
    va_end(args);
    return STATUS_SYNTAX;
}

const struct node *node_get(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (const struct node *n = map->first; n; n = n->next) {
        if (str_is(n->key, key))
            return n;
    }
    return NULL;
}

bool node_is_null(const struct node *n)
{
    return !n || (n->kind == NODE_TEXT && !n->quoted &&
                  (n->text.len == 0 || str_is(n->text, "~") || str_is(n->text, "null")));
}

void node_wipe(const struct node *n)
{
    digest_wipe((void *)(uintptr_t)n->text.ptr, n->text.len); // in the arena, which is ours
}

// --- what to say about a file that is no YAML ---

static struct str line_of(struct str text, int line)
{
    struct str part = STR_NONE;
    for (int i = 0; i < line; i++) {
        if (!str_cut(&text, '\n', &part))
            return STR_NONE;
    }
    return part;
}

// The text without what stands in quotes or behind a #.
static size_t bare_of(struct str line, char *out, size_t size)
{
    size_t n = 0;
    char quote = 0;
    for (size_t i = 0; i < line.len && n < size; i++) {
        char c = line.ptr[i];
        if (quote) {
            quote = c == quote ? 0 : quote;
            continue;
        }
        if (c == '#')
            break;
        if (c == '"' || c == '\'')
            quote = c;
        else
            out[n++] = c;
    }
    return n;
}

// The cure for what people write and YAML reads as lists and maps; or NULL.
static const char *quote_cure(struct str line)
{
    char room[1024];
    struct str bare = str_from(room, bare_of(line, room, sizeof room));
    if (str_search(bare, str_of("${")) < bare.len)
        return "put ${...} in quotes: \"${NAME}\"";
    if (str_search(bare, str_of("[::")) < bare.len || str_search(bare, str_of("]:")) < bare.len)
        return "put an IPv6 address in quotes: \"[::1]:7575\"";
    if (str_search(bare, str_of(": env: ")) < bare.len ||
        str_search(bare, str_of(": file: ")) < bare.len)
        return "write env:NAME and file:PATH without white space";
    return NULL;
}

static int line_at(struct str text, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < offset && i < text.len; i++)
        line += text.ptr[i] == '\n';
    return line;
}

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part);
}

// What libyaml noticed at the end of something, told where it begins; or NULL.
static const char *unclosed(const yaml_parser_t *p)
{
    if (has(p->context, "flow mapping"))
        return "the { of this line is not closed by a }, or a value in it needs quotes";
    if (has(p->context, "flow sequence"))
        return "the [ of this line is not closed by a ], or a value in it needs quotes";
    if (has(p->context, "quoted scalar") && has(p->problem, "end of stream"))
        return "the quote that begins on this line is not closed";
    return NULL;
}

static bool needs_quotes(const yaml_parser_t *p)
{
    return has(p->problem, "cannot start any token") || has(p->context, "scanning an alias") ||
           has(p->context, "scanning an anchor") || has(p->context, "scanning a tag") ||
           has(p->context, "scanning a directive");
}

static enum status fail_parse(struct building *b)
{
    const yaml_parser_t *p = &b->parser;
    const char *problem = p->problem ? p->problem : "this is no YAML";
    if (p->error == YAML_MEMORY_ERROR)
        return STATUS_NO_MEMORY;
    if (p->error == YAML_READER_ERROR)
        return fail(b, line_at(b->text, p->problem_offset), "%s. Save the file as plain UTF-8 text",
                    problem);
    int last = (int)p->problem_mark.line + 1;
    int first = p->context ? (int)p->context_mark.line + 1 : last;
    for (int line = first; line <= last && line < first + 64; line++) {
        const char *cure = quote_cure(line_of(b->text, line));
        if (cure)
            return fail(b, line, "this reads as a list or map of YAML: %s", cure);
    }
    struct str bad = line_of(b->text, last);
    if (str_find(bad, '\t') < bad.len)
        return fail(b, last, "%s. Use spaces, not tabs", problem);
    if (needs_quotes(p))
        return fail(b, last,
                    "a value does not begin with @ ` %% * & or !, unless it stands in quotes");
    if (unclosed(p))
        return fail(b, first, "%s", unclosed(p));
    return fail(b, last, "%s%s%s. Check the indentation, brackets and quotes here",
                p->context ? p->context : "", p->context ? ": " : "", problem);
}

// --- building ---

static enum status attach_to_map(struct building *b, struct node *map, struct node *n)
{
    if (map->name_line == 0) {
        if (n->kind != NODE_TEXT) {
            const char *cure = quote_cure(line_of(b->text, n->line));
            return fail(b, n->line, "a name must be plain text%s%s", cure ? ": " : "",
                        cure ? cure : "");
        }
        map->name = n->text;
        map->name_line = n->line;
        for (const struct node *other = map->first; other; other = other->next) {
            if (str_eq(other->key, n->text))
                return fail(b, n->line, "`%.*s` is here twice (also on line %d). Remove one",
                            STR_ARG(n->text), other->key_line);
        }
        return STATUS_OK;
    }
    n->key = map->name;
    n->key_line = map->name_line;
    map->name_line = 0;
    return STATUS_OK;
}

static enum status attach(struct building *b, struct node *n)
{
    struct node *into = b->inside;
    if (!into) {
        b->root = n;
        return STATUS_OK;
    }
    if (++into->count > 2 * YAML_MEMBERS_MAX)
        return fail(b, n->line, "more than %d entries", YAML_MEMBERS_MAX);
    if (into->kind == NODE_MAP) {
        enum status s = attach_to_map(b, into, n);
        if (s != STATUS_OK || into->name_line) // it was the name
            return s;
    }
    if (into->last)
        into->last->next = n;
    else
        into->first = n;
    into->last = n;
    return STATUS_OK;
}

static enum status node_add(struct building *b, enum node_kind kind, const yaml_event_t *e,
                            struct node **out)
{
    struct node *n = arena_new(b->arena, struct node);
    if (!n)
        return STATUS_NO_MEMORY;
    n->kind = kind;
    n->line = (int)e->start_mark.line + 1;
    n->parent = b->inside;
    *out = n;
    if (kind == NODE_TEXT) {
        const char *bytes = (const char *)e->data.scalar.value;
        n->text = arena_dup(b->arena, str_from(bytes, e->data.scalar.length));
        n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    }
    return attach(b, n);
}

static enum status open_node(struct building *b, enum node_kind kind, const yaml_event_t *e)
{
    struct node *n = NULL;
    if (++b->depth > YAML_DEPTH_MAX)
        return fail(b, (int)e->start_mark.line + 1, "nested more than %d deep", YAML_DEPTH_MAX);
    enum status s = node_add(b, kind, e, &n);
    if (s == STATUS_OK)
        b->inside = n;
    return s;
}

// Anchors and tags of a node's event.
static bool is_fancy(const yaml_event_t *e)
{
    switch ((int)e->type) {
    case YAML_SCALAR_EVENT: return e->data.scalar.anchor || e->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return e->data.sequence_start.anchor || e->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT: return e->data.mapping_start.anchor || e->data.mapping_start.tag;
    default: return e->type == YAML_ALIAS_EVENT;
    }
}

static enum status take(struct building *b, const yaml_event_t *e)
{
    struct node *text = NULL;
    int line = (int)e->start_mark.line + 1;
    if (is_fancy(e))
        return fail(b, line,
                    "anchors (&), references (*) and tags (!) are not read here. Write the value "
                    "out, or in quotes if it is a text");
    switch ((int)e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->started)
            return fail(b, line, "a second document begins here. Keep one in a file");
        b->started = true;
        return STATUS_OK;
    case YAML_SCALAR_EVENT: return node_add(b, NODE_TEXT, e, &text);
    case YAML_SEQUENCE_START_EVENT: return open_node(b, NODE_LIST, e);
    case YAML_MAPPING_START_EVENT: return open_node(b, NODE_MAP, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->inside = b->inside->parent;
        b->depth--;
        return STATUS_OK;
    default: return STATUS_OK;
    }
}

// Through these the whole file went.
static void wipe_buffers(yaml_parser_t *p)
{
    digest_wipe(p->raw_buffer.start, (size_t)(p->raw_buffer.end - p->raw_buffer.start));
    digest_wipe(p->buffer.start, (size_t)(p->buffer.end - p->buffer.start));
}

enum status yaml_read(struct str text, struct arena *arena, struct node **out,
                      struct yaml_fault *fault)
{
    struct building b = {.text = text, .arena = arena, .fault = fault};
    enum status s = STATUS_OK;
    bool ended = false;
    fault->line = 0;
    fault->text[0] = 0;
    if (!yaml_parser_initialize(&b.parser))
        return STATUS_NO_MEMORY;
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text.ptr, text.len);
    while (s == STATUS_OK && !ended) {
        yaml_event_t e;
        if (!yaml_parser_parse(&b.parser, &e)) {
            s = fail_parse(&b);
            break;
        }
        s = take(&b, &e);
        ended = e.type == YAML_STREAM_END_EVENT;
        if (e.type == YAML_SCALAR_EVENT)
            digest_wipe(e.data.scalar.value, e.data.scalar.length);
        yaml_event_delete(&e);
    }
    wipe_buffers(&b.parser);
    yaml_parser_delete(&b.parser);
    if (s == STATUS_OK && arena_failed(arena))
        s = STATUS_NO_MEMORY;
    if (s == STATUS_OK)
        *out = b.root;
    return s;
}
