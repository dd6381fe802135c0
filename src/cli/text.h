/* Text for people and for programs: formatted appends, bytes from outside made harmless, JSON. Used by all of src/cli.
 */
#ifndef SOFTEUICC_CLI_TEXT_H
#define SOFTEUICC_CLI_TEXT_H

#include "base/buf.h"

void text_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends UTF-8 text that came from outside (a nickname, an address): control characters, which could command the
 * terminal, and bytes that are not UTF-8 become '?'. */
void text_safe(struct buf *b, struct slice utf8);

/* "softeuicc: ..." and a line end to standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Writes everything to `fd`; false with errno set. */
bool write_all(int fd, struct slice bytes);
/* Appends what `fd` has left, at most about `max` bytes. Without stdio, whose buffers would keep private keys. Gives 0
 * or an errno, EFBIG if there is more. */
int read_all(int fd, size_t max, struct buf *out);

/* Writes one JSON value piece by piece; the caller pairs the opens and closes. `key` is NULL inside an array and at
 * the top. Strings are UTF-8; what is not UTF-8 becomes U+FFFD. */
struct json {
    struct buf *out;
    bool comma; /* an element stands before the next one */
};

void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                 /* '}' or ']' */
void json_text(struct json *j, const char *key, struct slice utf8);
void json_string(struct json *j, const char *key, const char *utf8);
void json_number(struct json *j, const char *key, unsigned long long number);
void json_bool(struct json *j, const char *key, bool value);

#endif
