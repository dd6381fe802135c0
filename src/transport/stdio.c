/* The card on standard input and output: lines of text, for scripts and for looking by hand. Called by src/cli.
 *
 *   80CA005A00      a command in hex, blanks allowed      -> the answer in hex
 *   on | reset      power on (again), warm reset          -> the ATR in hex
 *   atr             the ATR, without touching the card    -> the ATR in hex
 *   off             power off                             -> "off"
 *   # comment       and blank lines are skipped           -> nothing
 *
 * Every other line gives "error: line N: ..."; a command that the card leaves unanswered because it is off gives
 * "mute". So each line that is not blank and not a comment is answered by exactly one line. */
#define _GNU_SOURCE
#include "base/hex.h"
#include "transport/card.h"
#include "transport/frame.h"
#include "transport/say.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1 << 20, RESPONSE_MAX = 65538 };

struct lines {
    const struct transport *transport;
    int out_fd;
    unsigned long number;
    struct buf line;    /* what came of the current line */
    bool too_long;      /* the rest of the current line is dropped */
    struct buf command; /* the line's bytes */
    uint8_t response[RESPONSE_MAX];
    char text[2 * RESPONSE_MAX + 2];
};

/* Until a part can be written without blocking. False: it is time to end, and nobody takes the answer. */
static bool wait_for_room(const struct lines *l)
{
    struct pollfd fds[2] = {{.fd = l->out_fd, .events = POLLOUT}, {.fd = l->transport->stop, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        continue;
    return fds[0].revents || !fds[1].revents;
}

static bool put(const struct lines *l, const char *text, size_t n)
{
    while (n > 0) {
        if (!wait_for_room(l)) return false;
        /* A pipe that has room has room for PIPE_BUF bytes. */
        ssize_t written = write(l->out_fd, text, n < PIPE_BUF ? n : PIPE_BUF);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            say(l->transport, TRANSPORT_PROBLEM, "cannot write an answer: %s", strerror(errno));
            return false;
        }
        text += written;
        n -= (size_t)written;
    }
    return true;
}

static bool put_hex(struct lines *l, struct slice bytes)
{
    hex_encode(bytes, l->text);
    l->text[2 * bytes.n] = '\n';
    return put(l, l->text, 2 * bytes.n + 1);
}

static bool put_error(const struct lines *l, const char *what)
{
    char text[160];
    int n = snprintf(text, sizeof text, "error: line %lu: %s\n", l->number, what);
    say(l->transport, TRANSPORT_PROBLEM, "line %lu: %s", l->number, what);
    return put(l, text, (size_t)n);
}

static bool put_atr(struct lines *l, int result, const struct euicc_atr *atr)
{
    if (result != EUICC_OK) return put_error(l, euicc_result_text(result));
    return put_hex(l, slice_of(atr->bytes, atr->n));
}

static bool is_word(struct slice line, const char *word)
{
    return line.n == strlen(word) && strncasecmp((const char *)line.p, word, line.n) == 0;
}

static bool run_apdu(struct lines *l, struct slice line)
{
    buf_reset(&l->command);
    if (!hex_decode(line, &l->command) || l->command.n == 0) {
        return put_error(l, "expected pairs of hex digits, or on, off, reset or atr");
    }
    size_t n = 0;
    int result = card_transmit(l->transport, l->command.p, l->command.n, l->response, sizeof l->response, &n);
    if (result == EUICC_OK) return put_hex(l, slice_of(l->response, n));
    say(l->transport, TRANSPORT_PROBLEM, "the card does not answer: %s", euicc_result_text(result));
    return put(l, "mute\n", 5);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice trimmed(struct slice s)
{
    size_t start = 0;
    while (start < s.n && is_blank(s.p[start]))
        start++;
    while (s.n > start && is_blank(s.p[s.n - 1]))
        s.n--;
    return slice_skip(s, start);
}

/* One whole line. False: the answer was not written. */
static bool run_line(struct lines *l)
{
    struct euicc_atr atr;
    l->number++;
    if (l->too_long) return put_error(l, "longer than 1048576 bytes");
    if (buf_err(&l->line) != OK) return put_error(l, "no memory");
    struct slice line = trimmed(buf_slice(&l->line));
    if (line.n == 0 || line.p[0] == '#') return true;
    if (is_word(line, "on")) return put_atr(l, card_power_on(l->transport, &atr), &atr);
    if (is_word(line, "reset")) return put_atr(l, card_reset(l->transport, &atr), &atr);
    if (is_word(line, "atr")) return put_atr(l, card_atr(l->transport, &atr), &atr);
    if (is_word(line, "off")) {
        euicc_power_off(l->transport->card);
        return put(l, "off\n", 4);
    }
    return run_apdu(l, line);
}

/* Takes bytes as they come and runs the lines that they complete. */
static bool take(struct lines *l, struct slice bytes)
{
    for (size_t at = 0; at < bytes.n;) {
        const uint8_t *start = bytes.p + at;
        const uint8_t *end = memchr(start, '\n', bytes.n - at);
        size_t n = end ? (size_t)(end - start) : bytes.n - at;
        if (l->line.n + n > LINE_MAX_BYTES) l->too_long = true;
        if (!l->too_long) buf_append(&l->line, slice_of(start, n));
        if (!end) return true;
        bool ok = run_line(l);
        buf_reset(&l->line);
        l->too_long = false;
        if (!ok) return false;
        at += n + 1;
    }
    return true;
}

static bool read_all(struct lines *l, int in_fd)
{
    uint8_t chunk[16384];
    while (frame_wait(in_fd, POLLIN, l->transport->stop, -1) != FRAME_STOP) {
        ssize_t got = read(in_fd, chunk, sizeof chunk);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) {
            say(l->transport, TRANSPORT_PROBLEM, "cannot read commands: %s", strerror(errno));
            return false;
        }
        /* The last line may lack its line end. */
        if (got == 0) return l->line.n == 0 && !l->too_long ? true : run_line(l);
        if (!take(l, slice_of(chunk, (size_t)got))) return false;
    }
    return true;
}

bool transport_stdio(const struct transport *transport, int in_fd, int out_fd)
{
    struct euicc_atr atr;
    int result = card_power_on(transport, &atr);
    if (result != EUICC_OK) {
        say(transport, TRANSPORT_PROBLEM, "the card does not start: %s", euicc_result_text(result));
        return false;
    }
    struct lines *l = calloc(1, sizeof *l);
    bool ok = false;
    if (l) {
        l->transport = transport;
        l->out_fd = out_fd;
        ok = read_all(l, in_fd);
        buf_free(&l->line);
        buf_free(&l->command);
        free(l);
    } else {
        say(transport, TRANSPORT_PROBLEM, "no memory");
    }
    euicc_power_off(transport->card);
    return ok;
}
