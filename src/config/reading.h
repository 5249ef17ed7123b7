// SPDX-License-Identifier: Apache-2.0
//
// reading - what the files of config share while one configuration is read. A fault does not
// end the reading, so that `config check` can tell all of them at once.

#ifndef CONFIG_READING_H
#define CONFIG_READING_H

#include "config/config.h"
#include "config/table.h"
#include "config/yaml.h"

#define FAULTS_MAX   64
#define WARNINGS_MAX 64

// A provider that is meant and not there.
struct left_out {
    struct str name;
    const char *variable; // of the environment, which would make it be there; NULL: it was told
    struct str reason;    // ... what it lacks; with a variable, nothing
};

struct reading {
    struct config *c;
    const struct config_source *source;
    const char *folder; // of the file: relative paths start there
    const struct node *root;
    struct origin_timeouts timeouts; // those of the file, for every provider
    struct config_breaker breaker;   // the same
    struct left_out left_out[WARNINGS_MAX];
    unsigned left_out_count;
    bool ca_checked;    // SSL_CERT_FILE, once for all providers
    bool alone;         // nobody asks the store: what only the file lacks is told
    unsigned stand_ins; // for secrets that are not looked for
    bool others_read;   // the file can be read by others than its owner and group
};

// Both are kept in the arena. `line` 0 = not of a line.
void reading_fault(struct reading *r, int line, const char *format, ...) PRINTF(3, 4);
void reading_warn(struct reading *r, int line, const char *format, ...) PRINTF(3, 4);
void reading_missing(struct reading *r, int line, const char *format, ...) PRINTF(3, 4);
const char *reading_env(const struct reading *r, const char *name); // NULL when unset or blank

// Sets the defaults of the rows in `out`.
void reading_defaults(struct reading *r, enum config_section s, void *out);
// Checks the names of a section and fills `out` by the rows. False (and a fault) when it is no map.
bool reading_section(struct reading *r, enum config_section s, const struct node *map, void *out);
// The text of a scalar; a fault and empty when it is something else. `what` names it for the
// person.
struct str reading_text(struct reading *r, const struct node *n, const char *what);
// A list of texts, or one text. False after a fault. NULL or null: an empty list.
bool reading_texts(struct reading *r, const struct node *n, const char *what, struct str **out,
                   unsigned *count);
bool reading_name(struct reading *r, int line, struct str name, const char *what); // fit for a name
// A path made absolute: relative ones start at the file's folder, ~ is $HOME.
struct str reading_path(struct reading *r, struct str path);

// env:NAME, file:PATH, "${NAME}", or the secret itself. False when it is missing: then `reason`
// says why (no fault is noted), or when it is malformed (a fault is noted, `reason` empty).
bool reading_secret(struct reading *r, const struct node *n, const char *what, struct secret **out,
                    struct str *reason);

void reading_limits(struct reading *r);
// A section `timeouts`, or none: `out` has what holds where it says nothing.
void reading_timeouts(struct reading *r, const struct node *n, struct origin_timeouts *out);
// The same of a section `breaker`.
void reading_breaker(struct reading *r, const struct node *n, struct config_breaker *out);
void reading_listeners(struct reading *r);
void reading_places(struct reading *r);                             // store and state
bool reading_is_ours(const struct reading *r, const struct url *u); // a listener of this process
void reading_providers(struct reading *r);
// Its `key`, or `keys`. False when it has none of those that it should have: said, and left out.
bool reading_provider_keys(struct reading *r, const struct node *map, struct config_provider *p);
void config_provider_forget(struct config_provider *p); // its keys
// The one of this machine, by that name; and by which the file calls it.
void reading_ollama(struct reading *r, struct str name);
struct str reading_ollama_name(const struct reading *r);
// A vendor whose key is in the environment, if it is.
void reading_environment(struct reading *r, const struct vendor *v);
// The provider of that model, which none of `providers` is: where the environment has it, it is
// there from now on; where it could have it, it is left out. Else it changes nothing.
void reading_implied(struct reading *r, struct str full);
void reading_leave_out(struct reading *r, const struct left_out *is);
// Why that model is not there, a few words for a list; in the arena, or static.
struct str reading_why_absent(struct reading *r, struct str full);
const struct left_out *reading_left_out(const struct reading *r, struct str full); // or NULL
void reading_proxy(struct reading *r, struct config_provider *p, const char *text, int line);
// One model on a list: whose list it is, for people.
struct reading_owner {
    const char *section, *kind; // "aliases", "alias"
    struct str name;
};
enum reading_target { TARGET_THERE, TARGET_ABSENT, TARGET_FAULTY };
// Whether the model `full` of that node can be sent to a provider of the configuration, which lists
// it.
// ABSENT: its provider was left out, which is a warning here. FAULTY: that was said.
enum reading_target reading_target(struct reading *r, const struct node *n, struct reading_owner of,
                                   struct str full);
void reading_aliases(struct reading *r);
void config_time_write(struct json_out *o, const char *key, int64_t ms); // as a text
void config_abilities_write(struct json_out *o, unsigned bits);          // as items of a list
void config_routes_write(struct json_out *o, const struct config *c);    // for config_write
void reading_tiers(struct reading *r);                                   // after the aliases
void reading_routes(struct reading *r);                                  // after the tiers and keys
// The provider of "provider/model"; NULL: the file has none of that name.
const struct config_provider *reading_provider_of(const struct reading *r, struct str full);
// It has a private address, and no proxy on the way.
bool reading_is_private(const struct reading *r, struct str full);
// A route's `match`.
void reading_match(struct reading *r, struct str route, const struct node *map,
                   struct config_match *out);
// They take the same calls, in whatever order and form that is written.
bool config_match_same(const struct config_match *a, const struct config_match *b);
void config_match_forget(struct config_match *m); // its patterns
// What checks its answers, and which of its calls both sides get: of a route that has its sides.
void reading_verify(struct reading *r, const struct node *n, struct config_route *route);
// Of one that has been read: pairs that `agree` leaves none of; `n` is its `shadow`.
void reading_note_pairs(struct reading *r, const struct node *n, const struct config_route *route);
void reading_shadow(struct reading *r, const struct node *n, struct config_route *route);
// Adds the bit of an ability (core/ability.h). False: it is none.
bool reading_ability(struct str text, unsigned *bits);
// A tier whose models stand in a list, or whose one model stands there.
bool reading_tier(struct reading *r, struct reading_owner of, const struct node *n,
                  struct config_tier *out);
// What the price book tells of names: aliases without a price; where nobody asks the store, too,
// routes that are called as a model is. After the prices.
void reading_booked(struct reading *r);
void reading_keys(struct reading *r);
// A key of that name is written there, whether or not its secret is; or it is one that is made.
bool reading_has_key(const struct reading *r, struct str name);
void reading_teams(struct reading *r); // and the organisation; after the keys
void reading_budgets(struct reading *r);
void reading_prices(struct reading *r);
// "provider/model" of a configured provider. True when it is, or when the provider was only left
// out.
bool reading_model(struct reading *r, int line, struct str full, const char *what, int *provider);

#endif
