// SPDX-License-Identifier: Apache-2.0
//
// list - a doubly linked ring whose links lie inside the things it links.

#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

// Inserts `item` at the end of the ring `l`.
static inline void list_push(struct list *l, struct list *item)
{
    item->prev = l->prev;
    item->next = l;
    l->prev->next = item;
    l->prev = item;
}

// Takes `item` out of its ring and makes it a ring of its own, so that doing it twice is harmless.
static inline void list_pull(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

#define list_of(item, type, member) ((type *)(void *)((char *)(item)-offsetof(type, member)))
// Safe against removal of `it` inside the loop.
// NOLINTBEGIN(bugprone-macro-parentheses): `it` is a name
#define list_for(it, l)                                                 \
    for (struct list *it = (l)->next, *it##_next = it->next; it != (l); \
         it = it##_next, it##_next = it->next)
// NOLINTEND(bugprone-macro-parentheses)

#endif
