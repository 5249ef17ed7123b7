// SPDX-License-Identifier: Apache-2.0

#include "config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "config/reading.h"
#include "net/tls.h"

#define FILE_BYTES_MAX  MIB
#define ARENA_BYTES_MAX (64 * (size_t)MIB)
#define WORKERS_MAX     256

// --- the file ---

// The whole file, into memory of one piece: a secret may stand in it.
static enum status load(struct reading *r, const char *path, struct buf *text, struct why *why)
{
    struct stat is = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file_failed(path, "cannot be read", why);
    r->others_read = fstat(fd, &is) == 0 && is.st_mode & S_IROTH;
    enum status s = buf_room(text, FILE_BYTES_MAX)
                        ? file_read_from(fd, path, text, why)
                        : why_set(why, STATUS_NO_MEMORY, "%s: out of memory", path);
    close(fd);
    if (s == STATUS_LIMIT)
        return why_set(why, s, "%s: larger than 1 MiB: this is no configuration", path);
    return s;
}

static void unload(struct buf *text)
{
    digest_wipe(text->ptr, text->len);
    buf_fini(text);
}

// The places where a file is looked for when none is named. NULL when there is none.
static const char *find_file(struct reading *r)
{
    struct arena *a = &r->c->arena;
    const char *xdg = reading_env(r, "XDG_CONFIG_HOME");
    const char *home = reading_env(r, "HOME");
    const char *folders[2] = {NULL, "/etc/costlens"};
    if (r->source->file)
        return r->source->file;
    if (reading_env(r, "COSTLENS_CONFIG"))
        return reading_env(r, "COSTLENS_CONFIG");
    if (xdg)
        folders[0] = arena_printf(a, "%s/costlens", xdg).ptr;
    else if (home)
        folders[0] = arena_printf(a, "%s/.config/costlens", home).ptr;
    for (int i = 0; i < 4; i++) {
        const char *name = i % 2 ? "config.yaml" : "costlens.yaml";
        struct str path = STR_NONE;
        if (folders[i / 2])
            path = arena_printf(a, "%s/%s", folders[i / 2], name);
        if (path.ptr && access(path.ptr, F_OK) == 0)
            return path.ptr;
    }
    return NULL;
}

static void set_folder(struct reading *r, const char *path)
{
    struct str text = str_of(path);
    while (text.len && text.ptr[text.len - 1] != '/')
        text.len--;
    r->folder = text.len > 1 ? arena_dup(&r->c->arena, str_from(text.ptr, text.len - 1)).ptr
                : text.len   ? "/"
                             : ".";
    if (!r->folder)
        r->folder = ".";
}

// --- sections ---

static void section(struct reading *r, const char *name, enum config_section s, void *out)
{
    const struct node *n = node_get(r->root, name);
    if (!node_is_null(n))
        (void)reading_section(r, s, n, out); // the fault is noted
}

static void read_tls(struct reading *r)
{
    struct config *c = r->c;
    const struct node *n = node_get(r->root, "tls");
    struct tls_server *t = NULL;
    struct why why = {0};
    section(r, "tls", SECTION_TLS, c);
    if (node_is_null(n) || n->kind != NODE_MAP)
        return;
    if (!c->tls_cert.len || !c->tls_key.len)
        reading_fault(r, n->line, "tls: both cert and key are needed");
    else if (tls_server_open(c->tls_cert.ptr, c->tls_key.ptr, &t, &why) != STATUS_OK)
        reading_fault(r, n->line, "tls: %s", why.text);
    tls_server_close(t);
}

static void read_cors(struct reading *r)
{
    struct config *c = r->c;
    const struct node *n = node_get(r->root, "cors");
    if (!reading_texts(r, n, "cors", &c->cors, &c->cors_count))
        return;
    const struct node *item = n && n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; item && i < c->cors_count; i++, item = item->next) {
        struct url u;
        if (str_is(c->cors[i], "*"))
            reading_fault(r, item->line, "cors: * would let every web page call. Name the origins");
        else if (url_read(c->cors[i], &u, NULL) != STATUS_OK || u.path.len || u.user.len ||
                 str_ends(c->cors[i], str_of("/")))
            reading_fault(r, item->line,
                          "cors: `%.*s` is no origin. Write it like https://app.example.com",
                          STR_ARG(c->cors[i]));
    }
}

