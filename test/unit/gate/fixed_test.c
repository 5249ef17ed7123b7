// SPDX-License-Identifier: Apache-2.0

#include "../certificate.h"
#include "../config/rig.h"
#include "gate/fixed.h"

static struct config *taken(const char *text)
{
    struct config *c = check_bytes(text, strlen(text), false);
    assert_int_equal(c->fault_count, 0);
    return c;
}

static void keep(struct config *fresh, const struct config *running, const char *names)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    assert_true(fixed_keep(fresh, running, &out));
    assert_string_equal(buf_cstr(&out), names);
    buf_fini(&out);
}

// Both ways; what was kept is then the same.
static void differ(const char *one, const char *other, const char *names)
{
    for (int turn = 0; turn < 2; turn++) {
        struct config *running = taken(turn ? one : other), *fresh = taken(turn ? other : one);
        keep(fresh, running, names);
        keep(fresh, running, "");
        config_free(fresh);
        config_free(running);
    }
}

#define FIXED "listen: [127.0.0.1:1]\nworkers: 2\n"

static void names_what_waits_for_the_next_start(void **state)
{
    (void)state;
    differ(FIXED, FIXED "drain: 5s\non_store_failure: allow\ncors: [https://a.example]\n", "");
    differ(FIXED, "listen: [127.0.0.1:1]\nworkers: 2\nlog: {requests: false}\n", "");
    differ(FIXED, "listen: [127.0.0.1:2]\nworkers: 2\n", "listen");
    differ(FIXED, "listen: [127.0.0.1:1, 127.0.0.1:3]\nworkers: 3\n", "listen, workers");
    differ(FIXED, FIXED "admin: [127.0.0.1:9]\n", "admin");
    differ(FIXED, FIXED "store: sqlite:/tmp/costlens-none-x.db\nstate: /tmp/costlens-none-y\n",
           "store, state");
    differ(FIXED, FIXED "limits: {body: 1MiB, buffers: 32MiB}\n", "limits.body, limits.buffers");
    differ(FIXED, FIXED "half_close: answer\nkeep: 3d\nfsync: 1s\n", "half_close, keep, fsync");
    differ(FIXED, FIXED "log: {level: debug, format: json}\n", "log.level, log.format");
    write_self_signed(in_folder("tls.crt"), in_folder("tls.key"));
    differ(FIXED, FIXED "tls: {cert: tls.crt, key: tls.key}\n", "tls.cert, tls.key");
}

static void keeps_what_holds(void **state)
{
    (void)state;
    struct config *running =
        taken(FIXED "state: /tmp/costlens-none-x\nlimits: {body: 2MiB}\ndrain: 5s\n");
    struct config *fresh =
        taken("listen: [127.0.0.1:2, 127.0.0.1:3]\nstate: /tmp/costlens-none-y\ndrain: 6s\n"
              "workers: 3\n");
    keep(fresh, running, "listen, store, state, workers, limits.body");
    config_free(running); // it does not live as long
    assert_int_equal(fresh->listen_count, 1);
    assert_true(str_is(fresh->listen[0].address, "127.0.0.1:1"));
    assert_true(str_is(fresh->store, "/tmp/costlens-none-x/costlens.db"));
    assert_true(str_is(fresh->state, "/tmp/costlens-none-x"));
    assert_int_equal(fresh->workers, 2);
    assert_int_equal(fresh->body_bytes, 2 << 20);
    assert_int_equal(fresh->drain_ms, 6000);
    config_free(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_waits_for_the_next_start),
        cmocka_unit_test(keeps_what_holds),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
