// SPDX-License-Identifier: Apache-2.0
//
// play - one answer being given: when which bytes go out, and what breaks.
//
//   read body --> WAIT (time to first token) --> the WHOLE answer            --> done
//                                           '--> STREAM: a token at a time   --> done
//               any of them --> HUNG (until the client leaves), BREAK (cut or reset)
//
// Its bill is written before the last byte, once.

#ifndef MOCK_PLAY_H
#define MOCK_PLAY_H

#include "base/list.h"
#include "mock/cache.h"
#include "mock/loaded.h"
#include "mock/mock.h"
#include "mock/order.h"
#include "net/server.h"

#define STRIKE_SLOTS 4096

struct mock {
    struct mock_setup setup;
    struct str models; // served; any when setup.models is NULL
    struct loop *loop;
    struct server *server;
    struct list plays; // running
    struct cache cache;
    struct loaded loaded;
    struct strike { // how often a body came: for `times=N`
        uint64_t hash;
        int64_t count;
    } strikes[STRIKE_SLOTS];
    uint64_t born; // both make request ids that no other mock made
    uint64_t served;
    int log;
    uint16_t port;
    unsigned long thread;
};

extern const struct server_events play_events; // context: struct mock
void play_end_all(struct mock *m);             // cuts every answer under way

#endif
