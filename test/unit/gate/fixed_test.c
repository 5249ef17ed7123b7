// SPDX-License-Identifier: Apache-2.0

#include "../config/rig.h"
#include "gate/fixed.h"

static struct fixed taken(const char *text)
{
    struct fixed f;
    struct config *c = check_bytes(text, strlen(text), false);
    assert_int_equal(c->fault_count, 0);
    assert_true(fixed_take(c, &f));
    config_free(c);
    return f;
}

static void differ(const char *one, const char *other, const char *names)
{
    struct fixed a = taken(one), b = taken(other);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    fixed_differ(&a, &b, &out);
    assert_string_equal(buf_cstr(&out), names);
    buf_clear(&out);
    fixed_differ(&b, &a, &out);
    assert_string_equal(buf_cstr(&out), names);
    buf_clear(&out);
    fixed_differ(&b, &b, &out);
    assert_int_equal(out.len, 0);
    buf_fini(&out);
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
    differ(FIXED, FIXED "store: sqlite:/tmp/x.db\nstate: /tmp/y\n", "store, state");
    differ(FIXED, FIXED "limits: {body: 1MiB, buffers: 32MiB}\n", "limits.body, limits.buffers");
    differ(FIXED, FIXED "half_close: answer\nkeep: 3d\nfsync: 1s\n", "half_close, keep, fsync");
    differ(FIXED, FIXED "log: {level: debug, format: json}\n", "log.level, log.format");
    write_file("cert.pem", "x", 1);
    differ(FIXED, FIXED "tls: {cert: cert.pem, key: cert.pem}\n", "tls");
    unlink(in_folder("cert.pem"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_waits_for_the_next_start),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(in_folder("costlens.yaml"));
    rmdir(folder);
    return failed;
}
