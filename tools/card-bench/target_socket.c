/* A card behind HOST:PORT: the frames of `softeuicc run --listen`; see target.h. Every wait has a deadline. */
#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONTROL_OFF = 0, CONTROL_ON = 1, CONTROL_RESET = 2, CONTROL_ATR = 4 };

struct socket_target {
    int fd; /* -1: not connected */
    char host[200];
    char port[16];
};

/* Until `fd` is ready or the deadline passes. */
static enum target_result ready(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_milliseconds();
        struct pollfd wait = {.fd = fd, .events = events};
        int n = poll(&wait, 1, left > 0 ? (int)left : 0);
        if (n > 0) return TARGET_OK;
        if (n == 0) return TARGET_SILENT;
        if (errno != EINTR) return TARGET_GONE;
    }
}

static enum target_result move_all(int fd, bool out, uint8_t *bytes, size_t n, int64_t deadline)
{
    while (n) {
        enum target_result result = ready(fd, out ? POLLOUT : POLLIN, deadline);
        if (result != TARGET_OK) return result;
        ssize_t moved = out ? send(fd, bytes, n, MSG_NOSIGNAL) : recv(fd, bytes, n, 0);
        if (moved < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (moved <= 0) return TARGET_GONE;
        bytes += moved;
        n -= (size_t)moved;
    }
    return TARGET_OK;
}

static void hang_up(struct socket_target *s)
{
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}

static enum target_result connect_one(const struct addrinfo *at, int64_t deadline, int *out)
{
    const int yes = 1;
    int error = 0;
    socklen_t size = sizeof error;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return TARGET_BROKEN;
    enum target_result result = TARGET_OK;
    if (connect(fd, at->ai_addr, at->ai_addrlen) != 0)
        result = errno == EINPROGRESS ? ready(fd, POLLOUT, deadline) : TARGET_GONE;
    if (result == TARGET_OK && (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error))
        result = TARGET_GONE;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (result == TARGET_OK)
        *out = fd;
    else
        close(fd);
    return result;
}

static enum target_result dial(struct socket_target *s, int64_t deadline)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (getaddrinfo(s->host, s->port, &hints, &list) != 0) return TARGET_GONE;
    enum target_result result = TARGET_GONE;
    for (const struct addrinfo *at = list; at && result != TARGET_OK; at = at->ai_next)
        result = connect_one(at, deadline, &s->fd);
    freeaddrinfo(list);
    return result;
}

/* After a wait that was in vain the late answer would be taken for that of the next command: so the line is cut. */
static enum target_result done(struct socket_target *s, enum target_result result)
{
    if (result == TARGET_SILENT || result == TARGET_GONE || result == TARGET_NONSENSE) hang_up(s);
    return result;
}

static enum target_result send_frame(struct socket_target *s, struct slice payload, int64_t deadline)
{
    BUF_LOCAL frame = {0};
    if (payload.n > 0xffff) return TARGET_BROKEN;
    buf_byte(&frame, (uint8_t)(payload.n >> 8));
    buf_byte(&frame, (uint8_t)payload.n);
    buf_append(&frame, payload);
    if (buf_err(&frame) != OK) return TARGET_BROKEN;
    if (s->fd < 0) return TARGET_GONE;
    return move_all(s->fd, true, frame.p, frame.n, deadline);
}

static enum target_result read_frame(struct socket_target *s, struct buf *out, int64_t deadline)
{
    uint8_t head[2];
    buf_reset(out);
    enum target_result result = move_all(s->fd, false, head, sizeof head, deadline);
    if (result != TARGET_OK) return result;
    size_t n = (size_t)head[0] << 8 | head[1];
    if (n == 0) return TARGET_SILENT;
    uint8_t *at = buf_extend(out, n);
    return at ? move_all(s->fd, false, at, n, deadline) : TARGET_BROKEN;
}

static enum target_result control(struct socket_target *s, uint8_t code, int64_t deadline)
{
    return send_frame(s, slice_of(&code, 1), deadline);
}

static enum target_result ask_atr(struct socket_target *s, struct buf *atr, int64_t deadline)
{
    enum target_result result = control(s, CONTROL_ATR, deadline);
    if (result == TARGET_OK) result = read_frame(s, atr, deadline);
    return result == TARGET_OK && atr->n < 2 ? TARGET_NONSENSE : result;
}

static enum target_result socket_power(struct target *t, bool on, struct buf *atr)
{
    struct socket_target *s = t->ctx;
    int64_t deadline = clock_milliseconds() + t->timeout_ms;
    enum target_result result = s->fd < 0 ? dial(s, deadline) : TARGET_OK;
    if (result == TARGET_OK) result = control(s, CONTROL_OFF, deadline);
    if (result == TARGET_OK && on) result = control(s, CONTROL_ON, deadline);
    if (result == TARGET_OK && on) result = ask_atr(s, atr, deadline);
    return done(s, result);
}

static enum target_result socket_reset(struct target *t, struct buf *atr)
{
    struct socket_target *s = t->ctx;
    int64_t deadline = clock_milliseconds() + t->timeout_ms;
    enum target_result result = control(s, CONTROL_RESET, deadline);
    if (result == TARGET_OK) result = ask_atr(s, atr, deadline);
    return done(s, result);
}

static enum target_result socket_transmit(struct target *t, struct slice command, struct buf *answer)
{
    struct socket_target *s = t->ctx;
    int64_t deadline = clock_milliseconds() + t->timeout_ms;
    /* a command of one byte would be a control */
    if (command.n < 2) return TARGET_BROKEN;
    enum target_result result = send_frame(s, command, deadline);
    if (result == TARGET_OK) result = read_frame(s, answer, deadline);
    if (result == TARGET_OK && answer->n < 2) result = TARGET_NONSENSE;
    return done(s, result);
}

static void socket_close(struct target *t)
{
    hang_up(t->ctx);
    free(t->ctx);
    t->ctx = NULL;
}

bool target_open_socket(struct target *t, const char *address, struct euicc_diagnostic *why)
{
    const char *colon = strrchr(address, ':');
    struct socket_target *s = calloc(1, sizeof *s);
    if (s) s->fd = -1;
    t->ctx = s;
    t->close = socket_close;
    t->power = socket_power;
    t->reset = socket_reset;
    t->transmit = socket_transmit;
    if (!t->timeout_ms) t->timeout_ms = TARGET_TIMEOUT_MS;
    (void)snprintf(t->name, sizeof t->name, "card at %s", address);
    if (!s || !colon || colon == address || !colon[1] || (size_t)(colon - address) >= sizeof s->host ||
        strlen(colon + 1) >= sizeof s->port) {
        (void)snprintf(why->text, sizeof why->text, "%s: expected HOST:PORT", address);
        return false;
    }
    memcpy(s->host, address, (size_t)(colon - address));
    memcpy(s->port, colon + 1, strlen(colon + 1));
    enum target_result result = dial(s, clock_milliseconds() + t->timeout_ms);
    if (result == TARGET_OK) return true;
    (void)snprintf(why->text, sizeof why->text, "%s: no connection", address);
    return false;
}
