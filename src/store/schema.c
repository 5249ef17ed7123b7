// SPDX-License-Identifier: Apache-2.0
//
// Names that repeat (models, keys, users) stand once in `name` and are numbers elsewhere; 0 is the
// empty one. What many calls have in common stands once in `kind`. The views `calls` and `tag` put
// the words back, for people with the sqlite3 program. doc/why/ledger.md says why.
//
// A call's key begins with (tenant, time): the rows lie in the order in which reports read them, a
// new one is appended at the end, and no other index has to be kept.

#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "store/events.h"
#include "store/sql.h"

#define PATH_SIZE 4096

struct step {
    int version; // that it leads to
    const char *sql;
};

// A byte of the packed tags (core/tags.h), counted from 0.
#define TAG_BYTE(at)                                                                      \
    "(16 * instr('123456789ABCDEF', substr(hex(substr(c.tags, " at " + 1, 1)), 1, 1)) + " \
    "instr('123456789ABCDEF', substr(hex(substr(c.tags, " at " + 1, 1)), 2, 1)))"
#define TAG_VALUE_LENGTH TAG_BYTE("(at + 1 + n)") " + 256 * " TAG_BYTE("(at + 2 + n)")

// With what later formats added.
// clang-format off
#define CALLS_VIEW(more)\
"CREATE VIEW calls AS SELECT"\
"  lower(substr(hex(c.id), 1, 8) || '-' || substr(hex(c.id), 9, 4) || '-' ||"\
"    substr(hex(c.id), 13, 4) || '-' || substr(hex(c.id), 17, 4) || '-' ||"\
"    substr(hex(c.id), 21)) AS request, c.attempt AS attempt,"\
"  strftime('%Y-%m-%dT%H:%M:%S', c.start_us / 1000000, 'unixepoch') ||"\
"    printf('.%06dZ', c.start_us % 1000000) AS start,"\
"  tenant.text AS tenant, team.text AS team, project.text AS project, key.text AS key,"\
"  user.text AS user, provider.text AS provider, model.text AS model, asked.text AS model_asked,"\
"  answered.text AS model_answered, endpoint.text AS endpoint, route.text AS route,"\
"  CASE k.outcome WHEN 0 THEN 'ok' WHEN 1 THEN 'error' WHEN 2 THEN 'incomplete' WHEN 3 THEN 'left'"\
"    ELSE 'unknown' END AS outcome, error.text AS error, k.http_status AS http_status,"\
"  c.upstream_id AS upstream_id, k.flags & 1 AS stream, c.ttft_us AS ttft_us,"\
"  c.duration_us AS duration_us, c.overhead_us AS overhead_us,"\
"  c.input AS input, c.cache_read AS cache_read, c.cache_write AS cache_write,"\
"  c.cache_write_1h AS cache_write_1h, c.audio_input AS audio_input,"\
"  c.audio_cache_read AS audio_cache_read, c.image_input AS image_input, c.output AS output,"\
"  c.audio_output AS audio_output, c.image_output AS image_output,"\
"  c.web_searches AS web_searches, c.file_searches AS file_searches, c.calls AS calls,"\
"  c.search_units AS search_units, c.images AS images, c.seconds AS seconds,"\
"  c.reasoning AS reasoning, c.prompt AS prompt,"\
"  CASE k.sure WHEN 0 THEN 'reported' WHEN 1 THEN 'estimated' ELSE 'captured' END AS sure,"\
"  CASE k.price_state WHEN 0 THEN 'unpriced' WHEN 1 THEN 'priced' WHEN 2 THEN 'free'"\
"    ELSE 'provider' END AS price_state, c.cost_pd AS cost_pd, c.reported_pd AS reported_pd,"\
"  version.text AS price_version, sheet.text AS price_name"\
more\
" FROM call c JOIN kind k ON k.id = c.kind"\
"  JOIN name tenant ON tenant.id = c.tenant JOIN name team ON team.id = k.team"\
"  JOIN name project ON project.id = k.project JOIN name key ON key.id = k.key"\
"  JOIN name user ON user.id = c.user JOIN name provider ON provider.id = k.provider"\
"  JOIN name model ON model.id = k.model JOIN name asked ON asked.id = k.model_asked"\
"  JOIN name answered ON answered.id = k.model_answered"\
"  JOIN name endpoint ON endpoint.id = k.endpoint JOIN name route ON route.id = k.route"\
"  JOIN name error ON error.id = c.error JOIN name version ON version.id = k.price_version"\
"  JOIN name sheet ON sheet.id = k.price_name;"
// clang-format on

// What was promised without something that is known now goes on looking, as often as it has looked.
#define END_PROMISES                                                                    \
    "UPDATE promise SET terms = '', looks = max(looks, ifnull((SELECT max(looks) FROM " \
    "promise_look l WHERE l.tenant = promise.tenant AND l.route = promise.route), 0));" \
    "DELETE FROM promise_look;"                                                         \
    "INSERT INTO promise_look SELECT tenant, route, '', looks FROM promise WHERE task = 0;"

