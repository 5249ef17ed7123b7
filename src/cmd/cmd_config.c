// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "budget/budget.h"
#include "cmd/command.h"
#include "config/config.h"
#include "config/value.h"

static const char help[] =
    "usage: costlens config check [FILE] [--json]\n"
    "       costlens config keys\n"
    "\n"
    "check says everything that is wrong with the configuration, with line and cure, and what "
    "holds\n"
    "in the end: file, environment and defaults together, without secrets. Without FILE it looks "
    "at\n"
    "what `costlens serve` would read: --config, $COSTLENS_CONFIG, "
    "~/.config/costlens/costlens.yaml,\n"
    "/etc/costlens/costlens.yaml, else only the environment. It ends with 1 when something is "
    "wrong\n"
    "or a secret is missing.\n"
    "\n"
    "keys lists every key that the file may hold, with its default and its meaning.\n";

static void list(const char *title, const struct config_listen *l, unsigned count)
{
    printf("%-10s ", title);
    for (unsigned i = 0; i < count; i++)
        command_print(stdout, "%s%.*s", i ? ", " : "", STR_ARG(l[i].address));
    printf("%s\n", count ? "" : "-");
}

// The file states prices of it, which hold for its models though it is free.
static bool has_prices(const struct config *c, const struct config_provider *p)
{
    char vendor[NAME_BYTES_MAX + 16];
    (void)snprintf(vendor, sizeof vendor, "vendor %.*s\n", STR_ARG(p->name));
    return str_search(c->prices, str_of(vendor)) < c->prices.len;
}

static void print_provider(const struct config *c, const struct config_provider *p, bool first)
{
    struct str host = p->mock ? (struct str)STR("(built in)") : p->url.host;
    bool six = !p->mock && str_find(host, ':') < host.len;
    char port[8] = "";
    if (!p->mock && p->url.port != (p->url.tls ? 443 : 80))
        snprintf(port, sizeof port, ":%u", (unsigned)p->url.port);
    command_print(stdout, "%-10s %.*s: %s at %s%s%.*s%s%s%.*s%s%s%s\n", first ? "providers" : "",
                  STR_ARG(p->name), dialect_name(p->dialect),
                  p->mock      ? ""
                  : p->url.tls ? "https://"
                               : "http://",
                  six ? "[" : "", STR_ARG(host), six ? "]" : "", port,
                  STR_ARG(p->mock ? STR_NONE : p->url.path),
                  p->key             ? ", with a key"
                  : !p->free         ? ", without a key"
                  : has_prices(c, p) ? ", free but for your own prices"
                                     : ", free",
                  p->proxied ? ", through a proxy" : "",
                  p->sought             ? " (while it answers)"
                  : p->from_environment ? " (environment)"
                                        : "");
}

static void print_alias(const struct config_alias *a, bool first)
{
    command_print(stdout, "%-10s %.*s:", first ? "aliases" : "", STR_ARG(a->name));
    for (unsigned i = 0; i < a->model_count; i++)
        command_print(stdout, "%s %.*s", i ? "," : "", STR_ARG(a->models[i]));
    putchar('\n');
}

static void print_tier(const struct config_tier *t, bool first)
{
    command_print(stdout, "%-10s %.*s:", first ? "tiers" : "", STR_ARG(t->name));
    for (unsigned i = 0; i < t->model_count; i++)
        command_print(stdout, "%s %.*s", i ? "," : "", STR_ARG(t->models[i]));
    printf("%s\n", t->model_count ? "" : " -");
}

static void print_side(const char *name, const struct config_tier *t)
{
    if (t && t->name.len)
        command_print(stdout, ", %s %.*s", name, STR_ARG(t->name));
    else if (t && t->model_count)
        command_print(stdout, ", %s %.*s%s", name, STR_ARG(t->models[0]),
                      t->model_count > 1 ? " ..." : "");
}

static void print_route(const struct config_route *r, bool first)
{
    command_print(stdout, "%-10s %.*s: %s", first ? "routes" : "", STR_ARG(r->name),
                  config_mode_name(r->mode));
    print_side("small", r->small);
    print_side("large", r->large);
    printf("%s%s%s\n", r->local_only ? ", local only" : "", r->shadow.on ? ", shadow" : "",
           r->match.any ? ", every call" : "");
}

static void print_limits(const struct config *c)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "body ");
    value_size_write(&b, (int64_t)c->body_bytes);
    buf_add_cstr(&b, ", buffers ");
    value_size_write(&b, (int64_t)c->buffer_bytes);
    buf_add_cstr(&b, ", drain ");
    value_time_write(&b, c->drain_ms);
    buf_add_cstr(&b, ", fsync ");
    value_time_write(&b, c->fsync_ms);
    printf("%-10s %s, keep %lld days, %u workers\n", "limits", buf_cstr(&b),
           (long long)c->keep_days, c->workers);
    buf_fini(&b);
}

static void print_team(const struct config_team *t, bool first)
{
    command_print(stdout, "%-10s %.*s:", first ? "teams" : "", STR_ARG(t->name));
    for (unsigned i = 0; i < t->key_count; i++)
        command_print(stdout, "%s %.*s", i ? "," : "", STR_ARG(t->keys[i]));
    putchar('\n');
}

