/* Frames of the vpcd protocol as they come over a socket (src/transport/frame.c), to a card.
 * Input: 1 byte for an empty frame as "no answer", then the stream. Oracles: serving ends when the stream does,
 * whatever it was; what comes back is whole frames; the card works on. */
#define _DEFAULT_SOURCE
#include "bench.h"

#include "transport/frame.h"

#include <sys/socket.h>
#include <unistd.h>

#define STREAM_MAX 4096

static void say(void *ctx, enum transport_message kind, const char *text)
{
    (void)ctx;
    (void)kind;
    FUZZ_CHECK(*text && !strchr(text, '\n'), "not one line: %s", text);
}

/* Everything that the card's side sent, now that it has ended. */
static void check_frames(int fd)
{
    BUF_LOCAL all = {0};
    uint8_t piece[4096];
    for (ssize_t n; (n = recv(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0;)
        buf_append(&all, slice_of(piece, (size_t)n));
    struct slice in = buf_slice(&all);
    while (in.n) {
        FUZZ_CHECK(in.n >= 2 && in.n - 2 >= (size_t)(in.p[0] << 8 | in.p[1]), "half a frame of %zu bytes", in.n);
        in = slice_skip(in, 2 + (size_t)(in.p[0] << 8 | in.p[1]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct frame_socket socket_state;
    struct fuzz_card c;
    unsigned long frames = 0;
    int pair[2];
    if (n == 0 || n > STREAM_MAX) return 0;
    fuzz_begin(&c, FUZZ_CONSUMER, FUZZ_FRESH);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) abort();
    int room = 1 << 20;
    (void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (send(pair[1], data + 1, n - 1, 0) != (ssize_t)(n - 1)) abort();
    shutdown(pair[1], SHUT_WR);
    const struct transport transport = {.card = c.card, .stop = -1, .say = say};
    frame_begin(&socket_state, pair[0], -1);
    enum frame_status status = frame_serve(&transport, &socket_state, data[0] & 1, &frames);
    FUZZ_CHECK(status == FRAME_CLOSED, "status %d", (int)status);
    close(pair[0]);
    check_frames(pair[1]);
    close(pair[1]);
    fuzz_power(&c, false);
    fuzz_invariants(&c);
    fuzz_end(&c);
    return 0;
}
