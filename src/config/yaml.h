// SPDX-License-Identifier: Apache-2.0
//
// yaml - a YAML file as a tree of nodes that know their line (libyaml's events inside).
//
// Less than YAML on purpose: no anchors, aliases, tags, several documents, names that are not plain
// text, or the same name twice. Each of these has surprised the reader of some configuration.

#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

#define YAML_DEPTH_MAX   16
#define YAML_MEMBERS_MAX 4096 // of one list or map

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted;
    int line;       // from 1
    struct str key; // in a map
    int key_line;
    struct str text; // NODE_TEXT
    struct node *first;
    struct node *next;
    struct node *last;   // while it is built
    struct node *parent; // NULL at the root
    struct str name;     // while it is built: a key that waits for its value
    int name_line;
    unsigned count;
};

struct yaml_fault {
    int line;
    char text[400];
};

// The root, or NULL for a file without content. On failure `fault` tells the line and the cure. The
// parser's buffers and values are wiped; what it grew out of on the way (parts of long ones) is
// beyond our reach.
enum status yaml_read(struct str text, struct arena *arena, struct node **out,
                      struct yaml_fault *fault) MUST_USE;
const struct node *node_get(const struct node *map, const char *key); // NULL if not there
bool node_is_null(const struct node *n); // nothing, ~ or null, not in quotes
void node_wipe(const struct node *n);    // its text was a secret, which has another place now

#endif
