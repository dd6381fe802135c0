/* Frames of the vpcd protocol, and a card served over them; see frame.h. Called by vpcd.c and listen.c. */
#define _GNU_SOURCE
#include "transport/frame.h"

#include "transport/card.h"
#include "transport/say.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

void frame_begin(struct frame_socket *s, int fd, int stop)
{
    s->fd = fd;
    s->stop = stop;
    s->start = s->end = 0;
    int on = 1;
    /* Fails on sockets that are not TCP, which need neither. */
    s->quick = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

enum frame_status frame_wait(int fd, short events, int stop, int milliseconds)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events}, {.fd = stop, .events = POLLIN}};
    while (poll(fds, 2, milliseconds) < 0 && errno == EINTR)
        continue;
    return fds[1].revents ? FRAME_STOP : FRAME_OK;
}

/* vpcd sends length and payload with two send() calls and leaves Nagle on, so its payload waits until the length is
 * acknowledged. TCP_QUICKACK acknowledges at once, but the kernel drops it again after an answer was sent: without
 * setting it around every receive each APDU costs 44 ms. */
static void acknowledge_at_once(const struct frame_socket *s)
{
    int on = 1;
    if (s->quick) (void)setsockopt(s->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/* Receives until `need` bytes are there; only called with need <= sizeof s->in. */
static enum frame_status fill(struct frame_socket *s, size_t need)
{
    if (s->start > 0 && s->start + need > sizeof s->in) {
        memmove(s->in, s->in + s->start, s->end - s->start);
        s->end -= s->start;
        s->start = 0;
    }
    while (s->end - s->start < need) {
        acknowledge_at_once(s);
        enum frame_status status = frame_wait(s->fd, POLLIN, s->stop, -1);
        if (status != FRAME_OK) return status;
        ssize_t got = recv(s->fd, s->in + s->end, sizeof s->in - s->end, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) return FRAME_CLOSED;
        s->end += (size_t)got;
    }
    return FRAME_OK;
}

enum frame_status frame_read(struct frame_socket *s, struct slice *payload)
{
    if (s->start == s->end) s->start = s->end = 0;
    enum frame_status status = fill(s, 2);
    if (status != FRAME_OK) return status;
    size_t n = (size_t)s->in[s->start] << 8 | s->in[s->start + 1];
    status = fill(s, 2 + n);
    if (status != FRAME_OK) return status;
    *payload = slice_of(s->in + s->start + 2, n);
    s->start += 2 + n;
    return FRAME_OK;
}

enum frame_status frame_write(struct frame_socket *s, size_t n)
{
    s->out[0] = (uint8_t)(n >> 8);
    s->out[1] = (uint8_t)n;
    size_t sent = 0;
    while (sent < 2 + n) {
        ssize_t put = send(s->fd, s->out + sent, 2 + n - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put >= 0) {
            sent += (size_t)put;
        } else if (errno == EAGAIN) {
            enum frame_status status = frame_wait(s->fd, POLLOUT, s->stop, -1);
            if (status != FRAME_OK) return status;
        } else if (errno != EINTR) {
            return FRAME_CLOSED;
        }
    }
    return FRAME_OK;
}

static enum frame_status serve_control(const struct transport *transport, struct frame_socket *s, uint8_t control)
{
    struct euicc_atr atr;
    int result = EUICC_OK;
    switch (control) {
    case FRAME_CONTROL_OFF:
        euicc_power_off(transport->card);
        return FRAME_OK;
    case FRAME_CONTROL_ON:
        result = card_power_on(transport, &atr);
        break;
    case FRAME_CONTROL_RESET:
        result = card_reset(transport, &atr);
        break;
    case FRAME_CONTROL_ATR:
        result = card_atr(transport, &atr);
        if (result != EUICC_OK) break;
        memcpy(s->out + 2, atr.bytes, atr.n);
        return frame_write(s, atr.n);
    default:
        say(transport, TRANSPORT_PROBLEM, "control byte %u ignored, expected 0 (off), 1 (on), 2 (reset) or 4 (ATR)",
            control);
        return FRAME_OK;
    }
    if (result == EUICC_OK) return FRAME_OK;
    say(transport, TRANSPORT_PROBLEM, "the card does not start: %s", euicc_result_text(result));
    return FRAME_CLOSED;
}

static enum frame_status serve_apdu(const struct transport *transport, struct frame_socket *s, struct slice apdu,
                                    bool mute_frame)
{
    size_t n = 0;
    int result = card_transmit(transport, apdu.p, apdu.n, s->out + 2, FRAME_MAX, &n);
    if (result == EUICC_OK) return frame_write(s, n);
    if (result == EUICC_SHORT_BUFFER) {
        say(transport, TRANSPORT_PROBLEM, "the answer does not fit into a frame of %d bytes; answered 6F00", FRAME_MAX);
        s->out[2] = 0x6f;
        s->out[3] = 0x00;
        return frame_write(s, 2);
    }
    say(transport, TRANSPORT_PROBLEM, "the card does not answer: %s", euicc_result_text(result));
    return mute_frame ? frame_write(s, 0) : FRAME_CLOSED;
}

enum frame_status frame_serve(const struct transport *transport, struct frame_socket *s, bool mute_frame,
                              unsigned long *frames)
{
    for (;;) {
        struct slice payload;
        enum frame_status status = frame_read(s, &payload);
        if (status != FRAME_OK) return status;
        ++*frames;
        if (payload.n == 0) continue; /* nothing to answer to */
        status =
            payload.n == 1 ? serve_control(transport, s, payload.p[0]) : serve_apdu(transport, s, payload, mute_frame);
        if (status != FRAME_OK) return status;
    }
}
