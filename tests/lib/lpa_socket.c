/* The LPA double on a TCP socket with 2-byte length frames, as vpcd speaks and as `softeuicc run --listen` answers; see
 * lpa.h. A frame of one byte is a control: 0 off, 1 on, 2 reset, 4 give the ATR; only 4 is answered. */
#define _DEFAULT_SOURCE
#include "lpa.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { CONTROL_OFF = 0, CONTROL_ON = 1, CONTROL_RESET = 2, CONTROL_ATR = 4 };

struct link {
    int fd;
};

static bool send_all(int fd, struct slice s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0) return false;
        s = slice_skip(s, (size_t)n);
    }
    return true;
}

static bool receive_all(int fd, uint8_t *out, size_t n)
{
    while (n) {
        ssize_t got = recv(fd, out, n, 0);
        if (got <= 0) return false;
        out += got;
        n -= (size_t)got;
    }
    return true;
}

static bool send_frame(int fd, struct slice s)
{
    BUF_LOCAL frame = {0};
    if (s.n > 0xffff) return false;
    buf_byte(&frame, (uint8_t)(s.n >> 8));
    buf_byte(&frame, (uint8_t)s.n);
    buf_append(&frame, s);
    return buf_err(&frame) == OK && send_all(fd, buf_slice(&frame));
}

static bool receive_frame(int fd, struct buf *out)
{
    uint8_t length[2];
    buf_reset(out);
    if (!receive_all(fd, length, 2)) return false;
    size_t n = (size_t)(length[0] << 8 | length[1]);
    uint8_t *at = n ? buf_extend(out, n) : NULL;
    return n == 0 || (at && receive_all(fd, at, n));
}

static bool socket_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    const struct link *l = ctx;
    return send_frame(l->fd, capdu) && receive_frame(l->fd, rapdu);
}

static bool send_control(const struct link *l, uint8_t control)
{
    return send_frame(l->fd, slice_of(&control, 1));
}

static bool socket_power(void *ctx, bool on, struct buf *atr)
{
    if (!on) return send_control(ctx, CONTROL_OFF);
    return send_control(ctx, CONTROL_ON) && send_control(ctx, CONTROL_ATR) &&
           receive_frame(((struct link *)ctx)->fd, atr) && atr->n;
}

static bool socket_reset(void *ctx, struct buf *atr)
{
    return send_control(ctx, CONTROL_RESET) && send_control(ctx, CONTROL_ATR) &&
           receive_frame(((struct link *)ctx)->fd, atr) && atr->n;
}

static void socket_close(void *ctx)
{
    close(((struct link *)ctx)->fd);
    free(ctx);
}

bool lpa_reader_fd(struct lpa_reader *reader, int fd)
{
    const struct timeval limit = {.tv_sec = 20};
    const int yes = 1;
    struct link *l = malloc(sizeof *l);
    /* A card that hangs must end the test, not hang it. */
    if (!l || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0) {
        close(fd);
        free(l);
        return false;
    }
    l->fd = fd;
    *reader = (struct lpa_reader){
        .ctx = l, .transmit = socket_transmit, .power = socket_power, .reset = socket_reset, .close = socket_close};
    return true;
}

bool lpa_reader_socket(struct lpa_reader *reader, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return lpa_reader_fd(reader, fd);
    close(fd);
    return false;
}
