/* Files of softeuicc-eim: DER and hexadecimal text in, DER out. */
#define _GNU_SOURCE
#include "tool.h"

#include "base/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX 1048576

bool file_read(const char *path, struct buf *out)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return problem("%s: %s", path, strerror(errno));
    int cause = read_all(fd, FILE_MAX, out);
    if (!standard) (void)close(fd);
    if (cause == EFBIG) return problem("%s: more than %d bytes", path, FILE_MAX);
    return (cause == 0 && buf_err(out) == OK) || problem("%s: %s", path, strerror(cause ? cause : ENOMEM));
}

/* Hexadecimal digits and white space, at least two digits. */
static bool is_hex_text(struct slice s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = (char)s.p[i];
        bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!blank && !digit) return false;
        digits += digit;
    }
    return digits >= 2 && digits % 2 == 0;
}

static bool take_hex(struct slice text, struct buf *out)
{
    BUF_LOCAL digits = {0};
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] > ' ') buf_byte(&digits, text.p[i]);
    return hex_decode(buf_slice(&digits), out);
}

bool file_or_hex(const char *text, struct buf *out)
{
    BUF_LOCAL content = {0};
    bool is_file = strcmp(text, "-") == 0 || access(text, F_OK) == 0;
    if (!is_file) {
        return (is_hex_text(slice_text(text)) && take_hex(slice_text(text), out)) ||
               problem("%s: neither a file nor hexadecimal digits", text);
    }
    if (!file_read(text, &content)) return false;
    if (is_hex_text(buf_slice(&content))) return take_hex(buf_slice(&content), out);
    buf_append(out, buf_slice(&content));
    return buf_err(out) == OK;
}

bool file_save(const char *path, struct slice content, unsigned mode)
{
    char other[STATE_PATH_MAX];
    int n = snprintf(other, sizeof other, "%s.new", path);
    if (n < 0 || n >= (int)sizeof other) return problem("%s: the name is too long", path);
    int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) return problem("%s: %s", other, strerror(errno));
    bool ok = write_all(fd, content) && fsync(fd) == 0;
    int cause = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        cause = errno;
    }
    if (ok && rename(other, path) == 0) return true;
    if (ok) cause = errno;
    (void)unlink(other);
    return problem("%s: %s", path, strerror(cause));
}

bool output_object(const struct options *o, struct slice object)
{
    BUF_LOCAL text = {0};
    if (o->output && strcmp(o->output, "-") != 0) return file_save(o->output, object, 0666);
    if (o->output) return write_all(STDOUT_FILENO, object);
    uint8_t *digits = buf_extend(&text, 2 * object.n + 1);
    if (!digits) return problem("no memory");
    hex_encode(object, (char *)digits);
    digits[2 * object.n] = '\n';
    return write_all(STDOUT_FILENO, buf_slice(&text)) || problem("standard output: %s", strerror(errno));
}