static void read_admin_hosts(struct reading *r)
{
    struct config *c = r->c;
    const struct node *n = node_get(r->root, "admin_hosts");
    if (!reading_texts(r, n, "admin_hosts", &c->admin_hosts, &c->admin_host_count))
        return;
    const struct node *item = n && n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; item && i < c->admin_host_count; i++, item = item->next)
        if (!host_is_name(c->admin_hosts[i]))
            reading_fault(r, item->line,
                          "admin_hosts: `%.*s` is no name of a host. Write it like "
                          "metrics.example.com, without a port",
                          STR_ARG(c->admin_hosts[i]));
}

static void read_sections(struct reading *r)
{
    static const struct node empty = {.kind = NODE_MAP, .line = 1};
    struct config *c = r->c;
    const struct node *root = r->root ? r->root : &empty;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    c->workers = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
    static const enum config_section of_config[] = {SECTION_TOP, SECTION_LIMITS, SECTION_LOG};
    for (size_t i = 0; i < sizeof of_config / sizeof of_config[0]; i++)
        reading_defaults(r, of_config[i], c);
    reading_defaults(r, SECTION_TIMEOUTS, &r->timeouts);
    reading_defaults(r, SECTION_BREAKER, &r->breaker);
    if (node_is_null(root) || !reading_section(r, SECTION_TOP, root, c))
        r->root = NULL;
    reading_limits(r);
    section(r, "log", SECTION_LOG, c);
    reading_timeouts(r, node_get(r->root, "timeouts"), &r->timeouts);
    reading_breaker(r, node_get(r->root, "breaker"), &r->breaker);
    read_tls(r);
    read_cors(r);
    read_admin_hosts(r);
    reading_places(r);
    reading_listeners(r);
    reading_providers(r);
    reading_aliases(r);
    reading_tiers(r);
    reading_keys(r);
    reading_teams(r);
    reading_routes(r);
    reading_budgets(r);
    reading_prices(r);
    reading_booked(r);
}

// What says where the gateway is, of a text that is no YAML: it may be half written.
static void read_place_lines(struct reading *r, struct str text)
{
    struct buf lines;
    struct str line;
    struct node *root = NULL;
    struct yaml_fault fault;
    buf_init(&lines, &alloc_heap, FILE_BYTES_MAX);
    while (str_cut(&text, '\n', &line)) {
        if (!str_starts(line, str_of("state:")) && !str_starts(line, str_of("store:")))
            continue;
        buf_add(&lines, line);
        buf_add_char(&lines, '\n');
    }
    if (lines.len && yaml_read(buf_str(&lines), &r->c->arena, &root, &fault) == STATUS_OK)
        r->root = root;
    buf_fini(&lines);
}

// Of a file that cannot be read as a whole: what else is wrong with it is no fault yet.
static void read_place(struct reading *r)
{
    unsigned faults = r->c->fault_count;
    if (r->root)
        (void)reading_section(r, SECTION_TOP, r->root, r->c);
    reading_places(r);
    r->c->fault_count = faults;
}

static void sort_faults(struct config *c)
{
    for (unsigned i = 1; i < c->fault_count; i++) {
        struct config_fault f = c->faults[i];
        unsigned k = i;
        for (; k > 0 && c->faults[k - 1].line > f.line; k--)
            c->faults[k] = c->faults[k - 1];
        c->faults[k] = f;
    }
}