static const struct step steps[] = {
    {1, // clang-format off
"CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
"INSERT INTO name VALUES (0, '');"

"CREATE TABLE call ("
"  tenant INTEGER NOT NULL, start_us INTEGER NOT NULL, id BLOB NOT NULL, attempt INTEGER NOT NULL,"
"  team INTEGER NOT NULL, project INTEGER NOT NULL, key INTEGER NOT NULL, user INTEGER NOT NULL,"
"  provider INTEGER NOT NULL, model INTEGER NOT NULL, model_asked INTEGER NOT NULL,"
"  model_answered INTEGER NOT NULL, endpoint INTEGER NOT NULL, route INTEGER NOT NULL,"
"  error INTEGER NOT NULL, price_version INTEGER NOT NULL, price_name INTEGER NOT NULL,"
"  outcome INTEGER NOT NULL,"     // 0 ok 1 error 2 incomplete 3 left 4 unknown
"  price_state INTEGER NOT NULL," // 0 unpriced 1 priced 2 free 3 provider
"  sure INTEGER NOT NULL,"        // 0 reported 1 estimated 2 captured
"  service INTEGER NOT NULL,"     // 0 standard 1 batch 2 flex 3 priority 4 fast 5 other
"  flags INTEGER NOT NULL,"       // 1 stream 2 priced as answered 4 US region 8 inconsistent
"  http_status INTEGER NOT NULL, ttft_us INTEGER NOT NULL, duration_us INTEGER NOT NULL,"
"  overhead_us INTEGER NOT NULL,"
"  cost_pd INTEGER, reported_pd INTEGER," // 10^-12 USD; NULL: no price, no charge named
"  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,"
"  cache_write_1h INTEGER NOT NULL, audio_input INTEGER NOT NULL,"
"  audio_cache_read INTEGER NOT NULL, image_input INTEGER NOT NULL, output INTEGER NOT NULL,"
"  audio_output INTEGER NOT NULL,"
"  image_output INTEGER NOT NULL, web_searches INTEGER NOT NULL, file_searches INTEGER NOT NULL,"
"  calls INTEGER NOT NULL, search_units INTEGER NOT NULL, images INTEGER NOT NULL,"
"  seconds INTEGER NOT NULL, reasoning INTEGER NOT NULL, prompt INTEGER NOT NULL,"
"  upstream_id TEXT NOT NULL, tags BLOB,"
"  PRIMARY KEY (tenant, start_us, id, attempt)) STRICT, WITHOUT ROWID;"

"CREATE TABLE tag ("
"  tenant INTEGER NOT NULL, name INTEGER NOT NULL, start_us INTEGER NOT NULL, id BLOB NOT NULL,"
"  attempt INTEGER NOT NULL, value TEXT NOT NULL,"
"  PRIMARY KEY (tenant, name, start_us, id, attempt)) STRICT, WITHOUT ROWID;"
    },
    {1,
"CREATE TABLE rollup ("
"  tenant INTEGER NOT NULL, hour INTEGER NOT NULL," // hours since 1970 UTC
"  provider INTEGER NOT NULL, model INTEGER NOT NULL, key INTEGER NOT NULL, team INTEGER NOT NULL,"
"  project INTEGER NOT NULL,"
"  requests INTEGER NOT NULL, errors INTEGER NOT NULL, unpriced INTEGER NOT NULL,"
"  estimated INTEGER NOT NULL, captured INTEGER NOT NULL,"
"  cost_mu INTEGER NOT NULL, cost_pd INTEGER NOT NULL," // cost = cost_mu x 10^-3 + cost_pd x 10^-12
"  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,"
"  cache_write_1h INTEGER NOT NULL, audio_input INTEGER NOT NULL,"
"  audio_cache_read INTEGER NOT NULL, image_input INTEGER NOT NULL, output INTEGER NOT NULL,"
"  audio_output INTEGER NOT NULL,"
"  image_output INTEGER NOT NULL, web_searches INTEGER NOT NULL, file_searches INTEGER NOT NULL,"
"  calls INTEGER NOT NULL, search_units INTEGER NOT NULL, images INTEGER NOT NULL,"
"  seconds INTEGER NOT NULL, reasoning INTEGER NOT NULL,"
"  made_tokens INTEGER NOT NULL, made_us INTEGER NOT NULL," // output of calls that tell their speed
"  latency BLOB NOT NULL, ttft BLOB NOT NULL," // histograms: store/histogram.h
"  PRIMARY KEY (tenant, hour, provider, model, key, team, project)) STRICT, WITHOUT ROWID;"

"CREATE TABLE position (segment INTEGER PRIMARY KEY, offset INTEGER NOT NULL) STRICT;"
"CREATE TABLE pending (id BLOB NOT NULL, attempt INTEGER NOT NULL, packed BLOB NOT NULL,"
"  PRIMARY KEY (id, attempt)) STRICT, WITHOUT ROWID;"
"CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

"CREATE TABLE key ("
"  id BLOB PRIMARY KEY, mac BLOB NOT NULL UNIQUE, tenant TEXT NOT NULL, name TEXT NOT NULL,"
"  team TEXT NOT NULL, project TEXT NOT NULL, user TEXT NOT NULL, last4 TEXT NOT NULL,"
"  models TEXT NOT NULL, created_us INTEGER NOT NULL, expires_us INTEGER NOT NULL,"
"  revoked_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
"CREATE UNIQUE INDEX key_name ON key (tenant, name) WHERE revoked_us = 0;"
    },
    {1,
"CREATE VIEW calls AS SELECT"
"  lower(substr(hex(c.id), 1, 8) || '-' || substr(hex(c.id), 9, 4) || '-' ||"
"    substr(hex(c.id), 13, 4) || '-' || substr(hex(c.id), 17, 4) || '-' ||"
"    substr(hex(c.id), 21)) AS request, c.attempt AS attempt,"
"  strftime('%Y-%m-%dT%H:%M:%S', c.start_us / 1000000, 'unixepoch') ||"
"    printf('.%06dZ', c.start_us % 1000000) AS start,"
"  tenant.text AS tenant, team.text AS team, project.text AS project, key.text AS key,"
"  user.text AS user, provider.text AS provider, model.text AS model, asked.text AS model_asked,"
"  answered.text AS model_answered, endpoint.text AS endpoint, route.text AS route,"
"  CASE c.outcome WHEN 0 THEN 'ok' WHEN 1 THEN 'error' WHEN 2 THEN 'incomplete' WHEN 3 THEN 'left'"
"    ELSE 'unknown' END AS outcome, error.text AS error, c.http_status AS http_status,"
"  c.upstream_id AS upstream_id, c.flags & 1 AS stream, c.ttft_us AS ttft_us,"
"  c.duration_us AS duration_us, c.overhead_us AS overhead_us,"
"  c.input AS input, c.cache_read AS cache_read, c.cache_write AS cache_write,"
"  c.cache_write_1h AS cache_write_1h, c.audio_input AS audio_input,"
"  c.audio_cache_read AS audio_cache_read, c.image_input AS image_input, c.output AS output,"
"  c.audio_output AS audio_output, c.image_output AS image_output,"
"  c.web_searches AS web_searches, c.file_searches AS file_searches, c.calls AS calls,"
"  c.search_units AS search_units, c.images AS images, c.seconds AS seconds,"
"  c.reasoning AS reasoning, c.prompt AS prompt,"
"  CASE c.sure WHEN 0 THEN 'reported' WHEN 1 THEN 'estimated' ELSE 'captured' END AS sure,"
"  CASE c.price_state WHEN 0 THEN 'unpriced' WHEN 1 THEN 'priced' WHEN 2 THEN 'free'"
"    ELSE 'provider' END AS price_state, c.cost_pd AS cost_pd, c.reported_pd AS reported_pd,"
"  version.text AS price_version, sheet.text AS price_name"
" FROM call c"
"  JOIN name tenant ON tenant.id = c.tenant JOIN name team ON team.id = c.team"
"  JOIN name project ON project.id = c.project JOIN name key ON key.id = c.key"
"  JOIN name user ON user.id = c.user JOIN name provider ON provider.id = c.provider"
"  JOIN name model ON model.id = c.model JOIN name asked ON asked.id = c.model_asked"
"  JOIN name answered ON answered.id = c.model_answered"
"  JOIN name endpoint ON endpoint.id = c.endpoint JOIN name route ON route.id = c.route"
"  JOIN name error ON error.id = c.error JOIN name version ON version.id = c.price_version"
"  JOIN name sheet ON sheet.id = c.price_name;"
"PRAGMA application_id = 1129072723;" // "CLHS"
"PRAGMA user_version = 1;"
    },
    {2, // what many calls have in common stands once; tags stand in their call only
"CREATE TABLE kind (id INTEGER PRIMARY KEY,"
"  team INTEGER NOT NULL, project INTEGER NOT NULL, key INTEGER NOT NULL,"
"  provider INTEGER NOT NULL, model INTEGER NOT NULL, model_asked INTEGER NOT NULL,"
"  model_answered INTEGER NOT NULL, endpoint INTEGER NOT NULL, route INTEGER NOT NULL,"
"  price_version INTEGER NOT NULL, price_name INTEGER NOT NULL,"
"  outcome INTEGER NOT NULL,"     // 0 ok 1 error 2 incomplete 3 left 4 unknown
"  price_state INTEGER NOT NULL," // 0 unpriced 1 priced 2 free 3 provider
"  sure INTEGER NOT NULL,"        // 0 reported 1 estimated 2 captured
"  service INTEGER NOT NULL,"     // 0 standard 1 batch 2 flex 3 priority 4 fast 5 other
"  flags INTEGER NOT NULL,"       // 1 stream 2 priced as answered 4 US 8 inconsistent 16 uncounted
"  http_status INTEGER NOT NULL,"
"  UNIQUE (team, project, key, provider, model, model_asked, model_answered, endpoint, route,"
"    price_version, price_name, outcome, price_state, sure, service, flags, http_status)) STRICT;"
"INSERT INTO kind (team, project, key, provider, model, model_asked, model_answered, endpoint,"
"  route, price_version, price_name, outcome, price_state, sure, service, flags, http_status)"
"  SELECT DISTINCT team, project, key, provider, model, model_asked, model_answered, endpoint,"
"  route, price_version, price_name, outcome, price_state, sure, service, flags, http_status"
"  FROM call;"

"DROP VIEW calls;"
"DROP TABLE tag;"
"ALTER TABLE call RENAME TO call_1;"
"CREATE TABLE call ("
"  tenant INTEGER NOT NULL, start_us INTEGER NOT NULL, id BLOB NOT NULL, attempt INTEGER NOT NULL,"
"  kind INTEGER NOT NULL, user INTEGER NOT NULL, error INTEGER NOT NULL,"
"  ttft_us INTEGER NOT NULL, duration_us INTEGER NOT NULL, overhead_us INTEGER NOT NULL,"
"  cost_pd INTEGER, reported_pd INTEGER," // 10^-12 USD; NULL: no price, no charge named
"  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,"
"  cache_write_1h INTEGER NOT NULL, audio_input INTEGER NOT NULL,"
"  audio_cache_read INTEGER NOT NULL, image_input INTEGER NOT NULL, output INTEGER NOT NULL,"
"  audio_output INTEGER NOT NULL,"
"  image_output INTEGER NOT NULL, web_searches INTEGER NOT NULL, file_searches INTEGER NOT NULL,"
"  calls INTEGER NOT NULL, search_units INTEGER NOT NULL, images INTEGER NOT NULL,"
"  seconds INTEGER NOT NULL, reasoning INTEGER NOT NULL, prompt INTEGER NOT NULL,"
"  upstream_id TEXT NOT NULL, tags BLOB,"
"  PRIMARY KEY (tenant, start_us, id, attempt)) STRICT, WITHOUT ROWID;"
    },
    {2,
"INSERT INTO call SELECT c.tenant, c.start_us, c.id, c.attempt, k.id, c.user, c.error, c.ttft_us,"
"  c.duration_us, c.overhead_us, c.cost_pd, c.reported_pd, c.input, c.cache_read, c.cache_write,"
"  c.cache_write_1h, c.audio_input, c.audio_cache_read, c.image_input, c.output, c.audio_output,"
"  c.image_output, c.web_searches, c.file_searches, c.calls, c.search_units, c.images, c.seconds,"
"  c.reasoning, c.prompt, c.upstream_id, c.tags FROM call_1 c CROSS JOIN kind k ON"
"  k.team = c.team AND k.project = c.project AND k.key = c.key AND k.provider = c.provider AND"
"  k.model = c.model AND k.model_asked = c.model_asked AND k.model_answered = c.model_answered AND"
"  k.endpoint = c.endpoint AND k.route = c.route AND k.price_version = c.price_version AND"
"  k.price_name = c.price_name AND k.outcome = c.outcome AND k.price_state = c.price_state AND"
"  k.sure = c.sure AND k.service = c.service AND k.flags = c.flags AND"
"  k.http_status = c.http_status;"
"DROP TABLE call_1;"
    },
    {2, CALLS_VIEW("")
    },
    {2, // steps through the packed bytes: to a tag, to the length of its name, to the next tag
"CREATE VIEW tag AS SELECT c.tenant AS tenant, c.start_us AS start_us, c.id AS id,"
"  c.attempt AS attempt, j.key AS name, j.value AS value"
" FROM call c, json_each((WITH RECURSIVE step (at, n) AS (SELECT 1, NULL UNION ALL SELECT"
"    CASE WHEN n IS NULL THEN at ELSE at + 3 + n + " TAG_VALUE_LENGTH " END,"
"    CASE WHEN n IS NULL THEN " TAG_BYTE("at") " END FROM step WHERE at < length(c.tags))"
"  SELECT json_group_object(CAST(substr(c.tags, at + 2, n) AS TEXT),"
"    CAST(substr(c.tags, at + 4 + n, " TAG_VALUE_LENGTH ") AS TEXT))"
"  FROM step WHERE n IS NOT NULL)) j WHERE c.tags IS NOT NULL;"
"PRAGMA user_version = 2;"
    },
    {3, // a kind goes when its last row has gone
"ALTER TABLE kind ADD COLUMN used_day INTEGER NOT NULL DEFAULT 0;" // days since 1970 UTC
"UPDATE kind SET used_day = coalesce((SELECT max(start_us) / 86400000000 FROM call), 0);"
"ALTER TABLE call ADD COLUMN price_parts TEXT;" // what sheets beside price_name priced; NULL: none
"PRAGMA user_version = 3;"
    },
    {4, // so does a name, but those that sums have
"ALTER TABLE name ADD COLUMN used_day INTEGER NOT NULL DEFAULT 0;" // names.h
"UPDATE name SET used_day = coalesce((SELECT max(used_day) FROM kind), 0);"
"UPDATE name SET used_day = 9223372036854775807 WHERE id = 0 OR id IN ("
"  SELECT tenant FROM rollup UNION SELECT provider FROM rollup UNION SELECT model FROM rollup UNION"
"  SELECT key FROM rollup UNION SELECT team FROM rollup UNION SELECT project FROM rollup);"
"CREATE INDEX name_used ON name (used_day);"
"PRAGMA user_version = 4;"
    },
    {5, // what stands on every call of a key
"ALTER TABLE key ADD COLUMN tags BLOB;" // packed; NULL: none
"PRAGMA user_version = 5;"
    },
    {6, // attempts: sums count a call once; kind.flags 32: another one followed
"ALTER TABLE rollup ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE rollup ADD COLUMN retry_cost_mu INTEGER NOT NULL DEFAULT 0;" // as cost_mu, cost_pd
"ALTER TABLE rollup ADD COLUMN retry_cost_pd INTEGER NOT NULL DEFAULT 0;"
"DROP VIEW calls;"
    },
    {6, CALLS_VIEW(", (k.flags & 32) / 32 AS followed")
"PRAGMA user_version = 6;"
    },
    {7, // the time of a machine of one's own: what is paid for, and what is not
"ALTER TABLE call ADD COLUMN busy INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE call ADD COLUMN load_us INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE call ADD COLUMN queue_us INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE rollup ADD COLUMN busy INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE rollup ADD COLUMN load_us INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE rollup ADD COLUMN queue_us INTEGER NOT NULL DEFAULT 0;"
"DROP VIEW calls;"
    },
    {7, CALLS_VIEW(", (k.flags & 32) / 32 AS followed, c.load_us AS load_us,"
"  c.queue_us AS queue_us, c.busy AS busy")
"PRAGMA user_version = 7;"
    },
    {8, // budgets: amounts are whole nanodollars, 10^-9 USD
"CREATE TABLE budget ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, name TEXT NOT NULL,"
"  configured INTEGER NOT NULL," // 1: a file defines it; of the rest only the number counts
"  scope TEXT NOT NULL,"         // JSON: {"key":"ci","tag:session":"x"}
"  per TEXT NOT NULL,"           // '', 'request', 'key', 'tag:session'
"  limit_nd INTEGER NOT NULL, observe INTEGER NOT NULL, paused INTEGER NOT NULL,"
"  alert_at TEXT NOT NULL,"      // JSON: [50,80], percent
"  window INTEGER NOT NULL,"     // 0 lifetime 2 day 3 week 4 month
"  first_day INTEGER NOT NULL, zone TEXT NOT NULL,"
"  grow INTEGER NOT NULL, clamp INTEGER NOT NULL, downgrade INTEGER NOT NULL,"
"  wait_us INTEGER NOT NULL, created_us INTEGER NOT NULL,"
"  archived_us INTEGER NOT NULL) STRICT;" // 0: it is in force
"CREATE UNIQUE INDEX budget_name ON budget (tenant, name, configured) WHERE archived_us = 0;"

"CREATE TABLE account ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT, budget INTEGER NOT NULL, value TEXT NOT NULL,"
"  window INTEGER NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,"
"  limit_nd INTEGER NOT NULL,"  // as last told
"  ceiling INTEGER NOT NULL,"   // it, or what was in use when it was lowered; observing: the most
"  settled INTEGER NOT NULL, overdraft INTEGER NOT NULL,"
"  leased INTEGER NOT NULL,"    // set aside for the process, and not settled
"  aged INTEGER NOT NULL,"      // of settled: by calls whose rows were deleted
"  told INTEGER NOT NULL,"      // percent
"  boot TEXT NOT NULL, epoch INTEGER NOT NULL," // of the last lease: where and by whom
"  UNIQUE (budget, value, window, start_us),"
"  CHECK (limit_nd >= 0 AND aged >= 0 AND overdraft >= 0 AND settled >= overdraft),"
"  CHECK (leased >= 0 AND ceiling >= leased),"
"  CHECK (settled - overdraft <= ceiling - leased)) STRICT;" // all that is in use has its place
"CREATE INDEX account_leased ON account (id) WHERE leased > 0;"

"CREATE TABLE adjustment (" // what an account was charged without a call's row
"  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, at_us INTEGER NOT NULL,"
"  amount INTEGER NOT NULL, why TEXT NOT NULL) STRICT;"
"ALTER TABLE call ADD COLUMN charge BLOB;" // core/charge.h; NULL: no budget was concerned
"PRAGMA user_version = 8;"
    },
    {9, // what became of budgets
"CREATE TABLE event ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT, at_us INTEGER NOT NULL,"
"  kind INTEGER NOT NULL,"      // 0 alert 1 overdraft 2 overrun
"  budget INTEGER NOT NULL, value TEXT NOT NULL,"
"  window INTEGER NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,"
"  percent INTEGER NOT NULL,"   // of an alert
"  limit_nd INTEGER NOT NULL, spent INTEGER NOT NULL, held INTEGER NOT NULL,"
"  beyond INTEGER NOT NULL,"    // of a call: it is charged so much more than its worst case
"  request BLOB) STRICT;"       // of a call
"CREATE UNIQUE INDEX event_once ON event (budget, value, window, start_us, percent) WHERE kind = 0;"
"CREATE INDEX event_goes ON event (" EVENT_GOES ");"
"PRAGMA user_version = 9;"
    },
    {10, // how good the answers were: store/pairs.h, store/feedback.h; shares in millionths
"CREATE TABLE pair ("
"  number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, at_us INTEGER NOT NULL,"
"  tenant TEXT NOT NULL, route TEXT NOT NULL, task INTEGER NOT NULL,"
"  weak TEXT NOT NULL, strong TEXT NOT NULL," // provider/model
"  served_strong INTEGER NOT NULL, propensity_ppm INTEGER NOT NULL,"
"  judged INTEGER NOT NULL,"     // 0 not 1 exact 2 schema 3 model 5 contradicted
"  weak_ppm INTEGER NOT NULL, strong_ppm INTEGER NOT NULL,"
"  weak_pd INTEGER, strong_pd INTEGER, judge_pd INTEGER," // 10^-12 USD; NULL: no price
"  traits BLOB) STRICT;"
"CREATE INDEX pair_route ON pair (tenant, route, number);"
"CREATE INDEX pair_goes ON pair (at_us);"
"CREATE TABLE feedback ("
"  id BLOB PRIMARY KEY, at_us INTEGER NOT NULL, tenant TEXT NOT NULL,"
"  score_ppm INTEGER NOT NULL, comment TEXT NOT NULL) STRICT, WITHOUT ROWID;"
"CREATE INDEX feedback_goes ON feedback (at_us);"
"PRAGMA user_version = 10;"
    },
    {11, // why calls of routes went where they went: core/decision.h
"CREATE TABLE decision ("
"  tenant INTEGER NOT NULL, start_us INTEGER NOT NULL, id BLOB NOT NULL, attempt INTEGER NOT NULL,"
"  route TEXT NOT NULL, side INTEGER NOT NULL," // of the attempt's model: 1 small 2 large
"  large_pd INTEGER," // 10^-12 USD: the usage at the large side's first; NULL: not known, or no end
"  packed BLOB NOT NULL,"
"  PRIMARY KEY (tenant, start_us, id, attempt)) STRICT, WITHOUT ROWID;"
"PRAGMA user_version = 11;"
    },
    {12, // what may be promised of a route: store/promises.h; shares in millionths
"CREATE TABLE promise ("
"  tenant TEXT NOT NULL, route TEXT NOT NULL, task INTEGER NOT NULL," // 0: the route
"  at_us INTEGER NOT NULL, terms TEXT NOT NULL, looks INTEGER NOT NULL,"
"  pairs INTEGER NOT NULL, learned INTEGER NOT NULL, proved INTEGER NOT NULL,"
"  newest INTEGER NOT NULL, since INTEGER NOT NULL," // numbers of pairs
"  certified INTEGER NOT NULL, certified_ppm INTEGER NOT NULL,"
"  certified_share_ppm INTEGER NOT NULL, certified_loss_ppm INTEGER NOT NULL,"
"  loss_most_ppm INTEGER NOT NULL,"
"  measured INTEGER NOT NULL, measured_ppm INTEGER NOT NULL,"
"  measured_share_ppm INTEGER NOT NULL, measured_loss_ppm INTEGER NOT NULL,"
"  model TEXT NOT NULL, note TEXT NOT NULL," // the model's file
"  PRIMARY KEY (tenant, route, task)) STRICT, WITHOUT ROWID;"
"PRAGMA user_version = 12;"
    },
    {13, // how often each promise of a route was tested, whatever is promised now
"CREATE TABLE promise_look ("
"  tenant TEXT NOT NULL, route TEXT NOT NULL, terms TEXT NOT NULL, looks INTEGER NOT NULL,"
"  PRIMARY KEY (tenant, route, terms)) STRICT, WITHOUT ROWID;"
"INSERT INTO promise_look SELECT tenant, route, terms, looks FROM promise WHERE task = 0;"
"ALTER TABLE pair ADD COLUMN scored INTEGER;" // NULL: the pair of models that answered
"PRAGMA user_version = 13;"
    },
    {14,
"ALTER TABLE pair ADD COLUMN by_score INTEGER;" // NULL: not known
"PRAGMA user_version = 14;"
    },
    {15, // what a certificate was tested with, and since when it is doubted
"ALTER TABLE pair ADD COLUMN promised INTEGER;" // by it: 1 small 2 large; NULL, 0: there was none
"ALTER TABLE promise ADD COLUMN began INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE promise ADD COLUMN model_check INTEGER;"       // NULL: not known
"ALTER TABLE promise ADD COLUMN measured_most_ppm INTEGER;" // NULL: not known
"PRAGMA user_version = 15;"
    },
    {16, // how often it was asked whether a certificate still holds, part by part
"ALTER TABLE promise ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE promise ADD COLUMN doubt_from INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE promise ADD COLUMN doubt_whole INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE promise ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;"
"UPDATE promise SET doubt_whole = 1, doubts = 1 WHERE task = 0 AND certified = 1;"
"PRAGMA user_version = 16;"
    },
    {17, // what a later call may go on from, by its provider's name
"ALTER TABLE call ADD COLUMN answer_id TEXT;" // NULL: upstream_id, or nothing
"PRAGMA user_version = 17;"
    },
    {18, // of whose calls a pair is, and which parts of its route were there when it was chosen
"ALTER TABLE pair ADD COLUMN calls TEXT;"     // NULL: nobody knows
"ALTER TABLE pair ADD COLUMN doubts INTEGER;" // those of promise, then; NULL: not known
"PRAGMA user_version = 18;"
    },
    {19, // ... and how its small answer was checked: what was promised without that goes on looking
"UPDATE pair SET calls = NULL;"
END_PROMISES
"PRAGMA user_version = 19;"
    },
    {20, // a pair without costs: nobody was asked, or nobody knows what it has cost
"ALTER TABLE pair ADD COLUMN asked INTEGER;" // NULL: it was where a cost says so
"PRAGMA user_version = 20;"
    },
    {21, // which pairs belong together
"ALTER TABLE pair ADD COLUMN talk BLOB;" // route/talk.h; NULL: nobody knows
END_PROMISES
"PRAGMA user_version = 21;"
    }, // clang-format on
};
#define TALKS      21 // the step by which pairs say what they belong to
#define STEP_COUNT (sizeof steps / sizeof steps[0])
#define VERSION    (steps[STEP_COUNT - 1].version)

