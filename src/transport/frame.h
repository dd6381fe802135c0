/* Frames of the vpcd protocol: a 2-byte big-endian length and that many bytes, over a stream socket. A payload of one
 * byte is a control, anything longer an APDU. Used by vpcd.c and listen.c. */
#ifndef SOFTEUICC_TRANSPORT_FRAME_H
#define SOFTEUICC_TRANSPORT_FRAME_H

#include "base/slice.h"
#include "transport/transport.h"

#define FRAME_MAX 65535

enum frame_status {
    FRAME_OK,
    FRAME_CLOSED, /* the peer ended or broke the connection */
    FRAME_STOP,   /* it is time to end */
};

/* One byte payloads; only FRAME_CONTROL_ATR is answered. */
enum frame_control {
    FRAME_CONTROL_OFF = 0,
    FRAME_CONTROL_ON = 1,
    FRAME_CONTROL_RESET = 2,
    FRAME_CONTROL_ATR = 4,
};

/* A connection with room for one incoming and one outgoing frame. Large: keep it on the heap. */
struct frame_socket {
    int fd;
    int stop;
    bool quick; /* TCP: acknowledge at once */
    size_t start;
    size_t end;
    uint8_t in[2 + FRAME_MAX];
    uint8_t out[2 + FRAME_MAX];
};

/* Starts over on a new connection; the socket does not own fd. */
void frame_begin(struct frame_socket *s, int fd, int stop);
/* Waits for a whole frame. *payload points into the socket until the next call. */
enum frame_status frame_read(struct frame_socket *s, struct slice *payload);
/* Sends the n bytes at s->out + 2 as one frame in one segment; n <= FRAME_MAX. */
enum frame_status frame_write(struct frame_socket *s, size_t n);

/* Serves the card on a connection until it ends. `mute_frame`: an empty frame stands for "no answer" (listen);
 * otherwise a card that stops answering ends the connection (vpcd, which would wait for ever). *frames counts what
 * came. */
enum frame_status frame_serve(const struct transport *transport, struct frame_socket *s, bool mute_frame,
                              unsigned long *frames);

/* Waits up to `milliseconds` (-1: for ever) for `fd` to become ready for `events` (fd -1: just waits). FRAME_OK: ready
 * or time over; FRAME_STOP. */
enum frame_status frame_wait(int fd, short events, int stop, int milliseconds);

#endif
