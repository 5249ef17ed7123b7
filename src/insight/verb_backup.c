// SPDX-License-Identifier: Apache-2.0

#include <sys/stat.h>

#include "insight/asked.h"
#include "insight/verbs.h"

#define PATH_SIZE 4096

static enum status copy(struct store *s, struct str file, struct buf *out, struct why *why)
{
    char path[PATH_SIZE];
    struct stat about;
    if (file.ptr[0] != '/' || !str_copy(file, path, sizeof path))
        return why_set(why, STATUS_SYNTAX, "file must be an absolute path");
    enum status status = store_backup(s, path, why);
    if (status != STATUS_OK)
        return status;
    if (stat(path, &about) != 0)
        return why_set(why, STATUS_IO, "%s was written and is not there", path);
    buf_add_cstr(out, "{\"file\":");
    buf_add_json(out, file);
    buf_printf(out, ",\"bytes\":%lld", (long long)about.st_size);
    if (store_older(s))
        buf_printf(out, ",\"older_format\":%d", store_older(s));
    buf_add_char(out, '}');
    return buf_failed(out) ? why_set(why, STATUS_NO_MEMORY, "out of memory") : STATUS_OK;
}

enum status backup_verb(struct store *s, const struct catalog *c, struct str args_json,
                        struct buf *out_json, struct why *why)
{
    (void)c;
    static const struct args_row rows[] = {{.name = "file", .needed = true}, {0}};
    struct str file = STR_NONE;
    struct json *document = NULL;
    enum status status = args_read(args_json, rows, &file, &document, why);
    if (status == STATUS_OK)
        status = copy(s, file, out_json, why);
    json_close(document);
    return status;
}
