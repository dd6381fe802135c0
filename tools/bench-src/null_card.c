/* The floor that the card is measured against: a card on vpcd's socket that answers 9000 to everything, and an ATR.
 * It speaks the protocol as src/transport/vpcd.c has to (TCP_QUICKACK again around each receive, one send an answer),
 * and does nothing else. Usage: null_card PORT [HOST]; started by vpcd_peer.c and pcsc_client.c. */
#define _GNU_SOURCE
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void set(int fd, int option)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, option, &on, sizeof on);
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 500; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) bench_die("socket: %s", strerror(errno));
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
        close(fd);
        usleep(10000);
    }
    bench_die("nothing listens on 127.0.0.1:%u", port);
}

static bool receive(int fd, uint8_t *out, size_t n)
{
    while (n > 0) {
        set(fd, TCP_QUICKACK);
        ssize_t got = recv(fd, out, n, 0);
        if (got <= 0) return false;
        out += got;
        n -= (size_t)got;
    }
    set(fd, TCP_QUICKACK);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 2) bench_die("usage: null_card PORT");
    int fd = connect_to((uint16_t)strtoul(argv[1], NULL, 10));
    set(fd, TCP_NODELAY);
    /* T=0, no historical bytes but one that keeps the card apart from others */
    static const uint8_t atr[] = {0, 4, 0x3b, 0x02, 0x4e, 0x43};
    static const uint8_t ok[] = {0, 2, 0x90, 0x00};
    static uint8_t payload[65536];
    for (;;) {
        uint8_t head[2];
        if (!receive(fd, head, sizeof head)) return 0;
        size_t n = (size_t)head[0] << 8 | head[1];
        if (!receive(fd, payload, n)) return 0;
        if (n == 1 && payload[0] != 4) continue;
        const uint8_t *answer = n == 1 ? atr : ok;
        size_t length = n == 1 ? sizeof atr : sizeof ok;
        if (send(fd, answer, length, MSG_NOSIGNAL) != (ssize_t)length) return 0;
    }
}
