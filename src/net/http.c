// SPDX-License-Identifier: Apache-2.0

#include "net/http.h"

#include <stdint.h>
#include <string.h>

struct str head_get(const struct head *h, const char *name, bool *many)
{
    struct str found = {NULL, 0}, wanted = str_of(name);
    unsigned count = 0;
    for (unsigned i = 0; i < h->field_count; i++) {
        if (!str_eq_nocase(h->fields[i].name, wanted))
            continue;
        if (count++ == 0)
            found = h->fields[i].value;
    }
    if (many)
        *many = count > 1;
    return found;
}

static bool lists(const struct head *h, struct str name, struct str token)
{
    for (unsigned i = 0; i < h->field_count; i++) {
        if (!str_eq_nocase(h->fields[i].name, name))
            continue;
        struct str rest = h->fields[i].value, part;
        while (str_cut(&rest, ',', &part))
            if (str_eq_nocase(str_trim(part), token))
                return true;
    }
    return false;
}

bool head_has_token(const struct head *h, const char *name, const char *token)
{
    return lists(h, str_of(name), str_of(token));
}

bool head_names_hops(const struct head *h)
{
    for (unsigned i = 0; i < h->field_count; i++) {
        struct str value = h->fields[i].value;
        if (str_eq_nocase(h->fields[i].name, str_of("connection")) &&
            !str_eq_nocase(value, str_of("keep-alive")) && !str_eq_nocase(value, str_of("close")))
            return true;
    }
    return false;
}

bool head_hop_only(const struct head *h, struct str name)
{
    return lists(h, str_of("connection"), name);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

// Eight bytes at a time: none is a control character. A borrow may say no too often, never too
// seldom.
static bool plain_eight(const char *at)
{
    uint64_t w;
    memcpy(&w, at, sizeof w);
    uint64_t low = (w - EACH(0x20)) & ~w, del = (w ^ EACH(0x7f)) - EACH(1);
    return ((low | (del & ~w)) & EACH(0x80)) == 0;
}

bool field_value_safe(struct str value)
{
    size_t i = 0;
    while (value.len - i >= 8 && plain_eight(value.ptr + i))
        i += 8;
    for (; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

// tchar (RFC 9110, 5.6.2): one bit a character, in words of 32.
static const uint32_t token_chars[8] = {
    0,
    0x03ff6cfa,
    0xc7fffffe,
    0x57ffffff,
};

bool field_name_safe(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (!(token_chars[c >> 5] >> (c & 31) & 1))
            return false;
    }
    return name.len > 0;
}

char *field_put(char *at, struct str name, struct str value)
{
    memcpy(at, name.ptr, name.len);
    at += name.len;
    memcpy(at, ": ", 2);
    at += 2;
    if (value.len)
        memcpy(at, value.ptr, value.len);
    at += value.len;
    memcpy(at, "\r\n", 2);
    return at + 2;
}

bool field_write(struct buf *lines, struct str name, struct str value)
{
    if (!field_name_safe(name) || !field_value_safe(value))
        return false;
    size_t size = name.len + value.len + 4;
    char *at = buf_room(lines, size);
    if (!at)
        return true; // the mark stays
    field_put(at, name, value);
    lines->len += size;
    return true;
}

struct str http_length_line(uint64_t length, char line[HTTP_LENGTH_LINE])
{
    char *end = line + HTTP_LENGTH_LINE, *at = end;
    *--at = '\n';
    *--at = '\r';
    do
        *--at = (char)('0' + length % 10);
    while (length /= 10);
    const struct str name = STR("Content-Length: ");
    at -= name.len;
    memcpy(at, name.ptr, name.len);
    return str_from(at, (size_t)(end - at));
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {499, "Client Closed Request"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {529, "Overloaded"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Unknown";
}