static enum status read_file(struct reading *r, struct why *why)
{
    struct config *c = r->c;
    struct buf text;
    struct node *root = NULL;
    struct yaml_fault fault;
    const char *path = find_file(r);
    r->folder = ".";
    if (!path)
        return STATUS_OK;
    c->file = arena_dup_cstr(&c->arena, path);
    c->given = r->source->file ? c->file : STR_NONE;
    set_folder(r, path);
    buf_init(&text, &alloc_heap, FILE_BYTES_MAX);
    enum status s = load(r, path, &text, why);
    if (s != STATUS_OK) {
        unload(&text);
        return s;
    }
    s = yaml_read(buf_str(&text), &c->arena, &root, &fault);
    if (s == STATUS_SYNTAX)
        read_place_lines(r, buf_str(&text));
    unload(&text);
    if (s == STATUS_OK && node_is_null(root)) {
        reading_fault(r, 1,
                      "the file says nothing: it is empty, or all of it is a comment. Write {} for "
                      "the defaults, or remove the file");
        return STATUS_OK;
    }
    if (s == STATUS_SYNTAX) {
        reading_fault(r, fault.line, "%s", fault.text);
        return STATUS_OK; // a fault like others
    }
    r->root = root;
    return s == STATUS_OK ? s : why_set(why, s, "%s: %s", path, status_text(s));
}

static enum status read_all(const struct config_source *source, bool alone, struct config **out,
                            struct why *why)
{
    struct config *c = alloc_zero(&alloc_heap, sizeof *c);
    if (!c)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    arena_init(&c->arena, &alloc_heap, 16 * KIB, ARENA_BYTES_MAX);
    struct reading r = {.c = c, .source = source, .alone = alone};
    c->faults = arena_array(&c->arena, struct config_fault, FAULTS_MAX);
    c->warnings = arena_array(&c->arena, struct config_warning, WARNINGS_MAX);
    c->left_out = arena_array(&c->arena, struct str, WARNINGS_MAX);
    enum status s = arena_failed(&c->arena) ? STATUS_OK : read_file(&r, why);
    if (s == STATUS_OK && !arena_failed(&c->arena)) {
        if (c->fault_count == 0)
            read_sections(&r);
        else
            read_place(&r);
    }
    if (s == STATUS_OK && arena_failed(&c->arena))
        s = why_set(why, STATUS_NO_MEMORY, "the configuration does not fit into memory");
    if (s != STATUS_OK) {
        config_free(c);
        return s;
    }
    sort_faults(c);
    *out = c;
    return STATUS_OK;
}

enum status config_check(const struct config_source *source, struct config **out, struct why *why)
{
    return read_all(source, true, out, why);
}

enum status config_read(const struct config_source *source, struct config **out, struct why *why)
{
    struct config *c = NULL;
    enum status s = read_all(source, false, &c, why);
    if (s != STATUS_OK)
        return s;
    must(c);
    if (c->fault_count == 0) {
        *out = c;
        return STATUS_OK;
    }
    const struct config_fault *first = &c->faults[0];
    char more[64] = "";
    if (c->fault_count > 1)
        snprintf(more, sizeof more, " (and %u more: costlens config check%s)", c->fault_count - 1,
                 c->given.len ? " FILE" : "");
    if (first->line)
        s = why_set(why, STATUS_SYNTAX, "%.*s:%d: %.*s%s", STR_ARG(c->file), first->line,
                    STR_ARG(first->text), more);
    else
        s = why_set(why, STATUS_SYNTAX, "%.*s%s", STR_ARG(first->text), more);
    config_free(c);
    return s;
}

bool config_leaves_out(const struct config *c, struct str provider)
{
    for (unsigned i = 0; i < c->left_out_count; i++)
        if (str_eq(c->left_out[i], provider))
            return true;
    return false;
}

bool config_has_providers(const struct config *c)
{
    for (unsigned i = 0; i < c->provider_count; i++)
        if (!c->providers[i].sought)
            return true;
    return false;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->provider_count; i++) {
        config_provider_forget(&c->providers[i]);
        secret_free(c->providers[i].proxy_authorization);
    }
    for (unsigned i = 0; i < c->key_count; i++)
        secret_free(c->keys[i].token);
    for (unsigned i = 0; i < c->route_count; i++)
        config_match_forget(&c->routes[i].match);
    arena_fini(&c->arena);
    alloc_free(&alloc_heap, c);
}
