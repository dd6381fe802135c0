/* Plays Debian's vpcd towards a card process and towards the null card, both at once, in turns: length and payload go
 * out in two send() calls with Nagle's algorithm on, which is what costs a careless card 44 ms an APDU. Usage:
 * vpcd_peer NULL_CARD SOFTEUICC CARD_FILE. Figures: vpcd_get_eid_us, vpcd_null_us, vpcd_vs_null_card and
 * start_to_atr_ms. */
#define _GNU_SOURCE
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS = 40, PER_ROUND = 250, STARTS = 9 };

struct peer {
    int listener;
    uint16_t port;
    int fd;
    pid_t child;
};

static struct peer listen_anywhere(void)
{
    struct peer peer = {.fd = -1};
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t n = sizeof at;
    peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer.listener < 0 || bind(peer.listener, (struct sockaddr *)&at, n) != 0 || listen(peer.listener, 1) != 0 ||
        getsockname(peer.listener, (struct sockaddr *)&at, &n) != 0)
        bench_die("cannot listen on 127.0.0.1: %s", strerror(errno));
    peer.port = ntohs(at.sin_port);
    return peer;
}

static void receive(int fd, uint8_t *out, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, out, n, 0);
        if (got <= 0) bench_die("the card dropped the connection");
        out += got;
        n -= (size_t)got;
    }
}

static void tell(int fd, const uint8_t *payload, size_t n)
{
    uint8_t head[2] = {(uint8_t)(n >> 8), (uint8_t)n};
    if (send(fd, head, 2, MSG_NOSIGNAL) != 2 || send(fd, payload, n, MSG_NOSIGNAL) != (ssize_t)n)
        bench_die("cannot send to the card: %s", strerror(errno));
}

/* One command, one answer; returns its length. */
static size_t exchange(int fd, const uint8_t *payload, size_t n, uint8_t *answer)
{
    tell(fd, payload, n);
    uint8_t head[2];
    receive(fd, head, 2);
    size_t length = (size_t)head[0] << 8 | head[1];
    receive(fd, answer, length);
    return length;
}

/* Starts argv as the card of this peer and waits for its connection and ATR. Returns milliseconds from fork to ATR. */
static double start(struct peer *peer, const char *const argv[])
{
    static uint8_t answer[65536];
    double began = bench_now_us();
    peer->child = bench_spawn(argv);
    struct pollfd wait = {.fd = peer->listener, .events = POLLIN};
    if (poll(&wait, 1, 10000) != 1) bench_die("%s did not connect within 10 s", argv[0]);
    peer->fd = accept(peer->listener, NULL, NULL);
    if (peer->fd < 0) bench_die("accept: %s", strerror(errno));
    tell(peer->fd, (const uint8_t[]){1}, 1);
    size_t n = exchange(peer->fd, (const uint8_t[]){4}, 1, answer);
    if (n < 2 || (answer[0] != 0x3b && answer[0] != 0x3f)) bench_die("%s gave no ATR", argv[0]);
    return (bench_now_us() - began) / 1e3;
}

static void stop(struct peer *peer)
{
    bench_end(peer->child);
    close(peer->fd);
}

static void expect_ok(const struct peer *peer, const uint8_t *command, size_t n, const char *what)
{
    static uint8_t answer[65536];
    size_t length = exchange(peer->fd, command, n, answer);
    if (length < 2 || answer[length - 2] != 0x90)
        bench_die("%s: the card answered %02x%02x", what, length < 2 ? 0 : answer[length - 2],
                  length < 2 ? 0 : answer[length - 1]);
}

static void sample(const struct peer *peer, double *out)
{
    static uint8_t answer[65536];
    for (size_t i = 0; i < PER_ROUND; i++) {
        double began = bench_now_us();
        exchange(peer->fd, bench_get_eid, sizeof bench_get_eid, answer);
        out[i] = bench_now_us() - began;
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) bench_die("usage: vpcd_peer NULL_CARD SOFTEUICC CARD_FILE");
    struct peer card = listen_anywhere();
    struct peer null = listen_anywhere();
    char address[32];
    char port[8];
    snprintf(address, sizeof address, "127.0.0.1:%u", card.port);
    snprintf(port, sizeof port, "%u", null.port);
    const char *card_argv[] = {argv[2], "run", "--quiet", "--card", argv[3], "--vpcd", address, NULL};
    const char *null_argv[] = {argv[1], port, NULL};

    double starts[STARTS];
    for (size_t i = 0; i < STARTS; i++) {
        if (i > 0) stop(&card);
        starts[i] = start(&card, card_argv);
    }
    /* From here on all three on one processor; starting is measured as a user sees it. */
    stop(&card);
    bench_stay_here();
    start(&card, card_argv);
    start(&null, null_argv);
    expect_ok(&card, bench_select_isdr, sizeof bench_select_isdr, "SELECT ISD-R");
    expect_ok(&card, bench_get_eid, sizeof bench_get_eid, "GetEID");

    double *card_us = bench_memory(sizeof(double) * ROUNDS * PER_ROUND);
    double *null_us = bench_memory(sizeof(double) * ROUNDS * PER_ROUND);
    for (size_t i = 0; i < ROUNDS; i++) {
        sample(&null, null_us + i * PER_ROUND);
        sample(&card, card_us + i * PER_ROUND);
    }
    stop(&card);
    stop(&null);
    double card_p50 = bench_median(card_us, (size_t)ROUNDS * PER_ROUND);
    double null_p50 = bench_median(null_us, (size_t)ROUNDS * PER_ROUND);
    bench_figure("vpcd_get_eid_us", card_p50, "us");
    bench_figure("vpcd_null_card_us", null_p50, "us");
    bench_figure("vpcd_vs_null_card", card_p50 / null_p50, "ratio");
    bench_figure("start_to_atr_ms", bench_median(starts, STARTS), "ms");
}