static void print_budget(const struct budget *b, bool first)
{
    struct buf line;
    buf_init(&line, &alloc_heap, 0);
    nano_write(&line, b->terms.limit);
    buf_add_cstr(&line, " USD, ");
    if (b->per == BUDGET_PER_REQUEST)
        buf_add_cstr(&line, "per request");
    else
        buf_add_cstr(&line, window_name(b->window.kind));
    if (b->per == BUDGET_PER_VALUE) {
        buf_add_cstr(&line, ", per ");
        budget_dimension_write(&line, &b->per_what);
    }
    command_print(stdout, "%-10s %.*s: %s%s%s\n", first ? "budgets" : "", STR_ARG(b->name),
                  buf_cstr(&line), b->terms.observe ? ", observes" : "",
                  b->terms.paused ? ", paused" : "");
    buf_fini(&line);
}

static void print_purses(const struct config *c)
{
    if (c->org.len)
        command_print(stdout, "%-10s %.*s\n", "org", STR_ARG(c->org));
    for (unsigned i = 0; i < c->team_count; i++)
        print_team(&c->teams[i], i == 0);
    for (unsigned i = 0; i < c->budget_count; i++)
        print_budget(&c->budgets[i], i == 0);
}

static void print_effective(const struct config *c)
{
    command_print(stdout, "%-10s %.*s\n", "file",
                  STR_ARG(c->file.len ? c->file : (struct str)STR("-")));
    list("listen", c->listen, c->listen_count);
    list("admin", c->admin, c->admin_count);
    command_print(stdout, "%-10s %.*s\n%-10s %.*s\n", "store", STR_ARG(c->store), "state",
                  STR_ARG(c->state));
    print_limits(c);
    if (!config_has_providers(c))
        printf("%-10s none: set a provider's key (OPENAI_API_KEY, ...) or name one in a file\n",
               "providers");
    for (unsigned i = 0; i < c->provider_count; i++)
        print_provider(c, &c->providers[i], i == 0 && config_has_providers(c));
    for (unsigned i = 0; i < c->alias_count; i++)
        print_alias(&c->aliases[i], i == 0);
    for (unsigned i = 0; i < c->tier_count; i++)
        print_tier(c->tiers[i], i == 0);
    for (unsigned i = 0; i < c->route_count; i++)
        print_route(&c->routes[i], i == 0);
    if (c->price_count)
        printf("%-10s %u of your own\n", "prices", c->price_count);
    for (unsigned i = 0; i < c->key_count; i++)
        command_print(stdout, "%-10s %.*s\n", i ? "" : "keys", STR_ARG(c->keys[i].name));
    print_purses(c);
}

static void print_problem(const struct config *c, int line, const char *kind, struct str text)
{
    if (line)
        command_print(stdout, "%.*s:%d: ", STR_ARG(c->file), line);
    command_print(stdout, "%s%.*s\n", kind, STR_ARG(text));
}

static bool missing(const struct config *c)
{
    for (unsigned i = 0; i < c->warning_count; i++) {
        if (c->warnings[i].missing_secret)
            return true;
    }
    return false;
}

static void print_text(const struct config *c)
{
    for (unsigned i = 0; i < c->fault_count; i++)
        print_problem(c, c->faults[i].line, "", c->faults[i].text);
    for (unsigned i = 0; i < c->warning_count; i++)
        print_problem(c, c->warnings[i].line,
                      c->warnings[i].missing_secret ? "" : "warning: ", c->warnings[i].text);
    if (c->fault_count)
        return; // what would hold is not settled yet
    if (c->warning_count)
        putchar('\n');
    print_effective(c);
}

static void print_json(const struct config *c)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "{\"ok\":%s,\"faults\":[", c->fault_count || missing(c) ? "false" : "true");
    for (unsigned i = 0; i < c->fault_count; i++) {
        buf_printf(&b, "%s{\"line\":%d,\"text\":", i ? "," : "", c->faults[i].line);
        buf_add_json(&b, c->faults[i].text);
        buf_add_char(&b, '}');
    }
    buf_add_cstr(&b, "],\"warnings\":[");
    for (unsigned i = 0; i < c->warning_count; i++) {
        buf_printf(&b, "%s{\"line\":%d,\"missing_secret\":%s,\"text\":", i ? "," : "",
                   c->warnings[i].line, c->warnings[i].missing_secret ? "true" : "false");
        buf_add_json(&b, c->warnings[i].text);
        buf_add_char(&b, '}');
    }
    buf_add_cstr(&b, "],\"config\":");
    config_write(c, &b);
    printf("%s}\n", buf_cstr(&b));
    buf_fini(&b);
}

static int check(const struct cli *cli, const char *file)
{
    struct why why = {0};
    struct config *c = NULL;
    struct config_source source = {.file = file ? file : cli->config_file};
    if (config_check(&source, &c, &why) != STATUS_OK)
        return command_failed("%s", why.text);
    if (cli->json)
        print_json(c);
    else
        print_text(c);
    int code = c->fault_count || missing(c) ? EXIT_FAILED : EXIT_OK;
    config_free(c);
    return code;
}

static int keys(void)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    config_manual(&b, false);
    fputs(buf_cstr(&b), stdout);
    buf_fini(&b);
    return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
    int code = command_options(&cmd_config, &argc, argv, NULL);
    if (code != EXIT_OK)
        return code;
    if (argc >= 2 && argc <= 3 && strcmp(argv[1], "check") == 0)
        return check(cli, argc == 3 ? argv[2] : NULL);
    if (argc == 2 && strcmp(argv[1], "keys") == 0)
        return keys();
    return command_usage(&cmd_config, argc < 2 ? "check or keys?" : "`%s` is not understood here",
                         argv[argc - 1]);
}

const struct command cmd_config = {
    .name = "config",
    .summary = "check the configuration, and see what holds",
    .help = help,
    .run = run,
    .examples = "costlens config check /etc/costlens/costlens.yaml\n"
                "costlens config check --json\n",
};