// Only the table above reaches it.
#define LITERAL_STEP(i) (steps[i].sql)

int schema_version(void)
{
    return VERSION;
}

enum status schema_copy(sqlite3 *db, const char *file, struct why *why)
{
    sqlite3 *copy = NULL;
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return why_set(why, STATUS_CONFLICT, "%s is there already: take another name", file);
    if (fd < 0)
        return why_set(why, STATUS_IO, "%s cannot be made: %s", file, strerror(errno));
    close(fd);
    int code = sqlite3_open_v2(file, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
    sqlite3_backup *backup =
        code == SQLITE_OK ? sqlite3_backup_init(copy, "main", db, "main") : NULL;
    if (backup) {
        do {
            code = sqlite3_backup_step(backup, 1024);
            if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
                sqlite3_sleep(10);
        } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
        sqlite3_backup_finish(backup);
    }
    enum status status = STATUS_OK;
    if (!backup || code != SQLITE_DONE) {
        status = sql_why(why, copy, file);
        unlink(file);
    }
    sqlite3_close(copy);
    return status;
}

static enum status keep_copy(sqlite3 *db, const char *path, int version, struct why *why)
{
    char file[PATH_SIZE];
    int n = snprintf(file, sizeof file, "%s.before-%d", path, version + 1);
    if (n < 0 || (size_t)n >= sizeof file)
        return why_set(why, STATUS_RANGE, "the path of the store is too long");
    unlink(file); // of an earlier try that did not come to its end
    return schema_copy(db, file, why);
}

static enum status migrate_one(sqlite3 *db, int version, struct why *why)
{
    bool fine = sql_run(db, "BEGIN IMMEDIATE") == SQLITE_OK;
    for (size_t i = 0; fine && i < STEP_COUNT; i++) {
        if (steps[i].version == version)
            fine = sqlite3_exec(db, LITERAL_STEP(i), NULL, NULL, NULL) == SQLITE_OK;
    }
    if (fine && sql_run(db, "COMMIT") == SQLITE_OK)
        return STATUS_OK;
    enum status status = sql_why(why, db, "the store cannot be brought up to date");
    sql_run(db, "ROLLBACK");
    return status;
}

enum status schema_ours(sqlite3 *db, const char *path, struct why *why)
{
    int64_t foreign = 0;
    sqlite3_stmt *ask = sql_prepare(db, "SELECT count(*) > 0 AND (SELECT application_id FROM "
                                        "pragma_application_id) != 1129072723 FROM sqlite_master");
    bool told = ask && sql_one_i64(ask, 0, &foreign);
    enum status status = told ? STATUS_OK : sql_why(why, db, "the store cannot be read");
    sqlite3_finalize(ask);
    return !foreign ? status
                    : why_set(why, STATUS_CONFLICT,
                              "%s is the database of another program: nothing was changed in it. "
                              "Name another file (`store`)",
                              path);
}

// What was changed is changed back. The new form of the largest table stands beside the old one,
// and once more in SQLite's log.
static enum status say_space(const char *path, struct why *why)
{
    struct stat is;
    unsigned long long bytes = stat(path, &is) == 0 ? (unsigned long long)is.st_size : 0;
    return why_set(
        why, STATUS_FULL,
        "%s is brought to a new format, and its disk is full: a copy of it is kept beside "
        "it. Free some %llu MiB there; nothing is lost",
        path, 4 * bytes / MIB + 1);
}

enum status schema_migrate(sqlite3 *db, const char *path, struct why *why)
{
    return schema_migrate_to(db, path, VERSION, why);
}

// 0: there are no tables yet.
static enum status version_of(sqlite3 *db, int *out, struct why *why)
{
    int64_t version = 0;
    sqlite3_stmt *ask = sql_prepare(db, "PRAGMA user_version");
    bool told = ask && sql_one_i64(ask, 0, &version);
    sqlite3_finalize(ask);
    *out = (int)version;
    return told ? STATUS_OK : sql_why(why, db, "the store cannot be read");
}

enum status schema_current(sqlite3 *db, const char *path, int *older, struct why *why)
{
    int version = 0;
    enum status status = version_of(db, &version, why);
    if (status != STATUS_OK || version == 0 || version >= VERSION)
        return status;
    *older = version;
    return why_set(why, STATUS_OLDER,
                   "%s is of an older version of costlens (its format is %d, this program's %d), "
                   "and a command that only asks leaves it so. `costlens serve` brings it up to "
                   "date, and keeps a copy beside it (.before-%d) for the way back",
                   path, version, VERSION, version + 1);
}

// What was promised by pairs that do not say what they belong to has ended.
static void say_ended(sqlite3 *db)
{
    int64_t pairs = 0, ended = 0;
    sqlite3_stmt *ask = sql_prepare(db, "SELECT count(*), (SELECT count(*) FROM promise WHERE task "
                                        "= 0 AND certified = 1 AND terms = '') FROM pair WHERE "
                                        "talk IS NULL");
    if (ask && sqlite3_step(ask) == SQLITE_ROW) {
        pairs = sqlite3_column_int64(ask, 0);
        ended = sqlite3_column_int64(ask, 1);
    }
    sqlite3_finalize(ask);
    if (pairs || ended)
        log_say(LOG_WARN,
                "%lld pairs of an earlier version are no proof: they do not say which calls belong "
                "together; certificates that have ended with that: %lld",
                (long long)pairs, (long long)ended);
}

enum status schema_migrate_to(sqlite3 *db, const char *path, int last, struct why *why)
{
    int version = 0;
    enum status s = version_of(db, &version, why);
    if (s != STATUS_OK)
        return s;
    if (version > VERSION)
        return why_set(
            why, STATUS_NEWER,
            "%s was written by a newer version of costlens (its format is %d, this program "
            "knows up to %d). Use that version or a newer one, or restore the copy "
            "%s.before-%d that it kept",
            path, version, VERSION, path, VERSION + 1);
    if (version > 0 && version < last) {
        enum status status = keep_copy(db, path, version, why);
        if (status != STATUS_OK)
            return status == STATUS_FULL ? say_space(path, why) : status;
        log_say(LOG_INFO, "the store is brought from format %d to %d; a copy is kept beside it",
                version, last);
    }
    for (int i = version + 1; i <= last; i++) {
        enum status status = migrate_one(db, i, why);
        if (status != STATUS_OK)
            return status == STATUS_FULL ? say_space(path, why) : status;
    }
    if (version > 0 && version < TALKS && last >= TALKS)
        say_ended(db);
    return STATUS_OK;
}
